"""Who someone is: sign-in, legal name, licences, roles. It knows nothing of courses, quizzes or certificates."""

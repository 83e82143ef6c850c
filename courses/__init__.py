"""The journey from the catalogue to the certificate. It builds on quizzes and knows no sign-in and no marking."""

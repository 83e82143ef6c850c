"""Items as authors write them, and the immutable revisions that learners meet.

A revision's prompt and its key are rows apart. The slice refuses to know quizzes, attempts and learners.
"""

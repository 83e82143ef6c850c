"""What belongs to a kept copy of a course: the addresses of its lessons and of what they are shown with.

The device keeps it (ceu/static/ceu/keep.js) and shows it (sw.js); nothing is recorded here. It refuses to know quizzes.
"""

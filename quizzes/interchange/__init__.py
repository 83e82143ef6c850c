"""Questions on their way in and out: readers and writers of other systems' files, and imports that can be undone.

The readers and writers are pure: bytes in, values and problems out. What touches rows is beside them: `bank` compares a
file with a bank, `services` applies and undoes. The slice refuses to know courses, quizzes and learners.
"""

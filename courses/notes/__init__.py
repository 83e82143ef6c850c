"""A learner's own notes and bookmarks beside the sections of a course. They belong to nobody else: no page of staff, no
report and no other slice reads them. It refuses to know progress, quizzes and certificates.
"""

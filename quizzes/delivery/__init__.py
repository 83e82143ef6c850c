"""Quizzes as taken: the published paper, a learner's entry, the attempts and the answers.

It refuses to know courses, lessons and certificates: whoever needs a result asks the entry's attempts for it.
"""

"""The learner judges the course. Answers are kept apart from identity; only the fact that one was handed in is linked.

It refuses to know who answered what, and a kind answer is never a condition of anything.
"""

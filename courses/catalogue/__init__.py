"""Courses as authors draft them and as learners meet them: draft rows, publication, immutable editions, hours.

It refuses to know who is enrolled, how far they are, or what certificates say.
"""

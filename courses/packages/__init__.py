"""A course as a folder of text files that a person can read, compare and keep under version control.

Loading twice changes nothing; what was dumped loads back as the same bytes. It refuses to know learners.
"""

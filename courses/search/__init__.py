"""Search in the lessons that a learner may read: what was asked, where it stands, ranked and with its words marked.

It reads the index that publication writes (courses.catalogue.fulltext). It refuses to know items, answers and drafts.
"""

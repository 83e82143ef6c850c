"""What an editor asks of a course package before it is published: length, sources, marks of doubt, own words.

Pure rules over the files of a package; `manage.py check_content` is their door. It refuses to know rows and learners.
"""

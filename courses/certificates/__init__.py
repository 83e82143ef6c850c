"""Certificates: who is due one, what it says, its paper, its history. What was issued never changes.

It refuses to know how a course is studied or marked; it asks for the completed enrolment and the approvals.
"""

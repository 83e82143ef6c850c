"""A learner's way through one edition: enrolment, lessons read, quizzes entered, attestation, progress.

It records facts and derives judgements. It refuses to know how items are marked and what a certificate looks like.
"""

"""What a learner sees of it all on one page: where they stopped, their courses, certificates and licences. Read-only."""

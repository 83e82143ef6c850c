"""Speed, as ratios: our pages against a bare Django page and save, on the same machine, in the same run.

`python3 manage.py test` does not run these. Start them with: CEU_MODE=test python3 -m tests.benchmarks
They need PostgreSQL (DATABASE_URL, or a server on 127.0.0.1:5432), make a database of their own and drop it again.
"""

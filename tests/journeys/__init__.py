"""Promises of the README's first page, kept by a real browser against a real server."""

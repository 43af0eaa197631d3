"""Attachments: bytes kept once, whoever sent them and however often.

Nouns: StoredFile (content known by its SHA-256) and its Chunks. They live in PostgreSQL, so that a backup of the
database is a backup of everything and a second machine needs no shared disk.
"""

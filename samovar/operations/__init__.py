"""The operator's side: health, backup and restore, export, doctor.

Announces nothing.
"""

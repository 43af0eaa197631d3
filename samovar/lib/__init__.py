"""Toolkit below everything: settings from the environment, secrets, text, HTML, plug-ins, the embedded database.

Knows nothing of the domain and defines no tables.
"""

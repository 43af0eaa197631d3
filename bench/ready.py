"""Importing this makes the process part of the installation that SAMOVAR_HOME names."""

import os

import django

from samovar.lib.processes import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
# The limits of a web process, and its static files.
os.environ.setdefault("SAMOVAR_ROLE", "web")
django.setup()
settle()

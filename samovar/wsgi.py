"""The WSGI application that serves all pages, behind the front's private sockets."""

import os

from django.core.wsgi import get_wsgi_application

# The imports below read the settings, so these are named first.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
os.environ.setdefault("SAMOVAR_ROLE", "web")

from samovar.lib.processes import settle
from samovar.live.behind_front import BehindFront

application = BehindFront(get_wsgi_application())
settle()

"""The WSGI application that serves all pages, behind the front's private sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
os.environ.setdefault("SAMOVAR_ROLE", "web")

from samovar.live.behind_front import BehindFront  # noqa: E402 (the settings must be named first)
from samovar.live.web import die_with_granian  # noqa: E402

die_with_granian()
application = BehindFront(get_wsgi_application())

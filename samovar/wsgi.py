"""The WSGI application that serves all pages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
os.environ.setdefault("SAMOVAR_ROLE", "web")

application = get_wsgi_application()

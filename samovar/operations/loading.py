"""Loading the whole program into one process, so that its copies share it and never look for a part of it again."""

import pkgutil
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver
from django.utils import translation

import samovar

PACKAGE = Path(samovar.__file__).parent
# What is run rather than used; the application has a moment of its own.
NOT_CODE = {"migrations", "__main__", "wsgi"}


def code() -> None:
    """Load all that a role may need, as far as it needs no database: modules, addresses, languages, templates."""
    for module in pkgutil.walk_packages(samovar.__path__, "samovar."):
        if NOT_CODE.isdisjoint(module.name.split(".")):
            import_module(module.name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            # Whoever looks one up has all of them.
            get_resolver().reverse_dict.get("")
    for folder in map(Path, get_app_template_dirs("templates")):
        if folder.is_relative_to(PACKAGE):
            for path in filter(Path.is_file, folder.rglob("*")):
                get_template(str(path.relative_to(folder)))


def application() -> None:
    """Load what answers requests; the static files must be in place."""
    import_module("samovar.wsgi")
    # Now, so that no page names a file that a later version has put there.
    staticfiles_storage.url("ui/css/tokens.css")

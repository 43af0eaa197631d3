"""Pages with their streams: the front, a web process and the browser, all on the database of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser

from tests.browser.conftest import Pages
from tests.live.serving import Serving
from tests.postgres import database_address


class Desk(Serving):
    """Serves our own pages behind a front."""

    application = "samovar.wsgi:application"


@contextmanager
def streamed(browser: Browser, home: Path, static: Path) -> Iterator[Pages]:
    """Serve from ``home`` for as long as the block lasts, and give its pages; ``static`` are the collected files."""
    (home / "secrets").mkdir()
    # Sessions are signed: all are of one installation.
    (home / "secrets" / "django").write_text(settings.SECRET_KEY, encoding="ascii")
    (home / "static").symlink_to(static)
    desk = Desk(home, 1, {"DATABASE_URL": database_address(), "SAMOVAR_ROLE": "web"})
    pages = Pages(browser, f"http://localhost:{desk.port}")
    try:
        desk.start()
        yield pages
        for context in pages.contexts:
            context.close()
    finally:
        desk.stop()
    assert not pages.troubles

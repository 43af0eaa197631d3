"""Static files as they are served in production."""

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "ui/css/ui.css"
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);')


def one_sheet() -> str:
    """Return the whole style sheet: ``ui.css`` with every imported part in its place."""
    sheet = Path(str(finders.find(SHEET)))
    return IMPORT.sub(lambda found: _part(sheet.parent, found), sheet.read_text(encoding="utf-8"))


def _part(folder: Path, found: re.Match[str]) -> str:
    return (folder / found[1]).read_text(encoding="utf-8").strip()


class Storage(CompressedManifestStaticFilesStorage):
    """Hashes and compresses every file, and serves the style of all parts as one file: one request, not thirty."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Any:
        """Write the one sheet over ``ui.css`` before names get their hashes."""
        if SHEET in paths and not dry_run:
            Path(self.path(SHEET)).write_text(one_sheet(), encoding="utf-8")
            paths = {**paths, SHEET: (self, SHEET)}
        return super().post_process(paths, dry_run, **options)  # type: ignore[no-untyped-call]  # Django's has no types

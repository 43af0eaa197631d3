"""Static files as they are served in production."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

from samovar.ui import modules

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
        """Write the one sheet over ``ui.css``, and every module without comments, before names get their hashes."""
        if not dry_run:
            paths = paths | {name: self._written(name, text) for name, text in _rewritten() if name in paths}
        return super().post_process(paths, dry_run, **options)  # type: ignore[no-untyped-call]  # Django's has no types

    def _written(self, name: str, text: str) -> tuple["Storage", str]:
        Path(self.path(name)).write_text(text, encoding="utf-8")
        return self, name


def _rewritten() -> Iterator[tuple[str, str]]:
    """Yield the files that are not served as they are written: their names and what is served."""
    yield SHEET, one_sheet()
    for name in map(modules.file_of, modules.names()):
        yield name, modules.lean(Path(str(finders.find(name))).read_text(encoding="utf-8"))

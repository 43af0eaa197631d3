"""Keeps the Russian texts beside the English ones: finds new texts, drops old ones, compiles.

usage: scripts/translate            bring all catalogues up to date, and name what is left to translate
       scripts/translate --check    change nothing; fail when a catalogue is not up to date
"""

import shutil
import subprocess
import sys
from pathlib import Path

from scripts import catalogues, texts
from scripts.catalogues import Entry, Text

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "samovar"
FOLDER = Path("locale", "ru", "LC_MESSAGES")


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date, or only look; returns 0 when nothing is left to do."""
    is_check = arguments == ["--check"]
    if arguments and not is_check:
        print(__doc__)
        return 2
    left = []
    found = texts.of_package(PACKAGE)
    with_catalogue = {path.parents[len(FOLDER.parts)].name for path in PACKAGE.glob(f"*/{FOLDER}/django.po")}
    for app in sorted(set(found) | with_catalogue):
        if found.get(app) or app in with_catalogue:
            left += check(app, found.get(app, set())) if is_check else update(app, found.get(app, set()))
    print("\n".join(left) if left else "All texts are translated.")
    if not shutil.which("msgfmt"):
        print("Checked without GNU gettext, which is not installed.")
    return 1 if left else 0


def update(app: str, wanted: set[Text]) -> list[str]:
    """Rewrite the catalogue of ``app`` to hold exactly the ``wanted`` texts; returns what a person has to do."""
    folder = PACKAGE / app / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    entries = merged(_present(folder), wanted)
    (folder / "django.po").write_text(catalogues.render(entries), encoding="utf-8")
    compiled = folder / "django.mo"
    # A file of the same content is left alone, whoever compiled it: no commit without a change.
    if not compiled.exists() or catalogues.decompiled(compiled.read_bytes()) != catalogues.messages(entries):
        compiled.write_bytes(catalogues.compiled(entries))
    return [*_mistakes(app, entries), *_complaints(folder / "django.po")]


def check(app: str, wanted: set[Text]) -> list[str]:
    """Return what is wrong with the catalogue of ``app``."""
    folder = PACKAGE / app / FOLDER
    entries = _present(folder)
    texts_of_catalogue = {entry.text for entry in entries}
    left = [f"{app}: new: {text.english!r}" for text in sorted(wanted - texts_of_catalogue)]
    left += [f"{app}: no longer used: {text.english!r}" for text in sorted(texts_of_catalogue - wanted)]
    left += _mistakes(app, entries)
    compiled = folder / "django.mo"
    if not compiled.exists() or catalogues.decompiled(compiled.read_bytes()) != catalogues.messages(entries):
        left.append(f"{app}: django.mo does not hold what django.po says; run scripts/translate")
    return left + _complaints(folder / "django.po")


def merged(present: list[Entry], wanted: set[Text]) -> list[Entry]:
    """Return an entry for each of the ``wanted`` texts, with the translation that it had."""
    known = {entry.text: entry for entry in present}
    empty = {True: ("",) * catalogues.PLURALS, False: ("",)}
    return [known.get(text) or Entry(text, empty[bool(text.plural)]) for text in sorted(wanted)]


def _present(folder: Path) -> list[Entry]:
    file = folder / "django.po"
    return catalogues.parse(file.read_text(encoding="utf-8")) if file.exists() else []


def _mistakes(app: str, entries: list[Entry]) -> list[str]:
    return [f"{app}: {entry.text.english!r} {mistake}" for entry in entries for mistake in entry.mistakes()]


def _complaints(file: Path) -> list[str]:
    """What GNU gettext says of the file, when it is installed; our own checks hold without it."""
    msgfmt = shutil.which("msgfmt")
    if not msgfmt or not file.exists():
        return []
    command = [msgfmt, "--check", "--output-file=-", str(file)]
    result = subprocess.run(command, capture_output=True, check=False)
    return result.stderr.decode().splitlines() if result.returncode else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

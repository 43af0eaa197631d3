"""The JavaScript modules of all apps by name: ``samovar/<app>/static/<app>/js/<module>.js`` is ``<app>/<module>``."""

import re
from functools import cache
from pathlib import Path

from django.apps import apps
from django.templatetags.static import static

COMMENT = re.compile(r"//(?!.*\*/).*|/\*((?!\*/).)*\*/")


@cache
def addresses() -> list[tuple[str, str]]:
    """Return the name and the address of every module, sorted by name."""
    return [(name, static(file_of(name))) for name in names()]


def names() -> list[str]:
    """Return the names of all modules, sorted."""
    return sorted(name for config in apps.get_app_configs() for name in _modules(config.label, Path(config.path)))


def file_of(name: str) -> str:
    """Return where the module ``name`` lies among the static files."""
    return name.replace("/", "/js/", 1) + ".js"


def lean(source: str) -> str:
    """Return a module without what only its readers need: lines that are a comment, empty lines, indentation.

    Every line of code stays a line of its own, so that nothing means something else. A text that goes over several
    lines may hold what looks like a comment or an indentation: such a module stays as it is.
    """
    lines = source.splitlines()
    if any(line.count("`") % 2 or line.endswith("\\") for line in lines):
        return source
    stripped = (line.strip() for line in lines)
    return "".join(f"{line}\n" for line in stripped if line and not COMMENT.fullmatch(line))


def _modules(label: str, folder: Path) -> list[str]:
    if folder.parent.name != "samovar":
        return []
    return [f"{label}/{path.stem}" for path in (folder / "static" / label / "js").glob("*.js")]

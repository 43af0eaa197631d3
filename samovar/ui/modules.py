"""The JavaScript modules of all apps by name: ``samovar/<app>/static/<app>/js/<module>.js`` is ``<app>/<module>``."""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.templatetags.static import static


@cache
def addresses() -> list[tuple[str, str]]:
    """Return the name and the address of every module, sorted by name."""
    names = sorted(name for config in apps.get_app_configs() for name in _modules(config.label, Path(config.path)))
    return [(name, static(name.replace("/", "/js/", 1) + ".js")) for name in names]


def _modules(label: str, folder: Path) -> list[str]:
    if folder.parent.name != "samovar":
        return []
    return [f"{label}/{path.stem}" for path in (folder / "static" / label / "js").glob("*.js")]

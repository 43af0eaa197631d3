"""Plug-ins: every module of a folder takes part, without a list that somebody must edit."""

import importlib
import pkgutil
from types import ModuleType


def load(package: ModuleType) -> list[ModuleType]:
    """Import every module directly inside ``package`` and return them in the order of their names.

    A module whose name begins with an underscore is a part of another one and is left alone.
    """
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_"))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]

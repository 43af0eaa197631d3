"""A plug-in is a file in a folder, and nothing else."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from samovar.lib import plugins


def test_every_module_of_the_folder_is_loaded_in_the_order_of_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("__init__", "tea", "_leaf", "cup"):
        (folder / f"{name}.py").write_text(f"NAME = {name!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    shelf = __import__("shelf")
    assert isinstance(shelf, ModuleType)

    loaded = plugins.load(shelf)

    assert [module.__dict__["NAME"] for module in loaded] == ["cup", "tea"]
    for name in ("shelf", "shelf.cup", "shelf.tea"):
        sys.modules.pop(name)

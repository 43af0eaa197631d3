"""What a wheel installs is all of Samovar: pages, styles, translations and the texts of the demo company too."""

import pytest
from setuptools import Distribution
from setuptools.command.build_py import build_py

from tests.sources import PACKAGE, ROOT, tracked


def test_a_wheel_holds_every_file_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    distribution = Distribution({"script_name": "setup.py"})
    distribution.parse_config_files()
    command = distribution.get_command_obj("build_py")
    assert isinstance(command, build_py)
    command.ensure_finalized()

    # Setuptools has no types.
    packed = {ROOT / path for _package, _name, path in command.find_all_modules()}  # type: ignore[no-untyped-call]
    packed |= {ROOT / folder / name for _package, folder, _build, names in command.data_files for name in names}

    # Compiled translations are packed; their sources are for developers.
    wanted = {path for path in tracked() if path.is_relative_to(PACKAGE) and path.suffix != ".po"}
    assert wanted - packed == set()

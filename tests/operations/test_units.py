"""The services that systemd and containers run: every line of them is a real command, and they do what they say."""

import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from django.conf import LazySettings
from typer.testing import CliRunner

from samovar.lib.errors import Trouble
from samovar.lib.postgres import place
from samovar.lib.postgres.cluster import Cluster
from samovar.operations import commands, units
from tests.installation import ROOT, Installation
from tests.operations.test_serving import on_a_port, running, said_until
from tests.sources import PACKAGE, tracked

# Where root runs the tests, somebody else has to run the services.
RUNNER = "daemon" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
INSTRUCTION = re.compile(r"^([A-Z]+) (.+)$", re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """Return the folder of an installation that somebody owns, under a name that systemd could misread."""
    found = settings.HOME = tmp_path / 'the "home" of 100 % $HOME'
    found.mkdir()
    if os.geteuid() == 0:
        shutil.chown(found, RUNNER)
    yield found
    Cluster(found).stop()
    # Where only root could enter the folder, the data lie elsewhere.
    shutil.rmtree(place.folder(found), ignore_errors=True)


def _run(*words: str | Path) -> str:
    done = CliRunner().invoke(units.app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def _values(text: str, name: str) -> list[str]:
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]


def test_systemd_gets_services_that_it_understands_and_that_can_run(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()

    _run("--user", RUNNER, "--into", folder, "--backups", "/mnt/other disk")

    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    started = [
        # As systemd reads it.
        shlex.split(line.replace("%%", "%").replace("$$", "$"))
        for text in found.values()
        for line in _values(text, "ExecStart")
    ]
    parsers = typer.main.get_command(commands.app).commands  # type: ignore[attr-defined] # it is a group
    for program, *words in started:
        assert os.access(program, os.X_OK)
        assert words[:2] == ["-m", "samovar"]
        # Raises what the person at the keyboard would be told.
        parsers[words[2]].make_context(words[2], words[3:])
    assert sorted(words[3] for words in started) == ["backup", "start"]
    assert _values(found["samovar.service"], "User") == [RUNNER]
    assert _values(found["samovar.service"], "NoNewPrivileges") == ["yes"]
    assert '"-/mnt/other disk"' in _values(found["samovar.service"], "ReadWritePaths")[0]
    assert f"# samovar.service\n{found['samovar.service']}" in _run("--user", RUNNER, "--backups", "/mnt/other disk")
    if shutil.which("systemd-analyze"):
        words = ["systemd-analyze", "verify", *(str(folder / name) for name in found)]
        verified = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (verified.returncode, verified.stderr) == (0, "")


def test_services_that_could_not_run_are_refused_with_the_remedy(
    home: Path, tmp_path: Path, settings: LazySettings
) -> None:
    with pytest.raises(Trouble, match="no rights of root"):
        _run("--user", "root")
    with pytest.raises(Trouble, match="no user 'nobody-here'"):
        _run("--user", "nobody-here")
    with pytest.raises(Trouble, match="could not be written: No such file"):
        _run("--user", RUNNER, "--into", tmp_path / "nowhere")
    settings.HOME = tmp_path / "missing"
    with pytest.raises(Trouble, match=f"install -d -o {RUNNER}"):
        _run("--user", RUNNER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make something for somebody else")
def test_keys_that_root_makes_belong_to_whom_the_service_runs_as(home: Path) -> None:
    Installation(home).run("systemd", "--user", RUNNER)

    made = [home / "secrets", *(home / "secrets").iterdir()]
    assert len(made) > 1
    assert {path.owner() for path in made} == {RUNNER}


def test_what_the_container_holds_serves_and_tells_its_health(installation: Installation, tmp_path: Path) -> None:
    instructions = INSTRUCTION.findall((ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", ""))
    place, copies = tmp_path / "samovar", [words.split() for name, words in instructions if name == "COPY"]
    for *sources, target in copies:
        _copy(sources, place / target)
    told = {name: words for name, words in instructions if name not in ("COPY", "RUN")}
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    health = [word.replace("8000", "{port}") for word in json.loads(told["HEALTHCHECK"].partition("CMD ")[2])]

    # The image holds what is needed, and does not run as root.
    assert {path.relative_to(ROOT) for path in tracked() if path.is_relative_to(PACKAGE)} <= {
        path.relative_to(place) for path in place.rglob("*")
    }
    assert all(os.access(place / name, os.X_OK) for name in ("scripts/install",))
    assert told["USER"] == "samovar"
    assert json.loads(told["ENTRYPOINT"]) == list(scripts)
    assert subprocess.run(["bash", "-n", place / "scripts" / "install"], check=False).returncode == 0

    served = on_a_port(installation.home)
    served = replace(served, variables={**served.variables, **_only(place)})
    health = [word.format(port=served.variables["SAMOVAR_PORT"]) for word in health]
    with running(served, *json.loads(told["CMD"])) as process:
        said_until(process, "Setup code")
        assert _healthy(health)
    assert not _healthy(health)


def _only(place: Path) -> dict[str, str]:
    """Return the variables by which Python takes Samovar from ``place`` and from nowhere else."""
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(place), "SAMOVAR_LISTEN": "0.0.0.0"}


def _copy(sources: list[str], target: Path) -> None:
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, target)


def _healthy(health: list[str]) -> bool:
    assert health[0] == "python"
    return not subprocess.run([sys.executable, *health[1:]], capture_output=True, check=False).returncode

"""The commands that serve, as a person or systemd runs them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.error import HTTPError

import pytest

from samovar.lib.postgres.processes import is_alive
from tests.installation import Installation
from tests.live.serving import children, wait_until


def has_come_back(process: subprocess.Popen[str], name: str, died: int) -> bool:
    return role(process, name) not in (0, died)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def on_a_port(home: Path) -> Installation:
    return Installation(home, {"SAMOVAR_PORT": str(free_port()), "SAMOVAR_WEB_PROCESSES": "1"})


def address(installation: Installation) -> str:
    return f"http://127.0.0.1:{installation.variables['SAMOVAR_PORT']}"


def status(installation: Installation, path: str = "/healthz") -> int:
    try:
        with urllib.request.urlopen(address(installation) + path, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def said_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    assert process.stdout is not None
    while words not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


def role(process: subprocess.Popen[str], name: str) -> int:
    """Return the process of a role; granian starts another for the application, which says the same of itself."""
    for pid in descendants(process.pid):
        # One that ends while we look is not the one.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if name in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").split():
                return pid
    return 0


@contextlib.contextmanager
def running(installation: Installation, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = installation.begin(*words)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def begun(installation: Installation) -> Iterator[tuple[Installation, subprocess.Popen[str]]]:
    """Return an installation that serves."""
    found = replace(on_a_port(installation.home), home=installation.home)
    with running(found, "start") as process:
        said_until(process, "Setup code")
        yield found, process


def test_one_command_serves_everything_and_stops_all_that_it_started(home: Path) -> None:
    installation = on_a_port(home)
    process = installation.begin("start")

    said = said_until(process, "Setup code: ")
    started = descendants(process.pid)
    answers = [status(installation), status(installation, "/readyz")]
    process.terminate()
    process.communicate(timeout=60)

    assert f"{address(installation)}\n" in said
    assert answers == [200, 200]
    assert process.returncode == 0
    assert len(started) >= 4 and not [pid for pid in started if is_alive(pid)]
    assert not installation.cluster.is_ready()


def test_the_database_stays_while_another_process_uses_it(home: Path) -> None:
    installation = on_a_port(home)
    with running(installation, "start") as process:
        said_until(process, "Setup code")
        with running(installation, "work") as other:
            wait_until(lambda: has_open(other.pid, home / "in-use"))
            process.terminate()
            process.communicate(timeout=60)

            assert installation.cluster.is_ready()


def has_open(pid: int, path: Path) -> bool:
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        # What is closed in between is not it.
        with contextlib.suppress(FileNotFoundError):
            if entry.resolve() == path:
                return True
    return False


def test_mail_is_taken_by_lmtp_beside_everything_else_and_again_after_a_death(installation: Installation) -> None:
    place = f"127.0.0.1:{free_port()}"
    found = on_a_port(installation.home)
    found = replace(found, variables={**found.variables, "SAMOVAR_LMTP": place})
    with running(found, "start") as process:
        said_until(process, "Setup code")
        wait_until(lambda: answers_at(place) == b"220")
        died = role(process, "lmtp")
        os.kill(died, signal.SIGKILL)
        wait_until(partial(has_come_back, process, "lmtp", died))
        wait_until(lambda: answers_at(place) == b"220")
    assert answers_at(place) == b""


def answers_at(place: str) -> bytes:
    """Return the first word of whoever listens there; nothing where nobody does."""
    host, _colon, port = place.partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=30) as line:
            return line.recv(3)
    except OSError:
        return b""


def test_what_dies_comes_back(begun: tuple[Installation, subprocess.Popen[str]]) -> None:
    installation, process = begun
    for name in ("live", "work", "web"):
        died = role(process, name)
        os.kill(died, signal.SIGKILL)
        wait_until(partial(has_come_back, process, name, died))
        wait_until(lambda: status(installation) == 200)

    postmaster = installation.cluster.pid()
    assert postmaster
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: installation.cluster.is_ready())
    wait_until(lambda: status(installation, "/readyz") == 200)


def test_every_process_has_the_limits_of_its_role(begun: tuple[Installation, subprocess.Popen[str]]) -> None:
    installation, process = begun

    assert status(installation, "/accounts/login/") == 200
    for name in ("live", "work", "web"):
        wait_until(partial(is_connected, installation, name))
    assert not is_connected(installation, "command")


def is_connected(installation: Installation, name: str) -> bool:
    return bool(installation.ask(f"SELECT FROM pg_stat_activity WHERE application_name = 'samovar {name}'"))


def test_what_is_loaded_is_in_the_memory_once(begun: tuple[Installation, subprocess.Popen[str]]) -> None:
    installation, process = begun
    assert status(installation, "/accounts/login/") == 200

    own = {name: private_megabytes(role(process, name)) for name in ("nursery", "live", "work", "web")}

    # Loaded by each for itself, the program takes about 90.
    assert all(megabytes < 60 for megabytes in own.values()), own


def private_megabytes(pid: int) -> float:
    """Return how much memory a process shares with nobody."""
    said = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) for line in said.splitlines() if line.startswith("Private_")) / 1000


def test_without_the_process_that_forks_the_others_the_command_ends(
    begun: tuple[Installation, subprocess.Popen[str]],
) -> None:
    _, process = begun
    started = descendants(process.pid)

    os.kill(role(process, "nursery"), signal.SIGKILL)
    process.communicate(timeout=60)

    assert process.returncode == 1
    assert not [pid for pid in started if is_alive(pid)]


def test_nothing_is_left_when_the_command_itself_is_killed(begun: tuple[Installation, subprocess.Popen[str]]) -> None:
    _, process = begun
    started = descendants(process.pid)

    process.kill()
    process.communicate(timeout=60)

    wait_until(lambda: not [pid for pid in started if is_alive(pid)])


def test_a_port_in_use_is_said_in_a_sentence(home: Path) -> None:
    installation = on_a_port(home)
    with socket.create_server(("127.0.0.1", int(installation.variables["SAMOVAR_PORT"]))):
        said = installation.run("start", code=1).stderr

    assert f"Port {installation.variables['SAMOVAR_PORT']} is in use" in said
    assert "SAMOVAR_PORT=" in said and "Traceback" not in said
    assert not (home / "postgres").exists()


def test_each_role_is_a_command_of_its_own(installation: Installation) -> None:
    found = replace(on_a_port(installation.home), home=installation.home)
    with running(found, "live"):
        wait_until(lambda: status(found) == 503)
        with running(found, "web"), running(found, "work"):
            wait_until(lambda: status(found) == 200)
        wait_until(lambda: status(found) == 503)


def test_the_log_of_requests_names_nobody(installation: Installation) -> None:
    found = replace(on_a_port(installation.home), home=installation.home)
    with running(found, "start") as process:
        said_until(process, "Setup code")
        status(found, "/people/olga@aurora.example/?q=Olga+Ivanova")
        line = said_until(process, '"-"').splitlines()[-1]

    told = json.loads(line)
    assert (told["event"], told["status"], told["method"]) == ("request", 404, "GET")
    assert len(told["request_id"]) == 16
    assert "olga" not in line.lower()

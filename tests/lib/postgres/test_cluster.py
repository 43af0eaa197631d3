"""The embedded PostgreSQL starts whatever happened before, shares itself, and stops only when told to."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from samovar.lib.errors import Trouble
from samovar.lib.postgres import binaries, owner, place, processes
from samovar.lib.postgres.cluster import Cluster
from tests.installation import PATIENCE_SECONDS, ROOT, Installation
from tests.patience import until

IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root starts it as another user")
START = (
    "import pathlib, sys; from samovar.lib.postgres.cluster import Cluster; Cluster(pathlib.Path(sys.argv[1])).start()"
)


def _kill(cluster: Cluster) -> None:
    pid = cluster.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while cluster.pid() == pid:
        time.sleep(0.001)


def _starters(home: Path, count: int) -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen([sys.executable, "-c", START, home], cwd=Path(__file__).parents[3]) for _ in range(count)]


@pytest.fixture(scope="module")
def shared() -> Iterator[Installation]:
    """Return an installation for those tests that leave its server running and whole."""
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o711)
    installation = Installation(outer / "home")
    installation.cluster.start(durable=False)
    yield installation
    installation.cluster.stop()
    shutil.rmtree(outer)


def test_a_home_gets_a_database_in_utf8_that_sorts_the_same_everywhere(shared: Installation) -> None:
    [(encoding, provider, locale, checksums)] = shared.ask(
        "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale, current_setting('data_checksums')"
        " FROM pg_database WHERE datname = current_database()"
    )

    assert (encoding, provider, locale, checksums) == ("UTF8", "b", "C.UTF-8", "on")


def test_the_application_is_not_the_superuser(shared: Installation) -> None:
    assert shared.ask("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user") == [(False, False)]


def test_it_listens_on_its_socket_only_and_lets_in_nobody_else(shared: Installation) -> None:
    [(addresses,)] = shared.ask("SELECT current_setting('listen_addresses')")
    folder = place.socket_folder(shared.home)
    stranger = "nobody" if IS_ROOT else None

    assert addresses == ""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    if stranger:
        program = binaries.folder_for(owner.of(shared.home)) / "psql"
        tried = subprocess.run(
            [program, "-h", folder, "-U", place.ROLE, "-d", place.DATABASE, "-c", "SELECT 1"],
            user=stranger,
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        assert "Peer authentication failed" in tried.stderr


def test_values_of_customers_stay_out_of_its_log(shared: Installation) -> None:
    with shared.connect() as connection:
        connection.execute("CREATE TABLE customers (mail text PRIMARY KEY); INSERT INTO customers VALUES ('a@secret')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO customers VALUES ('a@secret')")
        connection.execute("DROP TABLE customers")

    # A process of its own writes the log, a moment later.
    until(lambda: "duplicate key" in shared.cluster.log())
    assert "secret" not in shared.cluster.log()


def test_starting_what_runs_changes_nothing(shared: Installation) -> None:
    before = shared.cluster.pid()

    shared.cluster.start()

    assert shared.cluster.pid() == before


def test_what_was_stored_is_there_after_stopping_and_starting(shared: Installation) -> None:
    with shared.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    assert shared.cluster.stop()
    assert not shared.cluster.stop()
    shared.cluster.start()

    assert shared.ask("SELECT * FROM kept") == [(1,)]


def test_of_several_that_start_together_one_does_the_work(home: Path) -> None:
    home.parent.joinpath("home").mkdir()
    starters = _starters(home, 4)

    assert [starter.wait(60) for starter in starters] == [0, 0, 0, 0]
    assert Installation(home).ask("SELECT 1") == [(1,)]


def test_it_outlives_whoever_started_it(home: Path) -> None:
    [starter] = _starters(home, 1)
    assert starter.wait(60) == 0

    assert Cluster(home).is_ready()


def test_a_killed_server_comes_back(shared: Installation) -> None:
    for _ in range(3):
        _kill(shared.cluster)

        shared.cluster.start(durable=False)

        assert shared.ask("SELECT 1") == [(1,)]


def test_a_killed_server_that_nobody_reaps_comes_back(home: Path) -> None:
    """The process that started it lives on, does not look after it, and so keeps its number taken."""
    waits = subprocess.Popen(
        [sys.executable, "-c", f"{START}; print('ready', flush=True); sys.stdin.read()", home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert waits.stdin is not None and waits.stdout is not None
    assert waits.stdout.readline() == b"ready\n"
    cluster = Cluster(home)
    zombie = cluster.pid()
    assert zombie is not None
    os.kill(zombie, signal.SIGKILL)
    while cluster.pid() is not None:
        time.sleep(0.001)
    assert Path(f"/proc/{zombie}").exists(), "the kernel still knows the number"

    cluster.start(durable=False)

    assert Installation(home).ask("SELECT 1") == [(1,)]
    waits.communicate()


def test_a_worker_that_outlives_its_killed_server_does_not_stop_the_next_one(shared: Installation) -> None:
    with shared.connect() as connection:
        [(worker,)] = connection.execute("SELECT pg_backend_pid()").fetchall()
        os.kill(worker, signal.SIGSTOP)
        _kill(shared.cluster)

        shared.cluster.start(durable=False)

        assert not processes.is_alive(worker)
        assert shared.ask("SELECT 1") == [(1,)]


def test_a_number_that_belongs_to_another_program_by_now_is_not_taken_for_the_server(
    shared: Installation,
) -> None:
    data = place.data(shared.home)
    lines = (data / "postmaster.pid").read_text().splitlines()
    assert shared.cluster.stop()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert shared.cluster.pid() is None
    shared.cluster.start(durable=False)

    assert shared.ask("SELECT 1") == [(1,)]


def test_a_stale_socket_does_not_stop_the_next_start(shared: Installation) -> None:
    sockets = place.listening_folder(shared.home)
    assert shared.cluster.stop()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(sockets / place.SOCKET))
    (sockets / f"{place.SOCKET}.lock").write_text(f"{os.getpid()}\n")

    shared.cluster.start(durable=False)

    assert shared.ask("SELECT 1") == [(1,)]


def test_a_first_start_that_was_cut_off_leaves_nothing_that_looks_like_data(home: Path) -> None:
    half = home / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    Cluster(home).start(durable=False)

    assert Installation(home).ask("SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "name", ["with spaces and 'quotes' \"of\" both kinds", "дом, где живёт, самовар", "long" * 50, "$(touch x);`y`%s"]
)
def test_the_home_may_be_called_anything(home: Path, name: str) -> None:
    strange = home / name
    cluster = Cluster(strange)
    try:
        cluster.start(durable=False)
        assert Installation(strange).ask("SELECT 1") == [(1,)]
    finally:
        cluster.stop()
    assert not list(Path("/tmp").glob(f"samovar-{place.digest(strange)}*")), "the short folder goes with the server"


def test_a_short_folder_of_a_stranger_is_not_used(home: Path) -> None:
    strange = home / ("long" * 50)
    mine = Path(tempfile.mkdtemp())
    place.socket_folder(strange).symlink_to(mine)
    try:
        with pytest.raises(Trouble, match="in the way"):
            Cluster(strange).start()
    finally:
        place.socket_folder(strange).unlink()
        mine.rmdir()


def test_data_of_another_version_are_refused_in_a_sentence(installation: Installation) -> None:
    assert installation.cluster.stop()
    (place.data(installation.home) / "PG_VERSION").write_text("17\n")

    with pytest.raises(Trouble, match="written by PostgreSQL 17, this Samovar brings 18"):
        installation.cluster.start()


def test_a_server_that_cannot_start_says_why(installation: Installation) -> None:
    assert installation.cluster.stop()
    shutil.rmtree(place.data(installation.home) / "global")

    with pytest.raises(Trouble, match=r"(?s)does not start.*global"):
        installation.cluster.start()


def test_a_server_whose_programs_were_upgraded_is_started_anew(home: Path) -> None:
    home.mkdir()
    programs = binaries.present()
    assert programs is not None
    site = home / "packages"
    for part in binaries.NEEDED:
        shutil.copytree(programs.parents[2] / part, site / part)
    cluster = Cluster(home)
    cluster.start(durable=False)
    cluster.stop()
    runner = owner.of(home)
    old = site / binaries.PACKAGE / "pginstall" / "bin"
    options = f"-c config_file={place.folder(home) / 'server.conf'}"
    began = runner.run([old / "pg_ctl", "-D", place.data(home), "-o", options, "-l", "/dev/null", "-w", "start"])
    assert began.returncode == 0, began.stdout
    before = cluster.pid()
    cluster.start(durable=False)
    assert cluster.pid() == before

    shutil.rmtree(site)
    cluster.start(durable=False)

    assert cluster.pid() not in (before, None)
    assert Installation(home).ask("SELECT 1") == [(1,)]


@as_root
def test_under_root_it_runs_as_a_system_user(shared: Installation) -> None:
    data = place.data(shared.home)
    pid = shared.cluster.pid()

    assert data.owner() == owner.SYSTEM_USER
    assert Path(f"/proc/{pid}").owner() == owner.SYSTEM_USER
    assert data.parent.owner() == "root", "its user cannot put links in root's way"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.fixture
def closed() -> Iterator[Path]:
    """Return a home that only root can enter, as in a folder below root's own."""
    outer = Path(tempfile.mkdtemp())
    yield outer / "home"
    Cluster(outer / "home").stop()
    shutil.rmtree(place.folder(outer / "home"), ignore_errors=True)
    shutil.rmtree(outer)


@as_root
def test_a_home_that_only_root_may_enter_works_and_keeps_its_data_elsewhere(closed: Path) -> None:
    Cluster(closed).start(durable=False)

    assert place.data(closed).is_relative_to(place.ROOT_PLACE)
    assert (place.folder(closed) / "home").read_text().strip() == str(closed)
    assert Installation(closed).ask("SELECT 1") == [(1,)]


@as_root
def test_the_place_of_all_of_roots_installations_may_be_the_home_of_one(home: Path) -> None:
    words = """
import sys
from pathlib import Path
from samovar.lib.postgres import place
from samovar.lib.postgres.cluster import Cluster
place.ROOT_PLACE = Path(sys.argv[1])
Cluster(place.ROOT_PLACE).start(durable=False)
"""
    # In a process of its own: what waits for its own lock waits for ever.
    subprocess.run([sys.executable, "-c", words, home], cwd=ROOT, timeout=PATIENCE_SECONDS, check=True)

    assert Cluster(home).is_ready()


@as_root
def test_a_new_home_of_an_old_name_does_not_find_the_old_data(closed: Path) -> None:
    Cluster(closed).start(durable=False)
    Cluster(closed).stop()
    old = place.folder(closed)
    shutil.rmtree(closed)

    Cluster(closed).start(durable=False)

    assert place.folder(closed) != old
    shutil.rmtree(old)


@as_root
def test_programs_in_a_place_that_only_root_may_enter_are_copied_out_of_it(tmp_path: Path) -> None:
    programs = binaries.present()
    assert programs is not None
    tmp_path.chmod(0o700)
    for part in binaries.NEEDED:
        shutil.copytree(programs.parents[2] / part, tmp_path / part)

    copied = binaries.copied(tmp_path)

    runner = owner.of(tmp_path / "no such home")
    assert runner.run([copied / "postgres", "--version"]).stdout.startswith("postgres (PostgreSQL) 18")
    assert "initdb" in runner.run([copied / "initdb", "--version"]).stdout
    assert binaries.copied(tmp_path) == copied
    shutil.rmtree(copied.parents[2])


@as_root
def test_data_of_an_ordinary_user_are_run_as_that_user_when_root_starts_them(home: Path) -> None:
    home.mkdir()
    os.chown(home, 65534, 65534)
    home.parent.chmod(0o755)
    (home / "postgres").mkdir()
    draft = home / "postgres" / "data"
    user = owner.Owner("nobody", 65534, 65534)
    user.give(draft, 0o700)
    programs = binaries.folder_for(user)
    made = user.run([programs / "initdb", "-D", draft, "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-sync"])
    assert made.returncode == 0, made.stdout

    Cluster(home).start(durable=False)

    assert Path(f"/proc/{Cluster(home).pid()}").owner() == "nobody"
    assert Installation(home).ask("SELECT 1") == [(1,)]

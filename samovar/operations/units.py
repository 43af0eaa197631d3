"""``samovar systemd``: the services of this installation, filled in with where it lies and who runs it."""

import os
import pwd
import sys
from pathlib import Path
from string import Template
from typing import Annotated

import typer
from django.conf import settings

import samovar
from samovar.lib.commands import say, without_database
from samovar.lib.errors import Trouble
from samovar.lib.postgres import owner, place

app = typer.Typer()

PACKAGE = Path(samovar.__file__).parent
PATTERNS = Path(__file__).parent / "systemd"
UNITS = ("samovar.service", "samovar-backup.service", "samovar-backup.timer")
ENVIRONMENT = Path("/etc/samovar.env")
HOMES = ("/home", "/root", "/run/user")
KEPT = 7


@app.command()
@without_database
def systemd(
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the files there, not to the screen.")] = None,
    user: Annotated[str, typer.Option(help="Who runs Samovar.", show_default="you, or samovar for root")] = "",
    backups: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the nightly backups go.", show_default="in SAMOVAR_HOME")
    ] = None,
) -> None:
    """Show the systemd services of this installation: Samovar itself, and a backup every night."""
    found = units(user or _runner(), (backups or settings.HOME / "backups").absolute())
    if into is None:
        typer.echo("\n".join(f"# {name}\n{text}" for name, text in found.items()))
        return
    try:
        for name, text in found.items():
            (into / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"{error.filename} could not be written: {error.strerror}.") from error
    say(f"Written to {into}: {', '.join(found)}.")


def units(user: str, backups: Path) -> dict[str, str]:
    """Return the texts of the services by the names of their files; raises Trouble for a user who cannot run them."""
    home = settings.HOME
    _refuse_wrong_user(user, home)
    words = {
        "user": user,
        # As this very command runs: with or without a script of that name, from a checkout or a package.
        "samovar": f"{_word(Path(sys.executable))} -m samovar",
        "code": _escaped(str(PACKAGE.parent)),
        "backups": _word(backups),
        "keep": str(KEPT),
        "environment": _escaped(str(ENVIRONMENT)),
        "environment_home": _quoted(f"SAMOVAR_HOME={home}"),
        # A folder that is missing yet does not stop the service.
        "writable": " ".join(_quoted(f"-{path}") for path in (home, backups, "/tmp")),
        "protect_home": "read-only" if any(map(_is_in_a_home, _places())) else "yes",
        # Where the socket of the database does not find room in SAMOVAR_HOME, it lies in /tmp for all to meet.
        "private_tmp": "yes" if place.socket_folder(home).is_relative_to(home) else "no",
    }
    words["hardening"] = _filled("hardening.conf", words)
    return {name: _filled(name, words) for name in UNITS}


def _refuse_wrong_user(user: str, home: Path) -> None:
    try:
        uid = pwd.getpwnam(user).pw_uid
    except KeyError:
        raise Trouble(f"There is no user {user!r} on this machine: make it, or name another one with --user.") from None
    if uid == 0:
        raise Trouble("Samovar needs no rights of root: name an ordinary user with --user, who owns SAMOVAR_HOME.")
    if not home.is_dir() or home.stat().st_uid != uid:
        raise Trouble(
            f"{home} is not a folder of the user {user!r}. If it is new: install -d -o {user} -m 0711 {home}. "
            f"If another user has worked with it, stop Samovar, and: chown -R {user}: {home}"
        )


def _runner() -> str:
    """Return who runs Samovar here: whoever asks, and the system user where root asks."""
    return owner.SYSTEM_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _places() -> tuple[Path, ...]:
    """Return all that the service must be able to read."""
    return settings.HOME, PACKAGE, Path(sys.prefix), Path(sys.base_prefix)


def _is_in_a_home(path: Path) -> bool:
    return any(path.is_relative_to(home) for home in HOMES)


def _filled(name: str, words: dict[str, str]) -> str:
    return Template((PATTERNS / name).read_text(encoding="utf-8")).substitute(words)


def _escaped(text: str) -> str:
    """Return ``text`` as a value of a service: a percent sign would begin a word of systemd's own."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Return ``text`` as one of several words of a line."""
    escaped = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _word(path: Path) -> str:
    """Return ``path`` as a word of a command, in which a dollar sign would name a variable."""
    return _quoted(str(path).replace("$", "$$"))

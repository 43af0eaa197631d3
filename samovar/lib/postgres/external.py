"""The address of a PostgreSQL that the operator brings along (``DATABASE_URL``)."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from samovar.lib.env import WrongSetting
from samovar.lib.postgres.place import Address


def external_address(url: str) -> tuple[Address, dict[str, str]]:
    """Return the address that ``url`` names, and its further words to the driver (``?sslmode=require`` …).

    Read by the PostgreSQL client itself, so that everything works which its own tools understand. Raises WrongSetting.
    """
    try:
        words = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        words = {}
    if not words.get("dbname"):
        raise WrongSetting(
            "DATABASE_URL cannot be read. Write it as postgresql://USER:PASSWORD@HOST:PORT/NAME, "
            "or leave it out to use the built-in database."
        )
    address: Address = {
        "NAME": words.pop("dbname"),
        "USER": words.pop("user", ""),
        "PASSWORD": words.pop("password", ""),
        "HOST": words.pop("host", ""),
        "PORT": words.pop("port", ""),
    }
    return address, words

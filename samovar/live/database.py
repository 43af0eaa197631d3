"""The front's own way to the database: a few connections without Django, which never block the loop."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

MOST_CONNECTIONS = 4
PATIENCE_SECONDS = 5.0
# A connection over a network that was cut without a word is noticed after half a minute.
ALIVE: dict[str, Any] = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


Query = LiteralString | sql.Composed


class Database:
    """A pool for questions, and connections of their own for those who listen."""

    def __init__(self) -> None:
        self._address = _address()
        self._pool = AsyncConnectionPool(
            self._address,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=PATIENCE_SECONDS,
            kwargs={"autocommit": True},
            open=False,
            name="live",
        )

    async def open(self) -> None:
        """Begin to connect; a database that is away is waited for."""
        await self._pool.open()

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def rows(self, query: Query, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of ``query``; raises psycopg.OperationalError when the database is away."""
        try:
            return await self._rows(query, values)
        except psycopg.OperationalError:
            # The connection may have died while it lay in the pool; the next one is new.
            return await self._rows(query, values)

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[AsyncConnection]:
        """Hold a connection that listens on ``channel``."""
        connection = await AsyncConnection.connect(self._address, autocommit=True)
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            yield connection

    async def _rows(self, query: Query, values: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, values)
            return await cursor.fetchall()


def _address() -> str:
    found: dict[str, Any] = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {name: found[key] for name, key in names.items() if found.get(key)}
    return make_conninfo("", **parts, **found["OPTIONS"], **ALIVE)

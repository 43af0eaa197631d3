"""What a generation of the processes gets from the one before, and hands on to the next (operations/standing.py)."""

import asyncio
import json
import os
import socket
from collections.abc import Callable

from samovar.operations.standing import ALONE, LEGACY, SERVES


class Heritage:
    """The open ports, and the two moments for which the processes of a successor wait.

    ``pages``: its own pages can be shown, so that the port may lead to them. ``alone``: the one before is gone, so
    that what is done in the background, and mail that is taken, are this version's alone.
    """

    def __init__(self) -> None:
        told = json.loads(os.environ.pop(LEGACY, "{}"))
        self.is_successor: bool = told.get("is_successor", False)
        self.stops_database: bool = told.get("stops_database", False)
        self.pages, self.alone = asyncio.Event(), asyncio.Event()
        self._given: dict[str, int] = told.get("listeners", {})
        self._held: dict[str, socket.socket] = {}
        self._line = socket.socket(fileno=told["line"]) if told else None
        if not self.is_successor:
            self.pages.set()
            self.alone.set()

    def listener(self, name: str, make: Callable[[], socket.socket]) -> socket.socket:
        """Return the open port ``name``; the first generation makes it."""
        given = self._given.get(name)
        found = self._held[name] = make() if given is None else socket.socket(fileno=given)
        found.set_inheritable(False)
        return found

    async def take_over(self) -> None:
        """Say that this generation serves, and wait until it is alone."""
        if self._line is None:
            return
        told = json.dumps({"listeners": list(self._held), "stops_database": self.stops_database})
        socket.send_fds(self._line, [SERVES + told.encode()], [held.fileno() for held in self._held.values()])
        if self.is_successor:
            self._line.setblocking(False)
            await asyncio.get_running_loop().sock_recv(self._line, len(ALONE))
            self.alone.set()

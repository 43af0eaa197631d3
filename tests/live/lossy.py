"""A bad line between a screen and the front: what comes is held back and cut off, by chance but repeatably."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# So often a piece of what comes is lost, and the connection with it.
LOSS = 0.3


class Line:
    """Listens on ``port`` and passes each connection on; ``cuts`` counts those that broke off."""

    def __init__(self, to: int, chance: random.Random, wait_seconds: float) -> None:
        self.cuts = 0
        self._to, self._chance, self._wait = to, chance, wait_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the line down."""
        self._end.set()
        # Closing alone does not wake who waits for the next one.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._end.is_set():
                near, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._to)) as far, suppress(OSError):
            far.sendall(near.recv(65536))
            is_first = True
            while piece := far.recv(4096):
                # What is late is late for all that follows, as on any line.
                self._end.wait(self._chance.random() * self._wait)
                # The answer itself comes, or nobody would ever learn anything.
                if not is_first and self._chance.random() < LOSS:
                    self.cuts += 1
                    near.sendall(piece[: self._chance.randrange(len(piece))])
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(piece)
                is_first = False


@contextmanager
def lossy(to: int, seed: int, wait_seconds: float) -> Iterator[Line]:
    """Hold a bad line to the port ``to``."""
    line = Line(to, random.Random(seed), wait_seconds)
    try:
        yield line
    finally:
        line.close()

"""A line to a server that can be cut in the middle of a mail."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = 65_536


@dataclass
class Line:
    """Listens at ``port`` and passes everything on; ``cut_at`` breaks off so many bytes behind the first ``BODY[]``."""

    port: int = 0
    cut_at: int | None = None


class _Passing(socketserver.BaseRequestHandler):
    server: "_Passer"

    def handle(self) -> None:
        """Pass on what both sides say until one of them ends."""
        with socket.create_connection(("127.0.0.1", self.server.to)) as there:
            asking = threading.Thread(target=_pass_on, args=(self.request, there), daemon=True)
            asking.start()
            self._answer(there)
            for side in (there, self.request):
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
            asking.join()

    def _answer(self, there: socket.socket) -> None:
        said = b""
        with contextlib.suppress(OSError):
            while piece := there.recv(PIECE):
                said += piece
                if self.server.line.cut_at is not None and b"BODY[]" in said:
                    end = said.index(b"BODY[]") + self.server.line.cut_at
                    if end <= len(said):
                        self.request.sendall(piece[: max(end - len(said) + len(piece), 0)])
                        return
                self.request.sendall(piece)


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := here.recv(PIECE):
            there.sendall(piece)


class _Passer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    line: Line
    to: int


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """Run such a line to a server on the loopback address."""
    with _Passer(("127.0.0.1", 0), _Passing) as passer:
        passer.line, passer.to = Line(passer.server_address[1]), port
        thread = threading.Thread(target=passer.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield passer.line
        passer.shutdown()

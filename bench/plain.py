"""Run as a process: the same pages by granian alone on a port, as many processes and threads, without the front.

usage: python -m bench.plain PORT
"""

import sys

from django.conf import settings
from granian import Granian
from granian.constants import HTTPModes, Interfaces

import bench.ready  # noqa: F401 - first of all, because the processes that granian starts inherit it
from samovar.live import web


def main() -> None:
    """Serve until told to stop."""
    Granian(
        "samovar.wsgi:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.WEB_PROCESSES,
        blocking_threads=web.THREADS,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()

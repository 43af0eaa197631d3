"""One web process: the pages, by granian over WSGI, on a socket of its own."""

import multiprocessing
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from samovar.lib.processes import die_with_parent, name_parent

if TYPE_CHECKING:
    from samovar.live.behind_front import Application

# Two threads a process were measured best: one waits for the database while the other works.
THREADS = 2
STOP_SECONDS = 10
# Longer than the front keeps an idle connection, so that it is never this side that closes one.
IDLE_MILLISECONDS = 60_000


def serve(path: Path, application: str = "samovar.wsgi:application") -> None:
    """Serve ``application`` on the socket ``path`` until told to stop; returns when its process has died, too."""
    path.unlink(missing_ok=True)
    if sys.platform.startswith("linux"):
        # What runs the application shares what is loaded here.
        multiprocessing.set_start_method("fork", force=True)
    # The process that granian starts for the application must not outlive granian's own.
    os.environ.update(name_parent())
    server = Granian(
        application,
        uds=path,
        uds_permissions=0o600,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_MILLISECONDS),
        websockets=False,
        workers=1,
        blocking_threads=THREADS,
        workers_kill_timeout=STOP_SECONDS,
        log_enabled=False,
    )
    server.serve(target_loader=_application)


def _application(name: str) -> "Application":
    """Return the application ``module:name``, in the process that runs it."""
    # Without granian's own process nobody watches over it.
    die_with_parent(signal.SIGKILL)
    module, _colon, attribute = name.partition(":")
    found: Application = getattr(import_module(module), attribute)
    return found

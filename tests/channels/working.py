"""A worker as it runs in an installation, in a process of its own."""

import signal
import threading

from samovar.jobs import worker
from samovar.lib.processes import die_with_parent


def main() -> None:
    """Work until the process is told to stop."""
    die_with_parent(signal.SIGKILL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    worker.run(stop)

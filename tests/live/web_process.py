"""Run as a process: one web process that serves tests/live/pages.py, or what else is named, on the socket named."""

import sys
from pathlib import Path

from samovar.lib.processes import die_with_parent
from samovar.live import web

if __name__ == "__main__":
    die_with_parent()
    web.serve(Path(sys.argv[1]), sys.argv[2])

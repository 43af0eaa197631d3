"""From a fresh checkout to the first page, with the wheels in pip's cache, and from then on to the first page again."""

import os
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from time import perf_counter, sleep

from bench.figures import Figures

ROOT = Path(__file__).resolve().parent.parent


def page_after(checkout: Path, home: Path) -> float:
    """Run ``scripts/start``; return the seconds until a page is there, and stop everything again."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    variables = {**os.environ, "SAMOVAR_HOME": str(home), "SAMOVAR_PORT": str(port)}
    for name in ("DATABASE_URL", "SAMOVAR_ROLE", "PYTHONPATH", "VIRTUAL_ENV"):
        variables.pop(name, None)
    start = perf_counter()
    with subprocess.Popen(["scripts/start"], cwd=checkout, env=variables, stdout=subprocess.DEVNULL) as process:
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"scripts/start ended with {process.returncode}")
            sleep(0.05)
        seconds = perf_counter() - start
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return seconds


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def measure(figures: Figures) -> None:
    """Start twice in a fresh checkout: on an empty machine, and again."""
    # Outside of the folders that only their owner may enter: under root the database runs as a user of its own.
    with tempfile.TemporaryDirectory(prefix="samovar-bench-start-") as folder:
        Path(folder).chmod(0o755)
        for name in ("fill", "measured"):
            subprocess.run(["git", "clone", "--quiet", str(ROOT), f"{folder}/{name}"], check=True)
        # The first one fills the cache, so that what is measured is our own doing and not the network.
        page_after(Path(folder, "fill"), Path(folder, "home of fill"))
        checkout, home = Path(folder, "measured"), Path(folder, "home")
        figures.add("first start to the first page", page_after(checkout, home), "s", "≤ 60 s")
        figures.add("next start to the first page", page_after(checkout, home), "s", "≤ 5 s")


if __name__ == "__main__":
    noted = Figures("Starting")
    measure(noted)
    noted.finish()

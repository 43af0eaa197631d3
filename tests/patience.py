"""Waiting for what other threads and processes do, without saying how long that takes."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 180


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds; fails when it does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)

"""What is asked of a provider, and kept of its answers, so that one that hangs cannot hold up the whole installation.

Of one process one request asks at a time, for three seconds in all; who comes meanwhile waits for one second and is
told to try again. What a provider says of itself and its keys are kept for ten minutes. One that fails is not asked
again for a minute, by any process.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache

from samovar.accounts.errors import SignInRefused
from samovar.accounts.models import StaffProvider
from samovar.lib import safe_http
from samovar.lib.errors import NotFetched
from samovar.lib.safe_http import Answered

SECONDS_IN_ALL = 3.0
PATIENCE_SECONDS = 1.0
KEPT_SECONDS = 600
LEFT_ALONE_SECONDS = 60
UNREACHABLE, BUSY = "unreachable", "busy"
TURN = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Talk:
    """One request's time with a provider."""

    provider: StaffProvider
    end: float

    def said_at(self, url: str) -> Mapping[str, object]:
        """Return what stands at ``url``, nothing when it cannot be read; raises SignInRefused."""
        try:
            return read(safe_http.fetch(url, seconds=self._left()).content)
        except NotFetched as error:
            raise self.failed() from error

    def post(self, url: str, given: Mapping[str, str]) -> Answered:
        """Return the answer to a form; raises SignInRefused."""
        try:
            return safe_http.post(url, given, seconds=self._left())
        except NotFetched as error:
            raise self.failed() from error

    def failed(self) -> SignInRefused:
        """Leave the provider alone for a while; return what the person is told."""
        cache.set(key_of(self.provider, "failed"), "yes", LEFT_ALONE_SECONDS)
        return SignInRefused(UNREACHABLE)

    def _left(self) -> float:
        return max(self.end - time.monotonic(), 0.0)


@contextmanager
def talk(provider: StaffProvider) -> Iterator[Talk]:
    """Give the only turn to ask; raises SignInRefused when somebody else has it, or the provider failed just now."""
    if cache.get(key_of(provider, "failed")):
        raise SignInRefused(UNREACHABLE)
    if not TURN.acquire(timeout=PATIENCE_SECONDS):
        raise SignInRefused(BUSY)
    try:
        yield Talk(provider, time.monotonic() + SECONDS_IN_ALL)
    finally:
        TURN.release()


def kept(provider: StaffProvider, what: str) -> object:
    """Return what is kept of a provider, None for nothing."""
    return cache.get(key_of(provider, what))


def keep(provider: StaffProvider, what: str, said: object) -> None:
    """Keep what a provider said."""
    cache.set(key_of(provider, what), said, KEPT_SECONDS)


def key_of(provider: StaffProvider, what: str) -> str:
    """Return the name under which something is kept; another server has other ones."""
    return f"sign-on:{provider.pk}:{hashlib.sha256(provider.issuer.encode()).hexdigest()[:20]}:{what}"


def read(content: bytes) -> Mapping[str, object]:
    """Return what a provider said, nothing when it is not what it should be."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

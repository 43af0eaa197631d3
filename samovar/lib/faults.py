"""Points at which the tests kill a process, to prove that nothing is lost there; otherwise they do nothing.

The environment names the points and the passing at which each kills: ``SAMOVAR_FAULTS=mail.stored:3,send.taken:1``.
"""

import os
import signal
import threading
from collections import Counter

from samovar.lib import env

VARIABLE = "SAMOVAR_FAULTS"

_passed: Counter[str] = Counter()
_lock = threading.Lock()


def point(name: str) -> None:
    """Kill this process, as a power cut would, when the environment asks for it at this passing of ``name``."""
    if VARIABLE not in os.environ:
        return
    with _lock:
        _passed[name] += 1
        is_fatal = _passed[name] in wanted().get(name, set())
    if is_fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def wanted() -> dict[str, set[int]]:
    """Return the passings at which each point kills; raises WrongSetting when the variable cannot be read."""
    found: dict[str, set[int]] = {}
    for word in filter(None, env.text(VARIABLE).split(",")):
        name, _colon, passing = word.strip().partition(":")
        if not name or not passing.isdigit():
            raise env.WrongSetting(f"{VARIABLE} holds {word!r}. Write NAME:PASSING,…, or leave it out.")
        found.setdefault(name, set()).add(int(passing))
    return found

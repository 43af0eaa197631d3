"""Points at which the tests harm a process, to prove that nothing is lost there; otherwise they do nothing.

The environment names the points and the passing at which each kills: ``SAMOVAR_FAULTS=mail.stored:3,send.taken:1``.
A word behind that says what is done instead: ``SAMOVAR_FAULTS=read:1:hang``, with ``*`` at every passing.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from samovar.lib import env

VARIABLE = "SAMOVAR_FAULTS"
ALWAYS = "*"
KILL = "kill"

_passed: Counter[str] = Counter()
_lock = threading.Lock()


def point(name: str) -> None:
    """Kill this process, as a power cut would, when the environment asks for it at this passing of ``name``."""
    if VARIABLE not in os.environ:
        return
    with _lock:
        _passed[name] += 1
        harms = wanted().get(name, {})
        harm = harms.get(str(_passed[name])) or harms.get(ALWAYS)
    if harm:
        HARMS[harm]()


def wanted() -> dict[str, dict[str, str]]:
    """Return what each point does at which passing; raises WrongSetting when the variable cannot be read."""
    found: dict[str, dict[str, str]] = {}
    for word in filter(None, env.text(VARIABLE).split(",")):
        name, passing, harm = (*word.strip().split(":"), "", "", "")[:3]
        if not name or not (passing.isdigit() or passing == ALWAYS) or (harm or KILL) not in HARMS:
            raise env.WrongSetting(f"{VARIABLE} holds {word!r}. Write NAME:PASSING,… or NAME:PASSING:HARM,…")
        found.setdefault(name, {})[passing] = harm or KILL
    return found


def _hang() -> None:
    while True:
        pass


def _fill() -> None:
    found: list[bytearray] = []
    while True:
        found.append(bytearray(8_000_000))


def _recurse() -> None:
    _recurse()


def _stumble() -> None:
    raise RuntimeError("stumbled")


HARMS: dict[str, Callable[[], object]] = {
    KILL: lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abort": os.abort,
    "leave": lambda: os._exit(0),
    "fail": lambda: os._exit(1),
    "stop": sys.exit,
    "hang": _hang,
    "sleep": lambda: time.sleep(3600),
    "fill": _fill,
    "recurse": _recurse,
    "stumble": _stumble,
}

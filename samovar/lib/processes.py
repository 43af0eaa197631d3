"""What a process of ours knows of its machine, and what it owes to the process that started it."""

import ctypes
import gc
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PARENT = "SAMOVAR_PARENT"
GARBAGE_THRESHOLDS = (20_000, 20, 20)


def settle() -> None:
    """Keep what is loaded by now out of the search for garbage, and search less often; called once all is imported.

    Half a million objects of the program itself live as long as the process: looking through them again and again
    costs a page a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else os.cpu_count() or 1


def name_parent() -> dict[str, str]:
    """Return the variables that tell a process started from here who its parent is."""
    return {PARENT: str(os.getpid())}


def name_process(role: str) -> None:
    """Let those who look at the processes of the machine see which one this is; 15 letters are shown."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"samovar {role}".encode(), 0, 0, 0)


def die_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send ``by`` to this process when the process that started it is gone, however it went.

    Does nothing in a process that was not started by one of ours. Only Linux can do it; elsewhere an orderly stop
    leaves nothing behind either, but a kill may.
    """
    parent = os.environ.get(PARENT)
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    # The parent may have died before the line above: then this process already has another one.
    if parent != str(os.getppid()):
        os.kill(os.getpid(), by)

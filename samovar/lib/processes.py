"""What a process of ours owes to the one that started it."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT = "SAMOVAR_PARENT"


def die_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send ``by`` to this process when the process that started it is gone, however it went.

    Only Linux can do that; elsewhere nothing is left behind by an orderly stop, but may be after a kill.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    # The parent may have died before the line above: then this process already has another one.
    expected = os.environ.get(PARENT)
    if expected and expected != str(os.getppid()):
        os.kill(os.getpid(), by)

"""The ``samovar`` command, also as ``python -m samovar``."""

import os
import sys
from importlib import import_module

from samovar.operations import standing


def main() -> None:
    """Run the command that was typed; what only stands by while others serve loads nothing of it."""
    if sys.argv[1:] == ["start"] and standing.LEGACY not in os.environ:
        sys.exit(standing.Standing().run())
    import_module("samovar.cli").main()


if __name__ == "__main__":
    main()

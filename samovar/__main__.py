"""``python -m samovar`` is the same as the ``samovar`` command."""

from samovar.cli import main

if __name__ == "__main__":
    main()

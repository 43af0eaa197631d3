"""What can keep the demo company from being filled in; each says what to do."""

from samovar.lib.errors import Trouble


class RealDataHere(Trouble):
    """There are customers already, or a mailbox is connected."""


class AnotherDemo(Trouble):
    """A demo company of another size or seed is here."""


class ShareFailed(Trouble):
    """A process that filled in a share has stopped with an error."""

"""What can go wrong with events."""


class NotInTransaction(Exception):
    """An event was announced outside of a transaction, where it could be written without its change."""


class NestedAnnouncement(Exception):
    """A ``now`` reaction announced an event; only the change itself and ``later`` reactions may."""


class UnknownKind(Exception):
    """A row of the log has a kind that no class of this version knows."""


class UnreadableEvent(Exception):
    """A row of the log lacks a field that its class now requires."""

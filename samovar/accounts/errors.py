"""What the verbs of the staff refuse."""


class LastAdmin(Exception):
    """Without this person nobody could change settings any more."""


class AlreadyBegun(Exception):
    """The company has its first administrator; the first-run page is closed for good."""

"""Errors that a person can mend."""


class Trouble(Exception):
    """Something is wrong that the person at the keyboard can mend; the text is a sentence that says what and how."""


class NotFetched(Exception):
    """What a stranger's address leads to was not fetched; it says no more, so that nobody learns what stands there."""

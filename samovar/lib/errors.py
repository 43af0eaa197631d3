"""Errors that a person can mend."""


class Trouble(Exception):
    """Something is wrong that the person at the keyboard can mend; the text is a sentence that says what and how."""

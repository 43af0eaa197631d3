"""What cannot be done with customers."""

from samovar.lib.errors import Trouble


class AddressTaken(Exception):
    """The address is that of another customer, ``customer_id``."""

    def __init__(self, customer_id: int) -> None:
        super().__init__(customer_id)
        self.customer_id = customer_id


class UnusableAddress(Trouble):
    """What was typed is neither an e-mail address nor a phone number; the text says why."""


class NameTaken(Trouble):
    """Another organisation has this name; the text says so."""


class CardClosed(Trouble):
    """Nothing can be written on this card any more; the text says why."""


class AddressInUse(Trouble):
    """The address takes part in conversations of other people; the text says so."""


class CannotRestrict(Trouble):
    """This cannot be decided about a customer; the text says why."""


class CannotMerge(Trouble):
    """These two cards cannot be made one now; the text says why."""


class CannotSeparate(Trouble):
    """This merge cannot be undone; the text says why."""


class CannotErase(Trouble):
    """This person cannot be erased by this card; the text says why."""

"""What can be done from the palette, each with the key that does the same."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.saved_views import FIRST, VIEWS


@dataclass(frozen=True)
class Action:
    """One entry of the palette: it follows ``url``, or presses what has ``key`` on the open page."""

    label: str
    icon: str
    key: str = ""
    url: str = ""


HERE: tuple[tuple[Promise, str, str], ...] = (
    (_("Reply"), "reply", "R"),
    (_("Note to the team"), "note", "N"),
    (_("Resolve or reopen"), "check", "E"),
    (_("Snooze"), "snooze", "S"),
    (_("Assign to somebody"), "user", "A"),
    (_("Assign to me"), "user", "M"),
    (_("Tag the conversation"), "tag", "L"),
)


def actions(text: str, path: str, user: User) -> list[Action]:
    """Return the actions whose names hold all words of ``text``; those of a conversation only where one is open."""
    is_open = path.startswith("/conversations/") and user.can_answer
    here = [Action(str(label), icon, key) for label, icon, key in HERE] if is_open else []
    words = text.lower().split()
    return [action for action in [*here, *_places()] if all(word in action.label.lower() for word in words)][:8]


def _places() -> list[Action]:
    inbox = reverse("inbox")
    views = [
        Action(str(view.title), "inbox", url=inbox if view == FIRST else f"{inbox}?view={view.name}")
        for view in VIEWS.values()
    ]
    return [*views, Action(str(_("Customers")), "customers", "G C", reverse("customers"))]

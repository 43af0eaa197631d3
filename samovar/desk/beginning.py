"""What an installation shows that nobody has written to yet: three steps to the first answer."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.models import Conversation, Inbox


@dataclass(frozen=True)
class Step:
    """One step; without ``url`` somebody else has to take it."""

    title: str
    text: str
    url: str = ""
    action: str = ""


def steps(user: User) -> list[Step]:
    """Return the steps while there is no conversation at all, for those who may see conversations."""
    if not (user.can_answer or user.role == "observer") or Conversation.objects.exists():
        return []
    addresses = list(Inbox.objects.filter(archived_at=None).exclude(address="").values_list("address", flat=True)[:1])
    write = _("Write to %(address)s from your own mail and answer yourself here.")
    return [
        Step(
            _("Connect mail"),
            _("Name the mailbox that customers write to. Nothing is deleted from it."),
            *((reverse("new_mailbox"), _("Connect a mailbox")) if user.is_admin and not addresses else ()),
        ),
        Step(
            _("Bring your people"),
            _("Everyone who answers gets a name of their own."),
            *((reverse("people"), _("Add people")) if user.is_admin else ()),
        ),
        Step(
            _("Try a message"),
            write % {"address": addresses[0]}
            if addresses
            else _("Write to that mailbox from your own mail and answer yourself here."),
        ),
    ]

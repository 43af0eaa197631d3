"""What a new installation shows until it is at work: three steps to the first answer, each ticked when it is done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from samovar.accounts.models import Company, Invitation, User
from samovar.conversations.models import Conversation, Inbox


@dataclass(frozen=True)
class Step:
    """One step; without ``url`` somebody else has to take it."""

    title: str
    text: str
    is_done: bool
    url: str = ""
    action: str = ""


def steps(user: User) -> list[Step]:
    """Return the steps while one of them is left, for those who see conversations; none once they were put away."""
    if not user.can_look or Company.has_settled():
        return []
    addresses = list(Inbox.objects.filter(archived_at=None).exclude(address="").values_list("address", flat=True)[:1])
    found = [_mail(user, bool(addresses)), _people(user), _message(addresses)]
    return [] if all(step.is_done for step in found) else found


def _mail(user: User, is_done: bool) -> Step:
    own = (reverse("new_mailbox"), _("Connect a mailbox")) if user.is_admin else ()
    return Step(
        _("Connect mail"),
        _("Name the mailbox that customers write to. Nothing is deleted from it."),
        is_done,
        *own,
    )


def _people(user: User) -> Step:
    is_done = User.objects.filter(is_active=True)[:2].count() > 1 or Invitation.objects.exists()
    own = (reverse("people"), _("Invite people")) if user.is_admin else ()
    return Step(_("Bring your people"), _("Everyone who answers gets a name of their own."), is_done, *own)


def _message(addresses: list[str]) -> Step:
    write = _("Write to %(address)s from your own mail and answer yourself here.")
    text = (
        write % {"address": addresses[0]}
        if addresses
        else _("Write to that mailbox from your own mail and answer yourself here.")
    )
    return Step(_("Try a message"), text, Conversation.objects.exists())

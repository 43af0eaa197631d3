"""Colleagues named in a note."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Role, User
from samovar.conversations.naming import SIGN, names_in
from samovar.lib.text import search_key

if TYPE_CHECKING:
    from samovar.conversations.models.inbox import Inbox
    from samovar.conversations.models.message import Message

LOOKING = [role for role in Role.values if role != Role.EXPERT]


class MentionQuerySet(models.QuerySet["Mention"]):
    """Who is named where."""

    def read(self, note: Message, inbox: Inbox) -> list[Mention]:
        """Store whom a note names, of those who see the conversation, its author left out. Again changes nothing."""
        if SIGN not in note.text:
            return []
        people = [person for person in those_who_look(inbox) if person.pk != note.author_id]
        found = [Mention(message=note, user=person, name=person.name) for person in named(note.text, people)]
        self.bulk_create(found, ignore_conflicts=True)
        return found


class Mention(models.Model):
    """Somebody of the team who is named in a note, by the ``name`` that stands there after the sign."""

    message = models.ForeignKey("Message", on_delete=models.PROTECT, related_name="mentions", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"{SIGN}{self.name}"


def those_who_look(inbox: Inbox) -> models.QuerySet[User]:
    """Return the members of staff who see what stands in an inbox."""
    return inbox.those_who_see(User.objects.filter(is_active=True, role__in=LOOKING))


def named(text: str, people: Iterable[User]) -> list[User]:
    """Return those of ``people`` whose whole name stands in ``text`` after the sign, at the start of a word.

    Of two who bear one name both are meant; of two names that begin alike the longer one is.
    """
    by_name: dict[str, list[User]] = {}
    for person in people:
        by_name.setdefault(search_key(person.name), []).append(person)
    pattern = names_in(by_name)
    found = {match.group(1) for match in pattern.finditer(text.lower().replace("ё", "е"))} if by_name else set()
    return [person for name in by_name if name in found for person in by_name[name]]

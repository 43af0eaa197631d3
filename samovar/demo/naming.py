"""Whom the notes of the invented staff name: they watch, and what is new of it stands under "For me"."""

from datetime import timedelta

from django.db import transaction

from samovar.accounts.models import News, Notice, Notification
from samovar.conversations.models import Mention, Message, Watching
from samovar.conversations.models.message import Direction
from samovar.conversations.naming import SIGN
from samovar.demo.models import Filling

# Older ones were seen long ago.
NEWS_OF = timedelta(days=2)
AT_ONCE = 50


def name_colleagues(filling: Filling) -> None:
    """Take note of the colleagues whom notes name. Again changes nothing."""
    rows = Message.objects.filter(direction=Direction.NOTE, text__contains=SIGN, mentions=None)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), AT_ONCE):
        _name(filling, numbers[start : start + AT_ONCE])


@transaction.atomic
def _name(filling: Filling, numbers: list[int]) -> None:
    for note in Message.objects.filter(pk__in=numbers).select_related("conversation__inbox").order_by("pk"):
        people = [mention.user for mention in Mention.objects.all().read(note, note.conversation.inbox)]
        Watching.objects.all().begin(note.conversation_id, people, note.created_at)
        if note.created_at < filling.ends_at - NEWS_OF:
            continue
        news = News(
            kind=Notice.MENTION,
            at=note.created_at,
            conversation_id=note.conversation_id,
            message_id=note.pk,
            actor_id=note.author_id,
        )
        for person in people:
            Notification.objects.all().tell(person.pk, news)

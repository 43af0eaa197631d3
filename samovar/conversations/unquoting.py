"""Emptying letters to somebody outside that quote what a person wrote in a conversation of somebody else.

What is answered to such a letter stays as its author wrote it.
"""

from collections.abc import Collection, Sequence

from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce, Now

from samovar.conversations.models import Attachment, Conversation, FileLink, Message
from samovar.events.models import Event, SetAside
from samovar.files.models import StoredFile
from samovar.lib.personal import Subject


def letters_that_quote(subject: Subject) -> QuerySet[Message]:
    """Select the letters with which something went that a person wrote in the conversations of others."""
    written = Message.objects.filter(customer__in=subject.ids).exclude(conversation__customer__in=subject.ids)
    found = dict(written.order_by().values_list("pk", "conversation"))
    return Message.objects.filter(conversation__parent__in=set(found.values()), passed_on__overlap=list(found))


def empty(letters: Sequence[Message], sides: Collection[Conversation]) -> list[Model]:
    """Empty letters of ``sides``, whose rows are held, with their files; return the rows that were changed."""
    full = [letter for letter in letters if letter.text]
    previews = {letter.preview for letter in full}
    shown = [side for side in sides if side.preview and side.preview in previews]
    numbers = [side.pk for side in sides]
    lines = Event.objects.filter(conversation_id__in=numbers, data__message_id__in=[letter.pk for letter in letters])
    told = list(lines.exclude(preview=""))
    Message.objects.filter(pk__in=[letter.pk for letter in full]).update(text="", hidden=[], html="", numbers="")
    Conversation.objects.filter(pk__in=[side.pk for side in shown]).update(preview="")
    Event.objects.filter(pk__in=[line.pk for line in told]).update(preview="")
    SetAside.objects.filter(event_id__in=[line.pk for line in told]).update(reason="")
    return [*full, *_emptied_files(letters), *shown, *told]


def _emptied_files(letters: Sequence[Message]) -> list[Attachment]:
    nothing = StoredFile.objects.all().keep(b"")
    files = list(Attachment.objects.filter(message__in=letters).exclude(name="", file=nothing))
    rows = Attachment.objects.filter(pk__in=[file.pk for file in files])
    rows.let_go()
    rows.update(name="", content_id="")
    FileLink.objects.filter(attachment__in=files).update(withdrawn_at=Coalesce("withdrawn_at", Now()))
    return files

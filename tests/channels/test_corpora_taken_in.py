"""The mails of the public collections come in: each is stored once, none is lost, no machine lands among people."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from samovar.channels import taking_in
from samovar.channels.mail.sources import mails_in
from samovar.channels.models import RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations.models import Conversation, Message
from tests import make

pytestmark = [pytest.mark.data, pytest.mark.django_db]
Record = Callable[[str, object], None]
AT_ONCE = 100
NOT_MAILS = (".json", "COPYING", "LICENSE")
# People who pass on a bounce that they got, and an answer of a person that stands among those of machines.
PEOPLE_AMONG_BOUNCES = 3
# Read-me files, Outlook's own files and contents of such, and a mail without a header.
NO_MAILS = {"mail-messages": 14, "bounces-and-auto-replies": 1}


def kept(folder: Path, wanted: Callable[[str], bool]) -> int:
    """Store every mail of a collection as live mail; return how many different ones there are."""
    contents = {found.raw for found in mails_in(folder) if wanted(found.name)}
    for batch in _batches(sorted(contents)):
        keep_all(Source(make.inbox().pk), [Arrival(content, timezone.now()) for content in batch])
    return len(contents)


def _batches(contents: list[bytes]) -> Iterator[list[bytes]]:
    for first in range(0, len(contents), AT_ONCE):
        yield contents[first : first + AT_ONCE]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mail-messages", "bounces-and-auto-replies"])
def test_every_mail_is_stored_and_becomes_a_message(name: str, samovar_data: Path, record_property: Record) -> None:
    count = kept(samovar_data / name, lambda found: not found.endswith(NOT_MAILS))

    taking_in.take_in_each(RawMail.objects.all())

    waiting = RawMail.objects.filter(understood_at=None).count()
    lost = RawMail.objects.filter(message=None).count()
    unread = Message.objects.filter(mail_class="unreadable").count()
    record_property("mails", count)
    record_property("messages", Message.objects.count())
    record_property("could not be read", unread)
    record_property("lost", lost)
    assert (RawMail.objects.count(), waiting, lost) == (count, 0, 0)
    assert unread == NO_MAILS[name]
    assert not RawMail.objects.filter(tries__gt=1).exists()


@pytest.mark.slow
def test_no_bounce_or_automatic_answer_opens_a_conversation_of_people(
    samovar_data: Path, record_property: Record
) -> None:
    count = kept(samovar_data / "bounces-and-auto-replies", lambda name: name.endswith(".eml") and "/not/" not in name)

    taking_in.take_in_each(RawMail.objects.all())

    humans = list(Conversation.objects.filter(kind="human").values_list("subject", flat=True))
    record_property("mails", count)
    record_property("among people", f"{len(humans)}: {humans}")
    assert len(humans) <= PEOPLE_AMONG_BOUNCES

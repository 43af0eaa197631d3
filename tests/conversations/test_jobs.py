"""What was put off comes back by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.conversations import drafting, jobs
from samovar.conversations.jobs import tidy_files, wake_snoozed
from samovar.conversations.models import Attachment, Conversation
from samovar.files.models import Chunk, StoredFile
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


def test_a_snoozed_conversation_wakes_when_its_time_has_come_and_no_earlier() -> None:
    olga, now = make.agent("olga"), timezone.now()
    soon, later = make.conversation("One", subject="One"), make.conversation("Two", subject="Two")
    soon.snooze(now + timedelta(hours=1), by=olga)
    later.snooze(now + timedelta(hours=3), by=olga)

    with clock.standing_at(now + timedelta(hours=2)):
        wake_snoozed()

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.snoozed_until, later.snoozed_until is None) == (None, False)


def test_all_that_is_due_wakes_at_once_however_much_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    olga, nine = make.agent("olga"), timezone.now() + timedelta(hours=1)
    for number in range(5):
        make.conversation(f"Message {number}").snooze(nine, by=olga)

    with clock.standing_at(nine):
        wake_snoozed()

    assert not Conversation.objects.all().snoozed().exists()


def test_what_was_put_off_anew_a_moment_ago_does_not_wake() -> None:
    olga, now = make.agent("olga"), timezone.now()
    conversation = make.conversation()
    conversation.snooze(now + timedelta(hours=1), by=olga)
    seen_before = Conversation.objects.get()
    conversation.snooze(now + timedelta(days=3), by=olga)

    with clock.standing_at(now + timedelta(hours=2)):
        seen_before.wake_when_due()

    conversation.refresh_from_db()
    assert conversation.snoozed_until == now + timedelta(days=3)


def test_files_that_were_uploaded_and_never_sent_go_after_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    olga, conversation = make.agent("olga"), make.conversation()
    left = [Attachment.objects.upload(f"{number}.txt", "text/plain", b"left %d" % number, olga) for number in range(3)]
    twin = Attachment.objects.upload("twin.txt", "text/plain", b"sent", olga)
    sent = Attachment.objects.upload("sent.txt", "text/plain", b"sent", olga)
    conversation.reply("Here it is.", by=olga, files=[sent])
    kept = drafting.attach(conversation, "note", ("kept.txt", "text/plain", b"kept"), olga)

    with clock.standing_at(timezone.now() + timedelta(days=6)):
        tidy_files()
    assert Attachment.objects.count() == 6
    with clock.standing_at(timezone.now() + timedelta(days=8)):
        tidy_files()

    assert set(Attachment.objects.all()) == {sent, kept}
    assert set(StoredFile.objects.all()) == {sent.file, kept.file}
    assert (sent.file.read(), kept.file.read()) == (b"sent", b"kept")
    assert Chunk.objects.count() == 2
    assert {file.file_id for file in left} & set(StoredFile.objects.values_list("pk", flat=True)) == set()
    assert twin.file_id == sent.file_id

"""Files above the limit of a mailbox go as a link: for a while, for whoever holds it, until somebody withdraws it."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from samovar.accounts.models import AuditEntry, Role, User
from samovar.channels import letters, outgoing
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Conversation, FileLink, Inbox, Message
from samovar.conversations.models.deleting import DeletionReason
from samovar.customers import erasure
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

PLAN = b"%PDF" + b"x" * 1024


@pytest.fixture
def olga() -> User:
    """An agent."""
    return make.agent("olga")


@pytest.fixture
def sent(olga: User, settings: LazySettings) -> Message:
    """A message with two files, of which the larger one was too large for its letter."""
    settings.PUBLIC_URL = "https://desk.aurora.example"
    make.inbox()
    Inbox.objects.update(attach_megabytes=1)
    conversation = make.conversation()
    files = [make.upload(olga, "small.pdf", PLAN), make.upload(olga, "план.pdf", PLAN * 1020)]
    return conversation.reply("Here you are", by=olga, files=files)


def letter_of(message: Message) -> Any:
    delivery = Delivery.objects.get(message=message)
    return message_from_bytes(
        letters.write(delivery, ChannelAccount(inbox=message.inbox)).content, policy=policy.default
    )


def path_in(text: str) -> str:
    [address] = re.findall(r"(/shared/[0-9a-f-]+/)", text)
    return str(address)


def test_the_largest_file_goes_as_a_link_that_works_without_signing_in_and_is_counted(
    sent: Message, client: Client
) -> None:
    letter = letter_of(sent)
    text = letter.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in letter.iter_attachments()] == ["small.pdf"]
    assert "план.pdf" in text
    assert "To download until" in text
    assert f'href="{FileLink.objects.get().url}"' in letter.get_body(("html",)).get_content()

    answer = client.get(path_in(text))

    assert answer.getvalue() == PLAN * 1020
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert FileLink.objects.get().downloads == 1
    client.force_login(make.agent())
    assert "1 download<" in client.get(f"/conversations/{sent.conversation_id}/").content.decode()


def test_where_customers_cannot_reach_us_every_file_goes_with_the_letter(olga: User) -> None:
    make.inbox()
    Inbox.objects.update(attach_megabytes=0)

    make.conversation().reply("Here you are", by=olga, files=[make.upload(olga, "plan.pdf", PLAN)])

    assert not FileLink.objects.exists()


def test_who_attaches_is_told_beforehand_what_will_go_as_a_link(sent: Message, client: Client, olga: User) -> None:
    conversation, place = sent.conversation, f"/conversations/{sent.conversation_id}/files"
    client.force_login(olga)

    def attached(mode: str, name: str, content: bytes) -> str:
        upload = SimpleUploadedFile(name, content)
        return client.post(f"{place}/{mode}/", {"file": upload}).content.decode()

    assert "goes as a link" in attached("reply", "plan.pdf", PLAN * 1030)
    assert "goes as a link" not in attached("reply", "small.pdf", PLAN)
    assert "goes as a link" not in attached("note", "plan.pdf", PLAN * 1030)
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert page.count("goes as a link") == 1


def test_what_fits_goes_as_a_file_and_notes_never_as_a_link(olga: User) -> None:
    conversation = make.conversation()
    conversation.reply("Here", by=olga, files=[make.upload(olga, "plan.pdf", PLAN)])
    Inbox.objects.update(attach_megabytes=0)
    conversation = Conversation.objects.get(pk=conversation.pk)
    conversation.add_note("Mine", by=olga, files=[make.upload(olga, "plan.pdf", PLAN)])

    assert not FileLink.objects.exists()


def same_words(answer: Any) -> str:
    """The page without what differs anyway: nonces and tokens."""
    return re.sub(r"nonce=\S+|\w{32,}", "", answer.content.decode())


def _wrong(link: FileLink) -> None:
    FileLink.objects.update(nonce="00000000-0000-4000-8000-000000000000")


def _expired(link: FileLink) -> None:
    FileLink.objects.update(expires_at=clock.now())


def _withdrawn(link: FileLink) -> None:
    link.withdraw(by=make.agent())


def _deleted(link: FileLink) -> None:
    assert link.attachment.message
    link.attachment.message.conversation.trash(DeletionReason.OTHER, by=make.agent())


def _erased(link: FileLink) -> None:
    assert link.attachment.message
    erasure.carry_on(erasure.erase(link.attachment.message.conversation.customer, "asked", by=make.admin()).pk)


@pytest.mark.parametrize("ending", [_wrong, _expired, _withdrawn, _deleted, _erased])
def test_every_link_that_opens_nothing_is_answered_alike(sent: Message, client: Client, ending: Any) -> None:
    link = FileLink.objects.get()
    path = path_in(link.url)
    unknown = client.get(f"/shared/{link.pk + 1}-abc/")

    ending(link)
    answer = client.get(path)

    assert (answer.status_code, same_words(answer)) == (404, same_words(unknown))
    for nonsense in ("x", "-", "9" * 30 + "-a", "٣-a"):
        assert client.get(f"/shared/{nonsense}/").status_code == 404
    assert FileLink.objects.get().downloads == 0


def test_withdrawing_can_be_undone_by_those_who_answer_and_see_it(sent: Message, client: Client, olga: User) -> None:
    link = FileLink.objects.get()
    address = f"/links/{link.pk}/"
    client.force_login(make.user(role=Role.OBSERVER))
    assert client.post(address).status_code == 403
    client.force_login(olga)

    answer = client.post(address)
    client.post(address)

    assert Client().get(path_in(link.url)).status_code == 404
    assert "which was withdrawn" in client.get(f"/conversations/{sent.conversation_id}/").content.decode()
    assert AuditEntry.objects.filter(action="file-link-withdrawn").count() == 1
    client.post([*get_messages(answer.wsgi_request)][0].extra_tags)
    assert Client().get(path_in(link.url)).status_code == 200


def test_a_letter_that_is_sent_again_bears_a_link_that_works(sent: Message, client: Client) -> None:
    link = FileLink.objects.get()
    before = link.url
    _expired(link)
    Delivery.objects.update(failed_at=clock.now())

    outgoing.try_again(sent)

    path = path_in(letter_of(sent).get_body(("plain",)).get_content())
    assert client.get(path).status_code == 200
    assert client.get(path_in(before)).status_code == 404
    link.refresh_from_db()
    again, until = link.url, link.expires_at
    # What is good still stays the same address, for as long as if it were new.
    FileLink.objects.update(expires_at=clock.now() + timedelta(hours=1))
    Delivery.objects.update(failed_at=clock.now())
    delivery = Delivery.objects.get()
    outgoing.send_elsewhere(delivery, "elena@new.example", by=make.agent())
    link.refresh_from_db()
    assert (link.url, link.expires_at >= until) == (again, True)


def test_a_link_that_was_withdrawn_stays_so_when_the_letter_is_sent_again(sent: Message) -> None:
    link = FileLink.objects.get()
    _withdrawn(link)
    _expired(link)
    Delivery.objects.update(failed_at=clock.now())

    outgoing.try_again(sent)

    link.refresh_from_db()
    assert link.withdrawn_at is not None
    assert link.is_over


def test_whoever_tries_too_often_waits(sent: Message, client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "shared_file": "1/10m/ip"}

    assert [client.get("/shared/1-a/").status_code for _try in range(2)] == [404, 429]

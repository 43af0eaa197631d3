"""Writing at the addresses of a conversation: messages, drafts, files."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from samovar.accounts.models import User
from samovar.conversations import drafting, forms
from samovar.conversations.models import Attachment, Conversation, Draft, Message
from tests import make

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def send(client: Client, conversation: Conversation, **given: object) -> Answer:
    """Press Send on an open page."""
    return client.post(f"/conversations/{conversation.pk}/messages/", {"mode": "reply", **given}, headers=HTMX)


def anyway(asked: Answer) -> str:
    """Return what the button sends that stands beside a question."""
    return unescape(asked.content.decode().split('name="anyway" value="')[1].split('"')[0])


def test_a_reply_is_stored_and_the_page_fetches_it(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = send(client, conversation, text="It comes on Thursday.")

    assert answer.status_code == 200
    assert "samovar:conversation" in answer.headers["HX-Trigger"]
    message = Message.objects.get(direction="out")
    assert (message.text, message.author) == ("It comes on Thursday.", olga)


def test_a_note_is_not_a_reply(client: Client, olga: User) -> None:
    send(client, make.conversation(), mode="note", text="A regular")

    assert Message.objects.get(author=olga).direction == "note"


def test_sending_and_resolving_opens_the_next(client: Client, olga: User) -> None:
    conversation = make.conversation()

    answer = send(client, conversation, text="Done", then="resolve")

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
    assert "conversations:next" in answer.headers["HX-Trigger-After-Settle"]
    assert "Sent and resolved" in answer.content.decode()


def test_without_scripts_a_reply_is_sent_with_its_files(client: Client, olga: User) -> None:
    conversation = make.conversation()
    files = [SimpleUploadedFile("a.txt", b"one", "text/plain"), SimpleUploadedFile("b.txt", b"two", "text/plain")]

    answer = client.post(
        f"/conversations/{conversation.pk}/messages/", {"mode": "reply", "text": "See", "upload": files}
    )

    assert answer.headers["Location"] == f"/conversations/{conversation.pk}/"
    message = Message.objects.get(direction="out")
    assert sorted(message.attachments.values_list("name", "size_bytes")) == [("a.txt", 3), ("b.txt", 3)]
    last = client.post(f"/conversations/{conversation.pk}/messages/", {"mode": "note", "text": "!", "then": "resolve"})
    assert last.headers["Location"] == "/"


@pytest.mark.parametrize("given", [{"text": "  "}, {"mode": "shout", "text": "x"}, {"text": "x", "file": "999"}])
def test_what_cannot_be_sent_is_said_in_words(client: Client, olga: User, given: dict[str, str]) -> None:
    answer = send(client, make.conversation(), **given)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_what_came_meanwhile_is_shown_before_sending(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    seen = conversation.messages.get().pk
    newer = make.received("Never mind, I found it.", named_ids=("a@mail.example",)).message_id

    answer = send(client, conversation, text="Where is it?", seen=seen)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Elena Sokolova wrote while you typed" in text
    assert "Never mind, I found it." in text
    assert anyway(answer) == f"seen={seen}&seen={newer}"
    assert send(client, conversation, text="Where is it?", seen=seen, anyway=anyway(answer)).status_code == 200


def test_whoever_sends_anyway_is_asked_each_question_once_and_gets_what_was_wanted(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    given = {"text": "Dear [customer.first_name?]", "seen": conversation.messages.get().pk}
    make.received("Never mind, I found it.", named_ids=("a@mail.example",))

    open_words = send(client, conversation, **given, then="resolve")
    newer = send(client, conversation, **given, anyway=anyway(open_words))
    assert "This was not filled in" in open_words.content.decode()
    assert "wrote while you typed" in newer.content.decode()
    conversation.refresh_from_db()
    assert conversation.resolved_at is None

    assert send(client, conversation, **given, anyway=anyway(newer)).status_code == 200
    conversation.refresh_from_db()
    assert conversation.resolved_at is not None


def test_what_came_meanwhile_is_shown_before_a_note_resolves(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    seen = conversation.messages.get().pk
    make.received("It broke again.", named_ids=("a@mail.example",))

    answer = send(client, conversation, mode="note", text="All well", then="resolve", seen=seen)

    assert answer.status_code == 422
    assert "It broke again." in answer.content.decode()
    assert "Resolve anyway" in answer.content.decode()
    conversation.refresh_from_db()
    assert (conversation.resolved_at, conversation.message_count) == (None, 2)
    assert send(client, conversation, mode="note", text="All well", seen=seen, anyway=anyway(answer)).status_code == 200
    conversation.refresh_from_db()
    assert conversation.resolved_at is not None


def test_a_colleague_reads_along_in_what_is_typed_and_an_onlooker_does_not(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    drafting.keep(conversation, "reply", "Good afternoon,\nI have looked.", by=igor)
    address = f"/conversations/{conversation.pk}/drafts/reply/?of={igor.pk}"

    assert client.get(address).content.decode() == "Good afternoon,\nI have looked."
    assert client.get(address.replace(str(igor.pk), "made-up")).content == b""
    client.force_login(make.user(role="observer"))
    assert client.get(address).status_code == 403


def test_a_colleague_who_answered_meanwhile_is_named(client: Client, olga: User) -> None:
    conversation = make.conversation()
    seen = conversation.messages.get().pk
    conversation.reply("On its way", by=make.agent("igor"))

    assert "Igor wrote while you typed" in send(client, conversation, text="Soon", seen=seen).content.decode()


def test_without_scripts_the_text_comes_back_as_a_draft(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    seen = conversation.messages.get().pk
    make.received("Never mind", named_ids=("a@mail.example",))

    answer = client.post(
        f"/conversations/{conversation.pk}/messages/", {"mode": "reply", "text": "Hello", "seen": seen}
    )

    assert Draft.objects.get().text == "Hello"
    assert "somebody wrote while you typed" in str(*get_messages(answer.wsgi_request))


def test_a_draft_is_kept_and_emptied(client: Client, olga: User) -> None:
    address = f"/conversations/{make.conversation().pk}/drafts/note/"

    assert client.post(address, {"text": "Look at this"}).status_code == 204
    assert Draft.objects.get().text == "Look at this"
    client.post(address, {"text": ""})

    assert not Draft.objects.exists()


def test_a_file_goes_up_at_once_and_is_sent_with_the_reply(client: Client, olga: User) -> None:
    conversation = make.conversation()

    row = client.post(
        f"/conversations/{conversation.pk}/files/reply/",
        {"file": SimpleUploadedFile('"><svg onload=alert(1)>.jpg', b"picture", "image/jpeg")},
    )
    file = Attachment.objects.get()
    send(client, conversation, text="", file=file.pk)

    assert f'name="file" value="{file.pk}"' in row.content.decode()
    assert "<svg onload" not in row.content.decode()
    assert [one.pk for one in Message.objects.get(direction="out").attachments.all()] == [file.pk]


def test_a_file_that_is_too_large_is_refused_in_words(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST", 5)
    conversation = make.conversation()
    large = SimpleUploadedFile("film.mp4", b"123456")

    alone = client.post(f"/conversations/{conversation.pk}/files/reply/", {"file": large})
    large.seek(0)
    sent = client.post(
        f"/conversations/{conversation.pk}/messages/", {"mode": "reply", "text": "See", "upload": large}, headers=HTMX
    )

    for answer in (alone, sent):
        assert answer.status_code == 422
        assert "film.mp4 is larger than 25 MB" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert client.post(f"/conversations/{conversation.pk}/files/reply/").status_code == 422


def test_a_file_can_be_removed_while_it_is_not_sent(client: Client, olga: User) -> None:
    conversation = make.conversation()
    file = drafting.attach(conversation, "reply", ("a.txt", "text/plain", b"a"), by=olga)

    assert client.delete(f"/files/{file.pk}/").status_code == 200

    assert not Attachment.objects.exists()


def test_nobody_takes_files_of_others(client: Client, olga: User) -> None:
    conversation, igor = make.conversation(), make.agent("igor")
    file = drafting.attach(conversation, "reply", ("a.txt", "text/plain", b"a"), by=igor)

    assert client.delete(f"/files/{file.pk}/").status_code == 404
    assert client.get(f"/attachments/{file.pk}/").status_code == 404
    assert send(client, conversation, text="See", file=file.pk).status_code == 422


def test_a_file_that_was_sent_cannot_be_removed(client: Client, olga: User) -> None:
    conversation = make.conversation()
    file = drafting.attach(conversation, "reply", ("a.txt", "text/plain", b"a"), by=olga)
    send(client, conversation, file=file.pk)

    assert client.delete(f"/files/{file.pk}/").status_code == 404
    assert BytesIO(b"".join(client.get(f"/attachments/{file.pk}/"))).read() == b"a"


def test_another_screen_gets_the_draft_of_its_own_person_only(client: Client) -> None:
    conversation, olga, igor = make.conversation(), make.agent("olga"), make.agent("igor")
    drafting.keep(conversation, "note", "Ask the depot", by=olga)
    address = f"/conversations/{conversation.pk}/drafts"

    client.force_login(olga)
    own = [client.get(f"{address}/{mode}/") for mode in ("note", "reply")]
    client.force_login(igor)
    others = client.get(f"{address}/note/")

    assert [answer.content for answer in (*own, others)] == [b"Ask the depot", b"", b""]
    assert own[0]["Content-Type"].startswith("text/plain")

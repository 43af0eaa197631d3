"""Nothing typed is lost, and nothing sent comes back."""

import pytest

from samovar.conversations import drafting
from samovar.conversations.errors import EmptyMessage, NewerMessage
from samovar.conversations.models import Attachment, Draft
from tests import make

pytestmark = pytest.mark.django_db

FILE = ("plan.pdf", "application/pdf", b"%PDF")


def test_a_reply_and_a_note_keep_a_text_each() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    drafting.keep(conversation, "reply", "Dear", by=olga)
    drafting.keep(conversation, "note", "Look", by=olga)
    drafting.keep(conversation, "reply", "Dear Elena", by=olga)

    assert dict(Draft.objects.values_list("mode", "text")) == {"reply": "Dear Elena", "note": "Look"}


def test_everybody_has_a_draft_of_their_own() -> None:
    conversation = make.conversation()

    for name in ("olga", "ivan"):
        drafting.keep(conversation, "reply", f"by {name}", by=make.agent(name))

    assert Draft.objects.count() == 2


def test_an_emptied_text_is_no_draft_but_its_file_is() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    drafting.keep(conversation, "note", "Look", by=olga)
    drafting.attach(conversation, "reply", FILE, by=olga)

    for mode in ("reply", "note"):
        drafting.keep(conversation, mode, " \n", by=olga)

    assert Draft.objects.get().mode == "reply"


def test_what_is_sent_is_no_draft_any_more() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    drafting.keep(conversation, "note", "Stays", by=olga)
    drafting.keep(conversation, "reply", "Hello", by=olga)
    file = drafting.attach(conversation, "reply", FILE, by=olga)

    message = drafting.write(conversation, drafting.Typed(mode="reply", text="Hello", files=[file]), by=olga)

    assert Draft.objects.get().mode == "note"
    assert [attachment.name for attachment in message.attachments.all()] == ["plan.pdf"]
    assert not Attachment.objects.filter(drafting.own_files(olga)).exists()


def test_a_draft_that_arrives_after_its_message_is_not_kept() -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    drafting.write(conversation, drafting.Typed(mode="reply", text="Hello\n"), by=olga)

    drafting.keep(conversation, "reply", "Hello", by=olga)

    assert not Draft.objects.exists()


def test_a_note_settles_nothing_that_its_author_has_not_seen() -> None:
    conversation, olga = make.conversation(external_id="a@mail.example"), make.agent("olga")
    seen = conversation.messages.get().pk
    make.received("It broke again", named_ids=("a@mail.example",))

    with pytest.raises(NewerMessage):
        drafting.write(
            conversation, drafting.Typed(mode="note", text="Settled", seen_id=seen, is_last_word=True), by=olga
        )
    drafting.write(conversation, drafting.Typed(mode="note", text="He called", seen_id=seen), by=olga)

    conversation.refresh_from_db()
    assert conversation.resolved_at is None
    assert conversation.messages.get(direction="note").text == "He called"


def test_what_could_not_be_sent_stays_a_draft() -> None:
    conversation, olga = make.conversation(external_id="a@mail.example"), make.agent("olga")
    seen = conversation.messages.get().pk
    drafting.keep(conversation, "reply", "Hello", by=olga)
    make.received("Never mind", named_ids=("a@mail.example",))

    with pytest.raises(NewerMessage):
        drafting.write(conversation, drafting.Typed(mode="reply", text="Hello", seen_id=seen), by=olga)
    with pytest.raises(EmptyMessage):
        drafting.write(conversation, drafting.Typed(mode="note", text=" "), by=olga)

    assert Draft.objects.get().text == "Hello"


def test_the_last_word_settles_the_matter() -> None:
    conversation, olga = make.conversation(), make.agent("olga")

    drafting.write(conversation, drafting.Typed(mode="reply", text="Done", is_last_word=True), by=olga)

    conversation.refresh_from_db()
    assert conversation.resolved_at is not None
    assert conversation.waiting_since is None

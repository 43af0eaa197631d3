"""A letter carries what its author formatted, as HTML and as plain text, with its pictures in it."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from samovar.accounts.models import User
from samovar.channels import letters
from samovar.channels.models import Delivery
from samovar.conversations import drafting
from samovar.conversations.models import Conversation, Message
from tests import make

pytestmark = pytest.mark.django_db


def mail_of(message: Message) -> EmailMessage:
    account = make.mailbox()
    delivery = Delivery.objects.select_related("message__inbox", "message__conversation").get(message=message)
    return message_from_bytes(letters.write(delivery, account).content, policy=policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    content: str = found.get_content()
    return content


def reply_with_picture(conversation: Conversation, olga: User, name: str = "scratch.png") -> Message:
    file = drafting.attach(conversation, "reply", (name, "image/png", make.picture()), by=olga)
    return conversation.reply(f"**Here:**\n\n![the scratch](file:{file.pk})", by=olga, files=[file])


def test_both_parts_say_the_same() -> None:
    message = make.conversation().reply("**Good news**, Elena:\n- oak\n- ash", by=make.agent())

    mail = mail_of(message)

    assert "<strong>Good news</strong>, Elena" in part(mail, "html")
    assert "<li>ash</li>" in part(mail, "html")
    assert part(mail, "plain").splitlines()[:3] == ["**Good news**, Elena:", "- oak", "- ash"]


def test_signature_and_marker_stand_under_a_formatted_text() -> None:
    mail = mail_of(make.conversation().reply("> We come\n\n*Yes*", by=make.agent("olga")))

    assert part(mail, "html").index("<em>Yes</em>") < part(mail, "html").index("{#c:")
    assert "{#c:" not in part(mail, "plain")


def test_what_is_written_as_html_is_a_text() -> None:
    mail = mail_of(make.conversation().reply("*<b>oak</b>* <script>x</script>", by=make.agent()))

    assert "<em>&lt;b&gt;oak&lt;/b&gt;</em> &lt;script&gt;" in part(mail, "html")


def test_a_pasted_picture_stands_in_the_text_and_comes_with_the_letter() -> None:
    mail = mail_of(reply_with_picture(make.conversation(), make.agent()))

    [picture] = [one for one in mail.walk() if one.get_content_maintype() == "image"]
    content_id = picture["Content-ID"].strip("<>")
    assert f'<img src="cid:{content_id}" alt="the scratch">' in part(mail, "html")
    assert picture.get_content_disposition() == "inline"
    assert "[the scratch]" in part(mail, "plain")


def test_a_picture_of_another_message_is_only_named() -> None:
    conversation, olga = make.conversation(), make.agent()
    [file] = reply_with_picture(conversation, olga).attachments.all()

    mail = mail_of(conversation.reply(f"**See** ![the scratch](file:{file.pk})", by=olga))

    assert "[the scratch]" in part(mail, "html")
    assert not [one for one in mail.walk() if one.get_content_maintype() == "image"]


def test_what_only_says_that_it_is_a_picture_is_an_ordinary_file() -> None:
    conversation, olga = make.conversation(), make.agent()
    file = drafting.attach(conversation, "reply", ("a.png", "image/png", b"<script>"), by=olga)

    mail = mail_of(conversation.reply(f"**See** ![it](file:{file.pk})", by=olga, files=[file]))

    assert "<img" not in part(mail, "html")
    assert [one.get_filename() for one in mail.iter_attachments()] == ["a.png"]


def test_what_was_written_before_stays_plain() -> None:
    message = make.conversation().reply("**Good** day\n2. two", by=make.agent())
    Message.objects.filter(pk=message.pk).update(is_markdown=False)

    assert "**Good** day<br>2. two" in part(mail_of(message), "html")


def test_a_list_shows_the_words_only() -> None:
    conversation = make.conversation()

    conversation.reply("**Good** news", by=make.agent())

    assert conversation.preview == "Good news"

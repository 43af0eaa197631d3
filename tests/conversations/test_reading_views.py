"""Reading at the addresses of a conversation: news, what was before, messages in full, files."""

from datetime import timedelta

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import threads
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Attachment, Conversation, Message
from tests import make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def test_news_bring_the_new_message_the_head_and_what_was_seen(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="a@mail.example")
    after = threads.opened(olga, conversation.pk).last_event_id
    newest = make.received("When does it come?", named_ids=("a@mail.example",)).message_id

    text = client.get(f"/conversations/{conversation.pk}/news/?after={after}", headers=HTMX).content.decode()

    assert f'id="m-{newest}"' in text
    assert 'id="head"' in text
    assert f'id="newest" value="{newest}"' in text
    assert "#announcer" in text
    assert "Elena Sokolova: When does it come?" in text


@pytest.mark.parametrize("after", ["", "0", "x", "9" * 40])
def test_what_makes_no_sense_as_an_event_begins_from_the_first(client: Client, olga: User, after: str) -> None:
    conversation = make.conversation()

    assert client.get(f"/conversations/{conversation.pk}/news/", {"after": after}).status_code == 200


def test_no_news_are_an_empty_answer(client: Client, olga: User) -> None:
    conversation = make.conversation()
    after = threads.opened(olga, conversation.pk).last_event_id

    assert client.get(f"/conversations/{conversation.pk}/news/?after={after}", headers=HTMX).status_code == 204


def test_observers_get_news_without_the_editor(client: Client) -> None:
    conversation = make.conversation()
    client.force_login(make.user(role=Role.OBSERVER))

    text = client.get(f"/conversations/{conversation.pk}/news/?after=0", headers=HTMX).content.decode()

    assert 'id="newest"' not in text
    assert "resolution" not in text


def test_earlier_messages_come_page_by_page(client: Client, olga: User) -> None:
    begin = timezone.now() - timedelta(days=1)
    conversation = make.conversation("The first", at=begin, external_id="a@mail.example")
    for number in range(60):
        make.received(f"No. {number}", at=begin + timedelta(minutes=number + 1), named_ids=("a@mail.example",))
    before = threads.newest(conversation).before

    text = client.get(f"/conversations/{conversation.pk}/earlier/?before={before}", headers=HTMX).content.decode()

    assert "The first" in text
    assert text.count('class="message"') == 11
    assert "Earlier messages" not in text


def test_a_long_quote_is_fetched_when_it_is_unfolded(client: Client, olga: User) -> None:
    quote = "> what we said before " * 200
    text = f"Yes, please.\n\n{quote}"
    conversation = make.conversation(text, hidden=((14, len(text)),))
    message = conversation.messages.get()
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()

    folded = client.get(f"/messages/{message.pk}/?part=quotes", headers=HTMX).content.decode()
    whole = client.get(f"/messages/{message.pk}/").content.decode()

    assert page.count("what we said before") < 60
    assert f"/messages/{message.pk}/?part=quotes" in page
    assert "Yes, please." not in folded
    assert folded.count("what we said before") == 200
    assert "<h1>A scratched desk</h1>" in whole
    assert "Yes, please." in whole


def test_a_long_text_is_cut_and_can_be_read_in_full(client: Client, olga: User) -> None:
    conversation = make.conversation("word " * 4000)
    message = conversation.messages.get()

    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    rest = client.get(f"/messages/{message.pk}/?part=text", headers=HTMX).content.decode()

    assert page.count("word ") < 2000
    assert "All of it" in page
    assert rest.count("word") == 4000


def test_the_original_is_shown_in_a_frame_in_which_nothing_runs(client: Client, olga: User) -> None:
    html = '<p style="color:red">Hello<script>alert(1)</script><img src="https://spy.example/a.gif"></p>'
    message = make.conversation(html=html).messages.get()

    answer = client.get(f"/messages/{message.pk}/html/")
    page = client.get(f"/conversations/{message.conversation_id}/").content.decode()

    text, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    assert "<p style=" in text
    assert "<script" not in text
    assert "spy.example" not in text
    assert "1 picture is left out" in text
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    frame = page.split("<iframe")[1].split(">")[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert f'src="/messages/{message.pk}/html/"' in frame


def test_a_message_without_html_has_no_original(client: Client, olga: User) -> None:
    message = make.conversation().messages.get()

    assert client.get(f"/messages/{message.pk}/html/").status_code == 404
    assert "<iframe" not in client.get(f"/conversations/{message.conversation_id}/").content.decode()


def test_reading_is_noted_once_by_those_who_answer(client: Client, olga: User) -> None:
    conversation = make.conversation()

    assert client.post(f"/conversations/{conversation.pk}/reading/").status_code == 204

    assert not Conversation.objects.get().is_unread


def test_what_came_after_the_page_was_made_stays_unread(client: Client, olga: User) -> None:
    conversation = make.conversation(external_id="first@mail.example")
    seen_before = Conversation.objects.get()
    make.received("And one more thing", named_ids=("first@mail.example",))

    seen_before.mark_read()
    client.post(f"/conversations/{conversation.pk}/reading/", {"version": seen_before.version})
    assert Conversation.objects.get().is_unread

    client.post(f"/conversations/{conversation.pk}/reading/", {"version": Conversation.objects.get().version})
    assert not Conversation.objects.get().is_unread


def test_a_file_name_reads_as_it_is_saved_and_a_name_turns_nothing_but_itself(client: Client, olga: User) -> None:
    file = InboundFile(name="bill\u202efdp.exe", media_type="application/pdf", content=b"MZ")
    conversation = make.conversation(files=(file,), sender=make.sender("eve@mail.example", "Eve \u202eneleE"))

    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/")

    assert ">billfdp.exe</bdi>" in page
    assert "<b><bdi>Eve \u202eneleE</bdi></b>" in page
    assert answer.headers["Content-Disposition"] == 'attachment; filename="billfdp.exe"'


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ('"><svg onload=alert(1)>.svg', "image/svg+xml"),
        ("page.html", "text/html"),
        ("отчёт за ноябрь.pdf", "application/pdf"),
        ("a\r\nSet-Cookie: x=1.txt", "text/plain"),
        ("", "image/png"),
    ],
)
def test_a_file_from_outside_is_only_kept_never_shown(client: Client, olga: User, name: str, media_type: str) -> None:
    content = b"<script>alert(1)</script>" * 30_000
    make.conversation(files=(InboundFile(name=name, media_type=media_type, content=content),))

    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/")

    assert isinstance(answer, StreamingHttpResponse)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(answer) == content


@pytest.mark.parametrize("role", [Role.EXPERT, None])
def test_files_and_messages_are_for_those_who_see_the_conversation(client: Client, role: Role | None) -> None:
    make.conversation(files=(InboundFile(name="a.txt", media_type="text/plain", content=b"a"),))
    if role:
        client.force_login(make.user(role=role))
    expected = 404 if role else 302

    assert client.get(f"/attachments/{Attachment.objects.get().pk}/").status_code == expected
    assert client.get(f"/messages/{Message.objects.get().pk}/").status_code == expected

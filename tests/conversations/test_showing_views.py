"""Showing what came from outside: the mail in its frame, its pictures drawn anew, files only to keep."""

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.core import signing
from django.http import StreamingHttpResponse
from django.test import Client
from PIL import Image

from samovar.accounts.models import Role, User
from samovar.conversations import pictures
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Attachment, Message
from samovar.conversations.pictures import Ticket
from samovar.lib import safe_http
from tests import make
from tests.lib.outside import ok, outside
from tests.lib.test_pictures import bomb, drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def picture_file(content: bytes = b"", name: str = "scratch.png", content_id: str = "") -> InboundFile:
    """A picture that comes with a mail."""
    return InboundFile(name=name, media_type="image/png", content=content or drawn("PNG"), content_id=content_id)


def sources(html: str) -> list[str]:
    """The pictures that a page asks for."""
    return [unquote(found) for found in re.findall(r'<img[^>]* src="([^"]+)"', html)]


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
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: http://testserver/pictures/;"
    )
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    frame = page.split("<iframe")[1].split(">")[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert f'src="/messages/{message.pk}/html/"' in frame


def test_a_message_without_html_has_no_original(client: Client, olga: User) -> None:
    message = make.conversation().messages.get()

    assert client.get(f"/messages/{message.pk}/html/").status_code == 404
    assert "<iframe" not in client.get(f"/conversations/{message.conversation_id}/").content.decode()


def test_pictures_of_others_are_fetched_by_us_and_only_when_asked_for(
    client: Client, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = '<img src="http://outside.example/a.png"><img src="//outside.example/b"><img src="ftp://outside.example/c">'
    message = make.conversation(html=html).messages.get()
    page = client.get(f"/conversations/{message.conversation_id}/").content.decode()
    assert f'href="/messages/{message.pk}/html/?pictures" target="original-{message.pk}"' in page

    with outside({"/a.png": ok(drawn("GIF") + b"<script>")}) as server:
        monkeypatch.setattr(safe_http, "World", lambda: server.world)
        plain = client.get(f"/messages/{message.pk}/html/").content.decode()
        asked = client.get(f"/messages/{message.pk}/html/?pictures").content.decode()
        assert not server.asked
        # The frame has no cookie to bring.
        [first, second] = sources(asked)
        answer = Client().get(first)

    assert not sources(plain)
    assert "3 pictures are left out" in plain
    assert "1 picture is left out" in asked
    assert "outside.example" not in asked
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"script" not in answer.content
    assert "cookie" not in server.asked[0].lower()
    assert "referer" not in server.asked[0].lower()


def test_what_a_server_of_others_says_never_reaches_the_reader(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    message = make.conversation().messages.get()
    with outside({"/": ok(b"the password is 12345")}) as server:
        monkeypatch.setattr(safe_http, "World", lambda: server.world)
        monkeypatch.setattr(pictures, "_refused", {})
        answer = Client().get(Ticket(olga.pk, message.pk, address="http://outside.example/").url)

    assert len(server.asked) == 1
    assert answer.status_code == 404
    assert b"12345" not in answer.content


def test_a_server_that_has_failed_is_left_alone_for_a_while(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    message = make.conversation().messages.get()
    with outside({}) as server:
        monkeypatch.setattr(safe_http, "World", lambda: server.world)
        monkeypatch.setattr(pictures, "_refused", {})
        for number in range(5):
            assert (
                Client().get(Ticket(olga.pk, message.pk, address=f"http://outside.example/{number}").url).status_code
                == 404
            )

    assert len(server.asked) == 1


@pytest.mark.parametrize("address", ["http://[outside.example/a.png", "http://outside\u2100.example/a.png"])
def test_what_is_no_address_is_no_picture(client: Client, olga: User, address: str) -> None:
    message = make.conversation(html=f'<img src="{address}">').messages.get()

    asked = client.get(f"/messages/{message.pk}/html/?pictures")

    assert asked.status_code == 200
    assert Client().get(Ticket(olga.pk, message.pk, address=address).url).status_code == 404


def test_a_picture_of_the_mail_itself_stands_where_it_belongs(client: Client, olga: User) -> None:
    html = '<p><img src="cid:Logo%40aurora"><img src="cid:page@aurora"><img src="cid:nobody"></p>'
    files = (picture_file(content_id="logo@aurora"), picture_file(b"<html>", content_id="page@aurora"))
    message = make.conversation(html=html, files=files).messages.get()

    [source] = sources(client.get(f"/messages/{message.pk}/html/").content.decode())

    answer = Client().get(source)
    assert answer.headers["Content-Type"] == "image/png"
    with Image.open(BytesIO(answer.content)) as shown:
        assert shown.size == (60, 40)


def test_the_address_of_a_picture_is_worth_nothing_to_anybody_else(olga: User) -> None:
    message = make.conversation(files=(picture_file(),)).messages.get()
    other = make.conversation("Another matter").messages.get()
    file = Attachment.objects.get()
    good = Ticket(olga.pk, message.pk, attachment_id=file.pk).url
    assert Client().get(good).status_code == 200

    assert Client().get(Ticket(olga.pk, other.pk, attachment_id=file.pk).url).status_code == 404
    assert (
        Client().get(Ticket(make.user(role=Role.EXPERT).pk, message.pk, attachment_id=file.pk).url).status_code == 404
    )
    assert Client().get(good.replace(":", "A:", 1)).status_code == 404
    assert (
        Client().get(f"/pictures/{signing.dumps([olga.pk, message.pk, file.pk, ''], salt='other')}/").status_code == 404
    )
    olga.is_active = False
    olga.save(update_fields=["is_active"])
    assert Client().get(good).status_code == 404


def test_the_address_of_a_picture_ends_with_time(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    message = make.conversation(files=(picture_file(),)).messages.get()
    good = Ticket(olga.pk, message.pk, attachment_id=Attachment.objects.get().pk).url
    monkeypatch.setattr(pictures, "VALID_FOR", timedelta(seconds=-1))

    assert Client().get(good).status_code == 404


def test_a_picture_has_a_preview_in_the_thread_and_anything_else_has_none(client: Client, olga: User) -> None:
    shown = make.conversation(files=(picture_file(name="scratch.bin"),))
    hidden = make.conversation("Another", files=(picture_file(b"<script>alert(1)</script>", name="a.png"),))
    [picture, page] = Attachment.objects.order_by("pk")

    thread = client.get(f"/conversations/{shown.pk}/").content.decode()
    other = client.get(f"/conversations/{hidden.pk}/").content.decode()
    small, large = (client.get(f"/attachments/{picture.pk}/picture/{size}") for size in ("?small", ""))

    assert f'src="/attachments/{picture.pk}/picture/?small"' in thread
    assert "Not what its name says" not in thread
    assert f"/attachments/{page.pk}/picture/" not in other
    assert "Not what its name says" in other
    for answer in (small, large):
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [
        b"<svg onload='alert(1)'/>",
        b"GIF89a/*<script>alert(1)</script>*/=1;",
        b"%PDF-1.4 <html>",
        drawn("PNG")[:50],
        bomb(),
    ],
    ids=["svg", "gif and script", "pdf and page", "half", "bomb"],
)
def test_what_cannot_be_drawn_anew_is_never_shown(client: Client, olga: User, content: bytes) -> None:
    make.conversation(files=(picture_file(content),))
    file = Attachment.objects.get()

    assert client.get(f"/attachments/{file.pk}/picture/").status_code == 404
    kept = client.get(f"/attachments/{file.pk}/")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert isinstance(kept, StreamingHttpResponse)
    assert b"".join(kept) == content


def test_an_upload_of_somebody_else_is_no_picture_for_me(client: Client, olga: User) -> None:
    mine, theirs = (make.upload(user, "a.png", drawn("PNG")) for user in (olga, make.agent("boris")))

    assert client.get(f"/attachments/{mine.pk}/picture/").status_code == 200
    assert client.get(f"/attachments/{theirs.pk}/picture/").status_code == 404


def test_a_file_name_reads_as_it_is_saved_and_a_name_turns_nothing_but_itself(client: Client, olga: User) -> None:
    file = InboundFile(name="bill\u202efdp.exe", media_type="application/pdf", content=b"MZ")
    conversation = make.conversation(files=(file,), sender=make.sender("eve@mail.example", "Eve \u202eneleE"))

    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/")

    assert r">bill\u202efdp.exe</bdi>" in page
    assert "<b><bdi>Eve \u202eneleE</bdi></b>" in page
    assert answer.headers["Content-Disposition"] == r'attachment; filename="bill\\u202efdp.exe"'


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

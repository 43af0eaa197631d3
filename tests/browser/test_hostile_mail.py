"""Mails, names and files made to break out, in a real browser: nothing runs, nothing is fetched, nothing gets out."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Frame, Page, Response, expect

from samovar.accounts.models import User
from samovar.channels.models import RawMail
from samovar.channels.taking_in import take_in
from samovar.conversations.models import Conversation, Message
from samovar.lib import safe_http
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import inbox
from tests.lib.outside import ok, outside
from tests.lib.test_pictures import bomb, drawn

pytestmark = pytest.mark.django_db(transaction=True)

IN_ONE_THREAD = 40
# What must not be anywhere in a page of ours, whatever stands in it.
FOREIGN = """() => {
  const found = [];
  for (const node of document.querySelectorAll("*")) {
    if (/^(script|style|object|embed|base|meta|link|frame|frameset|form|svg|math|video|audio)$/i.test(node.localName)
      && node.closest(".entries, .list-rows, .thread-subject, .side")
      && !node.closest("form[action^='/']") && !node.matches("svg.icon")) found.push(node.outerHTML.slice(0, 200));
    for (const attribute of node.attributes)
      if (/^on/i.test(attribute.name) || /^\\s*(javascript|data):/i.test(attribute.value))
        found.push(`${node.localName} ${attribute.name}=${attribute.value.slice(0, 100)}`);
  }
  return found;
}"""
IN_THE_FRAME = """() => [...document.querySelectorAll("*")].flatMap((node) => [
  ...(/^(script|style|object|embed|base|iframe|frame|form|input|button|svg|math|video|audio|link)$/i.test(node.localName)
    && !node.matches('head > base[target], head > link[rel="stylesheet"][href^="/static/"]') ? [node.localName] : []),
  ...[...node.attributes].filter((one) => /^on/i.test(one.name)).map((one) => one.name),
])"""


class Watch:
    """Notes what a page did that it must not: dialogs, marks on the console, policies broken, pages opened."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        self.asked: list[str] = []
        page.on("dialog", self._refuse)
        page.on("console", self._hear)
        page.on("popup", lambda popup: self.seen.append(f"popup: {popup.url}"))
        page.on("request", lambda request: self.asked.append(request.url))

    def _hear(self, line: ConsoleMessage) -> None:
        # Our own service worker is kept out of most tests, of which the browser tells.
        if "Service Worker" not in line.text:
            self.seen.append(f"console: {line.text}")

    def _refuse(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def pictures(self) -> set[str]:
        """The paths of the pictures that were asked for."""
        return {re.sub(r"^https?://[^/]+(/\w+/).*", r"\1", url) for url in self.asked if "/pictures/" in url}


def mail(html: str, number: int = 0) -> bytes:
    """A mail with this body; all of them belong to one thread in pieces of forty."""
    written = EmailMessage()
    written["From"], written["To"] = "eve@mail.example", "help@aurora.example"
    written["Subject"], written["Message-ID"] = "Hello", f"<hostile{number}@mail.example>"
    if number % IN_ONE_THREAD:
        written["In-Reply-To"] = f"<hostile{number - number % IN_ONE_THREAD}@mail.example>"
    written.set_content("Hello")
    written.add_alternative(html.encode("utf-8", "replace").decode(), subtype="html")
    return written.as_bytes()


def arrived(bodies: Iterable[str]) -> list[Conversation]:
    """Take in mails with these bodies, and return the conversations that they make."""
    raws = [make.raw_mail(mail(body, number)) for number, body in enumerate(bodies)]
    take_in(RawMail.objects.filter(pk__in=[raw.pk for raw in raws]).select_related("inbox", "account").order_by("pk"))
    return list(Conversation.objects.order_by("pk"))


def frames(page: Page) -> Iterator[Frame]:
    """Open every mail of a thread as it was sent, and yield its frame."""
    for original in page.locator("details.original").all():
        original.evaluate("(node) => { node.open = true; node.scrollIntoView(); }")
        element = original.locator("iframe").element_handle()
        assert element is not None
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_url("**/html/**")
        frame.wait_for_load_state("load")
        yield frame


def vectors(data: Path) -> list[str]:
    """Every way to run a script that is known, each by itself."""
    text = (data / "hostile-input" / "html5_vectors.txt").read_text(encoding="utf-8", errors="replace")
    return [found.strip() for found in re.split(r'(?=<div id="\d+">)', text) if found.startswith("<div id=")]


def naughty(data: Path) -> list[str]:
    """Strings that break programs."""
    found: list[str] = json.loads((data / "hostile-input" / "naughty_strings.json").read_text(encoding="utf-8"))
    return [text for text in found if text.strip()]


@pytest.mark.data
def test_a_mail_that_leaks_in_every_known_way_asks_nobody(pages: Pages, anna: User, samovar_data: Path) -> None:
    body = (samovar_data / "hostile-input" / "http_leaks.html").read_text(encoding="utf-8", errors="replace")
    [conversation] = arrived([body])
    page = inbox(pages, anna)
    watch = Watch(page)
    page.goto(f"/conversations/{conversation.pk}/")

    [frame] = frames(page)

    assert not frame.evaluate(IN_THE_FRAME)
    assert not page.evaluate(FOREIGN)
    assert not watch.seen
    assert not watch.pictures
    assert {url.split("/")[2] for url in watch.asked if url.startswith("http")} == {pages.address.split("/")[2]}

    with page.expect_response(lambda answer: "?pictures" in answer.url):
        page.get_by_role("link", name="Show pictures").click()
    frame.wait_for_load_state("networkidle")

    shown = frame.locator("img").count()
    assert shown > 0
    assert watch.pictures == {"/pictures/"}
    # What is there cannot be reached from a test; the browser says so for each, and nothing else.
    assert all("404" in line for line in watch.seen), watch.seen
    pages.troubles[:] = [line for line in pages.troubles if "404" not in line]


@pytest.mark.slow
@pytest.mark.data
def test_no_known_vector_in_a_mail_runs_or_leaves_its_frame(pages: Pages, anna: User, samovar_data: Path) -> None:
    bodies = vectors(samovar_data)
    conversations = arrived([*bodies, "".join(bodies)])
    page = inbox(pages, anna)
    watch = Watch(page)
    opened = 0

    for conversation in conversations:
        page.goto(f"/conversations/{conversation.pk}/")
        for frame in frames(page):
            assert not frame.evaluate(IN_THE_FRAME)
            opened += 1
        assert not page.evaluate(FOREIGN)

    assert opened == len(bodies) + 1 == Message.objects.count()
    assert not watch.seen
    assert not watch.pictures


@pytest.mark.slow
@pytest.mark.data
def test_no_name_or_subject_is_more_than_text(pages: Pages, anna: User, samovar_data: Path) -> None:
    strings = naughty(samovar_data) + vectors(samovar_data)
    for number, text in enumerate(strings):
        make.received(text, subject=text, sender=make.sender(f"eve{number}@mail.example", text))
    page = inbox(pages, anna)
    watch = Watch(page)

    page.goto("/?size=999")
    expect(page.locator("a.conversation")).not_to_have_count(0)
    assert not page.evaluate(FOREIGN)
    for conversation in Conversation.objects.order_by("pk")[:: len(strings) // 12]:
        page.goto(f"/conversations/{conversation.pk}/")
        assert not page.evaluate(FOREIGN)
        expect(page.locator(".thread-subject")).to_have_text(str(conversation), use_inner_text=False)

    assert not watch.seen


HOSTILE_FILES = [
    ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ('"><svg onload=alert(1)>.jpg', "image/jpeg", b"<svg onload=alert(1)>"),
    ("a.png", "image/png", b"<html><script>alert(1)</script>"),
    ("a.gif", "text/javascript", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
    ("bill.pdf", "application/pdf", b"%PDF-1.4\n<html><script>alert(1)</script>"),
    ("bill\u202efdp.exe", "application/pdf", b"MZ\x90"),
    ("..%2f..%2fetc%2fpasswd", "text/plain", b"root"),
    ("../../a.txt", "text/plain", b"root"),
    ("nul\x00.png", "image/png", b"\x00"),
    (".htaccess", "text/plain", b"AddHandler"),
    ("a.html", "text/html", b"<script>alert(1)</script>"),
    (
        "a.xhtml",
        "application/xhtml+xml",
        b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    ),
    (
        "a.xml",
        "text/xml",
        b"<?xml version='1.0'?><a xmlns:h='http://www.w3.org/1999/xhtml'><h:script>alert(1)</h:script></a>",
    ),
    ("a.mht", "multipart/related", b"MIME-Version: 1.0"),
    ("a.swf", "application/x-shockwave-flash", b"FWS"),
    ("a.php", "application/x-php", b"<?php"),
    ("a.pht", "application/octet-stream", b"<?php"),
    ("<img src=x onerror=alert(1)>.txt", "text/plain", b"a"),
    ("javascript:alert(1)", "text/plain", b"a"),
    ("a\r\nSet-Cookie: a=b.txt", "text/plain", b"a"),
    ("а.рng", "image/png", b"a"),
    ("CON", "text/plain", b"a"),
    ("a" * 400 + ".png", "image/png", b"a"),
    ("", "image/png", b""),
    ("  .png", "image/png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
    ("bomb.png", "image/png", bomb()),
    ("real.png", "image/png", drawn("PNG") + b"<script>alert(1)</script>"),
    ("real.jpg", "image/jpeg", drawn("JPEG", (60, 40), comment=b"<script>alert(1)</script>")),
    ("real.gif", "image/gif", drawn("GIF")),
    ("real.webp", "image/webp", drawn("WEBP")),
    ("real.bmp", "image/bmp", drawn("BMP")),
    ("real.tiff", "image/tiff", drawn("TIFF")),
    ("png.html", "text/html", drawn("PNG")),
    ("a.jpg.exe", "image/jpeg", b"MZ"),
    ("a.lnk", "application/x-ms-shortcut", b"L\x00\x00\x00"),
    ("a.ics", "text/calendar", b"BEGIN:VCALENDAR"),
    ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22"),
    ("a.js", "application/javascript", b"alert(1)"),
    ("{{7*7}}.txt", "text/plain", b"a"),
    ("\u2066\u202e\u200f.png", "image/png", b"a"),
]


def with_files() -> bytes:
    """A mail with all of them, as no honest program would write it."""
    parts = [
        f"--b\r\nContent-Type: {media_type}\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(content).decode()}\r\n"
        for name, media_type, content in HOSTILE_FILES
    ]
    head = "From: eve@mail.example\r\nSubject: Forty files\r\nMIME-Version: 1.0"
    body = f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHere they are.\r\n{''.join(parts)}--b--\r\n"
    return f"{head}\r\n{body}".encode()


def test_forty_hostile_files_are_shown_as_names_and_only_kept(pages: Pages, anna: User) -> None:
    [receipt] = take_in([make.raw_mail(with_files())]).values()
    page = inbox(pages, anna)
    watch = Watch(page)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto(f"/conversations/{receipt.conversation_id}/")
    for preview in page.locator(".file-picture").all():
        preview.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")

    assert not page.evaluate(FOREIGN)
    assert "\u202e" not in page.locator("#entries").inner_text()
    expect(page.get_by_text(r"bill\u202efdp.exe")).to_have_count(1)
    for answer in answers:
        if "/picture/" in answer.url and answer.status == 200:
            assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
            assert b"script" not in answer.body()
    links = page.locator("a.file").all()
    assert len(links) == len(HOSTILE_FILES) == 40
    for link in links:
        kept = page.request.get(str(link.get_attribute("href")))
        assert kept.headers["content-disposition"].startswith("attachment")
        assert kept.headers["content-type"] == "application/octet-stream"
        assert kept.headers["x-content-type-options"] == "nosniff"
        assert kept.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert not [line for line in watch.seen if "404" not in line]
    pages.troubles[:] = [line for line in pages.troubles if "404" not in line]


def test_a_picture_of_others_is_seen_through_us_once_it_is_asked_for(
    pages: Pages, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    [conversation] = arrived(['<p>Look:</p><img src="http://outside.example/a.gif" alt="a chair">'])
    page = inbox(pages, anna, f"/conversations/{conversation.pk}/")
    [frame] = frames(page)
    expect(frame.get_by_text("1 picture is left out")).to_be_visible()

    with outside({"/a.gif": ok(drawn("GIF"))}) as server:
        monkeypatch.setattr(safe_http, "World", lambda: server.world)
        with page.expect_response("**/pictures/**") as shown:
            page.get_by_role("link", name="Show pictures").click()
        picture = frame.get_by_role("img", name="a chair")
        expect(picture).to_be_visible()
        assert picture.evaluate("(node) => node.decode().then(() => node.naturalWidth)") == 60
        assert "cookie" not in shown.value.request.all_headers()

    page.reload()
    [frame] = frames(page)
    expect(frame.get_by_text("1 picture is left out")).to_be_visible()

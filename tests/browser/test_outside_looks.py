"""How what came from outside looks: machines, spam, what could not be read, raw mail, pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.channels import fates
from samovar.channels.mail import reasons
from samovar.channels.models import Delivery
from samovar.conversations import admitting
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Conversation, Message
from tests import make
from tests.browser.conftest import DESK, LOOKS, PHONE, Pages
from tests.browser.desks import inbox, subject
from tests.lib.test_pictures import drawn

pytestmark = pytest.mark.django_db(transaction=True)

# Width, dark, Russian: every two of them together, which is where looks go wrong.
HTML = (
    '<p style="font-family: Georgia">Dear team,</p><table border="1"><tr><th>Desk<td>No. 20418<td>249.00</table>'
    '<p>The scratch: <img src="cid:scratch" width="120"> and <img src="https://shop.example/a.png"></p>'
)


def outside() -> Message:
    """Fill the views, and return the message that could not be read."""
    make.conversation(
        "I am away until Monday.",
        subject="Out of office",
        mail_class="auto-reply",
        sender=make.sender("a@b.example", "Denis Karpov"),
    )
    make.conversation(
        "Only today", subject="Cheap watches", is_spam=True, sender=make.sender("w@b.example", "Watch World")
    )
    files = tuple(
        InboundFile(name=name, media_type="image/png", content=content, content_id=content_id)
        for name, content, content_id in (
            ("scratch.png", drawn("PNG", (640, 420)), "scratch"),
            ("photo of the whole room with the desk.jpg", drawn("JPEG", (300, 500)), ""),
            ("bill.png", b"<html>", ""),
        )
    )
    make.conversation("Dear team,\n\nsee the scratch.", html=HTML, files=files)
    lost()
    return make.unread_mail(b"\x00\x01 This is no mail at all, and nobody knows who wrote it.\r\n" * 3)


def lost() -> None:
    """Write an answer that comes back."""
    message = make.conversation(subject="A lost letter").reply("We send you a new one.", by=make.agent())
    told = Delivery.objects.get(message=message)
    told.sent_at = told.bounced_at = timezone.now()
    told.problem = reasons.why_lost(told.address, "5.1.1")
    told.save()
    fates.tell(message, timezone.now())


@pytest.mark.parametrize("look", LOOKS)
def test_what_came_from_outside(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    unread = outside()
    width, dark, ru = look
    name = f"{width}{'.ru' * ru}{'.dark' * dark}"
    page = inbox(pages, anna, width=width, dark=dark, ru=ru)

    def look_at(path: str, shown: str, what: str) -> None:
        page.goto(path)
        expect(page.locator(shown).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        axe(page)
        shoot(page, f"{what}.{name}")

    for view in ("automatic", "spam", "unreadable", "undelivered"):
        look_at(f"/?view={view}", "a.conversation", view)
    letter = Conversation.objects.get(subject="A lost letter")
    look_at(letter.get_absolute_url(), ".thread-subject", "thread-undelivered")
    spam = Conversation.objects.get(kind="spam")
    look_at(spam.get_absolute_url(), ".thread-subject", "thread-spam")
    look_at(unread.conversation.get_absolute_url(), ".thread-subject", "thread-unread")
    look_at(f"/messages/{unread.pk}/raw/", ".raw-mail-text", "raw")
    shown = Conversation.objects.get(subject="A scratched desk")
    page.goto(shown.get_absolute_url())
    page.locator("details.original > summary").click()
    expect(page.frame_locator("iframe").get_by_text("Dear team")).to_be_visible()
    for picture in page.locator(".file-picture img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
    axe(page)
    shoot(page, f"shown.{name}")


def test_spam_and_raw_mail_by_keyboard_alone(pages: Pages, anna: User) -> None:
    conversation = make.conversation()
    page = inbox(pages, anna, conversation.get_absolute_url())
    subject(page, "A scratched desk")

    page.get_by_role("button", name="More actions").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks").get_by_text("Spam", exact=True)).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".thread-marks").get_by_text("Spam", exact=True)).to_have_count(0)

    page.get_by_role("button", name="More about this message").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Raw mail")).to_be_visible()
    conversation.refresh_from_db()
    assert conversation.kind == "human"
    assert conversation.waiting_since is not None


@pytest.mark.parametrize("look", [(DESK, False, False), (PHONE, True, True)])
def test_many_people_with_long_addresses_take_a_line_each_and_widen_nothing(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    place = "a.very.long.name.of.a.department@subsidiary.of.a.large.company.example"
    conversation = make.conversation(named=tuple(make.named(f"{number}.{place}", "Bob") for number in range(5)))
    admitting.admit(conversation.participants.earliest("pk"), by=anna)
    width, dark, ru = look
    page = inbox(pages, anna, conversation.get_absolute_url(), width=width, dark=dark, ru=ru)
    subject(page, "A scratched desk")
    people, scroll = page.locator(".thread-outsider"), page.locator(".thread-scroll")
    expect(people.locator("visible=true")).to_have_count(1)
    assert scroll.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator(".thread-others > summary").focus()
    page.keyboard.press("Enter")
    expect(people.locator("visible=true")).to_have_count(5)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    # It stays unfolded for the next decision.
    expect(people.locator("[value=admit]")).to_have_count(3)
    expect(people.locator("visible=true")).to_have_count(5)
    axe(page)
    shoot(page, f"people.{width}")


def test_a_picture_that_cannot_be_drawn_has_a_calm_sign_of_ours(pages: Pages, anna: User) -> None:
    torn = InboundFile(name="torn.png", media_type="image/png", content=drawn("PNG")[:50], content_id="torn")
    conversation = make.conversation(html='<p>See <img src="cid:torn" alt="scratch"></p>', files=(torn,))
    page = inbox(pages, anna, conversation.get_absolute_url())
    subject(page, "A scratched desk")
    page.locator("details.original > summary").click()

    for picture in (page.locator(".file-picture img"), page.frame_locator("iframe").locator("img")):
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 120)
    pages.troubles[:] = [line for line in pages.troubles if "404" not in line]


def test_a_wide_mail_fits_into_its_frame_on_a_phone(pages: Pages, anna: User) -> None:
    html = '<table width="700"><tr><td>An old letter<td>is laid out by a table of seven hundred points</table>'
    conversation = make.conversation(html=html)
    page = inbox(pages, anna, conversation.get_absolute_url(), width=PHONE)
    page.locator("details.original > summary").click()
    frame = page.frame_locator("iframe").locator("html")

    expect(frame).to_contain_text("An old letter")
    assert frame.evaluate("box => box.scrollWidth <= box.clientWidth")

"""How a letter will be signed stands where it is written: on three pages, by keyboard, in every look."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.conversations.models import Conversation, Inbox
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]
SIGNATURE = "Kind regards\n\n{name}\n{title}, {brand}\n+371 20000000"


def _signed() -> Conversation:
    make.mailbox()
    brand = make.brand("Aurora Kids", signature=SIGNATURE, sender_form="both", legal_line="7 Harbour Street, Riga")
    Inbox.objects.update(sender_name="", brand=brand)
    return two_waiting()[0]


@pytest.mark.parametrize(
    ("width", "russian", "dark"),
    LOOKS,
)
def test_what_will_stand_below_is_shown_where_one_writes(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, russian: bool, dark: bool
) -> None:
    conversation, anna = _signed(), make.admin("anna petrova")
    anna.change_ways(name="Anna Petrova", title="Customer service")
    reply = conversation.reply("It leaves today.", by=anna)
    page = inbox(pages, anna, width=width, dark=dark, ru=russian)
    looks = f"{width}.{'ru' if russian else 'en'}.{'dark' if dark else 'light'}"
    places = {
        "editor": conversation.get_absolute_url(),
        "start": "/conversations/new/",
        "asking": f"{conversation.get_absolute_url()}asking/",
    }
    for name, address in places.items():
        page.goto(address)
        told = page.locator(".voice > summary")
        expect(told).to_contain_text("Anna")
        told.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Customer service, Aurora Kids").last).to_be_visible()
        axe(page)
        shoot(page, f"voice-{name}.{looks}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(conversation.get_absolute_url())
    sent = page.locator(f"#m-{reply.pk}")
    sent.locator(".quote > summary").click()
    expect(sent.get_by_text("Customer service, Aurora Kids")).to_be_visible()
    shoot(page, f"voice-sent.{looks}")
    page.goto("/profile/")
    axe(page)
    shoot(page, f"voice-profile.{looks}")

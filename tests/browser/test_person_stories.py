"""What becomes of the cards of customers: two made one and parted again, a person taken out and erased."""

import json
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from samovar.accounts.models import User
from samovar.customers import archive
from samovar.customers.erasure import carry_on
from samovar.customers.models import Erasure, PersonArchive
from samovar.lib import clock
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import QUIET

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TABS = 80


def test_two_cards_are_compared_made_one_and_parted_by_keyboard_alone(pages: Pages, anna: User) -> None:
    elena, twin = make.conversation().customer, make.customer("E. Sokolova", "es@work.example")
    make.conversation("Is it oak?", subject="Oak or ash?", sender=make.sender("es@work.example", "E. Sokolova"))
    page = pages.open(anna)
    page.add_init_script(QUIET)
    page.goto(f"/customers/{elena.pk}/")

    choose_the_other_card(page, "es@work", "E. Sokolova")
    # The card of the other one stays, under the name of this one.
    tab_to(page, page.get_by_role("radio", name=f"The card of Elena Sokolova (no. {elena.pk}) stays"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=f"The card of E. Sokolova (no. {twin.pk}) stays")).to_be_checked()
    names = page.get_by_role("group", name="Name")
    tab_to(page, names.get_by_role("radio", checked=True))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(names.get_by_role("radio", name="Elena Sokolova")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Merge"))
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/customers/{twin.pk}/$"))
    shows(page, "Elena Sokolova", ["A scratched desk", "Oak or ash?"], [])
    expect(page.locator(".about")).to_contain_text("elena@mail.example")
    tab_to(page, page.get_by_role("button", name="Separate Elena Sokolova again"))
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/customers/{elena.pk}/$"))
    shows(page, "Elena Sokolova", ["A scratched desk"], ["Oak or ash?"])
    page.goto(f"/customers/{twin.pk}/")
    shows(page, "E. Sokolova", ["Oak or ash?"], ["A scratched desk"])
    expect(page.locator(".about")).not_to_contain_text("elena@mail.example")


def choose_the_other_card(page: Page, typed: str, name: str) -> None:
    """Find the card that is the same person, from the palette on."""
    expect(page.locator("key-map:defined, search-palette:defined")).to_have_count(2)
    page.keyboard.press("Control+k")
    page.keyboard.type("merge with another")
    expect(page.get_by_role("option", name="Merge with another customer", selected=True)).to_be_visible()
    page.keyboard.press("Enter")
    # Whoever is most likely meant can be taken at once; another is searched for.
    expect(page.locator(".customers a").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Find a customer")).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile(name))).to_be_focused()
    page.keyboard.press("Enter")


def shows(page: Page, name: str, there: list[str], elsewhere: list[str]) -> None:
    """Wait until a card bears this name, with these open matters and without those."""
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    for matter in there:
        expect(page.locator(".next")).to_contain_text(matter)
    for matter in elsewhere:
        expect(page.locator(".next")).not_to_contain_text(matter)


def test_a_person_is_taken_out_and_then_erased_and_what_is_shown_proves_it(pages: Pages, anna: User) -> None:
    customer = make.conversation("My doctor says that I need a standing desk.").customer
    page = pages.open(make.admin("boris"))
    page.add_init_script(QUIET)
    page.goto("/search/?q=doctor")
    expect(page.locator(".found")).to_contain_text("A scratched desk")

    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="Take out all that is kept").click()
    page.get_by_label("The person wants to know what is kept of them").check()
    page.get_by_role("button", name="Make the archive").click()
    expect(page.locator("#archives")).to_contain_text("tables")
    asked = PersonArchive.objects.get()
    archive.make(asked.pk)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Fetch").click()
    with ZipFile(saved.value.path()) as found:
        [line] = found.read(next(name for name in found.namelist() if "message" in name)).splitlines()
    assert "standing desk" in json.dumps(json.loads(line))

    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="Erase this person").click()
    page.get_by_label("The person has asked for it").check()
    page.get_by_label("I am sure that this is the right person").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name=f"Proof that customer no. {customer.pk} is erased")).to_be_visible()
    expect(page.get_by_text("It goes on")).to_be_visible()
    with clock.standing_at(timezone.now() + timedelta(minutes=2)):
        carry_on(Erasure.objects.get().pk)
    expect(page.get_by_text("completed")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Message"))).to_contain_text("1")
    assert page.context.request.get(f"/customers/archives/{asked.pk}/").status == 404
    nothing_is_found(page)


def nothing_is_found(page: Page) -> None:
    """Search for a name, an address and a word of somebody who is gone; look into the list of all customers."""
    for words in ("elena", "sokolova", "elena@mail.example", "doctor"):
        page.goto(f"/search/?q={words}")
        expect(page.get_by_text("Nothing is found")).to_be_visible()
    page.goto("/customers/")
    expect(page.locator("main")).not_to_contain_text("Sokolova")


def tab_to(page: Page, wanted: Locator) -> None:
    """Go on by Tab, as somebody without a mouse does, until this has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")

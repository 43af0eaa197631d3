"""The pages of customers in a real browser: how they look, and what the keyboard alone can do there."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.customers import addresses, consenting
from samovar.customers.archive import ask
from samovar.customers.archive import make as make_archive
from samovar.customers.consenting import Statement
from samovar.customers.erasure import carry_on, erase
from samovar.customers.models import Merge
from tests import make
from tests.browser.conftest import LOOKS, Pages
from tests.browser.desks import QUIET, inbox

SEEN = [{"width": width, "language": "ru" if ru else "en", "dark": dark} for width, dark, ru in LOOKS]
Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", SEEN)
def test_looks(pages: Pages, anna: User, axe: Axe, shoot: Shoot, look: dict[str, Any]) -> None:
    customer = make.conversation().customer
    addresses.verify(addresses.add(customer, "+7 912 345-67-89", by=anna), by=anna)
    identity = customer.identities.get(kind="email")
    member = make.membership(customer)
    for days, is_given in ((9, True), (2, False), (1, True)):
        at = timezone.now() - timedelta(days=days)
        said = Statement(purpose="news", is_given=is_given, at=at, way="web", wording="Newsletter form, May 2026")
        consenting.enter(customer, said, by=anna)
    page = pages.open(anna, **look)
    page.add_init_script(QUIET)
    looks = f"{look['width']}.{look['language']}"

    for name, address in (
        ("customer", f"/customers/{customer.pk}/"),
        ("details", f"/customers/{customer.pk}/details/"),
        ("companies", "/customers/organisations/"),
        ("company", f"/customers/organisations/{member.organisation_id}/"),
        ("company-form", f"/customers/organisations/{member.organisation_id}/details/"),
        ("company-people", f"/customers/organisations/{member.organisation_id}/people/?q=elena"),
        ("joining", f"/customers/{customer.pk}/memberships/"),
        ("membership", f"/customers/memberships/{member.pk}/"),
        ("consents", f"/customers/{customer.pk}/consents/"),
        ("all-consents", "/customers/consents/"),
    ):
        page.goto(address)
        axe(page)
        shoot(page, f"{name}.{looks}")
    twin = make.customer("E. Sokolova", "es@work.example")
    addresses.verify(addresses.add(twin, "+7 912 345-67-80", by=anna), by=anna)
    for name, address in (("merging", "?q=sokolova"), ("preview", f"{twin.pk}/")):
        page.goto(f"/customers/{customer.pk}/merging/{address}")
        axe(page)
        shoot(page, f"{name}.{looks}")
    page.goto(f"/customers/{customer.pk}/details/")
    page.locator(f"form[action$='/{identity.pk}/removal/'] button").click()
    axe(page)
    shoot(page, f"address-removal.{looks}")


@pytest.mark.parametrize("look", SEEN)
def test_looks_of_an_erasure(pages: Pages, anna: User, axe: Axe, shoot: Shoot, look: dict[str, Any]) -> None:
    customer = make.conversation().customer
    page = pages.open(make.admin("boris"), **look)
    page.add_init_script(QUIET)

    for name in ("archives", "erasure", "proof", "erasures"):
        if name == "proof":
            carry_on(erase(customer, "asked", by=anna).pk)
        if name == "archives":
            make_archive(ask(customer, "asked", by=anna).pk)
        addresses_by_name = {"archives": f"{customer.pk}/archives/", "erasures": "erasures/"}
        page.goto(f"/customers/{addresses_by_name.get(name, f'{customer.pk}/erasure/')}")
        axe(page)
        shoot(page, f"{name}.{look['width']}.{look['language']}")


def test_an_administrator_erases_a_person_and_sees_the_proof(pages: Pages, anna: User) -> None:
    customer = make.conversation().customer
    page = pages.open(make.admin("boris"))
    page.goto(f"/customers/{customer.pk}/")

    page.get_by_role("link", name="Erase this person").click()
    page.get_by_label("The person has asked for it").check()
    page.get_by_label("I am sure that this is the right person").check()
    page.get_by_role("button", name="Erase for good").click()

    expect(page.get_by_role("heading", name=f"Proof that customer no. {customer.pk} is erased")).to_be_visible()
    page.goto("/customers/")
    expect(page.get_by_text("Elena")).to_have_count(0)


def test_the_keyboard_alone_adds_an_address_and_takes_it_off_again(pages: Pages, anna: User) -> None:
    customer = make.customer()
    page = pages.open(anna)
    page.goto(f"/customers/{customer.pk}/details/")

    page.get_by_label("E-mail or phone number").focus()
    page.keyboard.type("8 912 345-67-89")
    page.keyboard.press("Enter")
    expect(page.locator(".addresses")).to_contain_text("+7 912 345-67-89")
    page.get_by_role("button", name="Remove +7 912 345-67-89").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".addresses")).to_contain_text("taken off")
    expect(page.locator("undo-toast:defined, key-map:defined")).to_have_count(2)
    page.keyboard.press("z")

    expect(page.get_by_role("button", name="Remove +7 912 345-67-89")).to_be_visible()


def test_two_cards_are_made_one_from_the_palette_and_separated_again(pages: Pages, anna: User) -> None:
    elena, twin = make.conversation().customer, make.customer("E. Sokolova", "es@work.example")
    page = pages.open(anna)
    page.goto(f"/customers/{elena.pk}/")

    page.keyboard.press("Control+k")
    page.keyboard.type("merge")
    page.get_by_role("option", name="Merge with another customer").click()
    page.get_by_label("Find a customer").fill("es@work")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("E. Sokolova")).click()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator(".about")).to_contain_text("es@work.example")
    page.goto(f"/customers/{twin.pk}/")
    expect(page).to_have_url(re.compile(f"/customers/{elena.pk}/"))
    page.get_by_role("button", name="Separate E. Sokolova again").click()

    expect(page.get_by_role("heading", name="E. Sokolova")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/customers/{twin.pk}/"))


@pytest.mark.parametrize("is_held", [False, True])
def test_a_second_enter_before_the_page_is_there_merges_with_the_card_that_was_named(
    pages: Pages, anna: User, is_held: bool
) -> None:
    first = make.conversation()
    twin = make.sender("same.person@mail.example", first.customer.name)
    make.conversation(sender=twin)
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    expect(page.locator("key-map:defined, search-palette:defined")).to_have_count(2)

    page.keyboard.press("Control+k")
    page.keyboard.type("merge")
    # Held down, the key says nothing a second time.
    page.keyboard.down("Enter")
    if not is_held:
        page.keyboard.up("Enter")
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")

    if is_held:
        expect(page.get_by_role("button", name="Merge", exact=True)).to_be_focused()
        assert not Merge.objects.exists()
    else:
        expect(page).to_have_url(re.compile("/customers/[0-9]+/$"))
        assert Merge.objects.count() == 1

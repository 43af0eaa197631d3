"""The pages on which rights are given and seen: teams, who sees an inbox, the audit log."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from samovar.accounts.models import Company, Role
from tests import make
from tests.browser.conftest import LOOKS, Pages

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_the_pages_of_rights_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    anna, olga = make.admin("anna petrova"), make.agent("olga belova")
    page = pages.open(anna, width=width, language=language, dark=dark)
    look = f"{width}.{language}.{'dark' if dark else 'light'}"
    mailbox = make.mailbox()
    for name, address in (("none", "/teams/"), ("none", f"/mailboxes/{mailbox.pk}/teams/"), ("none", "/audit/")):
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}-{address.strip('/').replace('/', '-')}.{look}")

    Company.call("Aurora Home", by=anna)
    delivery = make.team("Delivery", olga, anna)
    make.team("The second line for oak, larch and everything else that is heavy", olga)
    make.team("Returns").retire(by=anna)
    mailbox.inbox.open_for([delivery], by=anna)
    olga.change_role(Role.LEAD, by=anna)
    for person in (make.lead("konstantin vladimirovich ostrovsky"), make.agent()):
        person.deactivate(by=anna)
    page.goto(f"/customers/{make.customer().pk}/")
    addresses = {
        "teams": "/teams/",
        "team": f"/teams/{delivery.pk}/",
        "who-sees": f"/mailboxes/{mailbox.pk}/teams/",
        "audit": "/audit/",
    }
    for name, address in addresses.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"{name}.{look}")


@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(width, "ru" if ru else "en", dark) for width, dark, ru in LOOKS],
)
def test_the_pages_of_a_lead_break_no_rule(
    pages: Pages, axe: Axe, shoot: Shoot, width: int, language: str, dark: bool
) -> None:
    vera, mailbox = make.lead("vera kozlova"), make.mailbox()
    page = pages.open(vera, width=width, language=language, dark=dark)
    delivery = make.team("Delivery", vera)
    make.team("The second line for oak, larch and everything else that is heavy", make.agent())
    mailbox.inbox.open_for([delivery], by=make.admin())
    addresses = {
        "teams": "/teams/",
        "team": f"/teams/{delivery.pk}/",
        "inboxes": "/mailboxes/",
        "who-sees": f"/mailboxes/{mailbox.pk}/teams/",
        "quiet": "/profile/",
    }
    for name, address in addresses.items():
        page.goto(address)
        _fits(page, axe, shoot, width, f"lead-{name}.{width}.{language}.{'dark' if dark else 'light'}")


def test_the_audit_log_is_narrowed_by_keyboard_without_a_new_page(pages: Pages) -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    olga.change_role(Role.LEAD, by=anna)
    olga.deactivate(by=anna)
    page = pages.open(anna)
    page.goto("/audit/")
    expect(page.locator(".audit-line")).to_have_count(2)

    page.get_by_label("What", exact=True).focus()
    page.get_by_label("What", exact=True).select_option("role-changed")

    expect(page.locator(".audit-line")).to_have_count(1)
    expect(page).to_have_url(re.compile("action=role-changed"))


def _fits(page: Page, axe: Axe, shoot: Shoot, width: int, name: str) -> None:
    axe(page)
    shoot(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

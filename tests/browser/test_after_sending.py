"""What can be done once an answer is on its way: a promise is kept by a key, files of what leaves later change."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from samovar.accounts.models import User
from samovar.conversations import sending_off
from samovar.conversations.models import Conversation, PendingReply, Promise
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.sending_off import Change
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import inbox, tell, two_waiting
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS: list[dict[str, Any]] = [{}, {"width": PHONE, "dark": True, "ru": True}]
Shoot = Callable[[Page, str], Path]
Axe = Callable[[Page], None]


@pytest.fixture
def first(anna: User) -> Conversation:
    """A conversation that its agent watches and in which a call is promised."""
    anna.change_ways(undo_seconds=10)
    first, _second = two_waiting()
    first.promise(PromiseKind.CALL, timezone.now() + timedelta(hours=1), by=anna)
    first.watch(by=anna)
    return first


def test_a_key_after_the_answer_says_that_the_promise_is_kept_and_another_takes_it_back(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.keyboard.press("r")
    page.keyboard.type("As I said on the phone.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("undo-toast")).to_contain_text("Promise kept? Call back by phone")
    assert Promise.objects.get().is_open

    page.keyboard.press("y")

    expect(page.locator("undo-toast").last).to_contain_text("Kept: ")
    until(lambda: Promise.objects.get().kept_at is not None)
    page.keyboard.press("z")
    expect(page.locator("undo-toast").last).to_contain_text("Open again: ")
    assert Promise.objects.get().is_open
    # The answer itself can still be taken back where it stands.
    page.locator(".pending").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Reply to the customer")).to_have_value("As I said on the phone.")


@pytest.mark.parametrize("looks", LOOKS)
def test_it_looks_well(
    pages: Pages, anna: User, first: Conversation, looks: dict[str, Any], axe: Axe, shoot: Shoot
) -> None:
    name = f"{looks.get('width', 1440)}"
    page = inbox(pages, anna, first.get_absolute_url(), **looks)
    area = page.locator('.compose[data-mode="reply"] textarea')
    area.fill("As I said on the phone.")
    page.locator('.compose[data-mode="reply"] [data-key="Mod+Enter"]').click()
    expect(page.locator("undo-toast [data-key=Y]")).to_be_visible()
    axe(page)
    shoot(page, f"promise asked {name}")
    page.locator("undo-toast [data-key=Y]").click()
    until(lambda: Promise.objects.get().kept_at is not None)
    page.goto("/?view=everything")
    axe(page)
    shoot(page, f"watched {name}")


@pytest.mark.parametrize("looks", LOOKS)
def test_files_of_an_answer_that_leaves_later_are_taken_out_and_added(
    pages: Pages, anna: User, first: Conversation, looks: dict[str, Any], axe: Axe, shoot: Shoot
) -> None:
    page = inbox(pages, anna, first.get_absolute_url(), **looks)
    page.locator('.compose[data-mode="reply"] textarea').fill("Here is the plan.")
    upload = page.locator('.compose[data-mode="reply"] [name=upload]')
    upload.set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF plan"})
    expect(page.locator('.compose[data-mode="reply"] .file [name=file]')).to_have_count(1)
    page.locator('[popovertarget="send-menu"]').click()
    page.locator('#send-menu [value="later tomorrow"]').click()
    expect(page.locator(".pending .files")).to_contain_text("plan.pdf")

    page.locator(".pending summary").click()
    page.locator(".pending [name=file]").uncheck()
    page.locator(".pending [name=upload]").set_input_files(
        {"name": "better plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF better"}
    )
    axe(page)
    shoot(page, f"files of what is planned {looks.get('width', 1440)}")
    page.locator(".pending form").filter(has=page.locator("textarea")).locator("button").click()

    expect(page.locator(".pending .files")).to_have_text("better plan.pdf")
    assert [file.name for file in PendingReply.objects.get().files.all()] == ["better plan.pdf"]


def test_what_is_typed_into_a_planned_answer_stays_whatever_happens_around_it(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.locator('.compose[data-mode="reply"] textarea').fill("Here is the plan.")
    page.locator('[popovertarget="send-menu"]').click()
    page.locator('#send-menu [value="later tomorrow"]').click()
    page.locator(".pending summary").click()
    text = page.locator(".pending textarea")
    text.fill("Here is the better plan")

    with page.expect_response("**/news/**"):
        first.add_note("The customer has called.", by=make.agent("elena sokolova"))
        tell(page, first)
    expect(page.locator(".thread")).to_contain_text("The customer has called.")
    expect(text).to_be_focused()
    page.keyboard.type(".")
    expect(text).to_have_value("Here is the better plan.")
    # Also when a colleague has decided that it does not leave.
    sending_off.take_back(PendingReply.objects.get().pk, by=anna)
    page.locator(".pending form").filter(has=page.locator("textarea")).locator("button").click()
    expect(page.locator(".toast").last).to_contain_text("It has left already")
    expect(text).to_have_value("Here is the better plan.")
    # Chromium notes every answer that refuses.
    assert len(pages.troubles) == 1
    pages.troubles.clear()


def test_who_comes_second_to_a_planned_answer_sees_what_the_first_has_changed(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.locator('.compose[data-mode="reply"] textarea').fill("Here is the plan.")
    upload = page.locator('.compose[data-mode="reply"] [name=upload]')
    upload.set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF plan"})
    expect(page.locator('.compose[data-mode="reply"] .file [name=file]')).to_have_count(1)
    page.locator('[popovertarget="send-menu"]').click()
    page.locator('#send-menu [value="later tomorrow"]').click()
    page.locator(".pending summary").click()
    page.locator(".pending textarea").fill("Here is the better plan.")
    row = PendingReply.objects.get()
    later = row.due_at + timedelta(days=7)
    added = [("price.pdf", "application/pdf", b"%PDF price")]
    sending_off.change(row.pk, Change(text="Here are both.", at=later, added=added), by=make.lead("elena sokolova"))
    save = page.locator(".pending form").filter(has=page.locator("textarea")).locator("button")

    save.click()
    expect(page.locator(".toast").last).to_contain_text("Somebody has changed it meanwhile")
    expect(page.locator(".pending .text")).to_have_text("Here are both.")
    expect(page.locator(".pending textarea")).to_have_value("Here is the better plan.")
    expect(page.locator(".pending form [name=file]")).to_have_count(2)
    save.click()

    expect(page.locator(".pending .text")).to_have_text("Here is the better plan.")
    expect(page.locator(".pending .files")).to_contain_text("price.pdf")
    assert PendingReply.objects.get().due_at == later
    # Chromium notes every answer that refuses.
    assert len(pages.troubles) == 1
    pages.troubles.clear()


def test_a_message_that_came_into_the_open_page_is_seen_by_who_saves_a_planned_answer(
    pages: Pages, anna: User, first: Conversation
) -> None:
    page = inbox(pages, anna, first.get_absolute_url())
    page.locator('.compose[data-mode="reply"] textarea').fill("Here is the plan.")
    page.locator('[popovertarget="send-menu"]').click()
    page.locator('#send-menu [value="later tomorrow"]').click()
    page.locator(".pending summary").click()
    page.locator(".pending textarea").fill("Here is the better plan.")
    save = page.locator(".pending form").filter(has=page.locator("textarea")).locator("button")
    named = first.messages.get(direction="in").external_id
    # Of this one the page has not heard.
    make.received("Never mind", named_ids=(named,))

    save.click()
    expect(page.locator(".toast").last).to_contain_text("Somebody wrote meanwhile")
    expect(page.locator("#entries")).to_contain_text("Never mind")
    expect(page.locator(".pending textarea")).to_have_value("Here is the better plan.")
    make.received("Or rather not", named_ids=(named,))
    with page.expect_response("**/news/**"):
        tell(page, first)
    expect(page.locator("#entries")).to_contain_text("Or rather not")
    save.click()

    expect(page.locator(".pending .text")).to_have_text("Here is the better plan.")
    # Chromium notes every answer that refuses.
    assert len(pages.troubles) == 1
    pages.troubles.clear()


def test_the_palette_sends_later_also_where_a_note_was_begun(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("It comes on Friday.")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("Control+k")
    page.keyboard.type("send later")
    page.keyboard.press("Enter")

    expect(page.locator("#send-later")).to_be_focused()
    expect(page.get_by_label("Reply to the customer")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator("[data-pending]")).to_contain_text("It comes on Friday.")
    assert first.pending.get().text == "It comes on Friday."

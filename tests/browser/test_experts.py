"""Bringing in an expert by keys, and the one page on which they answer, in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from samovar.accounts.models import Role, User
from samovar.conversations import consulting
from samovar.conversations.consulting import Asking
from samovar.conversations.models import Consultation, Conversation
from tests import make
from tests.browser.conftest import LOOKS, PHONE, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def oleg() -> User:
    user = make.user("oleg", role=Role.EXPERT)
    user.know_about(["scratches", "oak"], by=user)
    user.change_ways(title="Workshop")
    return user


def question_about(conversation: Conversation, expert: User, by: User, **given: Any) -> Consultation:
    asking = Asking(expert=expert, question="Is an undamaged oak top in stock for Thursday?", **given)
    return consulting.ask(conversation, asking, by=by).consultation


def test_x_enter_a_line_and_mod_enter_ask_the_first_expert_and_z_takes_it_back(pages: Pages, anna: User) -> None:
    expert = oleg()
    make.user("boris", role=Role.EXPERT)
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())

    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What do you want to know?")).to_be_focused()
    page.keyboard.type("Is a top in stock?")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".thread-marks .badge", has_text="Expert: Oleg")).to_be_visible()
    question = Consultation.objects.get()
    assert (question.expert, question.question) == (expert, "Is a top in stock?")
    page.keyboard.press("z")
    expect(page.locator(".thread-marks .badge", has_text="Expert: Oleg")).to_have_count(0)


def test_who_is_quicker_than_the_list_of_experts_asks_the_first_of_them_and_loses_no_word(
    pages: Pages, anna: User
) -> None:
    expert = oleg()
    boris = make.user("boris", role=Role.EXPERT)
    first, _second = two_waiting()
    page = inbox(pages, anna, first.get_absolute_url())
    held: list[Route] = []
    let_go: list[bool] = []
    asked = re.compile(r"/experts/(\?q=\w*)?$")
    page.route(asked, lambda one: one.continue_() if let_go or one.request.method == "POST" else held.append(one))

    for found, typed in ((expert, ""), (boris, "bor")):
        let_go.clear()
        with page.expect_request(re.compile(rf"/experts/(\?q={typed})?$")):
            page.keyboard.press("x")
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            page.keyboard.type(f"Is a top in stock, {found.name}?")
            page.keyboard.press("Control+Enter")
        assert not Consultation.objects.filter(expert=found).exists()
        # The request is known before it is held.
        let_go.append(True)
        while held:
            held.pop().continue_()

        expect(page.locator(".thread-marks .badge", has_text=f"Expert: {found.name}")).to_be_visible()
        question = Consultation.objects.order_by("-pk")[0]
        assert (question.expert, question.question) == (found, f"Is a top in stock, {found.name}?")


def test_an_expert_answers_on_one_page_by_keys_and_reads_no_more(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    expert = oleg()
    question = question_about(first, expert, anna)
    page = inbox(pages, expert, "/")

    page.get_by_role("link", name="Is an undamaged oak top").click()
    page.get_by_label("Your answer").fill("Two are left.")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="You have answered")).to_be_visible()
    assert first.messages.filter(direction="note", text="Two are left.").exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your answer")).to_have_value("Two are left.")
    question.refresh_from_db()
    assert question.is_open


@pytest.mark.parametrize("look", LOOKS)
def test_the_looks(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    first, _second = two_waiting()
    expert = oleg()
    language = "ru" if ru else "en"
    name = f"{width}-{'dark' if dark else 'light'}-{language}"
    page = inbox(pages, anna, first.get_absolute_url(), width=width, dark=dark, ru=ru)
    if width == PHONE:
        page.locator("[popovertarget=more-menu]").tap()
        page.locator("#more-menu .menu-item[popovertarget=expert-menu]").tap()
    else:
        page.keyboard.press("x")
    expect(page.locator("#expert-menu label", has_text="Oleg")).to_be_visible()
    axe(page)
    shoot(page, f"experts-menu-{name}")
    question = question_about(first, expert, anna, may_write=True)
    page.goto(first.get_absolute_url())
    expect(page.locator(".thread-marks .badge", has_text="Oleg")).to_be_visible()
    shoot(page, f"experts-asked-{name}")
    page = inbox(pages, expert, question.get_absolute_url(), width=width, dark=dark, ru=ru)
    axe(page)
    shoot(page, f"experts-page-{name}")
    page.goto("/asked/")
    axe(page)
    shoot(page, f"experts-list-{name}")
    consulting.answer(question, "Two are left.", by=expert)
    page.goto(question.get_absolute_url())
    axe(page)
    shoot(page, f"experts-over-{name}")


@pytest.mark.parametrize("look", LOOKS)
def test_who_knows_what_and_several_questions_look_well(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], Path],
    look: tuple[int, bool, bool],
) -> None:
    width, dark, ru = look
    name, expert, lea = f"{width}{'.ru' * ru}{'.dark' * dark}", oleg(), make.lead("lea")
    expert.know_about(["oak tops", "returns", "stock in Yekaterinburg", "repairs"], by=lea)
    for number, conversation in enumerate(two_waiting()):
        question_about(conversation, expert, anna, due_at=timezone.now() + timedelta(hours=number - 1))
    page = inbox(pages, lea, "/experts/", width=width, dark=dark, ru=ru)
    axe(page)
    shoot(page, f"topics.{name}")
    page.goto(f"/experts/{expert.pk}/")
    axe(page)
    shoot(page, f"topics-of-one.{name}")
    page = inbox(pages, expert, "/asked/", width=width, dark=dark, ru=ru)
    expect(page.locator("#questions li")).to_have_count(2)
    axe(page)
    shoot(page, f"asked-several.{name}")

"""What becomes of what is typed while the session ends, and who signs in elsewhere in the same browser."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from samovar.accounts.models import Role, User
from samovar.conversations import consulting
from samovar.conversations.consulting import Asking
from samovar.conversations.models import Beginning, Conversation, Draft
from tests import make
from tests.browser.conftest import Pages
from tests.browser.desks import QUIET, inbox, two_waiting
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna() -> User:
    """Return an agent who can sign in by a form."""
    return make.user("anna", password=make.PASSWORD)


def _signed_out(pages: Pages, user: User, path: str) -> Page:
    """Open a page, type into it, and type on after the session has ended."""
    page = inbox(pages, user, path)
    area = page.locator("draft-keeper:visible textarea").first
    area.press_sequentially("We ")
    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)
    Session.objects.all().delete()
    area.press_sequentially("swap ")
    expect(page.get_by_text("You are signed out. Your text is kept here.").locator("visible=true")).to_have_count(1)
    expect(page.get_by_text("until there is a connection").locator("visible=true")).to_have_count(0)
    return page


def _sign_in(page: Page, user: User) -> None:
    """Follow the link of the page into a new tab, and sign in there."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").locator("visible=true").click()
    _fill_in(opened.value, user)
    page.bring_to_front()


def _fill_in(tab: Page, user: User) -> None:
    tab.add_init_script(QUIET)
    tab.get_by_label("Email").fill(user.email)
    tab.get_by_label("Password").fill(make.PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.locator(".app")).to_be_visible()


def _conversation(pages: Pages, user: User) -> tuple[Conversation, Page]:
    first, _second = two_waiting()
    return first, _signed_out(pages, user, f"/conversations/{first.pk}/")


def test_whoever_signs_in_again_in_a_new_tab_types_on_and_sends_in_the_first(pages: Pages, anna: User) -> None:
    first, page = _conversation(pages, anna)

    _sign_in(page, anna)
    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)
    page.get_by_label("Reply to the customer").press_sequentially("it.")
    page.keyboard.press("Control+Enter")

    expect(page.locator('.message[data-from="out"]')).to_contain_text("We swap it.")
    expect(page.get_by_text("It could not be done")).to_have_count(0)
    assert [one.author for one in first.messages.filter(direction="out")] == [anna]
    # The browser notes what was refused meanwhile.
    pages.troubles.clear()


def test_what_somebody_wrote_is_neither_saved_nor_sent_for_whoever_signs_in_after_them(
    pages: Pages, anna: User
) -> None:
    first, page = _conversation(pages, anna)

    _sign_in(page, make.user("igor", password=make.PASSWORD))
    page.get_by_label("Reply to the customer").press_sequentially("it.")
    expect(page.get_by_text("Somebody else is signed in here now.").locator("visible=true")).to_have_count(1)
    page.keyboard.press("Control+Enter")

    expect(page.locator("undo-toast")).to_contain_text("Somebody else is signed in in this browser now.")
    expect(page.get_by_label("Reply to the customer")).to_have_value("We swap it.")
    assert not first.messages.filter(direction="out").exists()
    assert [(one.user, one.text) for one in Draft.objects.all()] == [(anna, "We ")]
    pages.troubles.clear()


def test_a_letter_that_is_begun_says_that_one_is_signed_out_too(pages: Pages, anna: User) -> None:
    make.mailbox()
    page = _signed_out(pages, anna, "/conversations/new/")

    _sign_in(page, anna)

    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)
    assert Beginning.objects.get().text == "We swap "
    pages.troubles.clear()


def test_a_question_to_somebody_outside_says_so_too(pages: Pages, anna: User) -> None:
    make.mailbox()
    first, _second = two_waiting()
    page = _signed_out(pages, anna, f"{first.get_absolute_url()}asking/")

    _sign_in(page, anna)

    expect(page.get_by_text("Draft saved").locator("visible=true")).to_have_count(1)
    draft = Draft.objects.get()
    assert (draft.mode, draft.text) == ("question", "We swap ")
    pages.troubles.clear()


def test_an_expert_who_is_signed_out_while_they_answer_loses_nothing(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    oleg = make.user("oleg", role=Role.EXPERT, password=make.PASSWORD)
    question = consulting.ask(first, Asking(expert=oleg, question="Is it in stock?"), by=anna).consultation
    page = _signed_out(pages, oleg, question.get_absolute_url())

    # Whoever answers all the same is led to where they sign in, and finds their words again.
    page.keyboard.press("Control+Enter")
    page.get_by_label("Email").fill(oleg.email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(question.get_absolute_url())
    expect(page.get_by_label("Your answer")).to_have_value("We swap ")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="You have answered")).to_be_visible()
    assert [note.text.strip() for note in first.messages.filter(direction="note")] == ["We swap"]
    assert not Draft.objects.exists()
    pages.troubles.clear()


def test_what_waits_in_the_browser_goes_out_when_its_author_and_nobody_else_is_signed_in(
    pages: Pages, anna: User
) -> None:
    first, page = _conversation(pages, anna)
    igor = make.user("igor", password=make.PASSWORD)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    waits = page.locator("out-box li:visible")
    expect(waits).to_contain_text("We swap")
    page.context.set_offline(False)

    _sign_in_beside(page, igor)
    with page.expect_response("**/messages/") as refused:
        page.evaluate("document.dispatchEvent(new CustomEvent('samovar:back'))")
    assert refused.value.headers["x-refused"] == "person"
    expect(waits.get_by_text("Not sent", exact=True)).to_be_hidden()
    assert not first.messages.filter(direction="out").exists()
    _sign_in_beside(page, anna)
    page.evaluate("document.dispatchEvent(new CustomEvent('samovar:back'))")

    until(lambda: [one.author for one in first.messages.filter(direction="out")] == [anna])
    pages.troubles.clear()


def _sign_in_beside(page: Page, user: User) -> None:
    """Let somebody sign in in another tab of the browser, in the place of whoever was."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    tab = page.context.new_page()
    tab.goto("/accounts/login/")
    _fill_in(tab, user)
    tab.close()
    page.bring_to_front()

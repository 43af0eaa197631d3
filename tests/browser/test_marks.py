"""Formatting, quoting, pictures in the text, and how it looks to the customer."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from samovar.accounts.models import User
from samovar.conversations.models import Attachment
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import inbox, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)
# Puts a picture where the caret stands, as the browser does; what is dropped hovers first.
BRING = """(area, [how, content]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "scratch.png", { type: "image/png" }));
  const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
  if (how === "paste") return area.dispatchEvent(new ClipboardEvent(how, init));
  const isTaken = !area.dispatchEvent(new DragEvent("dragover", init));
  return isTaken && !area.dispatchEvent(new DragEvent("drop", init));
}"""


def opened(pages: Pages, user: User, **given: object) -> tuple[Page, Locator]:
    first, _second = two_waiting()
    page = inbox(pages, user, first.get_absolute_url(), **given)  # type: ignore[arg-type]  # each has its own type
    return page, page.locator('.compose[data-mode="reply"] textarea')


def test_keys_put_signs_around_words_and_take_no_key_of_the_desk(pages: Pages, anna: User) -> None:
    page, area = opened(pages, anna)
    area.fill("good news")
    area.select_text()

    page.keyboard.press("Control+b")
    expect(area).to_have_value("**good news**")
    page.keyboard.press("Control+i")
    expect(area).to_have_value("***good news***")
    page.keyboard.press("Control+z")
    expect(area).to_have_value("**good news**")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog:modal")).to_be_visible()


def test_the_menu_makes_lists_and_links(pages: Pages, anna: User, axe: Callable[[Page], None]) -> None:
    page, area = opened(pages, anna)
    area.fill("oak\nash")
    area.select_text()

    page.locator('.compose[data-mode="reply"]').get_by_role("button", name="Format the text").click()
    axe(page)
    page.get_by_role("button", name="List", exact=True).click()
    expect(area).to_have_value("- oak\n- ash")
    area.fill("")
    page.locator('.compose[data-mode="reply"]').get_by_role("button", name="Format the text").click()
    page.get_by_role("button", name="Link", exact=True).click()
    page.keyboard.type("https://aurora.example")

    expect(area).to_have_value("[text](https://aurora.example)")


def test_q_quotes_what_is_selected_with_who_and_when(pages: Pages, anna: User) -> None:
    page, area = opened(pages, anna)
    page.locator("#entries .text").first.select_text()

    page.keyboard.press("q")

    expect(area).to_be_focused()
    head, quoted, *_rest = area.input_value().split("\n")
    assert head.startswith("> Elena Sokolova wrote, ")
    assert quoted == "> The desk came with a scratch."


def test_q_without_a_choice_quotes_what_the_customer_wrote_last(pages: Pages, anna: User) -> None:
    page, area = opened(pages, anna)
    page.locator(".thread-scroll").focus()

    page.keyboard.press("q")

    expect(area).to_be_focused()
    assert "> The desk came with a scratch." in area.input_value()


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_that_is_pasted_or_dropped_stands_in_the_text_and_goes_with_it(
    pages: Pages, anna: User, how: str
) -> None:
    page, area = opened(pages, anna)
    area.press_sequentially("Here: ")

    area.evaluate(BRING, [how, base64.b64encode(make.picture()).decode()])

    expect(page.locator('.compose[data-mode="reply"] .file img')).to_be_visible()
    file = Attachment.objects.get()
    expect(area).to_have_value(f"Here: ![scratch.png](file:{file.pk})\n")
    page.locator('.compose[data-mode="reply"] .file').get_by_role("button").click()
    expect(area).to_have_value("Here: \n")


def test_a_dropped_picture_leaves_with_the_answer_and_shows_in_it(pages: Pages, anna: User) -> None:
    page, area = opened(pages, anna)
    area.press_sequentially("Here: ")
    dropped = area.evaluate(BRING, ["drop", base64.b64encode(make.picture()).decode()])
    # The browser would show the picture in the place of the page otherwise.
    assert dropped
    expect(page.locator("file-drop[data-over]")).to_have_count(0)
    expect(page.locator('.compose[data-mode="reply"] .file img')).to_be_visible()

    area.press("Control+Enter")

    file = Attachment.objects.get()
    expect(page.locator(f'.message[data-from="out"] .text img[src="/attachments/{file.pk}/picture/"]')).to_be_visible()
    file.refresh_from_db()
    assert file.message is not None
    assert file.is_inline


@pytest.mark.parametrize(
    "looks", [{"width": 1440}, {"width": PHONE, "ru": True}, {"width": 1440, "ru": True, "dark": True}]
)
def test_what_the_customer_gets_is_shown_before(
    pages: Pages, anna: User, looks: dict[str, object], axe: Callable[[Page], None], shoot: Callable[[Page, str], Path]
) -> None:
    page, area = opened(pages, anna, **looks)
    area.fill("**Good news**, Elena:\n\n- oak\n- ash\n\n> We come on Friday")

    page.keyboard.press("Control+\\")

    expect(page.frame_locator("#preview-dialog iframe").locator("strong")).to_have_text("Good news")
    shoot(page, f"preview {looks}")
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#preview-dialog")).to_be_hidden()
    shoot(page, f"editor {looks}")

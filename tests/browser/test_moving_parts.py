"""What moves: keys, menus, dialogs, undo, drafts, files, live events. With the policies of production on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests import make
from tests.browser import parts
from tests.browser.conftest import PHONE, Pages
from tests.patience import until

PICTURE = FilePayload(name="scratch.png", mimeType="image/png", buffer=b"\x89PNG" + bytes(3000))


@pytest.fixture(autouse=True)
def _nothing_told(parts_page: None) -> None:
    for told in (parts.SAVED, parts.SENT, parts.ASKED_AFTER):
        told.clear()
    parts.CLOSING.clear()


@pytest.fixture
def page(pages: Pages) -> Page:
    page = pages.open(make.agent("anna"))
    page.goto("/parts/")
    return page


# Keys


def test_a_letter_presses_its_button_in_every_layout(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyE', key: 'у', bubbles: true}))")

    expect(page).to_have_url(re.compile("#resolved$"))


def test_the_question_mark_shows_the_keys_wherever_the_layout_has_it(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'Digit7', key: '?', bubbles: true}))")

    expect(page.locator("#keys")).to_be_visible()


def test_a_letter_typed_into_a_field_is_a_letter(page: Page) -> None:
    page.get_by_label("Reply").fill("")
    page.keyboard.type("e")

    expect(page.get_by_label("Reply")).to_have_value("e")
    assert "#resolved" not in page.url


def test_escape_leaves_the_field_so_that_letters_work_again(page: Page) -> None:
    page.get_by_label("Reply").fill("On Thursday")
    page.keyboard.press("Escape")
    page.keyboard.press("e")

    expect(page).to_have_url(re.compile("#resolved$"))


def test_the_focused_button_keeps_its_own_keys(page: Page) -> None:
    page.locator("[popovertarget=send-menu]").focus()
    page.keyboard.press("Space")

    expect(page.locator("#send-menu")).to_be_visible()


def test_letters_can_be_switched_off_and_combinations_stay(pages: Pages) -> None:
    anna = make.agent("anna")
    anna.change_ways(has_keys=False)
    page = pages.open(anna)
    page.goto("/parts/")

    page.keyboard.press("e")
    page.keyboard.press("Control+KeyK")

    assert "#resolved" not in page.url
    expect(page.get_by_role("combobox", name="Search or jump")).to_be_focused()


def test_two_letters_one_after_the_other_lead_to_a_place(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("c")

    expect(page).to_have_url(re.compile("#customers$"))


def test_the_first_of_two_letters_is_forgotten_after_a_while(page: Page) -> None:
    page.clock.install()
    page.keyboard.press("g")
    page.clock.fast_forward(2000)
    page.keyboard.press("c")

    assert "#customers" not in page.url


def test_a_combination_works_inside_the_field(page: Page) -> None:
    page.get_by_label("Reply").fill("On Thursday")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#sent")).to_have_text("Sent")
    assert parts.SENT == [("On Thursday", [])]


def test_the_question_mark_shows_all_keys(page: Page, axe: Callable[[Page], None]) -> None:
    page.keyboard.press("Shift+Slash")

    keys = page.get_by_role("dialog", name="All keys")
    expect(keys.locator("dl > div", has_text="Customers").locator("kbd")).to_have_text("G C")
    expect(keys.locator("dl > div", has_text="Resolve").locator("kbd")).to_have_text("E")
    axe(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


# Search or jump, menus, dialogs


def test_search_or_jump_finds_and_follows_by_keys_alone(page: Page, axe: Callable[[Page], None]) -> None:
    page.keyboard.press("Control+KeyK")
    page.keyboard.type("elena")
    expect(page.locator("#palette-results").get_by_role("option")).to_have_count(2)
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Elena Orlova")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("#elena-orlova$"))


def test_a_menu_opens_beside_its_button_walks_by_arrows_and_gives_the_focus_back(
    page: Page, axe: Callable[[Page], None]
) -> None:
    button = page.locator("[popovertarget=send-menu]")
    button.click()
    menu = page.locator("#send-menu")
    place, own = button.bounding_box(), menu.bounding_box()
    assert place is not None
    assert own is not None
    assert 0 <= own["y"] - place["y"] - place["height"] <= 12
    assert abs(own["x"] - place["x"]) < 200
    axe(page)

    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Snooze")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_a_dialog_takes_the_focus_and_closes_by_escape_by_its_button_and_beside_it(
    page: Page, axe: Callable[[Page], None]
) -> None:
    opener, dialog = page.get_by_role("button", name="Delete the customer"), page.locator("#ask")
    closings: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: dialog.get_by_role("button", name="Keep").click(),
        lambda: page.mouse.click(20, 20),
    ]
    for close in closings:
        opener.click()
        expect(dialog).to_be_visible()
        expect(dialog.locator(":focus")).to_have_count(1)
        axe(page)
        close()
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()


def test_on_a_phone_the_whole_menu_comes_from_the_bottom_bar(pages: Pages, axe: Callable[[Page], None]) -> None:
    page = pages.open(make.agent("anna"), width=PHONE)
    page.goto("/parts/")
    expect(page.get_by_role("link", name="Unassigned")).to_be_hidden()

    page.get_by_role("button", name="More", exact=True).last.tap()

    expect(page.get_by_role("link", name="Unassigned")).to_be_visible()
    axe(page)


# Undo


def test_undo_works_by_its_key(page: Page) -> None:
    page.goto("/parts/?told")
    expect(page.get_by_text("Elena will be asked tomorrow")).to_be_visible()

    page.keyboard.press("z")

    expect(page.get_by_role("heading", name="Taken back")).to_be_visible()


def test_undo_stays_eight_seconds_and_longer_under_the_pointer(page: Page) -> None:
    page.clock.install()
    page.goto("/parts/?told")
    toast = page.locator("undo-toast")
    page.clock.fast_forward(5000)
    expect(toast).to_be_visible()

    place = toast.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 9, place["y"] + 9)
    page.clock.fast_forward(60_000)
    expect(toast).to_be_visible()

    page.mouse.move(5, 5)
    page.clock.fast_forward(8100)
    expect(toast).to_have_count(0)


# Drafts and files


def test_a_draft_is_on_the_server_two_seconds_after_the_last_key(page: Page) -> None:
    page.clock.install()
    page.get_by_label("Reply").press_sequentially("Elena, good")
    page.clock.fast_forward(1900)

    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert parts.SAVED == ["Elena, good"]
    assert page.evaluate("localStorage.length") == 0


def test_who_types_without_a_pause_is_saved_all_the_same(page: Page) -> None:
    def type_on(text: str) -> None:
        for letter in text:
            page.get_by_label("Reply").press_sequentially(letter)
            page.clock.fast_forward(400)

    page.clock.install()
    type_on("good ")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    # Each letter takes 0.4 s: the next save comes two seconds after the first one too.
    type_on("news from us")

    until(lambda: len(parts.SAVED) > 1)
    first, second = parts.SAVED[:2]
    assert 0 < len(second) - len(first) <= 6


def test_without_a_connection_the_text_stays_in_the_browser_and_comes_back(pages: Pages, page: Page) -> None:
    page.route("**/drafts/", lambda route: route.abort())
    page.get_by_label("Reply").fill("Typed in a tunnel")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()
    assert parts.SAVED == []

    page.unroute("**/drafts/")
    page.reload()

    expect(page.get_by_label("Reply")).to_have_value("Typed in a tunnel")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert parts.SAVED[-1] == "Typed in a tunnel"
    pages.troubles.clear()


def test_when_the_connection_is_back_the_text_goes_out_by_itself(pages: Pages, page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_label("Reply").fill("Typed in a tunnel")
    expect(page.get_by_text("Kept in this browser")).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_text("Draft saved")).to_be_visible()
    pages.troubles.clear()


def test_what_was_sent_is_no_draft_any_more(page: Page) -> None:
    page.get_by_label("Reply").fill("On Thursday")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sent")).to_have_text("Sent")

    assert page.evaluate("localStorage.length") == 0
    assert len(parts.SENT) == 1


def test_files_go_up_at_once_and_are_sent_with_the_text(page: Page) -> None:
    page.locator("input[type=file]").set_input_files([PICTURE])
    expect(page.locator(".file")).to_contain_text("KB")
    page.get_by_label("Reply").fill("See the picture")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#sent")).to_have_text("Sent")
    assert parts.SENT == [("See the picture", ["scratch.png"])]


def test_sending_waits_for_the_last_upload(page: Page) -> None:
    page.get_by_label("Reply").fill("See the picture")
    page.evaluate("document.querySelector('form[action=\"/sent/\"]').id = 'editor'")
    page.locator("input[type=file]").set_input_files([PICTURE])
    page.evaluate("document.getElementById('editor').requestSubmit()")

    expect(page.locator("#sent")).to_have_text("Sent")
    assert parts.SENT == [("See the picture", ["scratch.png"])]


def test_a_file_that_is_refused_says_so_and_keeps_its_place(
    pages: Pages, page: Page, axe: Callable[[Page], None]
) -> None:
    page.locator("input[type=file]").set_input_files([FilePayload(**{**PICTURE, "name": "large.png"})])

    expect(page.locator(".file")).to_contain_text("too large")
    axe(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".file")).to_have_count(0)
    pages.troubles.clear()


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_file_can_be_pasted_and_dropped(page: Page, how: str) -> None:
    page.get_by_label("Reply").evaluate(
        """(field, how) => {
          const data = new DataTransfer();
          data.items.add(new File(["scratch"], "pasted.png", { type: "image/png" }));
          const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
          field.dispatchEvent(how === "paste" ? new ClipboardEvent(how, init) : new DragEvent(how, init));
        }""",
        how,
    )

    expect(page.locator(".file input")).to_have_value("pasted.png")


# What happens elsewhere, and what goes wrong


def test_live_events_become_events_of_the_page_and_go_on_where_they_stopped(pages: Pages) -> None:
    page = pages.open(make.agent("anna"))
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          const told = document.getElementById("told");
          document.body.addEventListener("samovar:MessageReceived", (e) => told.append(e.detail.conversation_id));
          document.body.addEventListener("samovar:conversation-5", () => told.append(" five "));
        });"""
    )
    page.goto("/parts/?stream")

    expect(page.locator("#told")).to_have_text("345 five 6")
    parts.CLOSING.set()
    assert parts.ASKED_AFTER[:2] == [2, 4]


def test_while_the_connection_is_gone_a_line_says_so(pages: Pages) -> None:
    page = pages.open(make.agent("anna"))
    page.goto("/parts/?stream")
    page.context.set_offline(True)
    expect(page.locator(".offline")).to_be_visible()

    page.context.set_offline(False)
    expect(page.locator(".offline")).to_be_hidden()
    parts.CLOSING.set()
    pages.troubles.clear()


def test_when_the_session_has_ended_the_page_leads_to_sign_in(page: Page) -> None:
    page.goto("/profile/")
    page.goto("/parts/")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Fetch a page").click()

    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/parts/"))


def test_what_is_gone_is_said_in_words(pages: Pages, page: Page) -> None:
    page.get_by_role("button", name="Fetch what is gone").click()

    expect(page.locator("undo-toast")).to_contain_text("It could not be done")
    pages.troubles.clear()


@pytest.mark.parametrize(
    "attack",
    [
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "document.createElement('script').src = '/static/ui/js/app.js'",
        "new Function('return 1')()",
    ],
)
def test_text_cannot_become_a_page_or_code(pages: Pages, page: Page, attack: str) -> None:
    # A timer of the page, because the tool that drives the browser may evaluate anything.
    code = f"try {{ {attack}; done('done') }} catch (error) {{ done(error.name) }}"
    outcome = page.evaluate(f"() => new Promise((done) => setTimeout(() => {{ {code} }}))")

    assert outcome in ("TypeError", "EvalError")
    pages.troubles.clear()

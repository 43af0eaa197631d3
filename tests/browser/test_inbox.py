"""The inbox in a real browser: by keyboard alone, with drafts that survive, on a phone, while others write too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models import Draft
from tests import make
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.desks import FIRST, SECOND, inbox, subject, tell, two_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def test_replying_and_resolving_takes_two_keys(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna)

    page.keyboard.press("j")
    subject(page, FIRST)
    page.keyboard.press("r")
    page.keyboard.type("A new top comes on Thursday.")
    page.keyboard.press("Control+Shift+Enter")

    subject(page, SECOND)
    expect(page).to_have_url(re.compile(rf"/conversations/{second.pk}/"))
    first.refresh_from_db()
    assert first.resolved_at is not None
    assert [message.text for message in first.messages.filter(direction="out")] == ["A new top comes on Thursday."]
    expect(page.locator("a.conversation")).to_have_count(1)


def test_a_sent_reply_stands_in_the_thread_at_once_and_the_field_is_empty(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("r")
    page.keyboard.type("It comes on Thursday.")
    page.keyboard.press("Control+Enter")

    expect(page.locator('.message[data-from="out"]')).to_contain_text("It comes on Thursday.")
    expect(page.get_by_label("Reply to the customer")).to_have_value("")
    expect(page.locator(".nav [data-count='needs-reply']").first).to_have_text("1")
    page.reload()
    expect(page.get_by_label("Reply to the customer")).to_have_value("")
    assert not Draft.objects.exists()


def test_a_note_is_yellow_and_says_who_sees_it(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("n")
    page.keyboard.type("She is a regular.")
    page.keyboard.press("Control+Enter")

    note = page.locator('.message[data-from="note"]')
    expect(note).to_contain_text("She is a regular.")
    expect(note).to_contain_text("Only the team sees this")
    assert first.messages.filter(direction="out").count() == 0


def test_taking_putting_off_and_undoing_take_a_key_each(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("m")
    expect(page.locator(".line").last).to_contain_text("Taken by Anna Petrova")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks")).to_contain_text("Snoozed until")
    first.refresh_from_db()
    assert (first.assignee, first.snoozed_until is None) == (anna, False)

    page.keyboard.press("z")

    expect(page.locator(".thread-marks")).not_to_contain_text("Snoozed until")
    first.refresh_from_db()
    assert first.snoozed_until is None


def test_a_colleague_and_a_tag_are_found_by_a_few_letters(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    igor = make.agent("igor belov")
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.type("abel")
    expect(page.get_by_label("Find a person or a team")).to_have_value("bel")
    expect(page.locator("#people-found .menu-item")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".thread-marks")).to_contain_text("Igor Belov")
    page.keyboard.type("lRefund")
    expect(page.locator("#tag-menu").get_by_label("Find or make a tag")).to_have_value("Refund")
    expect(page.get_by_text("New tag “Refund”")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks .badge", has_text="Refund")).to_be_visible()
    first.refresh_from_db()
    assert (first.assignee, [tag.name for tag in first.tags.all()]) == (igor, ["Refund"])


def test_the_answers_to_two_quick_acts_are_both_shown(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    held: list[tuple[Route, APIResponse]] = []

    def release(route: Route) -> None:
        if route.request.method == "POST":
            earlier, answer = held.pop()
            earlier.fulfill(response=answer)
            expect(page.locator("#toasts")).to_contain_text("Assigned to Anna Petrova")
        route.continue_()

    page.route("**/assignment/", lambda route: held.append((route, route.fetch())))
    page.route("**/tags/**", release)
    page.keyboard.press("m")
    page.keyboard.type("lRefund")
    expect(page.get_by_text("New tag “Refund”")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks")).to_contain_text("Refund")
    expect(page.locator(".thread-marks")).to_contain_text("Anna Petrova")
    expect(page.locator("#toasts")).to_contain_text("Tagged: Refund")


def test_a_menu_that_was_open_when_news_came_is_true_when_it_closes(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.keyboard.press("a")
    expect(page.get_by_label("Find a person or a team")).to_be_focused()
    first.assign(to=anna, by=make.agent("igor belov"))

    with page.expect_response("**/news/**"):
        tell(page, first)
    expect(page.get_by_label("Find a person or a team")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator(".thread-marks")).to_contain_text("Anna Petrova")


def test_what_was_typed_survives_a_reload_and_comes_to_another_browser(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.get_by_label("Reply to the customer").press_sequentially("Dear Elena")
    expect(page.get_by_text("Draft saved").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Ask Igor")
    expect(page.locator('.compose[data-mode="note"]').get_by_text("Draft saved")).to_be_visible()
    page.reload()

    expect(page.get_by_label("Reply to the customer")).to_have_value("Dear Elena")
    phone = inbox(pages, anna, f"/conversations/{first.pk}/", width=PHONE)
    expect(phone.get_by_label("Reply to the customer")).to_have_value("Dear Elena")
    phone.locator("label", has_text="Note to the team").tap()
    expect(phone.locator('.compose[data-mode="note"] textarea')).to_have_value("Ask Igor")


def test_a_file_is_attached_kept_removed_and_sent(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    files = [{"name": name, "mimeType": "text/plain", "buffer": b"text"} for name in ("plan.txt", "wrong.txt")]

    # Dictionaries as Playwright wants them.
    page.locator('.compose[data-mode="reply"] input[type=file]').set_input_files(files)  # type: ignore[arg-type]
    reply = page.locator('.compose[data-mode="reply"]')
    expect(reply.locator(".file")).to_have_count(2)
    reply.get_by_label("Remove wrong.txt").click()
    expect(reply.locator(".file")).to_have_count(1)
    page.reload()
    expect(reply.locator(".file")).to_contain_text("plan.txt")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")

    expect(page.locator('.message[data-from="out"] .file')).to_contain_text("plan.txt")
    assert [file.name for file in first.messages.get(direction="out").attachments.all()] == ["plan.txt"]


def test_what_came_meanwhile_is_shown_before_sending(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("Where is it?")
    make.received("Never mind, I found it.", named_ids=("first@mail.example",), subject=FIRST)
    tell(page, first)
    expect(page.locator(".message")).to_have_count(2)

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Elena Sokolova wrote while you typed")
    # The browser notes every refusal.
    pages.troubles.clear()
    assert first.messages.filter(direction="out").count() == 0
    page.get_by_role("button", name="Send anyway").click()

    expect(page.locator('.message[data-from="out"]')).to_contain_text("Where is it?")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_palette_acts_and_escape_closes_it(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("Control+k")
    expect(page.locator("#palette-results")).to_contain_text(FIRST)
    page.keyboard.type("resolve")
    expect(page.get_by_role("option", name="Resolve or reopen", selected=True)).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator(".thread-marks")).to_contain_text("Resolved")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_the_palette_reaches_what_stands_in_the_menu_without_a_key(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("Control+k")
    page.keyboard.type("watch")
    page.keyboard.press("Enter")
    expect(page.locator('[aria-label^="Watched by"]')).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Opened by mistake")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("undo-toast").last).to_contain_text("Deleted")
    subject(page, SECOND)
    assert list(first.watchings.values_list("user", flat=True)) == [anna.pk]


def test_below_the_wide_screen_the_customer_is_a_drawer(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/", width=1100)
    expect(page.locator("#side")).to_be_hidden()

    page.keyboard.press("]")
    expect(page.locator("#side")).to_contain_text("elena@mail.example")
    page.keyboard.press("Escape")

    expect(page.locator("#side")).to_be_hidden()


def test_a_key_hides_each_pane_and_the_browser_remembers_it(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    page = inbox(pages, anna, f"/conversations/{first.pk}/")
    panes = {"[": page.locator("#list"), "]": page.locator("#side")}
    for key, pane in panes.items():
        expect(pane).to_be_visible()
        page.keyboard.press(key)
        expect(pane).to_be_hidden()

    page.reload()
    for key, pane in panes.items():
        expect(pane).to_be_hidden()
        page.keyboard.press(key)
        expect(pane).to_be_visible()
    page.reload()
    expect(panes["["]).to_be_visible()
    page.keyboard.press("Shift+Slash")
    keys = page.get_by_role("dialog", name="All keys")
    for name, key in (("Hide or show the list", "["), ("Hide or show the customer", "]"), ("Next conversation", "J")):
        expect(keys.locator("dl > div", has=page.get_by_text(name, exact=True)).locator("kbd")).to_have_text(key)


def test_what_is_resolved_says_why_it_is_not_snoozed(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    first.resolve(by=anna)
    page = inbox(pages, anna, f"/conversations/{first.pk}/")

    page.keyboard.press("s")

    expect(page.locator("undo-toast")).to_contain_text("It is resolved. Reopen it to snooze it.")


def test_what_was_wrong_with_a_reply_is_forgotten_when_it_is_mended(pages: Pages, anna: User) -> None:
    two_waiting()
    page = inbox(pages, anna)
    page.keyboard.press("j")
    subject(page, FIRST)
    mistake = page.get_by_text("There is nothing to send yet.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(mistake).to_be_visible()

    page.keyboard.press("r")
    page.keyboard.type("On Thursday.")

    expect(mistake).to_have_count(0)
    pages.troubles.clear()


@pytest.mark.parametrize("width", [DESK, 900, PHONE])
def test_what_was_just_done_is_not_said_over_the_place_to_write(pages: Pages, anna: User, width: int) -> None:
    two_waiting()
    page = inbox(pages, anna, width=width)
    page.locator("a.conversation").first.click()
    subject(page, FIRST)

    page.get_by_role("button", name="Take it").click()

    toast = page.locator("undo-toast").bounding_box()
    editor = page.locator(".editor").bounding_box()
    assert toast is not None and editor is not None
    assert toast["y"] + toast["height"] <= editor["y"] or toast["x"] + toast["width"] <= editor["x"]


def test_without_scripts_a_conversation_is_read_and_answered(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    context = pages.browser.new_context(base_url=pages.address, java_script_enabled=False)
    pages.contexts.append(context)
    cookie = pages.open(anna).context.cookies()[0]
    context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": pages.address}])
    page = context.new_page()
    page.goto("/")

    page.get_by_role("link", name=FIRST).click()
    expect(page.get_by_text("The desk came with a scratch.").first).to_be_visible()
    page.get_by_label("Reply to the customer").fill("On Thursday.")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator('.message[data-from="out"]')).to_contain_text("On Thursday.")
    page.get_by_role("button", name=re.compile("Resolve")).click()
    expect(page.locator(".thread-marks")).to_contain_text("Resolved")
    first.refresh_from_db()
    assert first.resolved_at is not None


def test_in_russian_the_longer_words_are_not_cut_off(pages: Pages, anna: User) -> None:
    first, _second = two_waiting()
    first.assign(to=anna, by=anna)
    page = inbox(pages, anna, f"/conversations/{first.pk}/", ru=True)
    for selector in (".keys-line", ".nav"):
        assert page.locator(selector).evaluate("line => line.scrollWidth <= line.clientWidth"), selector
    expect(page.locator("[data-opens=keys]").last).to_be_in_viewport(ratio=1)

    phone = inbox(pages, anna, first.customer.get_absolute_url(), width=PHONE, ru=True)
    assert phone.locator(".history-lines").evaluate("lines => lines.scrollWidth <= lines.clientWidth")
    assert "клиент с " in phone.locator(".customer-head").inner_text()


PLACES = ["/", "/?view=resolved", "conversation", "customer", "/customers/", "/search/?q=desk"]


@pytest.mark.parametrize(
    ("width", "look"),
    [
        (DESK, "light-en"),
        (PHONE, "dark-ru"),
        # Between them and below, in the language with the longer words.
        (1100, "dark-ru"),
        (800, "dark-ru"),
        (320, "dark-ru"),
    ],
)
def test_every_page_holds_the_rules_of_accessibility(
    pages: Pages,
    anna: User,
    axe: Callable[[Page], None],
    shoot: Callable[[Page, str], object],
    width: int,
    look: str,
) -> None:
    first, _second = two_waiting()
    first.assign(to=anna, by=anna)
    first.tag(make.tag("Damaged on delivery"), by=anna)
    first.add_note("She is a regular.", by=anna)
    first.reply("On Thursday, between 14:00 and 18:00.", by=anna)
    make.received(
        "Thank you!\n\n> On Thursday",
        named_ids=("first@mail.example",),
        subject=FIRST,
        html="<p>Thank you!",
        hidden=((12, 25),),
        verdict="failed",
    )
    addresses = {"conversation": first.get_absolute_url(), "customer": first.customer.get_absolute_url()}
    page = inbox(pages, anna, width=width, dark=look == "dark-ru", ru=look == "dark-ru")

    for place in PLACES:
        page.goto(addresses.get(place, place))
        shoot(page, f"desk.{width}.{look}.{place.strip('/?').split('/')[0].split('=')[0] or 'inbox'}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{place} scrolls sideways"

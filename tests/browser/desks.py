"""Two customers who wait and an open inbox, for the tests of what happens there."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import DESK, Pages

# A stream on which nothing happens. Holding the request back instead would have the browser keep no file of ours.
QUIET = "window.EventSource = class extends EventTarget { readyState = 1; close() {} };"
# As the protocol of the browser counts them.
HELD = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
FIRST, SECOND = "A scratched desk", "Where is my order?"


def two_waiting() -> tuple[Conversation, Conversation]:
    """Two customers who wait, the longer one first."""
    now = timezone.now()
    first = make.conversation(at=now - timedelta(minutes=20), subject=FIRST, external_id="first@mail.example")
    second = make.conversation(
        "Nobody has told me when it comes.",
        at=now - timedelta(minutes=10),
        subject=SECOND,
        sender=make.sender("denis@mail.example", "Denis Karpov"),
    )
    return first, second


def inbox(
    pages: Pages, user: User, path: str = "/", *, width: int = DESK, dark: bool = False, ru: bool = False
) -> Page:
    """Open a page of the desk."""
    page = pages.open(user, width=width, dark=dark, language="ru" if ru else "en")
    page.add_init_script(QUIET)
    page.goto(path)
    return page


def quiet(route: Route) -> None:
    """A stream on which nothing happens: the request stays open without an answer."""


def subject(page: Page, text: str) -> None:
    """Wait until this conversation is open."""
    expect(page.locator(".thread-subject")).to_have_text(text)


def press(page: Page, key: str, code: str, *held: str) -> None:
    """Press a key as the browser hears of it in any layout: what it writes there, and its place on the keyboard."""
    session = page.context.new_cdp_session(page)
    for kind in ("rawKeyDown", "keyUp"):
        modifiers = sum(HELD[name] for name in held)
        session.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": code, "modifiers": modifiers})
    session.detach()


def tell(page: Page, conversation: Conversation) -> None:
    """Let the page hear of a conversation as from the stream."""
    page.evaluate(
        """(id) => {
          for (const name of ["event", `conversation-${id}`])
            document.body.dispatchEvent(new CustomEvent(`samovar:${name}`, { detail: { conversation_id: id } }));
        }""",
        conversation.pk,
    )

"""The inbox in a real browser: by keyboard alone, with drafts that survive, on a phone, while others write too."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from tests import make
from tests.browser.conftest import Pages

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = "A scratched desk", "Where is my order?"


@pytest.fixture
def anna() -> User:
    """An agent."""
    return make.agent("anna petrova")


@pytest.fixture(autouse=True)
def _quiet_stream(pages: Pages) -> None:
    """Answer the stream of live events with an empty one: the pages of these tests are served without it."""
    pages.stream = lambda route: route.fulfill(status=200, content_type="text/event-stream", body=": open\n\n")  # type: ignore[attr-defined]


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


def inbox(pages: Pages, user: User, path: str = "/", **how: object) -> Page:
    """Open the inbox."""
    page = pages.open(user, **how)  # type: ignore[arg-type]
    page.route("**/stream/**", lambda route: quiet(route))
    page.goto(path)
    return page


def quiet(route: Route) -> None:
    """A stream on which nothing happens."""
    route.fulfill(status=200, content_type="text/event-stream", body="retry: 600000\n\n")


def test_replying_and_resolving_takes_two_keys(pages: Pages, anna: User) -> None:
    first, second = two_waiting()
    page = inbox(pages, anna)

    page.keyboard.press("j")
    expect(page.locator(".thread-subject")).to_have_text(FIRST)
    page.keyboard.press("r")
    page.keyboard.type("A new top comes on Thursday.")
    page.keyboard.press("Control+Shift+Enter")

    expect(page.locator(".thread-subject")).to_have_text(SECOND)
    expect(page).to_have_url(re.compile(rf"/conversations/{second.pk}/"))
    first.refresh_from_db()
    assert first.resolved_at is not None
    assert [message.text for message in first.messages.filter(direction="out")] == ["A new top comes on Thursday."]
    expect(page.locator("a.conversation")).to_have_count(1)

"""What is new reaches somebody who looks elsewhere: on their device, in the title, on the sign of the app."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Worker, expect

from samovar.accounts.models import Notification, PushSubscription, User
from samovar.channels import pushing
from samovar.conversations.models import Conversation
from samovar.lib import clock
from tests import make
from tests.browser.conftest import PHONE, Pages
from tests.browser.desks import QUIET, inbox
from tests.browser.test_without_connection import keeping
from tests.channels.push_service import Service, push_service
from tests.patience import until
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db(transaction=True)

# A browser of its own for each test has no service of its maker: it gives the address and the keys of ours.
SERVED_BY = """({ endpoint, keys }) => {
  const given = { endpoint, toJSON: () => ({ endpoint, keys }), unsubscribe: async () => true };
  PushManager.prototype.subscribe = async () => { sessionStorage.told = 1; return given; };
  PushManager.prototype.getSubscription = async () => (sessionStorage.told ? given : null);
}"""
BADGE = "navigator.setAppBadge = async (number) => { self.shownOnTheSign = number; };"
SHOWN = "() => self.registration.getNotifications().then((all) => all.map(({ title, body }) => [title, body]))"
# Only a press of a person may bring a window to the front; the rest is as it would be.
PRESSED = """async () => {
  WindowClient.prototype.focus = async function focus() { return this; };
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


def named(anna: User) -> Conversation:
    """Let a note name Anna, a while ago."""
    conversation = make.conversation()
    conversation.add_note(f"@{anna.name}, have a look", by=make.agent("elena"))
    run_later_reactions(0)
    Notification.objects.update(made_at=clock.now() - timedelta(minutes=1))
    return conversation


def switched_on(page: Page, service: Service) -> PushSubscription:
    """Have the browser of ``page`` told, as its owner does it."""
    keys = {"p256dh": service.device.given["key"], "auth": service.device.given["secret"]}
    page.add_init_script(f"({SERVED_BY})({json.dumps({'endpoint': service.endpoint, 'keys': keys})})")
    page.context.grant_permissions(["notifications"])
    page.goto("/profile/notices/")
    page.get_by_role("button", name="Tell me on this device").click()
    expect(page.locator("#devices")).to_contain_text("this one")
    PushSubscription.objects.update(told_until=clock.now() - timedelta(hours=1))
    return PushSubscription.objects.get()


def deliver(page: Page, said: dict[str, Any]) -> Worker:
    """Give the service worker what its device was told."""
    line: CDPSession = page.context.new_cdp_session(page)
    found: list[str] = []
    line.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda news: found.extend(one["registrationId"] for one in news["registrations"]),
    )
    line.send("ServiceWorker.enable")
    while not found:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    [worker] = page.context.service_workers
    worker.evaluate(BADGE)
    origin = page.evaluate("location.origin")
    data = {"origin": origin, "registrationId": found[0], "data": json.dumps(said)}
    line.send("ServiceWorker.deliverPushMessage", data)
    return worker


def test_what_a_device_is_told_opens_the_conversation_with_one_press(pages: Pages, anna: User, tmp_path: Path) -> None:
    page = keeping(pages, anna)
    with push_service(tmp_path) as service:
        device = switched_on(page, service)
        conversation = named(anna)
        pushing.push(device.pk, service.world)
        [said] = service.told
    page.goto("/")
    elsewhere = page.context.new_page()
    elsewhere.goto("about:blank")
    elsewhere.bring_to_front()

    worker = deliver(page, said)

    who = conversation.customer.shown_name
    until(lambda: worker.evaluate(SHOWN) == [["Elena names you in a note", who]])
    assert worker.evaluate("self.shownOnTheSign") == 1
    worker.evaluate(PRESSED)
    page.wait_for_url(f"**{conversation.get_absolute_url()}")
    until(lambda: worker.evaluate(SHOWN) == [])


def test_whoever_looks_at_the_page_is_told_nothing_beside_it(pages: Pages, anna: User) -> None:
    page = keeping(pages, anna)
    page.context.grant_permissions(["notifications"])

    worker = deliver(page, {"title": "Elena names you in a note", "body": "", "url": "/", "tag": "one", "count": 4})

    until(lambda: worker.evaluate("self.shownOnTheSign") == 4)
    assert worker.evaluate(SHOWN) == []


def test_how_much_is_new_stands_in_the_title_and_on_the_sign_of_the_app(pages: Pages, anna: User) -> None:
    named(anna)
    page = pages.open(anna, width=PHONE)
    page.add_init_script(QUIET + BADGE)
    page.goto("/customers/")

    expect(page).to_have_title("(1) Customers · Aurora Home")
    assert page.evaluate("shownOnTheSign") == 1
    page.goto("/for-me/")
    Notification.objects.update(seen_at=clock.now())
    page.evaluate(
        f"document.body.dispatchEvent(new CustomEvent('samovar:NoticesChanged-{anna.pk}', {{ detail: {{}} }}))"
    )

    expect(page).to_have_title("For me · Aurora Home")
    assert page.evaluate("shownOnTheSign") == 0


def test_it_is_offered_as_an_app_when_the_browser_offers_it(pages: Pages, anna: User) -> None:
    page = inbox(pages, anna, width=PHONE)
    page.get_by_role("button", name="More", exact=True).tap()
    page.get_by_role("button", name=anna.name).tap()
    offer = page.get_by_role("button", name="Install on this device")
    expect(offer).to_be_hidden()

    page.evaluate("""() => {
      const event = new Event("beforeinstallprompt", { cancelable: true });
      event.prompt = async () => { window.wasAsked = event.defaultPrevented; };
      dispatchEvent(event);
    }""")
    offer.tap()

    expect(offer).to_be_hidden()
    assert page.evaluate("wasAsked") is True


def test_on_an_iphone_it_is_said_how_to_install_it(pages: Pages, anna: User) -> None:
    page = pages.open(anna, width=PHONE)
    page.add_init_script(QUIET + "navigator.standalone = false;")
    page.goto("/")

    page.get_by_role("button", name="More", exact=True).tap()
    page.get_by_role("button", name=anna.name).tap()

    expect(page.get_by_text("To install it here: Share")).to_be_visible()

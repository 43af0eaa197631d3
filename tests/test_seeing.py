"""Whatever address gives out who a customer is or what was said, the audit log has who looked."""

import html
from collections.abc import Iterator, Mapping
from http import HTTPStatus

import pytest
from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts.models import AuditEntry, User
from samovar.conversations.models import Conversation, Message
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.promise import PromiseKind
from samovar.customers import consenting
from samovar.customers.consenting import Statement
from samovar.customers.models import ConsentPurpose, Customer, Identity
from samovar.events.models import Event
from tests import make, restrictions
from tests.rights import session_of
from tests.routes import MINE, OBJECTS, Route, routes

pytestmark = pytest.mark.django_db

LIST = "a list, a line or two of each; opening one is the look"
# What gives out something of customers, or a file, and is no look at one of them.
NO_LOOK = {
    **dict.fromkeys(("inbox", "search", "customers", "organisation", "organisation_people"), LIST),
    **dict.fromkeys(("deleted", "all_consents", "promise_rows", "bulk_run", "for_me"), LIST),
    "log": "the list of who could have called, found by what was typed; with a customer chosen it is a look",
    "recipients": "the addresses that the letters typed could mean, a line each",
    **dict.fromkeys(("block", "blocked"), "who is blocked need not be a customer; what came from them is a list"),
    "audit": "names who was blocked, which need not be a customer; of customers it has only the number",
    "brand_logo": "a picture of ours",
    "draft": "what its reader has typed themselves",
    **dict.fromkeys(("health", "health_ready"), "says only that we are there"),
    **dict.fromkeys(("manifest", "service_worker"), "ours; what a browser needs to make an app of the pages"),
}

# What shows something only when something is typed.
FINDING = {"search", "log", "recipients", "organisation_people"}


def test_nobody_gets_anything_of_a_customer_without_a_trace() -> None:
    olga = make.agent("olga")
    fill(olga)
    clients = {user: client_of(user) for user in (olga, make.admin("anna"))}

    unseen = {route.name for route in routes() if not is_traced(route, clients)}

    # The other way round, too: what stands above and leaves a trace by now, or gives out nothing, has to go.
    assert unseen == set(NO_LOOK)


def test_what_an_open_page_asks_for_in_vain_is_no_look(client: Client) -> None:
    conversation, olga = make.conversation(), make.agent("olga")
    client.force_login(olga)

    for address in (f"news/?after={Event.objects.latest('pk').pk}", "sides/", "assignees/", "tags/"):
        assert client.get(f"/conversations/{conversation.pk}/{address}").status_code in (200, 204)

    assert not AuditEntry.objects.filter(by=olga).exists()


@pytest.mark.parametrize("address", ["start", "log"])
def test_a_letter_or_a_call_that_begins_at_a_customer_is_a_look_at_them(client: Client, address: str) -> None:
    elena, olga = make.customer(), make.agent("olga")
    client.force_login(olga)

    client.get(reverse(address), {"customer": elena.pk})

    assert list(AuditEntry.objects.filter(by=olga).values_list("subject_id", flat=True)) == [elena.pk]


def test_the_look_is_at_the_customer_of_what_was_read(client: Client) -> None:
    conversation = make.conversation()
    message = conversation.messages.get()
    make.conversation("Another matter.", sender=make.sender("zinaida@mail.example", "Zinaida Ortega"))
    addresses = [reverse(name, args=[conversation.pk]) for name in ("print", "earlier", "news", "blocking", "asking")]
    addresses += [reverse(name, args=[message.pk]) for name in ("message", "raw_mail")]

    for address in addresses:
        reader = make.agent()
        client.force_login(reader)
        client.get(address)
        client.get(address)
        looks = AuditEntry.objects.filter(by=reader).values_list("action", "subject_kind", "subject_id")
        assert list(looks) == [("card-opened", "customer", conversation.customer_id)], address


def fill(reader: User) -> None:
    """Make what the lists have to show."""
    zinaida = make.sender("zinaida@mail.example", "Zinaida Ortega")
    conversation = make.conversation("We wait for the desk.", sender=zinaida)
    make.conversation("A trial.", subject="Trial", sender=zinaida).trash(DeletionReason.TRIAL, by=make.agent())
    conversation.promise(PromiseKind.CALL, timezone.now(), by=reader)
    make.conversation("Buy!", sender=make.sender(make.block().value, "Mallory"))
    make.membership(of=make.organisation())
    said = Statement(purpose=ConsentPurpose.NEWS, is_given=True, at=timezone.now(), way="mail")
    consenting.enter(conversation.customer, said, by=make.agent())
    restrictions.in_force(conversation.customer)
    restrictions.proposed(conversation.customer, kind="block")


def client_of(user: User) -> Client:
    """Return the browser of somebody who has just proven that it is them."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    return client


def is_traced(route: Route, clients: Mapping[User, Client]) -> bool:
    """Ask an address as the first who gets something; what is done is taken back.

    Whether the log has it that they looked, if something of a customer was given out.
    """
    for reader, client in clients.items():
        with transaction.atomic():
            objects = MINE[route.name](reader) if route.name in MINE else OBJECTS.get(route.name, dict[str, object])()
            answer = client.get(reverse(route.name, kwargs=objects), {"q": "mail"} if route.name in FINDING else {})
            is_shown = answer.status_code == HTTPStatus.OK
            traces = AuditEntry.objects.filter(by=reader, subject_kind="customer")
            is_fine = not is_shown or not gives_out(answer) or traces.exists()
            transaction.set_rollback(True)
        if is_shown:
            return is_fine
    return True


def gives_out(answer: HttpResponseBase) -> bool:
    """Whether an answer holds something of a customer; of a file nobody can tell, so all of them are taken for it."""
    if not answer.headers["Content-Type"].startswith("text/html"):
        return True
    page = html.unescape(answer.getvalue().decode())
    return any(words in page for words in of_customers())


def of_customers() -> Iterator[str]:
    """Yield all words that are of customers."""
    for values in (
        Customer.objects.values_list("name", flat=True),
        Identity.objects.values_list("shown", flat=True),
        Conversation.objects.values_list("subject", flat=True),
        Message.objects.values_list("text", flat=True),
    ):
        yield from filter(None, values)

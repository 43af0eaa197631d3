"""Two people who do the same at the same moment both get an answer: it is done, or a sentence says why not."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from samovar.accounts.models import Brand, Company, Invitation
from samovar.customers.models import Organisation
from tests import make
from tests.beside import somebody_waits
from tests.patience import until
from tests.rights import session_of
from tests.route_forms import BRAND, FORMS, NAMED

Form = Mapping[str, object]
# The status and the page.
Answer = tuple[int, str]
URLS = {"authorization_url": "https://id.aurora.example/auth", "token_url": "https://id.aurora.example/token"}
SIGN_IN = NAMED | URLS | {"scopes": "mail", "client_id": "samovar"}
SERVERS = {"imap_host": "nowhere.invalid", "smtp_host": "nowhere.invalid", "folder": "INBOX"}
SERVERS |= {"imap_port": "993", "imap_security": "tls", "smtp_port": "465", "smtp_security": "tls"}
MAILBOX = SERVERS | {"address": "help@aurora.example", "name": "Help", "password": "secret"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What two people send at once, the second one perhaps something else; and what both are told."""

    to: Callable[[], str]
    form: Form
    second_to: Callable[[], str] | None = None
    second: Form = field(default_factory=dict)
    statuses: tuple[int, int] = (302, 422)
    words: str = ""


def conversation() -> str:
    """Return where tags are put on."""
    return f"/conversations/{make.conversation().pk}/tags/"


def at(address: str) -> Callable[[], str]:
    """Return what is there without being made."""
    return lambda: address


PAIRS = {
    "invite an address": Pair(to=at("/people/"), form=FORMS["people"](), statuses=(200, 200)),
    "add a person": Pair(to=at("/people/new/"), form=FORMS["new_person"](), words="Somebody already signs in"),
    "put on a new tag": Pair(to=conversation, form={"name": "Oak"}, second={"name": "OAK"}, statuses=(302, 302)),
    "name two tags": Pair(
        to=conversation,
        form={"name": "Oak"},
        second_to=lambda: f"/tags/{make.tag('Wood').pk}/",
        words="Merge them instead",
    ),
    "add single sign-on": Pair(
        to=at("/signing-in/providers/new/"),
        form=FORMS["new_staff_provider"](),
        words="There is a provider of this name",
    ),
    "add a way to mailboxes": Pair(
        to=at("/mailboxes/providers/new/"), form=SIGN_IN, words="There is a provider of this name"
    ),
    "connect a mailbox": Pair(to=at("/mailboxes/new/"), form=MAILBOX, words="Another mailbox has this address"),
    "connect mailboxes that share an address": Pair(
        to=at("/mailboxes/new/"),
        form=MAILBOX | {"others": "care@aurora.example"},
        second=MAILBOX | {"address": "care@aurora.example"},
        words="Another mailbox has this address",
    ),
    "found a team": Pair(to=at("/teams/"), form=NAMED, words="There is a team with this name"),
    "make a brand": Pair(to=at("/brands/new/"), form=BRAND, words="Another brand is called so"),
    "make an organisation": Pair(to=at("/customers/organisations/new/"), form=NAMED, words="with this name already"),
    "give two organisations one name": Pair(
        to=at("/customers/organisations/new/"),
        form=NAMED,
        second_to=lambda: f"/customers/organisations/{make.organisation('Oak').pk}/details/",
        words="with this name already",
    ),
    "join an organisation that nobody knows yet": Pair(
        to=lambda: f"/customers/{make.customer().pk}/memberships/",
        form={"organisation": "Oak"},
        second={"organisation": "oak"},
        statuses=(302, 302),
    ),
}


def post(session: str, address: str, form: Form) -> Answer:
    """Send a form as somebody, who is told of an error as in life."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    try:
        answer = client.post(address, form)
        return answer.status_code, answer.content.decode()
    finally:
        if not connection.in_atomic_block:
            connection.close()


def at_once(pair: Pair) -> tuple[Answer, Answer]:
    """Let the second person send a form while the first one's is not done, and return both answers."""
    anna, oleg = session_of(make.admin("anna")), session_of(make.admin("oleg"))
    address = pair.to()
    second = pair.second_to() if pair.second_to else address
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            one = post(anna, address, pair.form)
            coming = other.submit(post, oleg, second, pair.second or pair.form)
            until(lambda: somebody_waits() or coming.done())
        return one, coming.result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_nobody_is_told_of_an_error(pair: Pair) -> None:
    (first, _page), (second, words) = at_once(pair)

    assert (first, second) == pair.statuses
    assert pair.words in words


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["join an organisation that nobody knows yet", "make an organisation"])
def test_two_organisations_do_not_get_one_name(what: str) -> None:
    at_once(PAIRS[what])

    assert Organisation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_link_of_who_invites_second_is_the_one_that_opens() -> None:
    _first, (_status, page) = at_once(PAIRS["invite an address"])

    link = page.partition('value="http')[2].partition('"')[0]
    assert Client().get(f"/{link.partition('://')[2].partition('/')[2]}").status_code == 200
    assert Invitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_default", [True, False])
def test_the_company_is_named_although_a_brand_takes_the_name_at_this_moment(has_default: bool) -> None:
    if has_default:
        Brand.objects.all().default()
    pair = Pair(to=at("/brands/new/"), form=BRAND, second_to=at("/company/"), second={"company": "Aurora Garden"})

    assert [status for status, _page in at_once(pair)] == [302, 302]
    assert Company.current_name() == "Aurora Garden"
    assert Brand.objects.filter(name="Aurora Garden").count() == 1

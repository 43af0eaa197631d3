"""The pages of difficult customers: proposing, deciding, the mark in a conversation and on a card, who is told."""

from datetime import timedelta
from html import unescape

import pytest
from django.conf import LazySettings
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import AuditEntry, Company, Notification, Role, User
from samovar.channels.digests import write_to
from samovar.channels.models import StaffLetter
from samovar.conversations.drafting import text_of
from samovar.conversations.models import Conversation
from samovar.customers import restricting
from samovar.customers.models import Restriction
from samovar.lib import clock
from tests import make
from tests.reactions import run_later_reactions
from tests.restrictions import REASON, in_force, proposed

pytestmark = pytest.mark.django_db
TYPED = {"kind": "warning", "reason": REASON, "lasts": "week", "most_a_day": "3"}


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def lea() -> User:
    """A lead."""
    return make.lead("lea")


def of(user: User) -> Client:
    """Return the browser of somebody."""
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, address: str) -> str:
    """Return a page as it is read."""
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def pressed(client: Client, address: str, **given: str) -> tuple[str, str]:
    """Press something on the list; return what is said, and the address that undoes it."""
    answer = client.post(address, given, headers={"Referer": "http://testserver/restrictions/?state=waiting"})
    assert answer["Location"] == "/restrictions/?state=waiting"
    said = list(get_messages(answer.wsgi_request))[-1]
    return str(said), said.extra_tags or ""


def new(conversation: Conversation) -> str:
    return f"/customers/{conversation.customer_id}/restrictions/new/?conversation={conversation.pk}"


def test_an_agent_proposes_from_a_conversation_and_a_lead_agrees_in_one_press(
    client: Client, olga: User, lea: User
) -> None:
    conversation = make.conversation()
    assert new(conversation) in shown(client, conversation.get_absolute_url())

    answer = client.post(new(conversation), TYPED)

    assert answer["Location"] == conversation.get_absolute_url()
    assert "Proposed: Warning" in shown(client, conversation.get_absolute_url())
    found = Restriction.objects.get()
    assert (found.conversation_number, found.proposed_by, found.most_a_day) == (conversation.pk, olga, None)
    assert 'name="how"' not in shown(client, "/restrictions/?state=waiting")
    listed = shown(of(lea), "/restrictions/")
    assert REASON in listed
    assert conversation.get_absolute_url() in listed
    said, undo = pressed(of(lea), f"/restrictions/{found.pk}/decision/", how="agree")
    assert said == "Warning: In force"
    page = shown(client, conversation.get_absolute_url())
    assert page.count(REASON) >= 2
    assert "proposed by Olga, agreed to by Lea" in page
    assert REASON in shown(client, conversation.customer.get_absolute_url())
    assert pressed(of(lea), undo)[0] == "Warning: Waiting for a decision"


def test_both_are_told_and_what_they_are_told_leads_to_the_list(client: Client, olga: User, lea: User) -> None:
    anna, oleg = make.admin("anna"), make.agent("oleg")
    found = proposed(by=olga)
    read = run_later_reactions()
    told = [(row.user, row.kind) for row in Notification.objects.order_by("user")]
    assert sorted(told, key=str) == sorted([(lea, "proposed"), (anna, "proposed")], key=str)
    assert "Olga proposes something about a difficult customer" in shown(of(lea), "/for-me/")
    menu = shown(of(lea), "/")
    assert 'href="/restrictions/"' in menu

    restricting.agree(found, by=lea)
    run_later_reactions(read)

    page = shown(client, "/for-me/")
    assert "Lea has decided what you proposed about a customer" in page
    assert 'href="/restrictions/"' in page
    client.get("/restrictions/")
    assert not Notification.objects.unseen_by(olga).exists()
    assert not Notification.objects.filter(user=oleg).exists()


def test_it_is_mailed_too(olga: User, lea: User, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "samovar.channels.staff_mail.Postbox"
    proposed(by=olga)
    run_later_reactions()
    Notification.objects.update(made_at=clock.now() - timedelta(minutes=3))

    assert write_to(lea)

    _subject, text = StaffLetter.objects.get().words
    assert "Olga proposes something about a difficult customer" in text
    assert "/restrictions/" in text
    assert REASON not in text


def test_what_was_seen_and_came_again_is_one_when_seeing_is_undone(olga: User, lea: User) -> None:
    proposed(by=olga)
    read = run_later_reactions()
    browser = of(lea)
    answer = browser.post("/for-me/seen/")
    [said] = get_messages(answer.wsgi_request)
    proposed(by=olga, kind="block")
    run_later_reactions(read)

    browser.post(said.extra_tags or "")

    assert Notification.objects.unseen_by(lea).count() == 1
    assert shown(browser, "/for-me/").count("Olga proposes something") == 1


def test_who_leads_no_more_hears_of_no_proposal(client: Client, olga: User, lea: User) -> None:
    proposed(by=olga)
    run_later_reactions()
    User.objects.filter(pk=lea.pk).update(role=Role.AGENT)

    assert "proposes something" not in shown(of(User.objects.get(pk=lea.pk)), "/for-me/")


def test_what_was_taken_back_before_anybody_heard_is_told_to_nobody(olga: User, lea: User) -> None:
    found, withdrawn = proposed(by=olga), proposed(by=olga)
    restricting.refuse(found, by=lea)
    restricting.reopen(found, by=lea)
    restricting.end(withdrawn, by=olga)
    restricting.end(found, by=olga)

    run_later_reactions()

    assert not Notification.objects.exists()


def test_the_second_lead_reads_what_the_first_decided(olga: User, lea: User) -> None:
    found = proposed(by=olga)
    restricting.refuse(found, by=lea)

    said, undo = pressed(of(make.lead("leo")), f"/restrictions/{found.pk}/decision/", how="agree")

    assert (said, undo) == ("Lea has decided meanwhile: Refused.", "")


@pytest.mark.parametrize("given", [{}, {"how": ""}, {"how": "agreed"}])
def test_only_what_a_lead_has_pressed_decides(olga: User, lea: User, given: dict[str, str]) -> None:
    found = proposed(by=olga)

    assert of(lea).post(f"/restrictions/{found.pk}/decision/", given).status_code == 400

    assert Restriction.objects.get().state == "waiting"


def test_ending_is_undone(olga: User, lea: User) -> None:
    found = in_force(make.customer(), "block")
    said, undo = pressed(of(lea), f"/restrictions/{found.pk}/ending/")
    assert said == "Block: Ended"
    assert "Ended: Lea" in shown(of(lea), "/restrictions/?state=over")
    assert pressed(of(lea), undo) == ("Block: In force", f"/restrictions/{found.pk}/ending/")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": ""}, "This field is required"),
        ({"kind": "limit", "most_a_day": ""}, "Write how many messages a day"),
        ({"kind": "limit", "most_a_day": "0"}, "greater than or equal to 1"),
        ({"lasts": "day", "day": "soon"}, "Nobody can tell when that is"),
        ({"lasts": "day", "day": ""}, "Nobody can tell when that is"),
        ({"lasts": "day", "day": "1.1.2020"}, "This moment has passed"),
        ({"lasts": "day", "day": "in 60 weeks"}, "within a year"),
        ({"lasts": "never"}, "Select a valid choice"),
        ({"kind": "jail"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(client: Client, olga: User, given: dict[str, str], said: str) -> None:
    answer = client.post(f"/customers/{make.customer().pk}/restrictions/new/", TYPED | given)

    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert not Restriction.objects.exists()


@pytest.mark.parametrize(
    ("given", "until"), [({"lasts": "never"}, False), ({"lasts": "day", "day": "in 10 days"}, True)]
)
def test_a_lead_puts_a_limit_in_force_at_once(lea: User, given: dict[str, str], until: bool) -> None:
    elena = make.customer()
    answer = of(lea).post(f"/customers/{elena.pk}/restrictions/new/", TYPED | {"kind": "limit"} | given, follow=True)

    page = unescape(answer.content.decode())
    assert "At most 3 messages a day" in page
    assert ("Without an end" in page) is not until
    assert Restriction.objects.get().begun_at is not None


def test_the_same_again_is_refused_and_what_was_typed_stays(client: Client, olga: User) -> None:
    elena = make.customer()
    in_force(elena)

    answer = client.post(f"/customers/{elena.pk}/restrictions/new/", TYPED)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "This is in force already: Warning" in page
    assert REASON in page


def test_a_customer_who_was_merged_or_erased_meanwhile_is_not_found(client: Client, olga: User) -> None:
    merged = make.merge()
    assert client.post(f"/customers/{merged.merged_id}/restrictions/new/", TYPED).status_code == 404


def test_a_conversation_of_somebody_else_is_not_named(client: Client, olga: User) -> None:
    other = make.conversation()
    client.post(f"/customers/{make.customer().pk}/restrictions/new/?conversation={other.pk}", TYPED)
    assert Restriction.objects.get().conversation_number is None


def test_the_warning_comes_into_the_editor_and_nothing_is_sent(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"{conversation.get_absolute_url()}warning/"
    assert address not in shown(client, conversation.get_absolute_url())
    in_force(conversation.customer)
    assert address in shown(client, conversation.get_absolute_url())

    answer = client.post(address)

    assert text_of(conversation, "reply", olga).startswith("We are glad to help you")
    assert conversation.messages.count() == 1
    [said] = get_messages(answer.wsgi_request)
    client.post(said.extra_tags or "")
    assert text_of(conversation, "reply", olga) == ""


def test_an_open_page_gets_the_mark_as_it_stands_now(client: Client, olga: User) -> None:
    conversation = make.conversation()
    address = f"{conversation.get_absolute_url()}restriction/"
    assert address in shown(client, conversation.get_absolute_url())
    assert REASON not in shown(client, address)

    in_force(conversation.customer, "limit")

    page = shown(client, address)
    assert "At most 2 messages a day" in page
    assert REASON in page


def test_observers_look_and_experts_see_nothing() -> None:
    conversation = make.conversation()
    found = in_force(conversation.customer)
    observer = of(make.user(role=Role.OBSERVER))
    assert REASON in shown(observer, conversation.get_absolute_url())
    assert REASON in shown(observer, "/restrictions/")
    for address in (f"/restrictions/{found.pk}/ending/", f"/restrictions/{found.pk}/decision/"):
        assert observer.post(address).status_code == 403
    assert of(make.user(role=Role.EXPERT)).get("/restrictions/").status_code == 403
    assert of(make.agent()).post(f"/restrictions/{found.pk}/decision/", {"how": "agree"}).status_code == 403


def test_switched_off_nothing_new_is_offered_and_what_is_in_force_can_be_ended(lea: User) -> None:
    conversation = make.conversation()
    in_force(conversation.customer)
    Company.choose_parts("", ["restrictions"], by=make.admin())
    browser = of(lea)

    page = shown(browser, conversation.get_absolute_url())
    card = shown(browser, conversation.customer.get_absolute_url())

    assert "Warn, limit or block" not in page + card
    assert 'href="/restrictions/"' not in page
    for one in (page, card):
        assert REASON in one
        assert "End it now" in one
    other = make.conversation(sender=make.sender("bob@mail.example", "Bob"))
    assert "Difficult customer" not in shown(browser, other.customer.get_absolute_url())


def test_the_palette_offers_it_where_a_customer_is_open(client: Client, olga: User) -> None:
    conversation = make.conversation()
    headers = {"HX-Request": "true", "HX-Target": "palette-results"}

    def found(address: str) -> str:
        url = {"HX-Current-URL": f"http://testserver{address}"}
        return client.get("/search/?q=limit or", headers=headers | url).content.decode()

    assert f"/customers/{conversation.customer_id}/restrictions/new/?conversation={conversation.pk}" in found(
        conversation.get_absolute_url()
    )
    assert f'/customers/{conversation.customer_id}/restrictions/new/"' in found(
        conversation.customer.get_absolute_url()
    )
    assert "/restrictions/new/" not in found("/")


def test_the_list_is_a_look_and_asks_no_more_for_more_rows(
    lea: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = of(lea)
    for number in (1, 30):
        for _one in range(number):
            in_force(make.conversation(sender=make.sender(f"c{number}{_one}@mail.example")).customer)
        browser.get("/restrictions/?state=in-force")
        with django_assert_num_queries(9):
            browser.get("/restrictions/?state=in-force")
    assert AuditEntry.objects.filter(by=lea, action="card-opened").count() == 31


def test_the_menu_says_leads_how_many_wait(lea: User, olga: User) -> None:
    proposed(by=olga)
    proposed(by=olga)
    in_force(make.customer())

    page = shown(of(lea), "/restrictions/")

    entry = page[page.index('href="/restrictions/"') :]
    assert ">2<" in entry[: entry.index("</a>")]
    own = shown(of(olga), "/restrictions/")
    entry = own[own.index('href="/restrictions/"') :]
    assert ">2<" not in entry[: entry.index("</a>")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Nothing waits for a decision"),
        ("?state=in-force", "Nobody is warned, limited or blocked"),
        ("?state=over", "Nothing is over yet"),
        ("?q=zzz", "Nothing is found by that"),
        ("?state=jail&after=x", "Nothing waits for a decision"),
    ],
)
def test_an_empty_list_says_what_it_is_for(lea: User, query: str, said: str) -> None:
    assert said in shown(of(lea), f"/restrictions/{query}")

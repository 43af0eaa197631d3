"""Two people decide about one difficult customer at the same moment: one of them does, the other reads it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from samovar.accounts.models import User
from samovar.customers import merging, restricting
from samovar.customers.jobs import end_restrictions
from samovar.customers.merging import Decision
from samovar.customers.models import Restriction
from samovar.events.models import Event
from samovar.lib import clock
from tests import make
from tests.beside import beside
from tests.restrictions import REASON, proposed, wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lea() -> User:
    """Who comes first."""
    return make.lead("lea")


def kinds() -> list[str]:
    """Return what happened, in order."""
    rows = Event.objects.filter(kind__startswith="Restriction").order_by("pk")
    return list(rows.values_list("kind", flat=True))


def said(user: User, address: str, **form: str) -> str:
    """Press something; return what is said."""
    client = Client()
    client.force_login(user)
    answer = client.post(address, form)
    if answer.status_code == 422:
        return answer.content.decode()
    return str(list(get_messages(answer.wsgi_request))[-1])


def test_of_two_leads_one_decides(lea: User) -> None:
    found, leo = proposed(by=make.agent("olga")), make.lead("leo")
    address = f"/restrictions/{found.pk}/decision/"

    told = beside(lambda: restricting.agree(found, by=lea), lambda: said(leo, address, how="refuse"))

    assert told == "Lea has decided meanwhile: In force."
    assert kinds() == ["RestrictionProposed", "RestrictionBegun"]
    assert Restriction.objects.get().decided_by == lea


def test_of_two_who_propose_the_same_one_does(lea: User) -> None:
    elena, olga = make.customer(), make.agent("olga")
    form = {"kind": "block", "reason": REASON, "lasts": "week"}
    address = f"/customers/{elena.pk}/restrictions/new/"

    told = beside(lambda: restricting.propose(elena, wish("block"), by=lea), lambda: said(olga, address, **form))

    assert "This is in force already: Block" in told
    assert Restriction.objects.count() == 1


def test_what_is_proposed_while_the_card_is_merged_is_refused_in_words(lea: User) -> None:
    survivor, merged, olga = make.customer(), make.customer(), make.agent("olga")
    form = {"kind": "warning", "reason": REASON, "lasts": "week"}
    address = f"/customers/{merged.pk}/restrictions/new/"

    told = beside(lambda: merging.merge(Decision(survivor, merged), by=lea), lambda: said(olga, address, **form))

    assert "This card was merged into another one meanwhile" in told
    assert not Restriction.objects.exists()


def test_it_ends_once_however_many_say_so(lea: User) -> None:
    with clock.standing_at(clock.now() - timedelta(days=8)):
        found = restricting.propose(make.customer(), wish(days=7), by=lea)

    beside(lambda: restricting.end_when_due(found), end_restrictions)

    assert kinds() == ["RestrictionBegun", "RestrictionEnded"]

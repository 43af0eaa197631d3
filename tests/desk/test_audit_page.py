"""The audit log as administrators read it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samovar.accounts.auditing import Action, record
from samovar.accounts.models import AuditEntry, Role, User
from samovar.conversations.models.deleting import DeletionReason
from samovar.customers import merging
from samovar.customers.merging import Decision
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make.admin("anna")


@pytest.fixture
def anna_client(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client


def page(client: Client, **given: str | int) -> str:
    """Return the rows of the page."""
    text = client.get(reverse("audit"), given).content.decode()
    return text[text.index('id="audit"') :]


def test_who_did_what_with_whom_and_what_it_changed(anna_client: Client, anna: User) -> None:
    olga = make.agent("olga")
    olga.change_role(Role.LEAD, by=anna)

    text = page(anna_client)

    assert "Anna" in text
    assert "Changed a role" in text
    assert f'href="{reverse("person", args=[olga.pk])}"' in text
    assert "Agent</del>" in text
    assert "Team lead</ins>" in text


def test_the_log_is_narrowed_to_a_person_an_action_and_a_subject(anna_client: Client, anna: User) -> None:
    olga, oleg = make.agent("olga"), make.agent("oleg")
    olga.deactivate(by=anna)
    oleg.change_password("another long password")
    olga.reactivate(by=make.admin("zoya"))

    by_anna = page(anna_client, by=anna.pk)
    by_command = page(anna_client, by="command")
    passwords = page(anna_client, action="password-set")
    of_olga = page(anna_client, kind="user", subject=olga.pk)

    assert by_anna.count('class="audit-line"') == 1
    assert "The command line" in by_command
    assert by_command.count('class="audit-line"') == passwords.count('class="audit-line"') == 1
    assert of_olga.count('class="audit-line"') == 2


def test_nonsense_in_the_address_narrows_nothing(anna_client: Client, anna: User) -> None:
    make.agent().deactivate(by=anna)

    text = page(anna_client, by="x'--", action="none", subject="9" * 40, after="never")

    assert text.count('class="audit-line"') == 1


def test_what_does_not_fit_a_page_follows(anna_client: Client, anna: User) -> None:
    for number in range(53):
        record(Action.COMPANY_NAMED, anna, None, after={"name": f"Name {number}"})

    first = page(anna_client)
    address = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    rest = anna_client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert first.count('class="audit-line"') == 50
    assert rest.count('class="audit-line"') == 3
    assert "Name 0<" in rest
    assert "hx-get" not in rest


@pytest.mark.parametrize(("action", "index"), [("role-changed", "audit_by_action"), ("card-opened", "audit_by_time")])
def test_a_rare_action_is_found_without_reading_the_whole_log(action: str, index: str) -> None:
    rows = AuditEntry.objects.filter(action=action).order_by("-at", "-pk")[:51]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        plan = rows.explain()

    assert f"using {index}" in plan


def test_the_number_of_questions_does_not_grow(anna_client: Client, anna: User) -> None:
    record(Action.COMPANY_NAMED, anna, anna)
    anna_client.get(reverse("audit"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as found:
            anna_client.get(reverse("audit"))
        counts.append(len(found))
        for _ in range(20):
            record(Action.COMPANY_NAMED, anna, anna)

    assert counts[0] == counts[1] <= 9


def test_an_empty_log_says_what_will_stand_here(anna_client: Client) -> None:
    assert "Nobody can take an entry out" in page(anna_client)


def test_looking_at_the_card_of_a_customer_is_written_down(client: Client) -> None:
    olga, elena = make.agent("olga"), make.customer("Elena Sokolova")
    client.force_login(olga)

    for _ in range(2):
        client.get(reverse("customer", args=[elena.pk]))

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.subject_id, entry.subject_name) == ("card-opened", olga, elena.pk, "")


def test_a_look_is_told_by_the_number_of_the_customer(anna_client: Client, anna: User) -> None:
    elena = make.customer("Elena Sokolova")
    record(Action.CARD_OPENED, anna, elena)

    text = page(anna_client)

    assert f"no. {elena.pk}" in text
    assert "Elena" not in text


def test_every_page_that_shows_who_a_customer_is_counts_as_a_look(client: Client) -> None:
    conversation, other = make.conversation(), make.customer("Ivan")
    customer = conversation.customer_id
    pages = {
        reverse("conversation", args=[conversation.pk]): {customer},
        reverse("history", args=[customer]): {customer},
        reverse("customer_details", args=[customer]): {customer},
        reverse("merging_preview", args=[customer, other.pk]): {customer, other.pk},
    }
    for page, seen in pages.items():
        somebody = make.agent()
        client.force_login(somebody)
        # Nothing that a client says of its request spares it the look.
        assert client.get(page, headers={"X-By-Itself": "1", "X-Ahead": "1"}).status_code == 200
        looks = AuditEntry.objects.filter(action="card-opened", by=somebody)
        assert set(looks.values_list("subject_id", flat=True)) == seen, page


def test_what_was_chosen_from_a_list_is_told_in_its_words(anna_client: Client, anna: User) -> None:
    make.block("mallory@mail.example", by=anna)
    make.conversation().trash(DeletionReason.MISTAKE, by=anna)
    elena, twin = make.customer("Elena"), make.customer("Twin")
    twin.correct({"city": "Samara"}, by=anna)
    merging.merge(Decision(elena, twin, taken=("city",)), by=anna)

    told = page(anna_client)

    for words in (
        "mallory@mail.example",
        "What: <ins",
        "An address",
        "Writes what nobody asked for",
        "Opened by mistake",
    ):
        assert words in told
    assert f"no. {twin.pk}</ins>" in told
    assert "city</ins>" in told

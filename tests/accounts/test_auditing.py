"""The audit log: what is done to the staff stands there, and nobody can change it unseen."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samovar.accounts import log_end, sealing
from samovar.accounts.auditing import Action, record, record_once
from samovar.accounts.models import AuditEntry, Company, Role, User
from samovar.lib import clock
from samovar.operations.checks import audit_log
from samovar.operations.examining import State
from tests import make
from tests.postgres import until

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, str]]:
    """Return who did what with whom, oldest first."""
    return [(one.by_name, one.action, one.subject_name) for one in AuditEntry.objects.order_by("pk")]


def sealed(count: int) -> None:
    """Write down some things and seal them."""
    anna = make.admin("anna")
    for _ in range(count):
        record(Action.ROLE_CHANGED, anna, anna, {"role": "agent"}, {"role": "admin"}, reason="New here")
    seal(count)


def seal(count: int) -> None:
    """Seal so many entries, as soon as no other transaction of the cluster holds them back."""
    done = 0

    def is_done() -> bool:
        nonlocal done
        done += sealing.seal_all()
        return done >= count

    until(is_done)
    assert done == count


def test_what_is_done_to_the_staff_is_written_down_with_who_did_it() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")

    olga.change_role(Role.LEAD, by=anna)
    olga.change_role(Role.LEAD, by=anna)
    olga.change_password("another long password", by=anna)
    olga.deactivate(by=anna)
    olga.deactivate(by=anna)
    olga.reactivate(by=anna)
    Company.call("Aurora Home", by=anna)
    User.objects.add(by=None, email="oleg@aurora.example", name="Oleg", role=Role.AGENT, password=make.PASSWORD)

    assert told() == [
        ("Anna", "role-changed", "Olga"),
        ("Anna", "password-set", "Olga"),
        ("Anna", "person-deactivated", "Olga"),
        ("Anna", "person-reactivated", "Olga"),
        ("Anna", "company-named", "Aurora Home"),
        ("", "person-added", "Oleg"),
    ]
    first = AuditEntry.objects.order_by("pk")[0]
    assert (first.before, first.after, first.words) == ({"role": "agent"}, {"role": "lead"}, "Changed a role")


def test_what_did_not_happen_is_not_written_down() -> None:
    anna, olga = make.admin("anna"), make.agent("olga")

    with pytest.raises(DatabaseError), transaction.atomic():
        olga.change_role("owner", by=anna)

    assert told() == []


def test_of_a_customer_nothing_but_the_number_is_kept() -> None:
    customer = make.customer("Elena Sokolova")

    record(Action.CARD_OPENED, make.agent("olga"), customer)

    entry = AuditEntry.objects.get()
    assert (entry.subject_kind, entry.subject_id, entry.subject_name) == ("customer", customer.pk, "")


def test_looking_at_a_card_twice_in_an_hour_is_one_look() -> None:
    olga, oleg, elena, ivan = make.agent("olga"), make.agent("oleg"), make.customer(), make.customer("Ivan")

    for _ in range(2):
        record_once(Action.CARD_OPENED, olga, elena)
        record_once(Action.CARD_OPENED, oleg, elena)
        record_once(Action.CARD_OPENED, olga, ivan, elena)

    assert AuditEntry.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET by_name = 'Nobody'",
        "UPDATE accounts_auditentry SET seal = ''",
        "DELETE FROM accounts_auditentry",
    ],
)
def test_the_database_refuses_to_change_the_log(statement: str) -> None:
    sealed(1)

    with pytest.raises(ProgrammingError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET by_name = 'Nobody' WHERE id = %s",
        "UPDATE accounts_auditentry SET seal = '' WHERE id = %s",
        "DELETE FROM accounts_auditentry WHERE id = %s",
    ],
)
def test_whoever_gets_round_the_database_leaves_a_broken_chain(statement: str) -> None:
    sealed(4)
    assert sealing.broken_at() is None
    second = AuditEntry.objects.order_by("pk")[1].pk

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement, [second])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")

    entry = sealing.broken_at()
    assert entry is not None
    assert entry.pk in (second, second + 1)


@pytest.mark.django_db(transaction=True)
def test_whoever_cuts_off_the_end_of_the_log_is_found_out_whatever_is_written_after_it() -> None:
    sealed(4)
    assert sealing.cut_after() is None
    last = AuditEntry.objects.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_auditentry WHERE id > %s", [last - 2])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")
    for _ in range(2):
        record(Action.COMPANY_NAMED, None, None)
    seal(2)
    assert sealing.broken_at() is None

    [finding] = audit_log.look()

    assert finding.state == State.BROKEN
    assert f"4 sealed entries, the last of them number {last}," in finding.words
    assert str(log_end.path()) in finding.remedy
    log_end.forget()
    assert [finding.state for finding in audit_log.look()] == [State.WELL]


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_stays_without_a_seal_is_reported() -> None:
    sealed(2)
    record(Action.COMPANY_NAMED, None, None)
    assert [finding.state for finding in audit_log.look()] == [State.WELL]

    with clock.standing_at(timezone.now() + timedelta(minutes=11)):
        [finding] = audit_log.look()

    assert finding.state == State.BROKEN
    assert "has had no seal since" in finding.words


@pytest.mark.django_db(transaction=True)
def test_entries_of_the_last_moments_have_no_seal_yet_and_that_is_well() -> None:
    sealed(2)
    record(Action.COMPANY_NAMED, None, None)

    assert sealing.broken_at() is None
    seal(1)
    assert sealing.broken_at() is None


def test_a_password_that_an_administrator_sets_is_written_down(client: Client) -> None:
    anna, olga = make.admin("anna"), make.agent("olga")
    client.force_login(anna)

    client.post(reverse("password", args=[olga.pk]), {"password": "warm oak table 9"})

    assert told() == [("Anna", "password-set", "Olga")]

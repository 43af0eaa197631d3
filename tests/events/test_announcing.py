"""Announcing writes one row in the transaction of the change, or nothing at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from samovar.events.announcing import CHANNEL, DomainEvent, Visibility, announce, announce_many
from samovar.events.effects import install, when
from samovar.events.errors import NestedAnnouncement, NotInTransaction, UnknownKind, UnreadableEvent
from samovar.events.models import Event
from samovar.wiring.table import EFFECTS
from tests.events.kinds import KettleBoiled, KettleEmptied, KettlePainted, SamovarSold, TeaSpilled
from tests.reactions import run_later_reactions

SOLD = SamovarSold(
    customer_id=7,
    at=datetime(2026, 11, 21, 9, 30, 1, 123456, tzinfo=UTC),
    actor_id=3,
    visibility=Visibility.CUSTOMER,
    title="Ёлочный самовар",
    preview="Здравствуйте!",
    organisation_id=5,
    conversation_id=9,
    amount=Decimal("12900.50"),
    score=10,
    weight=3.25,
    tax=Decimal("0.20"),
    is_gift=True,
    delivered_on=date(2026, 12, 31),
    promised_at=datetime(2026, 12, 30, 18, 0, tzinfo=UTC),
    boils_within=timedelta(minutes=12, seconds=30),
    seen_by=Visibility.RESTRICTED,
    part_ids=(1, 2, 3),
    words=("чай", "tea"),
)


@pytest.fixture(autouse=True)
def _the_real_table_afterwards() -> Iterator[None]:
    yield
    install(EFFECTS)


@pytest.mark.django_db
def test_an_event_is_read_back_as_it_was_announced() -> None:
    with transaction.atomic():
        announce(SOLD)

    row = Event.objects.get()
    assert row.as_event() == SOLD
    assert (row.kind, row.customer_id, row.organisation_id, row.conversation_id) == ("SamovarSold", 7, 5, 9)
    assert (row.actor_id, row.visibility, row.amount, row.score) == (3, 0, Decimal("12900.50"), 10)
    assert row.data["part_ids"] == [1, 2, 3]


@pytest.mark.django_db
def test_the_bulk_path_writes_the_same_rows_in_the_same_order() -> None:
    events: list[DomainEvent] = [SOLD, KettleBoiled(customer_id=1, cups=3), TeaSpilled(title="Ой"), SOLD]
    with transaction.atomic():
        for event in events:
            announce(event)
    one_by_one = list(Event.objects.order_by("id"))
    with transaction.atomic():
        announce_many(events)
    at_once = list(Event.objects.filter(id__gt=one_by_one[-1].pk).order_by("id"))

    different = {"_state", "id"}
    assert [{k: v for k, v in vars(row).items() if k not in different} for row in at_once] == [
        {k: v for k, v in vars(row).items() if k not in different} for row in one_by_one
    ]
    assert [row.as_event() for row in at_once] == events


@pytest.mark.django_db
def test_text_that_the_database_refuses_is_stored_without_the_refused_characters() -> None:
    with transaction.atomic():
        announce(SamovarSold(customer_id=1, title="a\x00b", words=("c\x00", "\ud800")))

    row = Event.objects.get()
    assert row.title == "a\ufffdb"
    assert row.data["words"] == ["c\ufffd", "\ufffd"]


@pytest.mark.django_db(transaction=True)
def test_announcing_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        announce(KettleBoiled(customer_id=1))

    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_undone_change_leaves_no_event() -> None:
    with pytest.raises(LookupError), transaction.atomic():
        announce(KettleBoiled(customer_id=1))
        raise LookupError

    assert not Event.objects.exists()


@pytest.mark.django_db
def test_now_reactions_run_at_once_and_in_the_order_of_the_table() -> None:
    seen: list[str] = []
    install(
        [
            when(
                KettleBoiled, now=[lambda event: seen.append(f"first {event.cups}"), lambda event: seen.append("2nd")]
            ),
            when(DomainEvent, now=[lambda event: seen.append(f"any {type(event).__name__}")]),
            when(KettleEmptied, now=[lambda event: seen.append("never")]),
        ]
    )

    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, cups=4))
        assert seen == ["first 4", "2nd", "any KettleBoiled"]


@pytest.mark.django_db(transaction=True)
def test_a_now_reaction_that_fails_undoes_the_change_even_when_the_error_is_swallowed() -> None:
    def fail(event: KettleBoiled) -> None:
        raise LookupError("no cups")

    install([when(KettleBoiled, now=[fail])])
    with transaction.atomic():
        announce(TeaSpilled())
        with pytest.raises(LookupError):
            announce(KettleBoiled(customer_id=1))

    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_now_reaction_cannot_announce() -> None:
    install([when(KettleBoiled, now=[lambda event: announce(TeaSpilled())])])

    with pytest.raises(NestedAnnouncement), transaction.atomic():
        announce(KettleBoiled(customer_id=1))
    with transaction.atomic():
        announce(TeaSpilled())
    assert [row.kind for row in Event.objects.all()] == ["TeaSpilled"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_notifies_once_whatever_it_announces() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1))
        announce_many([TeaSpilled(), TeaSpilled()])
        announce(KettleEmptied(customer_id=1))

    notices = list(connection.connection.notifies(timeout=0.5))
    with connection.cursor() as cursor:
        cursor.execute(f"UNLISTEN {CHANNEL}")
    assert [(notice.channel, notice.payload) for notice in notices] == [(CHANNEL, "")]


@pytest.mark.django_db
def test_a_test_can_have_the_later_reactions_run_without_a_commit() -> None:
    seen: list[int] = []

    def boil_again(event: KettleBoiled) -> None:
        seen.append(event.cups)
        if event.cups:
            announce(KettleBoiled(customer_id=1, cups=event.cups - 1))

    install([when(KettleBoiled, later=[boil_again])])
    with transaction.atomic():
        announce(KettleBoiled(customer_id=1, cups=2))

    last = run_later_reactions()
    assert (seen, run_later_reactions(last)) == ([2, 1, 0], last)


@pytest.mark.django_db
def test_a_line_of_the_history_is_worded_when_it_is_read() -> None:
    with transaction.atomic():
        announce_many([KettleBoiled(customer_id=1, cups=2), KettleEmptied(customer_id=1), SOLD])
    Event.objects.create(kind="PhoneRangTwice", at=SOLD.at, visibility=0)

    lines = [row.line for row in Event.objects.order_by("id")]
    assert lines == ["Kettle boiled 2 cups", "Kettle emptied", "Samovar sold", "Phone rang twice"]


@pytest.mark.django_db
def test_a_kind_of_another_version_is_shown_but_cannot_be_reacted_to() -> None:
    row = Event.objects.create(kind="PhoneRangTwice", at=SOLD.at, visibility=0)

    with pytest.raises(UnknownKind):
        row.as_event()


@pytest.mark.django_db
def test_a_row_of_an_older_version_takes_the_defaults_of_fields_added_since() -> None:
    old = Event.objects.create(kind="KettleBoiled", at=SOLD.at, visibility=1, customer_id=1, data={"gone": 1})

    assert old.as_event() == KettleBoiled(customer_id=1, at=SOLD.at, cups=1)


@pytest.mark.django_db
def test_a_row_without_a_field_that_has_no_default_is_unreadable() -> None:
    old = Event.objects.create(kind="KettleRepaired", at=SOLD.at, visibility=1)

    with pytest.raises(UnreadableEvent, match="repaired_by"):
        old.as_event()


def test_two_events_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="already a kind"):
        type("TeaSpilled", (DomainEvent,), {})


def test_a_field_that_no_row_can_hold_is_refused_when_the_table_is_installed() -> None:
    with pytest.raises(TypeError, match=r"KettlePainted\.colours"):
        install([when(KettlePainted, now=[lambda event: None])])

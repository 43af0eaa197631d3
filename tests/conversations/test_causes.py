"""Why customers turn to us: set, taken back, told in the history, found; the tree that leads keep."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from samovar.accounts.models import AuditEntry, User
from samovar.conversations import causes, delivered_causes, deriving, merging, queries
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.errors import CauseHasParts, CauseRetired, CauseTaken
from samovar.conversations.models import Cause, Conversation
from samovar.conversations.queries import Wanted
from samovar.events.models import Event
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


def lines(conversation: Conversation) -> list[str]:
    return [event.line for event in Event.objects.filter(conversation_id=conversation.pk).order_by("pk")][2:]


def test_a_cause_is_a_fact_with_history(olga: User) -> None:
    conversation, damaged, late = make.conversation(), make.cause("Damaged"), make.cause("Late")

    conversation.set_cause(damaged, by=olga)
    conversation.set_cause(damaged, by=olga)
    conversation.set_cause(late, by=olga)
    late.rename("Came late", by=olga)
    conversation.set_cause(None, by=olga)
    conversation.set_cause(None, by=olga)

    assert lines(conversation) == ["Cause: Damaged", "Cause: Late", "Cause removed: Came late"]
    assert Conversation.objects.get(pk=conversation.pk).cause is None
    assert not list(deriving.differences([conversation.pk]))


def test_what_the_row_keeps_of_a_cause_is_told_again_from_the_history(olga: User) -> None:
    conversation, damaged = make.conversation(), make.cause("Damaged")
    conversation.set_cause(damaged, by=olga)
    Conversation.objects.filter(pk=conversation.pk).update(cause=None)

    assert deriving.mend([conversation.pk]) == 1

    assert Conversation.objects.get(pk=conversation.pk).cause == damaged


def test_resolving_does_not_wait_for_a_cause_and_what_has_none_has_its_view(olga: User) -> None:
    with_cause, without, waiting = (make.conversation(subject=subject) for subject in ("One", "Two", "Three"))
    with_cause.set_cause(make.cause(), by=olga)
    with_cause.resolve(by=olga)
    without.resolve(by=olga)

    assert queries.page(olga, Wanted(view=VIEWS["without-cause"])).rows == [without]
    assert queries.counts(olga)["without-cause"] == 1
    without.set_cause(make.cause(), by=olga)
    assert queries.counts(olga)["without-cause"] == 0
    assert waiting.resolved_at is None


def test_what_was_merged_is_set_as_the_other_and_what_is_retired_not_at_all(olga: User) -> None:
    conversation, broken, damaged = make.conversation(), make.cause("Broken"), make.cause("Damaged")
    part = make.cause("On the way", parent=broken)
    part.merge(damaged, by=olga)

    conversation.set_cause(part, by=olga)

    assert conversation.cause == damaged
    damaged.retire(by=olga)
    conversation.set_cause(damaged, by=olga)
    with pytest.raises(CauseRetired):
        make.conversation(subject="Another").set_cause(damaged, by=olga)
    part.revive(by=olga)
    broken.retire(by=olga)
    with pytest.raises(CauseRetired):
        make.conversation(subject="A third").set_cause(part, by=olga)


def test_a_cause_finds_what_stands_below_it_and_what_was_merged_into_either(olga: User) -> None:
    top, old, other = make.cause("Transport"), make.cause("Shipping"), make.cause("Money")
    part, older = make.cause("Late", parent=top), make.cause("Slow", parent=old)
    found = []
    for cause in (top, part, old, older, other):
        conversation = make.conversation(subject=str(cause))
        conversation.set_cause(cause, by=olga)
        found.append(conversation)
    older.retire(by=olga)
    old.merge(top, by=olga)

    rows = Conversation.objects.order_by("pk")
    assert list(rows.of_cause(top)) == found[:4]
    assert list(rows.of_cause(part)) == [found[1]]
    branches = {str(one.cause): one.count for one in causes.tree(olga, Cause.objects.all().in_use().in_order())}
    assert (branches["Transport"], branches["Money"]) == (3, 1)
    assert "Shipping" not in branches


def test_causes_stand_on_two_levels(olga: User) -> None:
    top, other = make.cause("Delivery"), make.cause("Payment")
    part = make.cause("Late", parent=top)

    for cause, parent in ((other, part), (top, other), (top, top)):
        with pytest.raises(CauseHasParts):
            cause.move(parent, by=olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cause.objects.filter(pk=other.pk).update(parent=part)
    with pytest.raises(CauseHasParts):
        top.merge(other, by=olga)
    part.move(other, by=olga)
    part.move(other, by=olga)
    assert AuditEntry.objects.get(action="cause-moved").before == {"under": "Delivery"}
    top.merge(other, by=olga)
    with pytest.raises(CauseRetired):
        part.move(top, by=olga)


def test_two_beside_each_other_are_not_called_the_same(olga: User) -> None:
    top, other = make.cause("Delivery desk"), make.cause("Payment desk")
    part = Cause.objects.add("Late", top, by=olga)

    with pytest.raises(CauseTaken):
        Cause.objects.add("LATE", top, by=olga)
    with pytest.raises(CauseTaken):
        other.rename("delivery DESK", by=olga)
    elsewhere = Cause.objects.add("Late", other, by=olga)
    with pytest.raises(CauseTaken):
        elsewhere.move(top, by=olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cause.objects.create(name="late", parent=top)
    assert AuditEntry.objects.filter(action="cause-added").count() == 2
    assert part.position == 0


def test_a_delivered_cause_reads_in_the_language_of_each_reader_until_it_is_renamed(olga: User) -> None:
    delivery = make.delivered_causes()["delivery"]
    conversation = make.conversation()

    with override("ru"):
        assert str(delivery) == "Доставка"
        conversation.set_cause(delivery, by=olga)
    assert str(delivery) == "Delivery"
    assert lines(conversation) == ["Cause: Delivery"]
    with pytest.raises(CauseTaken):
        Cause.objects.add("доставка", None, by=olga)
    delivery.rename("Transport", by=olga)
    with override("ru"):
        assert str(Cause.objects.get(pk=delivery.pk)) == "Transport"
    delivery.rename("Доставка", by=olga)
    assert str(Cause.objects.get(pk=delivery.pk)) == "Delivery"


def test_the_order_of_siblings_is_changed_step_by_step(olga: User) -> None:
    top = make.cause("Transport")
    first, gone, last = (Cause.objects.add(name, top, by=olga) for name in ("A", "B", "C"))
    gone.retire(by=olga)

    assert last.step(by=olga, is_up=True)
    assert not last.step(by=olga, is_up=True)

    assert list(top.parts.filter(archived_at=None).order_by("position")) == [last, first]


def test_letters_find_a_cause_by_its_name_its_parent_the_other_language_and_nearly(olga: User) -> None:
    found = make.delivered_causes()

    def first(typed: str, *recent: Cause) -> Cause:
        return causes.offered(typed, [cause.pk for cause in recent])[0]

    assert first("de") == found["delivery"]
    assert first("до") == found["delivery"]
    assert first("ву") == found["delivery"]
    assert first("delivery late") == found["delivery.late"]
    assert first("damagd") == found["delivery.damaged"]
    assert first("menu") == found["service.menus"]
    assert first("", found["praise"]) == found["praise"]
    assert causes.offered("zzzz", []) == []


def test_frequent_causes_come_before_the_others(olga: User) -> None:
    found = make.delivered_causes()
    for number, key in enumerate(("payment", "payment", "praise")):
        conversation = make.conversation(subject=f"{number}")
        conversation.set_cause(found[key], by=olga)
        conversation.resolve(by=olga)

    assert causes.offered("", [found["account"].pk])[:3] == [found["account"], found["payment"], found["praise"]]


def test_what_is_merged_keeps_its_cause_and_its_idea_until_it_is_taken_apart(olga: User) -> None:
    desk, lamp, damaged = make.conversation(), make.conversation(subject="Lamp"), make.cause("Damaged")
    lamp.set_cause(damaged, by=olga)
    lamp.note_idea(by=olga, title="A box with a handle")
    damaged.retire(by=olga)

    done = merging.merge(lamp, desk, by=olga)

    found = Conversation.objects.get(pk=desk.pk)
    assert (found.cause, found.idea_title) == (damaged, "A box with a handle")
    assert not list(deriving.differences([desk.pk]))
    merging.undo(done, by=olga)
    found = Conversation.objects.get(pk=desk.pk)
    assert (found.cause, found.idea_at) == (None, None)
    assert Conversation.objects.get(pk=lamp.pk).cause == damaged


def test_every_delivered_cause_stands_below_one_that_is_delivered_too() -> None:
    assert all(key.partition(".")[0] in delivered_causes.NAMES for key in delivered_causes.NAMES)
    assert delivered_causes.shown("of.another.version") == "of.another.version"

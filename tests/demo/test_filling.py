"""The demo company is filled in once, whatever happens on the way, and never among real customers unasked."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from samovar.accounts.models import Calendar, Company, Role, Team, User
from samovar.channels.models import Delivery
from samovar.conversations import deriving, placeholders, saved_views
from samovar.conversations.filters import table
from samovar.conversations.models import (
    Attachment,
    Consultation,
    Conversation,
    Inbox,
    Macro,
    Message,
    Promise,
    Reminder,
    Tag,
)
from samovar.conversations.models.promise import PromiseState
from samovar.customers.models import Customer, Identity, Membership, Organisation, Restriction
from samovar.demo import company, difficult, everyday, experts, filling, promises
from samovar.demo.company import PASSWORD
from samovar.demo.errors import AnotherDemo, RealDataHere
from samovar.demo.invention import MESSAGES_EACH
from samovar.demo.models import FilledPart, Filling
from samovar.demo.rhythm import ZONE
from samovar.events.models import Event
from samovar.operations.checks import demo_staff
from samovar.operations.examining import State
from tests import make
from tests.conversations import rows

pytestmark = pytest.mark.django_db
LATELY = timedelta(hours=2)
NOON = datetime(2026, 11, 24, 12, tzinfo=ZONE)
MESSAGES = 600


def begin(**given: Any) -> Filling:
    return filling.begin(**{"messages": MESSAGES, "now": NOON, **given})


def fill(**given: Any) -> Filling:
    work = filling.Fill(begin(**given))
    list(work.found())
    list(work.tell())
    work.finish()
    return work.filling


def test_the_company_its_customers_and_a_year_of_conversations_are_filled_in() -> None:
    filled = fill()

    assert Company.objects.get().name == "Aurora Home"
    assert User.objects.count() == 40
    assert Team.objects.count() == 4
    assert set(User.objects.values_list("role", flat=True)) == {Role.ADMIN, Role.LEAD, Role.AGENT, Role.EXPERT}
    assert Inbox.objects.count() == 3
    assert Conversation.objects.count() == filled.conversations == round(MESSAGES / MESSAGES_EACH)
    assert Message.objects.count() == pytest.approx(MESSAGES, rel=0.2)
    assert Customer.objects.count() >= filled.conversations // 4
    assert Identity.objects.filter(kind="phone").count() > filled.conversations // 8
    assert Organisation.objects.exists()
    assert Membership.objects.exists()
    assert Attachment.objects.exists()
    assert not Delivery.objects.exists(), "nothing that was invented may be sent"


@pytest.mark.parametrize(("language", "letter"), [("en", "t"), ("ru", "т"), ("ru", "с")])
def test_agents_have_macros_in_both_languages_and_one_by_a_first_letter(language: str, letter: str) -> None:
    company.found()
    pavel = User.objects.get(email="pavel@aurora.example")
    own = Macro.objects.all().offered_to(pavel)

    first = own.found_by(letter, pavel)[0]
    assert (first.language, first.name[0].lower()) == (language, letter)
    assert first.text
    assert not first.steps
    assert not [mistake for macro in own for mistake in placeholders.mistakes(macro.text)]
    assert own.filter(language=language).exclude(steps=[]).count() == 3
    assert own.filter(language=language, steps=[]).count() == 11


def test_the_company_looks_at_views_of_its_own() -> None:
    company.found()
    company.found()
    found = [view for view in saved_views.shown(User.objects.get(email="pavel@aurora.example")) if view.saved]

    assert [str(view.title) for view in found] == ["Unhappy customers", "Waiting for a day", "Heavy things upstairs"]
    chips = [chip for view in found for chip in table.chips(table.read(view.filters), make.agent())]
    assert not [chip for chip in chips if chip.is_outdated]


def test_something_is_promised_for_the_day_something_is_late_and_most_was_kept() -> None:
    end, inbox = fill().ends_at, Inbox.objects.earliest("pk")
    for number in range(7):
        # Of so small a company nothing may be open just now.
        make.conversation(inbox_id=inbox.pk, sender=make.sender(f"waits{number}@mail.example"), at=end - LATELY)
    promises.promise(end)
    states = [state for state in PromiseState if Promise.objects.all().given().in_state(state, end).exists()]

    assert states == [
        PromiseState.OPEN,
        PromiseState.LATE,
        PromiseState.KEPT,
        PromiseState.KEPT_LATE,
        PromiseState.BROKEN,
    ]
    assert Promise.objects.filter(kind="step", kept_at=None).count() == 2
    assert not [found for piece in deriving.batches() for found in deriving.differences(piece)]


def test_every_history_is_complete() -> None:
    fill()

    assert not [found for piece in deriving.batches() for found in deriving.differences(piece)]
    messages = Event.objects.filter(kind__in=["MessageReceived", "ReplyWritten", "NoteAdded"])
    assert messages.count() == Message.objects.count()
    assert Event.objects.filter(kind="CustomerAdded").count() == Customer.objects.count()


def test_all_of_the_staff_can_sign_in(client: Client) -> None:
    filling.Fill(begin()).found().__next__()

    for address in ("anna@aurora.example", "oksana@aurora.example", "marat@aurora.example"):
        assert Client().login(username=address, password=PASSWORD)
    assert all(user.check_password(PASSWORD) for user in User.objects.all()[:3])


def test_filled_in_twice_nothing_is_added() -> None:
    fill()
    before = rows.everything(), rows.history()

    fill(now=datetime(2027, 1, 15, 12, tzinfo=ZONE))

    assert (rows.everything(), rows.history()) == before


def test_the_same_seed_fills_in_the_same_rows() -> None:
    once, history = _undone(seed=5)
    again, history_again = _undone(seed=5)
    other, _history = _undone(seed=6)

    assert again == once
    assert history_again == history
    assert other["conversations.Message"] != once["conversations.Message"]


def _undone(**given: Any) -> tuple[dict[str, list[rows.Row]], list[rows.Row]]:
    with transaction.atomic():
        fill(**given)
        found = rows.everything(), rows.history()
        transaction.set_rollback(True)
    return found


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    whole, history = _undone()

    work = filling.Fill(begin())
    list(work.found())
    list(islice(work.tell(), 1))
    assert 0 < Conversation.objects.count() < work.filling.conversations
    fill()

    assert rows.everything() == whole
    assert rows.history() == history


def test_a_part_that_fails_leaves_nothing_behind() -> None:
    work = filling.Fill(begin())
    list(work.found())
    parts = FilledPart.objects.count()
    Tag.objects.all().delete()

    with pytest.raises(KeyError), transaction.atomic():
        list(work.tell())

    assert FilledPart.objects.count() == parts
    assert not Conversation.objects.exists()


def test_shares_make_a_whole() -> None:
    whole, _history = _undone()

    work = filling.Fill(begin())
    list(work.found())
    for share in (2, 0, 1):
        list(filling.Fill(begin()).tell(share, 3))
    work.finish()

    assert rows.everything() == whole


def test_real_customers_are_not_mixed_with_invented_ones_unasked() -> None:
    make.conversation("A real question")

    with pytest.raises(RealDataHere, match="--mix-with-real-data"):
        begin()
    fill(may_mix=True)

    assert Conversation.objects.filter(preview="A real question").exists()


def test_one_installation_holds_one_demo_company() -> None:
    begin(seed=1)

    assert begin(seed=1) == filling.begin()
    with pytest.raises(AnotherDemo, match="seed 1"):
        begin(seed=2)
    with pytest.raises(AnotherDemo):
        begin(messages=5_000)


def test_where_others_work_the_invented_staff_gets_a_password_that_nobody_knows() -> None:
    make.admin("boss")

    password = company.found()

    assert password not in (None, PASSWORD)
    assert company.open_accounts() == []
    assert User.objects.get(email="oksana@aurora.example").check_password(str(password))
    assert company.found() is None


def test_a_real_mailbox_and_a_password_that_everybody_knows_do_not_go_together() -> None:
    assert company.found() == PASSWORD
    assert list(demo_staff.look()) == []

    make.mailbox("real@shop.example")

    [finding] = demo_staff.look()
    assert finding.state is State.BROKEN
    assert finding.words.startswith("40 invented members of staff")
    User.objects.filter(email__endswith="@aurora.example").update(is_active=False)
    assert list(demo_staff.look()) == []


def test_experts_are_found_by_what_they_know_and_one_is_asked() -> None:
    end, inbox = fill().ends_at, Inbox.objects.earliest("pk")
    # Of so small a company nothing may be open just now.
    make.conversation(inbox_id=inbox.pk, at=end - LATELY)
    experts.bring_in(end)

    question = Consultation.objects.get()
    assert question.is_open
    assert question.expert.name == "Boris Melnikov"
    assert User.objects.exclude(topics=None).count() == 4


def test_ideas_are_noted_where_they_came_from_and_agents_come_back_to_what_waits() -> None:
    make.delivered_causes()
    end, pavel = fill().ends_at, User.objects.get(email="pavel@aurora.example")
    ideas = Conversation.objects.exclude(idea_at=None)
    assert 6 <= ideas.count() <= len(everyday.IDEAS)
    assert not [found for piece in deriving.batches() for found in deriving.differences(piece)]
    waiting = Conversation.objects.filter(inbox=Inbox.objects.earliest("pk")).first()
    assert waiting
    Conversation.objects.filter(pk=waiting.pk).update(assignee=pavel, resolved_at=None)
    everyday.note(end)

    assert [one.note for one in Reminder.objects.filter(conversation=waiting)] == [everyday.REMINDERS[0][1]]
    assert all(one.idea_title and one.idea_at and one.idea_at <= end for one in ideas)
    assert ideas.exclude(idea_author=None).exists()


def test_the_drivers_begin_earlier_than_the_company_and_what_somebody_decided_stays() -> None:
    company.found()
    everyday.keep_hours()
    Calendar.objects.filter(is_default=True).update(time_zone="Asia/Omsk")
    everyday.keep_hours()

    assert Calendar.objects.get(is_default=True).time_zone == "Asia/Omsk"
    assert Calendar.objects.get(team__name="Delivery").facts["monday"] == "07:00–13:00, 14:00–20:00"


def test_one_customer_is_warned_and_about_another_a_lead_has_to_decide() -> None:
    fill()

    found = Restriction.objects.order_by("pk").select_related("proposed_by")
    assert [(one.kind, one.state.value, one.proposed_by.name) for one in found] == [
        ("warning", "in-force", "Anna Petrova"),
        ("limit", "waiting", "Pavel Nikitin"),
    ]
    assert len({one.customer_id for one in found}) == 2
    assert found[0].reason == difficult.WARNED

"""The lists of the inbox: what stands in each view, in which order, page by page, in how many queries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.conversations import queries
from samovar.conversations.delivered_views import VIEWS
from samovar.conversations.deriving import differences
from samovar.conversations.drafting import Typed
from samovar.conversations.models import Conversation
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.queries import Wanted
from samovar.conversations.sending_off import Leaving, send_off
from samovar.conversations.templatetags.conversations import conversation_row
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

Counted = Callable[[int], CaptureQueriesContext]


def waiting(minutes: int, subject: str = "A scratched desk") -> Conversation:
    """A conversation in which a customer has waited for so long."""
    at = timezone.now() - timedelta(minutes=minutes)
    return make.conversation(
        at=at, subject=subject, sender=make.sender(f"c{minutes}@mail.example", f"Customer {minutes}")
    )


def put_off_until_now(conversation: Conversation, by: User) -> None:
    """Answer, put off, and let the clock bring it back."""
    now = timezone.now()
    conversation.reply("Soon", by=by)
    with clock.standing_at(now - timedelta(hours=2)):
        conversation.snooze(now - timedelta(hours=1), by=by)
    conversation.wake_when_due()


def names(user: User, **given: str) -> list[str]:
    """The names of the customers on a page."""
    return [row.customer.name for row in queries.page(user, Wanted.of(given)).rows]


def test_who_waits_longest_stands_on_top() -> None:
    for minutes in (10, 30, 20):
        waiting(minutes)

    assert names(make.agent()) == ["Customer 30", "Customer 20", "Customer 10"]


def test_who_was_promised_something_stands_before_them_the_nearest_first() -> None:
    olga = make.agent()
    for minutes, due_in in ((10, None), (30, None), (20, 60), (5, 2), (6, -3), (7, 60 * 24 * 300)):
        row = waiting(minutes)
        if due_in:
            row.promise(PromiseKind.ANSWER, timezone.now() + timedelta(minutes=due_in), by=olga)

    assert names(olga) == [f"Customer {minutes}" for minutes in (6, 5, 20, 7, 30, 10)]
    assert names(olga, q="customer 2") == ["Customer 20"]


def test_promised_today_ends_with_the_day_of_the_reader() -> None:
    olga, midnight = make.agent(), datetime(2026, 3, 5, tzinfo=ZoneInfo("Europe/Samara"))
    for minutes in (-1, 1):
        waiting(minutes + 2).promise(PromiseKind.CALL, midnight + timedelta(minutes=minutes), by=olga)

    with timezone.override("Europe/Samara"), clock.standing_at(midnight - timedelta(hours=9)):
        assert names(olga, view="promised") == ["Customer 1"]
    with timezone.override("UTC"), clock.standing_at(midnight - timedelta(hours=9)):
        assert names(olga, view="promised") == ["Customer 1", "Customer 3"]


def test_every_view_holds_what_its_name_says() -> None:
    olga = make.agent("olga")
    rows = {minutes: waiting(minutes) for minutes in (1, 2, 3, 4, 5, 6)}
    rows[1].assign(to=olga, by=olga)
    rows[2].snooze(timezone.now() + timedelta(days=1), by=olga)
    rows[3].promise(PromiseKind.CALL, timezone.now() - timedelta(minutes=4), by=olga)
    rows[3].resolve(by=olga)
    rows[4].reply("Done", by=olga)
    Conversation.objects.filter(pk=rows[4].pk).update(undelivered_at=timezone.now())
    put_off_until_now(rows[6], by=olga)
    planned = Typed(mode="reply", text="Tomorrow")
    send_off(rows[5], planned, olga, Leaving(at=timezone.now() + timedelta(days=1)))
    make.conversation(mail_class="bounce", sender=make.sender("daemon@mail.example", "Daemon"))
    make.conversation(mail_class="unreadable", sender=make.sender("odd@mail.example", "Odd"))
    make.conversation(is_spam=True, sender=make.sender("eve@mail.example", "Eve"))

    found = {view: sorted(names(olga, view=view)) for view in VIEWS}

    assert found == {
        "needs-reply": ["Customer 1", "Customer 5"],
        "mine": ["Customer 1"],
        "promised": ["Customer 3"],
        "my-teams": [],
        "unassigned": ["Customer 4", "Customer 5", "Customer 6"],
        "to-look-at": ["Customer 6"],
        "snoozed": ["Customer 2"],
        "scheduled": ["Customer 5"],
        "resolved": ["Customer 3"],
        "undelivered": ["Customer 4"],
        "automatic": ["Daemon"],
        "unreadable": ["Odd"],
        "spam": ["Eve"],
        "without-cause": ["Customer 3"],
        "ideas": [],
        "everything": ["Customer 1", "Customer 2", "Customer 3", "Customer 4", "Customer 5", "Customer 6"],
    }
    in_views = {view: len(found[view]) for view in VIEWS if VIEWS[view].has_count}
    assert queries.counts(olga) == in_views | {queries.FOR_ME: 0}


def test_what_comes_back_from_snooze_is_worth_a_look_until_somebody_has_looked() -> None:
    olga = make.agent("olga")
    conversation = waiting(1)
    put_off_until_now(conversation, by=olga)
    assert names(olga, view="to-look-at") == ["Customer 1"]
    assert list(differences([conversation.pk])) == []

    conversation.mark_read()

    assert names(olga, view="to-look-at") == []


@pytest.mark.parametrize("view", ["needs-reply", "unassigned", "promised"])
def test_pages_follow_each_other_without_a_gap(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at, user = timezone.now() - timedelta(hours=1), make.agent()
    for number in range(7):
        # Some came at the very same moment.
        row = make.conversation(
            at=at - timedelta(minutes=number // 2), sender=make.sender(f"c{number}@mail.example", str(number))
        )
        if view == "promised" or number % 3 == 0:
            row.promise(PromiseKind.CALL, at + timedelta(minutes=number // 2), by=user)
    everything = names(user, view=view)
    monkeypatch.setattr(queries, "PAGE", 2)

    seen: list[str] = []
    wanted: Wanted | None = Wanted(view=VIEWS[view], size=2)
    while wanted is not None:
        page = queries.page(user, wanted)
        seen += [row.customer.name for row in page.rows]
        wanted = page.following

    assert seen == everything
    assert len(seen) == 7


def test_a_list_is_narrowed_to_mine_to_unread_and_to_what_presses() -> None:
    olga = make.agent("olga")
    mine, read = waiting(1), waiting(2)
    waiting(3)
    mine.assign(to=olga, by=olga)
    read.mark_read()

    assert names(olga, only="mine") == ["Customer 1"]
    assert sorted(names(olga, only="unread")) == ["Customer 1", "Customer 3"]
    mine.prioritise(Priority.HIGH, by=olga)
    read.prioritise(Priority.LOW, by=olga)
    assert names(olga, only="pressing") == ["Customer 1"]


@pytest.mark.parametrize("text", ["customer 2", "SOFA", "came with"])
def test_a_list_is_searched_by_person_subject_and_first_words(text: str) -> None:
    waiting(1, subject="A chair").resolve(by=make.agent())
    waiting(2, subject="A green sofa")

    assert names(make.agent(), q=text) == ["Customer 2"]


@pytest.mark.parametrize(
    "given",
    [
        {"view": "nothing", "only": "x", "after": "x.y", "size": "-1"},
        {"after": "1.2.3", "size": "99999999999"},
        {"after": f"{'9' * 30}.1", "size": "٣"},
        {"q": "\x00\ud800%_"},
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(given: dict[str, str]) -> None:
    waiting(1)

    page = queries.page(make.agent(), Wanted.of(given))

    assert len(page.rows) == (0 if "q" in given else 1)


def test_a_selection_is_the_whole_list_wherever_its_page_begins() -> None:
    olga, ivan = make.agent("olga"), make.agent("ivan")
    rows = [waiting(minutes) for minutes in (1, 2, 3)]
    rows[0].assign(to=olga, by=olga)
    rows[1].assign(to=olga, by=olga)
    first = queries.page(olga, Wanted(size=1))
    assert first.following

    assert set(queries.selection(olga, first.following)) == set(rows)
    assert set(queries.selection(olga, Wanted.of({"only": "mine"}))) == {rows[0], rows[1]}
    assert set(queries.selection(ivan, Wanted.of({"only": "mine"}))) == set()
    assert set(queries.selection(olga, Wanted.of({"q": "customer 3"}))) == {rows[2]}


def test_an_address_says_only_what_is_not_so_anyway() -> None:
    assert Wanted.of({}).query == ""
    assert Wanted.of({"view": "mine", "only": "unread", "q": " oak  desk "}).query == "view=mine&only=unread&q=oak+desk"


def test_counting_ends_at_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    for minutes in (1, 2, 3):
        waiting(minutes)

    assert queries.counts(make.agent())["needs-reply"] == 2


def test_a_list_and_all_counts_take_one_query_each(django_assert_num_queries: Counted) -> None:
    olga = make.agent("olga")
    for minutes in range(1, 8):
        conversation = waiting(minutes)
        conversation.tag(make.tag("Refund"), by=olga)
        conversation.add_step("Order a spare part", by=olga)
        conversation.assign(to=olga, by=olga)

    with django_assert_num_queries(1):
        page = queries.page(olga, Wanted.of({}))
        assert [(row.customer.name, row.assignee and row.assignee.name, vars(row)["tag_names"]) for row in page.rows]
    with django_assert_num_queries(1):
        queries.counts(olga)


def test_tags_leave_their_place_to_what_is_more_urgent_in_a_row() -> None:
    olga, plain, full = make.agent("olga"), make.conversation(), make.conversation(subject="Full")
    for tag in (make.tag("Refund"), make.tag("Warranty"), make.tag("Stairs")):
        plain.tag(tag, by=olga)
        full.tag(tag, by=olga)
    full.promise(PromiseKind.CALL, clock.now() + timedelta(hours=1), by=olga)
    full.add_step("Ask the workshop", by=olga)

    rows = {row.pk: str(conversation_row(row)) for row in Conversation.objects.for_list(olga)}

    assert [name in rows[plain.pk] for name in ("Refund", "Stairs", "Warranty")] == [True, True, False]
    assert [name in rows[full.pk] for name in ("Refund", "Stairs", "Warranty")] == [True, False, False]
    full.prioritise(Priority.URGENT, by=olga)
    [row] = Conversation.objects.filter(pk=full.pk).for_list(olga)
    assert "Refund" not in conversation_row(row)


def test_outside_experts_see_nothing_and_observers_everything() -> None:
    waiting(1)

    assert names(make.user(role=Role.EXPERT)) == []
    assert set(queries.counts(make.user(role=Role.EXPERT)).values()) == {0}
    assert names(make.user(role=Role.OBSERVER)) == ["Customer 1"]

"""The number beside a view is the number of rows that it opens, whatever it asks for."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import product
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samovar.accounts.models import Team, User
from samovar.conversations import queries, saved_views
from samovar.conversations.delivered_views import VIEWS, View
from samovar.conversations.filters import table
from samovar.conversations.models import Conversation, SavedView
from samovar.conversations.models.message import Way
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.queries import Wanted
from samovar.customers.models import Customer
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
STATUSES = ("open", "needs-reply", "waiting", "snoozed", "to-look-at")


def states(row: Conversation, at: datetime, chance: Random, people: Sequence[User]) -> list[Callable[[], object]]:
    """Return what can happen to a conversation, in an order in which all of it can."""
    by, now = people[1], timezone.now()
    return [
        lambda: row.assign(to=chance.choice(people), by=by),
        lambda: row.give_to_team(chance.choice(list(Team.objects.all())), by=by),
        lambda: row.tag(chance.choice([make.tag("Refund"), make.tag("Repair")]), by=by),
        lambda: row.prioritise(Priority.HIGH, by=by),
        lambda: row.set_cause(make.cause(), by=by),
        lambda: row.promise(PromiseKind.CALL, at + timedelta(days=chance.randrange(5)), by=by),
        lambda: row.log("She called about it.", Way.CALL, at, by=by),
        lambda: row.reply("We look into it", by=by),
        lambda: row.mark_read(),
        lambda: row.snooze(now + timedelta(days=1), by=by),
        lambda: row.resolve(by=by),
    ]


def invented(seed: int, olga: User) -> None:
    """Make conversations in all sorts of states, some where Olga may not look."""
    chance, ivan = Random(seed), make.agent("ivan")
    teams = [make.team("Desk", olga), make.team("Others", ivan)]
    closed = make.inbox("closed@aurora.example")
    closed.open_for(teams[1:], by=make.admin())
    inboxes = [make.inbox(), make.inbox("second@aurora.example"), closed]
    for number in range(24):
        at = timezone.now() - timedelta(hours=number * 3)
        row = make.conversation(at=at, sender=make.sender(f"c{number}@mail.example", f"Desk {number % 5}"))
        row.inbox = inboxes[number % 3]
        row.save(update_fields=["inbox"])
        for step in states(row, at, chance, (olga, ivan)):
            if chance.random() < 0.3:
                step()
    make.tag("Repair").merge(make.tag("Refund"), by=make.admin())
    Customer.objects.filter(pk__in=Customer.objects.order_by("pk").values_list("pk", flat=True)[::2]).update(
        language="de", city="Samara"
    )


def codes(olga: User) -> list[tuple[str, ...]]:
    """Return what own views may hold, alone and two at a time, also what means nothing any more."""
    inbox, tag = Conversation.objects.order_by("pk")[0].inbox_id, make.tag("Refund").pk
    near = ["assignee:me", "assignee:nobody", f"assignee:{olga.pk}", "assignee:999", "team:mine", "team:none"]
    near += ["team:999", f"cause:{make.cause().pk}", "cause:none", f"inbox:{inbox}", "mark:unread", "mark:pressing"]
    near += ["mark:gone", "waiting:4", "waiting:x", "promise:late", "promise:none"]
    far = [f"tag:{tag}", "tag:999", "language:de", "city:samara", "company:999", "text:desk 2", "odd:1"]
    far += ["channel:mail", "channel:call", "channel:fax"]
    single = [(f"status:{status}", code) for status, code in product(STATUSES, ["mark:unread", *far])]
    pairs = [("status:open", "status:snoozed", one) for one in (*near, *far)]
    both = [("status:needs-reply", one, other) for one, other in zip(near, far * 3, strict=False)]
    return [*((f"status:{status}",) for status in STATUSES), *single, *pairs, *both]


def own_views(olga: User) -> list[View]:
    """Return more views than anybody may have."""
    rows = [SavedView(filters=list(one), owner=olga, changed_by=olga, changed_at=clock.now()) for one in codes(olga)]
    return list(map(saved_views.view_of, SavedView.objects.bulk_create(rows)))


@pytest.mark.parametrize("seed", range(3))
def test_each_number_is_that_of_the_rows(seed: int) -> None:
    olga = make.agent("olga")
    invented(seed, olga)
    views = [*VIEWS.values(), *own_views(olga)]

    for user in (olga, make.admin()):
        found = queries.counts(user, views)

        named = {view.name: view for view in views if view.has_count}
        assert found.keys() - {queries.FOR_ME, "restrictions"} == named.keys()
        for name, view in named.items():
            opened = queries.page(user, Wanted(view=view, size=180)).rows
            assert found[name] == len(opened), (view.filters, name)
    assert len({count for count in found.values() if count}) > 5


def test_what_is_counted_in_one_pass_is_all_in_one_index() -> None:
    """One column more, and the pass would look at every row of open work."""
    olga = make.agent("olga")
    invented(0, olga)
    views = [view for view in own_views(olga) if queries._near(view, table.read(view.filters), olga) is not None]
    assert len(views) > 20

    with CaptureQueriesContext(connection) as asked:
        queries.counts(olga, [*VIEWS.values(), *views])

    [index] = [one for one in Conversation._meta.indexes if one.name == "conversation_standing"]
    condition, held = dict(index.condition.children), {"id", *index.include}
    known = {field.column for field in Conversation._meta.concrete_fields if field.name in {*held, *condition}}
    in_one_pass = asked.captured_queries[-1]["sql"].partition("AS counted")[0]
    assert set(re.findall(r'X0\."(\w+)"', in_one_pass)) <= known

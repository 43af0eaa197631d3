"""A desk with a million conversations: each filter and order of its lists, the counts of all views, and opening one."""

import os
import random
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, milliseconds, percentile
from bench.pages import page
from samovar.accounts.models import Role, Team, User
from samovar.conversations import queries, saved_views
from samovar.conversations.models import Cause, Conversation, Inbox, Message, SavedView, Tag
from samovar.conversations.models.message import Direction, Way
from samovar.conversations.models.saved_view import Naming
from samovar.conversations.queries import Wanted
from samovar.customers.models import Customer, Organisation
from samovar.lib import clock
from samovar.operations import readiness

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
PEOPLE = ROWS // 5
ROUNDS = 20
# So many of them are opened, each with so many messages.
OPENED, MESSAGES = 200, 6
CUSTOMERS = """
INSERT INTO customers_customer (name, sort_key, search_key, language, time_zone, city, created_at)
SELECT 'Customer ' || n, 'customer ' || n, 'customer ' || n, (ARRAY['ru','en','de','kk'])[1 + (n::bigint * n %% 4)], '',
    (ARRAY['Samara','Kazan','Moscow','Ufa',''])[1 + n %% 5] || CASE WHEN n %% 997 = 0 THEN ' North' ELSE '' END, now()
FROM generate_series(1, %s) AS n
"""
# One of fifty is open; of these most wait for us, some for the customer, some are snoozed.
OVERRIDES = {
    "customer_id": "people.first + (n::bigint * 7919) %% people.count",
    "subject": "'About order ' || n",
    "preview": "'The desk number ' || n || ' came with a scratch'",
    "assignee_id": "CASE WHEN n %% 3 > 0 THEN (%(people)s::int[])[1 + n %% 60] END",
    "team_id": "CASE WHEN n %% 4 = 0 THEN (%(teams)s::int[])[1 + n %% 8] END",
    "cause_id": "CASE WHEN n %% 2 = 0 THEN (%(causes)s::int[])[1 + n %% 60] END",
    "opened_at": "now() - n * interval '40 seconds'",
    "last_message_at": "now() - n * interval '40 seconds'",
    "last_inbound_at": "now() - n * interval '40 seconds'",
    "resolved_at": "CASE WHEN n %% 50 > 0 THEN now() - n * interval '39 seconds' END",
    "waiting_since": "CASE WHEN n %% 50 = 0 AND n %% 150 > 0 THEN now() - n * interval '40 seconds' END",
    "snoozed_until": "CASE WHEN n %% 600 = 0 THEN now() + interval '1 day' END",
    "promise_due_at": "CASE WHEN n %% 250 = 0 THEN now() + (n %% 999 - 300) * interval '1 hour' END",
    "is_unread": "n %% 100 = 0",
    "priority": "CASE WHEN n %% 20 = 0 THEN 1 ELSE 0 END",
}
MANY = """
INSERT INTO conversations_conversation ({names}) SELECT {chosen}
FROM generate_series(1, %(rows)s) AS n, conversations_conversation AS c,
    (SELECT min(id) AS first, count(*) AS count FROM customers_customer) AS people
WHERE c.id = %(like)s
"""
TAGGED = """
INSERT INTO conversations_conversationtag (conversation_id, tag_id, at)
SELECT id, (%s::int[])[1 + least(49, floor(power(random(), 3) * 50))::int], now()
FROM conversations_conversation WHERE id %% 2 = 0
"""
MEMBERS = """
INSERT INTO customers_membership (customer_id, organisation_id, role)
SELECT id, (%s::int[])[1 + id %% 200], '' FROM customers_customer WHERE id %% 3 = 0
"""


class Undo(Exception):
    """What was added for the measurement goes again."""


def fill() -> dict[str, str]:
    """Fill the tables; return what filters name by their numbers."""
    people = [User.objects.create(email=f"b{n}@aurora.example", name=f"Agent {n}") for n in range(60)]
    teams = [Team.objects.create(name=f"Bench {n}") for n in range(8)]
    people[0].teams.set(teams[:2])
    tags = [Tag.objects.create(name=f"Bench {n}") for n in range(50)]
    causes = [Cause.objects.create(name=f"Bench {n}") for n in range(60)]
    companies = Organisation.objects.bulk_create(Organisation(name=f"Bench {n}", sort_key=str(n)) for n in range(200))
    inbox = Inbox.objects.create(name="Bench", address="bench@aurora.example")
    with connection.cursor() as cursor:
        # Filling takes longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(CUSTOMERS, [PEOPLE])
        cursor.execute(MEMBERS, [[one.pk for one in companies]])
        customer, now = Customer.objects.order_by("-pk")[0], clock.now()
        like = Conversation.objects.create(customer=customer, inbox=inbox, opened_at=now, last_message_at=now)
        names = [field.column for field in Conversation._meta.concrete_fields if field.column != "id"]
        chosen = ", ".join(OVERRIDES.get(name, f"c.{name}") for name in names)
        values: dict[str, int | list[int]] = {"rows": ROWS, "like": like.pk}
        for name, rows in (("people", people), ("teams", teams), ("causes", causes)):
            values[name] = [row.pk for row in rows]
        cursor.execute(MANY.format(names=", ".join(names), chosen=chosen), values)
        cursor.execute(TAGGED, [[tag.pk for tag in tags]])
        _write_down(inbox)
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    found = {"person": people[1].pk, "team": teams[0].pk, "often": tags[0].pk, "seldom": tags[49].pk}
    found |= {"cause": causes[3].pk, "inbox": inbox.pk, "company": companies[5].pk}
    return {name: str(pk) for name, pk in found.items()}


def _write_down(inbox: Inbox) -> None:
    """Write down a phone call in one of a hundred conversations."""
    numbers = Conversation.objects.order_by("pk").values_list("pk", flat=True)[::100]
    now, note = clock.now(), Direction.NOTE
    rows = (
        Message(conversation_id=pk, inbox=inbox, direction=note, way=Way.CALL, sent_at=now, created_at=now)
        for pk in numbers
    )
    Message.objects.bulk_create(rows, batch_size=2000)


def addresses(pk: dict[str, str]) -> list[str]:
    """Return lists as somebody would have them: every kind of filter, in views of all sizes, every order."""
    filters = ["status:open", "status:waiting", "status:snoozed", "status:resolved", "status:open&f=status:snoozed"]
    filters += ["assignee:me", f"assignee:{pk['person']}", "assignee:nobody", f"team:{pk['team']}", "team:mine"]
    filters += [f"tag:{pk['often']}", f"tag:{pk['seldom']}", f"cause:{pk['cause']}", f"inbox:{pk['inbox']}"]
    filters += ["mark:unread", "mark:pressing", "waiting:4", "waiting:168", "promise:late", "promise:today"]
    filters += ["promise:none", "language:de", "city:samara", "city:ufa north", f"company:{pk['company']}"]
    filters += ["consent:news", "channel:call", "text:desk", "text:nobody"]
    found = [f"view={view}&f={one}" for one in filters for view in ("needs-reply", "everything")]
    found += [f"view={view}" for view in ("needs-reply", "mine", "my-teams", "unassigned", "resolved", "everything")]
    orders = ("newest", "oldest", "waiting", "promise")
    found += [f"view={view}&order={one}" for one in orders for view in ("needs-reply", "unassigned", "everything")]
    found += [f"view=everything&f=tag:{pk['seldom']}&order={one}" for one in orders]
    return found


def own_views(user: User, pk: dict[str, str]) -> None:
    """Save ten views that are counted."""
    for number, codes in enumerate(
        (
            ["status:open", f"tag:{pk['often']}"],
            ["status:open", f"tag:{pk['seldom']}"],
            ["status:needs-reply", "waiting:24"],
            ["status:needs-reply", "language:de"],
            ["status:open", f"company:{pk['company']}"],
            ["status:open", f"cause:{pk['cause']}"],
            ["status:open", "team:mine", "mark:unread"],
            ["status:open", "status:snoozed", "promise:late"],
            ["status:open", "city:samara"],
            ["status:needs-reply", "text:desk"],
        )
    ):
        SavedView.objects.all().make(Naming(name=f"Own {number}", owner=user), codes, "promise", by=user)


def open_some(figures: Figures, user: User) -> None:
    """Open one after another as a page of its own and as htmx asks for it, the open ones and the old ones alike."""
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(user)
    chosen = Conversation.objects.order_by("-pk")[: ROWS // 2 : ROWS // 2 // OPENED]
    for row in chosen:
        written = (
            Message(
                conversation=row,
                inbox_id=row.inbox_id,
                customer_id=row.customer_id,
                direction=Direction.IN if number % 2 else Direction.OUT,
                text=f"The desk came with a scratch, and this is letter {number} about it.\n" * 5,
                sent_at=row.opened_at,
                created_at=row.opened_at,
            )
            for number in range(MESSAGES)
        )
        Message.objects.bulk_create(written)
    page(client, figures, "conversation", [row.get_absolute_url() for row in chosen], "≤ 150 ms")
    headers = {"HX-Request": "true", "HX-Target": "thread"}
    part = [milliseconds(partial(client.get, row.get_absolute_url(), headers=headers)) for row in chosen]
    figures.add("conversation beside its list, 95 %", percentile(part, 0.95), "ms", "≤ 150 ms")


def measure(figures: Figures) -> None:
    """Fill, ask, and take all of it away again."""
    try:
        with transaction.atomic():
            pk = fill()
            _ask(figures, pk)
            raise Undo
    except Undo:
        pass


def _ask(figures: Figures, pk: dict[str, str]) -> None:
    user = User.objects.get(email="b0@aurora.example")
    assert user.role == Role.AGENT
    for own in (False, True):
        if own:
            own_views(user, pk)
        views = saved_views.shown(user)
        took = [milliseconds(partial(queries.counts, user, views)) for _round in range(ROUNDS)]
        figures.add(f"counts of {len(views)} views, 95 %", percentile(took, 0.95), "ms", "≤ 50 ms")
        figures.add(f"counts of {len(views)} views, median", percentile(took, 0.5), "ms")
    open_some(figures, user)
    every = []
    asked = addresses(pk)
    for address in asked:
        wanted = Wanted.of(QueryDict(address), user)
        took = [milliseconds(partial(queries.page, user, wanted)) for _round in range(3)]
        every += took
        if min(took) > 20:
            figures.add(address, min(took), "ms", "≤ 150 ms")
    random.Random(7).shuffle(every)
    figures.add("all lists, 95 %", percentile(every, 0.95), "ms", "≤ 150 ms")


if __name__ == "__main__":
    # A data set that was kept may have the static files of an older version.
    readiness.ensure()
    noted = Figures("Lists")
    measure(noted)
    noted.finish()

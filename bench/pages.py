"""Server time of the list, a conversation and a customer, and how much of it is the database."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test import Client

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, milliseconds, percentile
from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.customers.models import Customer
from samovar.operations import readiness

ROUNDS = 200


class Stopwatch:
    """Adds up the time that the database takes and the number of questions."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.queries = 0

    @contextmanager
    def running(self) -> Iterator["Stopwatch"]:
        """Watch the questions asked inside."""
        self.milliseconds, self.queries = 0.0, 0
        with connection.execute_wrapper(self._ask):
            yield self

    def _ask(self, execute: Callable[..., object], *asked: object) -> object:
        start = perf_counter()
        try:
            return execute(*asked)
        finally:
            self.milliseconds += (perf_counter() - start) * 1000
            self.queries += 1


def page(client: Client, figures: Figures, name: str, addresses: list[str], bar: str) -> None:
    """Ask for ``addresses`` and note the 95th percentile."""
    watch, took, database, most = Stopwatch(), [], [], 0
    for address in addresses[:10]:
        client.get(address)
    for address in addresses:
        with watch.running():
            took.append(milliseconds(partial(client.get, address)))
        database.append(watch.milliseconds)
        most = max(most, watch.queries)
    figures.add(f"{name}, 95 %", percentile(took, 0.95), "ms", bar, f"{percentile(database, 0.95):.1f} ms")
    figures.add(f"{name}, median", percentile(took, 0.5), "ms", "", f"{percentile(database, 0.5):.1f} ms")
    figures.add(f"{name}, most queries", most, "", "≤ 12")


def measure(figures: Figures) -> None:
    """Note the figures of the three pages for one agent."""
    settings.ALLOWED_HOSTS = ["*"]
    chance = random.Random(7)
    client = Client()
    client.force_login(User.objects.filter(role="agent", is_active=True).order_by("pk")[0])
    conversations = list(Conversation.objects.values_list("pk", flat=True))
    customers = list(Customer.objects.values_list("pk", flat=True))
    views = ["", "?view=mine", "?view=unassigned", "?view=resolved", "?view=automatic"]
    page(client, figures, "list", [f"/{chance.choice(views)}" for _ in range(ROUNDS)], "≤ 60 ms")
    chosen = [f"/conversations/{pk}/" for pk in chance.choices(conversations, k=ROUNDS)]
    page(client, figures, "conversation", chosen, "≤ 80 ms")
    page(client, figures, "customer", [f"/customers/{pk}/" for pk in chance.choices(customers, k=ROUNDS)], "≤ 80 ms")


if __name__ == "__main__":
    # A data set that was kept may have the static files of an older version.
    readiness.ensure()
    noted = Figures("Pages, server time")
    measure(noted)
    noted.finish()

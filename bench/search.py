"""Searching: rare and common words, names and numbers; the newest hit must come first."""

import random
from datetime import datetime
from functools import partial

from django.db import connection

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures, milliseconds, percentile
from samovar.accounts.models import User
from samovar.conversations.models import Message
from samovar.conversations.searching import find_messages
from samovar.customers.models import Customer
from samovar.desk.search import find

ROUNDS = 120
NEWEST = "SELECT max(created_at) FROM conversations_message WHERE search @@ message_query(%s)"
WORDS = """
SELECT word, ndoc FROM ts_stat('SELECT search FROM conversations_message WHERE id % 50 = 0') ORDER BY ndoc DESC
"""


def newest(word: str) -> datetime:
    """Return when the newest message with ``word`` came, asked in the plain way."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [word])
        [(at,)] = cursor.fetchall()
    assert isinstance(at, datetime)
    return at


def measure(figures: Figures) -> None:
    """Search for words of every frequency."""
    user = User.objects.filter(role="agent").order_by("pk")[0]
    chance = random.Random(7)
    with connection.cursor() as cursor:
        cursor.execute(WORDS)
        words = [word for word, _count in cursor.fetchall() if len(word) > 2 and word.isalpha()]
    kinds = {
        "common words": words[:40],
        "words in between": words[len(words) // 20 : len(words) // 4],
        "rare words": words[-400:],
        "two words": [f"{one} {two}" for one, two in zip(words[:60], words[60:120], strict=False)],
        "names": [customer.name for customer in Customer.objects.order_by("?")[:60]],
        "numbers": [numbers.split()[0] for numbers in _numbers()],
    }
    for name, asked in kinds.items():
        if asked:
            took = [milliseconds(partial(find, user, word)) for word in chance.choices(asked, k=ROUNDS)]
            figures.add(f"{name}, 95 %", percentile(took, 0.95), "ms", "≤ 100 ms", f"{_alone(asked[0]):.1f} ms")
    for word in words[:5]:
        [first, *_rest] = find_messages(word)
        if Message.objects.get(pk=first.message_id).created_at != newest(word):
            raise AssertionError(f"the newest message with {word!r} is not the first that is found")
    figures.add("common words whose newest message came first", 5, "of 5")


def _numbers() -> list[str]:
    rows = Message.objects.exclude(numbers="").order_by("-pk").values_list("numbers", flat=True)
    return list(rows[:200])


def _alone(word: str) -> float:
    """Return how long PostgreSQL takes to count the hits of a word."""

    def count() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM conversations_message WHERE search @@ message_query(%s)", [word])

    return min(milliseconds(count) for _ in range(3))


if __name__ == "__main__":
    noted = Figures("Searching")
    measure(noted)
    noted.finish()

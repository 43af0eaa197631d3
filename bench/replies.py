"""Agents' replies stored in a second: by the verb, and over HTTP with session and CSRF token."""

import multiprocessing
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from http.cookiejar import CookieJar
from time import perf_counter, sleep
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures
from samovar.accounts.models import User
from samovar.channels.models import Delivery
from samovar.conversations.models import Conversation

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WRITERS = 8
EACH = 60
WARM_UP = 10
PASSWORD = "a password for the bench only"
TEXT = "We have looked into it: the driver comes on Thursday between 14 and 18 and takes the old top back."


def side_by_side(work: Callable[[int], None], each: int) -> float:
    """Run ``work(number)`` ``each`` times in every one of the writers; return how often a second."""

    def repeat(number: int) -> None:
        for _ in range(each):
            work(number)
        connection.close()

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(WRITERS)]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return WRITERS * each / (perf_counter() - start)


def by_verb(figures: Figures, conversations: list[Conversation], user: User) -> None:
    """Store replies by the verb, each in a transaction of its own, in as many processes as there are writers."""
    connection.close()
    forks = multiprocessing.get_context("fork")
    begin = forks.Barrier(WRITERS + 1)

    def write(conversation: Conversation) -> None:
        conversation.reply(TEXT, by=user)
        begin.wait()
        for _ in range(EACH * 2):
            conversation.reply(TEXT, by=user)

    writers = [forks.Process(target=write, args=(conversation,)) for conversation in conversations]
    for writer in writers:
        writer.start()
    begin.wait()
    start = perf_counter()
    for writer in writers:
        writer.join()
    rate = WRITERS * EACH * 2 / (perf_counter() - start)
    figures.add("replies by the verb", rate, "/s", "≥ 250/s", f"{commits():.0f} durable inserts/s")


def commits() -> float:
    """Return how many single durable inserts PostgreSQL alone takes from as many connections."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_reply (id bigserial PRIMARY KEY, text text)")

    def insert(_number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_reply (text) VALUES (%s)", [TEXT])

    rate = side_by_side(insert, EACH * 4)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_reply")
    return rate


class Agent:
    """Somebody at a browser: signs in by the form and answers by the form."""

    def __init__(self, address: str, user: User) -> None:
        self.address, self.token = address, ""
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "remember": "on"})

    def post(self, path: str, fields: dict[str, str]) -> None:
        """Send a form, with the token of a page."""
        if not self.token:
            self.token = self._token("/accounts/login/" if "login" in path else "/profile/")
        data = urlencode({**fields, "csrfmiddlewaretoken": self.token}).encode()
        headers = {"Referer": self.address + path, "HX-Request": "true"} if "login" not in path else {}
        self.opener.open(urllib.request.Request(self.address + path, data, headers), timeout=30).read()
        if "login" in path:
            self.token = ""

    def _token(self, path: str) -> str:
        page = self.opener.open(self.address + path, timeout=30).read().decode()
        found = TOKEN.search(page)
        assert found, f"no form at {path}"
        return found[1]


def by_http(figures: Figures, conversations: list[Conversation], user: User) -> None:
    """Store replies through the one port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    variables = {**os.environ, "SAMOVAR_PORT": str(port)}
    variables.pop("SAMOVAR_ROLE")
    server = subprocess.Popen([sys.executable, "-m", "samovar", "start"], env=variables, stdout=subprocess.DEVNULL)
    try:
        wait_for(address)
        agents = [Agent(address, user) for _ in range(WRITERS)]
        paths = [f"/conversations/{conversation.pk}/messages/" for conversation in conversations]

        def answer(number: int) -> None:
            agents[number].post(paths[number], {"mode": "reply", "text": TEXT, "anyway": "1"})

        # The first requests of a process load its code and its templates.
        side_by_side(answer, WARM_UP)
        rate = side_by_side(answer, EACH)
    finally:
        server.terminate()
        server.wait(30)
    figures.add("replies over HTTP", rate, "/s", "≥ 130/s")


def wait_for(address: str) -> None:
    """Wait until the address answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address + "/healthz", timeout=5).read()
        except (urllib.error.URLError, OSError):
            sleep(0.2)
        else:
            return
    raise RuntimeError("Samovar did not start.")


if __name__ == "__main__":
    noted = Figures("Replies")
    answering = User.objects.filter(role="agent", is_active=True).order_by("pk")[0]
    answering.set_password(PASSWORD)
    answering.save(update_fields=["password"])
    chosen = list(Conversation.objects.filter(kind="human").order_by("-pk")[:WRITERS])
    by_verb(noted, chosen, answering)
    # The demo's inboxes have no mail server: what waits in them is looked at again while the next part runs.
    Delivery.objects.unsettled().update(next_try_at=timezone.now() + timedelta(hours=20))
    by_http(noted, chosen, answering)
    noted.finish()

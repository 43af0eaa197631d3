"""From the mail server to the open screen: by IDLE, through a real Dovecot, the front and its stream."""

import threading
from collections.abc import Iterator
from time import perf_counter

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from bench.figures import percentile
from samovar.channels import watching
from samovar.conversations.models import Message
from tests import make
from tests.channels.mails import mail, mailbox
from tests.channels.mailserver import Dovecot
from tests.live.screens import key_of, screen, signed_in
from tests.live.serving import Serving, serving
from tests.patience import until
from tests.postgres import database_address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ARRIVALS = 40


@pytest.fixture
def front(
    transactional_db: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    """Return a front on the test database."""
    home = tmp_path_factory.mktemp("arrival")
    (home / "secrets").mkdir()
    # Sessions are signed: both sides are of one installation.
    (home / "secrets" / "django").write_text(settings.SECRET_KEY, encoding="ascii")
    with serving(home, 0, DATABASE_URL=database_address()) as found:
        yield found


def test_a_mail_reaches_an_open_screen_by_idle(
    dovecot: Dovecot, front: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    account, stop = mailbox(dovecot), threading.Event()
    watcher = threading.Thread(target=watching.watch_all, args=(stop,))
    took = []
    with screen(front, key_of(signed_in(make.agent()))) as open_screen:
        watcher.start()
        try:
            dovecot.deliver(account.user_name, mail("It is the first."))
            until(lambda: Message.objects.count() == 1)
            while (first := open_screen.next()) is not None and first.data.get("kind") != "MessageReceived":
                pass
            for number in range(ARRIVALS):
                came_at = perf_counter()
                sender = ("", f"customer{number}@mail.example")
                dovecot.deliver(account.user_name, mail(f"Number {number}.", subject=f"{number}", sender=sender))
                while (seen := open_screen.next()) is not None and seen.data.get("kind") != "MessageReceived":
                    pass
                took.append(perf_counter() - came_at)
        finally:
            stop.set()
            watcher.join()

    assert Message.objects.count() == ARRIVALS + 1
    with capsys.disabled():
        told = f"p50 {percentile(took, 0.5):.2f} s, p95 {percentile(took, 0.95):.2f} s"
        # The figure that the bar is about.
        print(f"\n{ARRIVALS} mails by IDLE to the open screen: {told} (bar: p95 ≤ 2 s)")  # noqa: T201

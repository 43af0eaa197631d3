"""Mailboxes are watched: mail comes as soon as the server has it, and trouble ends by itself."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from samovar.channels import watching
from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.jobs import take_in_left
from samovar.channels.models import ChannelAccount, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Conversation, Message
from tests import make
from tests.channels.mails import mail, mailbox
from tests.channels.mailserver import PASSWORD, Dovecot
from tests.channels.strange import strange_server
from tests.patience import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Watch all mailboxes from when it is called to the end of the test."""
    stop, threads = threading.Event(), list[threading.Thread]()
    monkeypatch.setattr(watching, "LOOK_AT_ACCOUNTS_SECONDS", 0.1)
    monkeypatch.setattr(watching, "PAUSES_SECONDS", (0.2,))

    def begin() -> None:
        threads.append(threading.Thread(target=watching.watch_all, args=(stop,)))
        threads[0].start()

    yield begin
    stop.set()
    for thread in threads:
        thread.join()


def texts() -> list[str]:
    """Return what came in, in order."""
    return [text.strip() for text in Message.objects.order_by("id").values_list("text", flat=True)]


def test_mail_is_taken_in_when_the_watch_begins_and_at_once_when_it_comes(
    dovecot: Dovecot, watched: Callable[[], None]
) -> None:
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail("It waits."))

    watched()
    until(lambda: texts() == ["It waits."])
    dovecot.deliver(account.user_name, mail("It comes."))
    until(lambda: texts() == ["It waits.", "It comes."])


def test_a_mailbox_that_is_connected_paused_and_resumed_is_taken_up_without_a_restart(
    dovecot: Dovecot, watched: Callable[[], None]
) -> None:
    watched()
    account = mailbox(dovecot)
    dovecot.deliver(account.user_name, mail("First."))
    until(lambda: texts() == ["First."])

    ChannelAccount.objects.update(paused_at=timezone.now())
    until(lambda: not any(thread.name == f"mailbox {account.pk}" for thread in threading.enumerate()))
    dovecot.deliver(account.user_name, mail("Second."))
    assert texts() == ["First."]
    ChannelAccount.objects.update(paused_at=None)
    until(lambda: texts() == ["First.", "Second."])


def test_a_wrong_password_is_named_and_a_right_one_is_taken_up(dovecot: Dovecot, watched: Callable[[], None]) -> None:
    account = mailbox(dovecot)
    account.password = "wrong"
    account.save()
    dovecot.deliver(account.user_name, mail("At last."))

    watched()
    until(lambda: "does not accept" in ChannelAccount.objects.get().problem_text)
    account.password = PASSWORD
    account.save(update_fields=["sealed_password"])
    until(lambda: texts() == ["At last."])
    until(lambda: not ChannelAccount.objects.get().problem)


def test_a_server_that_comes_back_is_read_again(dovecot: Dovecot, watched: Callable[[], None]) -> None:
    with strange_server() as server:
        server.goodbye, server.mails = True, {1: mail("After the trouble.")}
        mailbox(Dovecot(server.port, dovecot.mail))
        watched()
        until(lambda: "broke off" in ChannelAccount.objects.get().problem_text)
        server.goodbye = False
        until(lambda: texts() == ["After the trouble."])


def test_one_mailbox_in_trouble_holds_back_no_other(dovecot: Dovecot, watched: Callable[[], None]) -> None:
    broken, account = mailbox(dovecot, imap_port=9), mailbox(dovecot)
    dovecot.deliver(account.user_name, mail("All is well here."))

    watched()

    until(lambda: texts() == ["All is well here."])
    until(lambda: ChannelAccount.objects.get(pk=broken.pk).problem != "")


def test_what_was_stored_before_a_crash_is_taken_in_first(dovecot: Dovecot, watched: Callable[[], None]) -> None:
    account = mailbox(dovecot)
    keep_all(Source(account.inbox_id, account.pk, 1), [Arrival(mail("Stored before."), timezone.now(), 1)])
    dovecot.deliver(account.user_name, mail("Came after."))

    watched()
    until(lambda: texts() == ["Stored before.", "Came after."])


def test_what_nobody_watches_is_taken_in_each_minute() -> None:
    keep_all(Source(make.inbox().pk), [Arrival(mail("Delivered by a command."), timezone.now())])

    take_in_left()
    assert texts() == ["Delivered by a command."]


def test_a_mail_at_which_three_workers_died_waits_behind_the_others_and_is_read() -> None:
    inbox = make.inbox()
    keep_all(Source(inbox.pk), [Arrival(mail(text), timezone.now()) for text in ("Unlucky.", "Harmless.")])
    RawMail.objects.filter(pk=RawMail.objects.earliest("id").pk).update(tries=3)

    take_in_each(RawMail.objects.all())

    assert texts() == ["Harmless.", "Unlucky."]


@pytest.mark.parametrize(("tries", "problem"), [(6, ""), (3, "the reader ended with -11")])
def test_a_mail_at_which_workers_die_again_and_again_is_kept_as_unreadable_and_holds_back_no_other(
    tries: int, problem: str
) -> None:
    inbox = make.inbox()
    keep_all(Source(inbox.pk), [Arrival(mail(text), timezone.now()) for text in ("Poison.", "Harmless.")])
    RawMail.objects.filter(pk=RawMail.objects.earliest("id").pk).update(tries=tries, problem=problem)

    take_in_each(RawMail.objects.all())

    assert Conversation.objects.unreadable().count() == 1
    assert texts()[0] == "Harmless."
    assert not RawMail.objects.filter(understood_at=None).exists()


def test_a_mail_that_was_tried_before_gets_its_next_try() -> None:
    keep_all(Source(make.inbox().pk), [Arrival(mail("Unlucky."), timezone.now())])
    RawMail.objects.update(tries=2)

    take_in_each(RawMail.objects.all())
    take_in_each(RawMail.objects.all())

    assert (texts(), RawMail.objects.get().tries) == (["Unlucky."], 3)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ChannelTrouble("down"), [2, 5, 10, 30, 60, 120, 120]),
        (SignInRefused("no"), [60, 120, 300, 600, 900, 900, 900]),
        (None, [2, 5, 10, 30, 60, 120, 120]),
    ],
)
def test_the_pause_grows_and_stays_within_bounds(error: Exception | None, expected: list[int]) -> None:
    for failures, seconds in enumerate(expected, start=1):
        assert seconds * 0.8 <= watching.pause_after(failures, error) <= seconds * 1.2

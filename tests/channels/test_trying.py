"""The test of a mailbox tries the servers and sends mail to itself, and says in words what works and what does not."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from samovar.channels import fetching, imap, probes, trying
from samovar.channels.importing import import_mails
from samovar.channels.models import ChannelAccount, RawMail, Trial
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Message
from samovar.jobs import holding
from samovar.jobs.models import Task
from tests import make
from tests.channels import mailserver
from tests.channels.mails import inbox_folder, mail, mailbox
from tests.channels.mailserver import Dovecot, Outbox

pytestmark = pytest.mark.django_db
QUICKLY = 0.0


@dataclass
class Provider(Outbox):
    """An SMTP server that delivers to the mailboxes of a Dovecot, with the habits of some provider.

    ``knows_plus`` says whether mail to name+tag comes to name, ``senders`` what becomes of another sender than the
    mailbox itself: kept, rewritten or refused; ``folder`` is where mail is put; ``verdict`` is what it says of senders.
    """

    server: Dovecot | None = None
    user: str = ""
    knows_plus: bool = True
    senders: str = "kept"
    folder: str = "INBOX"
    verdict: str = ""
    notes: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Deliver, or not."""
        sender, [recipient] = envelope.mail_from or "", envelope.rcpt_tos
        if "+" in sender and self.senders == "refused":
            return "553 5.7.1 Sender address rejected: not owned by user"
        if "+" in recipient and not self.knows_plus:
            return "250 taken, and lost"
        if self.senders == "rewritten":
            sender = f"{self.user}@aurora.example"
        content = envelope.content
        assert isinstance(content, bytes) and self.server is not None
        with self.server.signed_in(self.user) as client:
            client.create(self.folder)
            client.append(self.folder, "", "", f"Return-Path: <{sender}>\r\n{self.verdict}".encode() + content)
        return "250 delivered"


@contextlib.contextmanager
def provider(dovecot: Dovecot, user: str, **habits: object) -> Iterator[Provider]:
    """Run the SMTP server of a provider."""
    # Habits are fields of it.
    with mailserver.smtp_server(outbox=Provider(server=dovecot, user=user, **habits)) as server:  # type: ignore[arg-type]
        assert isinstance(server, Provider)
        yield server


def tried(account: ChannelAccount, patience_seconds: float = QUICKLY) -> Trial:
    """Try out a stored mailbox to the end."""
    trial = Trial.of(account, timezone.now())
    trying.run(trial.pk, patience_seconds)
    return Trial.objects.get(pk=trial.pk)


def words(trial: Trial) -> str:
    """Return all that was found, each with its tone."""
    return "\n".join(f"{finding.tone}: {finding.text}" for _side, found in trial.sides for finding in found)


def test_a_good_provider_passes_and_what_it_can_is_noted(dovecot: Dovecot) -> None:
    with provider(dovecot, "fine") as server:
        account = mailbox(dovecot, server, "fine", has_plus_addresses=False)
        trial = tried(account, 20)

    assert trial.are_good
    assert "comes here: each answer finds its conversation" in words(trial)
    account.refresh_from_db()
    assert (account.has_plus_addresses, account.takes_verp) == (True, True)
    assert bytes(trial.sealed_password) == b""


@pytest.mark.parametrize(
    ("habits", "found", "complaint"),
    [
        ({"knows_plus": False}, (False, False), "Answers find their conversation by the ids in them instead"),
        ({"senders": "refused"}, (True, False), "refuses to send as name+anything@"),
        ({"senders": "rewritten"}, (True, False), "rewrites name+anything@"),
        ({"folder": "Junk"}, (True, True), "was put into “Junk”"),
    ],
)
def test_what_a_provider_cannot_is_said_and_noted(
    dovecot: Dovecot, habits: dict[str, object], found: tuple[bool, bool], complaint: str
) -> None:
    user = f"odd{'.'.join(map(str, habits.values()))}".lower()
    if "folder" in habits:
        with dovecot.signed_in(user) as client:
            client.create("Junk")
    with provider(dovecot, user, **habits) as server:
        account = mailbox(dovecot, server, user, has_plus_addresses=True, takes_verp=True)
        trial = tried(account, 20 if habits.get("knows_plus", True) else QUICKLY)

    assert f"warn: {complaint}" in words(trial).replace("A mail to ourselves ", "").replace("The server ", "").replace(
        "Mail to name+anything@ does not come here. ", ""
    )
    account.refresh_from_db()
    assert (account.has_plus_addresses, account.takes_verp) == found


@pytest.mark.parametrize(
    ("said", "believed", "told", "checker"),
    [
        ("mx.aurora.example; dmarc=pass", "", "warn: Your server signs its verdict on senders as", "mx.aurora.example"),
        ("MX.aurora.example 1; spf=pass", "mx.aurora.example", "ok: Your server tells real", "mx.aurora.example"),
        ("mx.aurora.example; none", "mx.old.example", "but “mx.old.example” is believed", "mx.aurora.example"),
        ("", "", "warn: No server is named whose verdict", ""),
        ('"<b>"; spf=pass', "", "warn: No server is named whose verdict", ""),
    ],
)
def test_the_server_that_judges_senders_is_found_in_the_mail_to_ourselves(
    dovecot: Dovecot, said: str, believed: str, told: str, checker: str
) -> None:
    user = f"judged{abs(hash((said, believed)))}"
    verdict = f"Authentication-Results: {said}\r\n" if said else ""
    with provider(dovecot, user, verdict=verdict) as server:
        trial = tried(mailbox(dovecot, server, user, trusted_checker=believed), 20)

    assert told in words(trial)
    assert (trial.are_good, trial.checker) == (True, checker)


def test_mail_that_does_not_come_back_is_said(dovecot: Dovecot, outbox: Outbox) -> None:
    trial = tried(mailbox(dovecot, outbox, "hollow"))

    assert "did not come back in time" in words(trial)
    assert not trial.are_good
    assert [envelope.mail_from for envelope, _mail in outbox.taken][1] == "hollow@aurora.example"


def test_a_server_that_takes_nothing_is_quoted(dovecot: Dovecot, outbox: Outbox) -> None:
    outbox.refuse_with = "550 quota exceeded"

    assert "bad: The outgoing server said: 550 quota exceeded" in words(tried(mailbox(dovecot, outbox, "full")))


def test_folders_are_found_by_their_use_or_by_their_names(dovecot: Dovecot, outbox: Outbox) -> None:
    with dovecot.signed_in("folders") as client:
        client.create("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-")
        client.create("Spam")
    found = words(tried(mailbox(dovecot, outbox, "folders")))
    assert "Sent mail lies in “Отправленные”" in found and "Spam lies in “Spam”" in found

    assert "warn: No folder for sent mail was found" in words(tried(mailbox(dovecot, outbox, "bare")))


def test_a_held_installation_sends_nothing(dovecot: Dovecot, outbox: Outbox) -> None:
    holding.hold(holding.SENDING, "restored")

    assert "warn: Sending is held" in words(tried(mailbox(dovecot, outbox, "held")))
    assert outbox.taken == []


def test_mails_to_ourselves_never_become_messages(dovecot: Dovecot) -> None:
    with provider(dovecot, "quiet") as server:
        account = mailbox(dovecot, server, "quiet")
        tried(account, 20)
    dovecot.deliver("quiet", mail("Not a test."))

    with imap.opened(account) as box:
        list(fetching.fetch(inbox_folder(account), box))
    take_in_each(RawMail.objects.all())

    assert RawMail.objects.filter(understood_at__isnull=False).count() == 3
    assert Message.objects.get().text.strip() == "Not a test."


@pytest.mark.parametrize("write", [probes.bounce_probe, probes.reply_probe])
def test_only_what_we_have_marked_is_a_test_mail(write: Callable[[str, str, str], probes.Probe]) -> None:
    content = write("help@aurora.example", "Test", "text").content
    head, _gap, body = content.partition(b"\r\n\r\n")
    report = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n"

    assert probes.is_test_mail(content) and probes.is_test_mail(content.replace(b"\r\n", b"\n"))
    assert probes.is_test_mail(report + content)
    # Somebody who forwards one wants an answer.
    assert not probes.is_test_mail(b"Subject: what is this?\r\n\r\n" + content)
    number = probes.number_of(content).encode()
    assert not probes.is_test_mail(content.replace(number, b"0123456789abcdef"))
    assert not probes.is_test_mail(b"X-Samovar-Probe: 0123456789abcdef." + b"a" * 26 + b"\r\n\r\n" + body)
    assert not probes.is_test_mail(head.replace(b"X-Samovar-Probe", b"X-Other") + b"\r\n\r\n" + body)


def test_an_archive_with_test_mails_brings_none_of_them() -> None:
    probe = probes.reply_probe("help@aurora.example", "Test", "text").content

    counts = import_mails(make.inbox(), [probe, mail()], processes=1)

    assert (counts.total, counts.stored, Message.objects.count()) == (1, 1, 1)


def test_the_page_fills_itself_in_and_is_silent_while_nothing_is_new(client: Client, dovecot: Dovecot) -> None:
    client.force_login(make.admin("anna"))
    account = mailbox(dovecot, user="paged", smtp_port=9)
    trial = Trial.of(account, timezone.now())
    address, ours = reverse("mailbox_trial", args=[trial.pk]), {"HX-Request": "true"}

    assert client.get(address, {"seen": trial.step}, headers=ours).status_code == 204
    assert "Being tried out" in client.get(address).content.decode()
    trying.run(trial.pk)
    page = client.get(address, {"seen": trial.step}, headers=ours).content.decode()
    assert "does not accept connections at port 9" in page and "hx-trigger" not in page
    with translation.override("ru"):
        assert "не принимает соединения" in words(Trial.objects.get())


def test_a_try_is_queued_and_forgotten(client: Client, dovecot: Dovecot) -> None:
    client.force_login(make.admin("anna"))
    account = mailbox(dovecot, user="queued")
    given = {"address": "queued@aurora.example", "name": "Q", "user_name": "queued", "mailbox": account.pk}
    given |= {"imap_host": "127.0.0.1", "imap_port": account.imap_port, "imap_security": "none", "folder": "INBOX"}
    given |= {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}

    response = client.post("/mailboxes/test/", given)

    trial = Trial.objects.get()
    assert response.headers["Location"] == reverse("mailbox_trial", args=[trial.pk])
    assert Task.objects.get(job__endswith="try_mailbox").args == [trial.pk]
    assert trial.mailbox().password == account.password

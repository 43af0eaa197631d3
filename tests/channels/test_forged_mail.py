"""Who may write where: every sender, with every token, by every way, whatever the check of the sender said.

The table of 216 cells: {agent, customer, somebody in the copy, a stranger} × {a valid token, none, another
conversation's, a cut off one, an expired one, a used one} × {References, a number in the subject, the signed address}
× {passed, failed, no check}. Nobody speaks as one of the team, nobody gets a text, nobody is let in.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from samovar.accounts.models import User
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in_each
from samovar.conversations import signing, tokens
from samovar.conversations.models import Conversation, Message, Participant
from samovar.conversations.tokens import Key
from samovar.customers.models import Identity
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

SENDERS = {
    "agent": "olga@aurora.example",
    "customer": "elena@mail.example",
    "cc": "bob@mail.example",
    "stranger": "mallory@evil.example",
}
TOKENS = ("valid", "none", "other", "truncated", "expired", "reused")
WAYS = ("references", "subject", "address")
CHECKS = {"pass": "dmarc=pass", "fail": "dmarc=fail", "none": ""}
CELLS = list(product(SENDERS, TOKENS, WAYS, CHECKS))
SECRET = "The gate code is 4711."


@dataclass(frozen=True)
class Scene:
    """A conversation with a customer, somebody named in the copy, and an answer of ours that holds a secret."""

    conversation: Conversation
    other: Conversation
    account: ChannelAccount
    reply: Message
    other_id: str = ""

    def signed(self, conversation: Conversation, days: int = 0) -> str:
        """Return the address at which the customer answers in a conversation, as signed so many days ago."""
        identity = Identity.objects.get(customer=conversation.customer)
        at = clock.now() - timedelta(days=days)
        return signing.signed_reply_address("help@aurora.example", conversation.pk, identity.pk, at)


@pytest.fixture
def scene() -> Scene:
    account = make.mailbox()
    account.trusted_checker = "mx.aurora.example"
    account.save()
    olga = make.agent("olga")
    conversation = make.conversation(named=(make.named("bob@mail.example", "Bob"),), external_id="first@mail.example")
    other = make.conversation(sender=make.sender("igor@mail.example", "Igor"), subject="Another matter")
    reply = conversation.reply(SECRET, by=olga)
    return Scene(conversation, other, account, reply, other.messages.get().external_id)


def token(scene: Scene, kind: str) -> str:
    """Return the signed address that a mail is sent to, "" for none."""
    address = scene.signed(scene.conversation)
    local, _, domain = address.rpartition("@")
    return {
        "valid": address,
        "reused": address,
        "none": "",
        "other": scene.signed(scene.other),
        "truncated": f"{local[:-6]}@{domain}",
        "expired": scene.signed(scene.conversation, days=200),
    }[kind]


def mail(scene: Scene, sender: str, kind: str, way: str, check: str) -> bytes:
    """Return a mail as it comes from outside; by References a token is a Message-ID of ours."""
    fields = {
        "From": f"Somebody <{SENDERS[sender]}>",
        "To": "help@aurora.example",
        "Subject": "Re: A scratched desk",
        "Message-ID": f"<{sender}.{kind}.{way}.{check}@mail.example>",
    }
    ids = {
        "valid": scene.reply.external_id,
        "reused": scene.reply.external_id,
        "none": "first@mail.example",
        "other": scene.other_id,
        "truncated": f"{scene.reply.external_id.partition('@')[0][:-4]}@aurora.example",
        "expired": tokens.message_id(scene.reply.pk, "aurora.example", Key(0, b"not believed any more")),
    }
    match way:
        case "references":
            fields["References"] = f"<{ids[kind]}>"
        case "subject":
            number = {"other": scene.other.pk, "truncated": scene.conversation.pk // 10}.get(
                kind, scene.conversation.pk
            )
            fields["Subject"] = f"Re: [#{number}] A scratched desk" if kind != "none" else "Re: A scratched desk"
        case "address":
            fields["To"] = token(scene, kind) or "help@aurora.example"
    if CHECKS[check]:
        fields["Authentication-Results"] = f"mx.aurora.example; {CHECKS[check]}"
    # Below our own server's word anybody can write one.
    head = "".join(f"{name}: {value}\r\n" for name, value in sorted(fields.items()))
    return f"{head}Authentication-Results: evil.example; dmarc=pass\r\n\r\nTell me the gate code. {kind}\r\n".encode()


def arrive(scene: Scene, content: bytes) -> Message:
    """Let a mail arrive alive; return the message that it became."""
    source = Source(scene.conversation.inbox_id, scene.account.pk)
    [pk] = keep_all(source, [Arrival(content, timezone.now())]).values()
    take_in_each(RawMail.objects.filter(pk=pk))
    message = RawMail.objects.select_related("message").get(pk=pk).message
    assert message is not None
    return message


def test_there_are_216_cells() -> None:
    assert len(CELLS) == 216


def test_no_cell_lets_anybody_speak_as_one_of_us_or_read_a_word(scene: Scene) -> None:
    deliveries, landed = Delivery.objects.count(), {}
    for sender, kind, way, check in CELLS:
        cell = f"{sender} {kind} {way} {check}"
        message = arrive(scene, mail(scene, sender, kind, way, check))

        assert (message.direction, message.author) == ("in", None), cell
        assert message.sender_address == SENDERS[sender], cell
        assert message.verdict == {"pass": "verified", "fail": "failed", "none": "claimed"}[check], cell
        assert Delivery.objects.count() == deliveries, cell
        assert not Participant.objects.filter(admitted_at__isnull=False).exists(), cell
        landed[sender, kind, way, check] = message.conversation_id

    assert not Message.objects.filter(direction="in", text__contains=SECRET).exists()
    ours, other = scene.conversation.pk, scene.other.pk
    for (sender, kind, way, check), where in landed.items():
        expected = place(sender, kind, way, ours, other)
        assert expected is None or where == expected, (sender, kind, way, check)
        assert expected is not None or where not in (ours, other), (sender, kind, way, check)


def place(sender: str, kind: str, way: str, ours: int, other: int) -> int | None:
    """Return where a mail belongs; None for a conversation of its own. The check of the sender changes nothing."""
    match way, kind:
        case "address", "valid" | "reused":
            return ours
        case "address", "other":
            return other
        case "references", "valid" | "reused" | "none":
            return ours
        case "references", "other":
            # It is about something else, so that it only follows.
            return None
        case "subject", "valid" | "expired" | "reused":
            return ours if sender == "customer" else None
    return None


def test_what_an_agent_sees_of_a_stranger_is_a_question(scene: Scene) -> None:
    arrive(scene, mail(scene, "stranger", "valid", "references", "fail"))

    outsiders = Participant.objects.filter(conversation=scene.conversation).undecided()
    assert sorted(one.address for one in outsiders) == ["bob@mail.example", "mallory@evil.example"]


def test_an_answer_after_all_that_goes_to_the_customer_alone(scene: Scene) -> None:
    for sender in ("stranger", "cc", "agent"):
        arrive(scene, mail(scene, sender, "valid", "address", "pass"))

    reply = Conversation.objects.get(pk=scene.conversation.pk).reply("Only for you", by=make.agent("igor"))

    assert {row.address for row in Delivery.objects.filter(message=reply)} == {"elena@mail.example"}


def forwarded(scene: Scene, sender: str, check: str, address: str) -> Message:
    """Let a mail arrive that somebody passes on to an address."""
    results = f"Authentication-Results: mx.aurora.example; {CHECKS[check]}\r\n" if CHECKS[check] else ""
    return arrive(
        scene,
        f"From: Olga <{sender}>\r\nTo: {address}\r\nSubject: Fwd: Lost parcel\r\n"
        f"Message-ID: <{check}.{address}.{sender}>\r\n{results}\r\nPlease take over.\r\n\r\n"
        "---------- Forwarded message ---------\r\n"
        "From: Anna Orlova <anna@mail.example>\r\nDate: Mon, 2 Mar 2026 12:00\r\nSubject: Lost parcel\r\n"
        f"To: olga@aurora.example\r\n\r\nWhere is it? {check}\r\n".encode(),
    )


def _passing() -> tuple[Scene, str]:
    """Return an inbox that believes its server, and Olga's own address there for what she passes on."""
    account = make.mailbox()
    account.trusted_checker = "mx.aurora.example"
    account.save()
    conversation = make.conversation()
    scene = Scene(conversation, conversation, account, conversation.messages.get())
    return scene, signing.forward_address("help@aurora.example", make.agent("olga").pk)


def test_what_one_of_the_team_passes_on_is_from_whom_it_was_written() -> None:
    scene, own = _passing()

    passed_on = forwarded(scene, "olga@aurora.example", "pass", own)
    failed = forwarded(scene, "olga@aurora.example", "fail", own)
    unchecked = forwarded(scene, "olga@aurora.example", "none", own)
    stolen = forwarded(scene, "mallory@evil.example", "pass", own)
    plain = forwarded(scene, "olga@aurora.example", "pass", "help@aurora.example")

    assert (passed_on.sender_address, passed_on.sender_name, passed_on.rule) == (
        "anna@mail.example",
        "Anna Orlova",
        "passed-on",
    )
    assert passed_on.verdict == "claimed"
    assert [one.sender_address for one in (failed, unchecked, plain)] == ["olga@aurora.example"] * 3
    assert stolen.sender_address == "mallory@evil.example"


def test_who_no_longer_sees_an_inbox_passes_nothing_on_to_it() -> None:
    scene, own = _passing()
    team, olga = make.team("Accounts"), User.objects.get(name="Olga")
    scene.conversation.inbox.open_for([team], by=make.admin())

    closed = forwarded(scene, "olga@aurora.example", "pass", own)
    team.change(team.name, [olga], by=make.admin())
    opened = forwarded(scene, "Olga@aurora.example", "pass", own)

    assert (closed.sender_address, closed.rule) == ("olga@aurora.example", "")
    assert (opened.sender_address, opened.rule) == ("anna@mail.example", "passed-on")

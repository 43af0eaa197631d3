"""What comes back is believed only when it proves itself, stands with our message, and disturbs nobody's work."""

from collections import Counter
from datetime import timedelta
from email.message import Message as Mail
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from samovar.channels import bouncing, outgoing, returned, sending, taking_in
from samovar.channels.bouncing import Match
from samovar.channels.mail.bounces import find_bounce
from samovar.channels.mail.classes import classify
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.sources import mails_in
from samovar.channels.models import ChannelAccount, Delivery, RawMail
from samovar.channels.models.delivery import State
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations.models import Conversation, Message, Participant
from samovar.customers.models import Identity
from samovar.events.models import Event
from tests import make
from tests.channels.mails import mail
from tests.channels.mailserver import Outbox
from tests.channels.returning import ELENA, arrive, report, sent, verp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(account: ChannelAccount) -> ChannelAccount:
    """A mailbox whose server lets mail leave as name+anything@."""
    account.takes_verp = True
    account.save(update_fields=["takes_verp"])
    return account


def test_a_letter_leaves_from_an_address_of_its_own(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()

    envelope, received = outbox.taken[0]
    assert envelope.mail_from == verp(delivery) != "help@aurora.example"
    assert "help@aurora.example" in received["From"]
    assert not [name for name in received if name.lower() in ("auto-submitted", "precedence", "return-path")]


def test_what_comes_back_to_that_address_is_told_on_our_message_and_disturbs_nobody(
    account: ChannelAccount, outbox: Outbox
) -> None:
    conversation = make.conversation()
    delivery = sent(conversation)
    conversation.resolve(by=make.agent())
    before = Conversation.objects.get(pk=conversation.pk)

    came = arrive(report(verp(delivery), recipient="somebody@else.example"))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.action) == (State.BOUNCED, "5.1.1", "failed")
    assert "no such user" in delivery.diagnostic
    assert came.conversation_id == conversation.pk
    ours = Message.objects.get(pk=delivery.message_id)
    assert [one.text for one in ours.known_troubles] == [
        f"Not delivered to {ELENA}: the mailbox does not exist (5.1.1)"
    ]
    after = Conversation.objects.undelivered().get()
    assert (after.resolved_at, after.waiting_since, after.assignee_id) == (before.resolved_at, None, None)
    assert Identity.objects.get(value=ELENA).undeliverable_at is not None
    assert Conversation.objects.count() == 1


def test_a_report_told_twice_is_noted_once(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()

    arrive(report(verp(delivery)))
    arrive(report(verp(delivery), status="5.2.2"))

    delivery.refresh_from_db()
    assert delivery.status == "5.1.1"
    assert Event.objects.filter(kind="MessageFailed").count() == 1


def test_a_delay_is_told_without_alarm_until_it_fails(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()

    arrive(report(verp(delivery), status="4.4.1", action="delayed"))

    delivery.refresh_from_db()
    assert delivery.state == State.DEFERRED
    assert "keeps trying (4.4.1)" in Message.objects.get(pk=delivery.message_id).known_troubles[0].text
    assert not Conversation.objects.undelivered().exists()
    arrive(report(verp(delivery), status="4.4.7", action="failed"))
    assert Conversation.objects.undelivered().exists()
    assert Identity.objects.get(value=ELENA).undeliverable_at is None


def test_our_own_message_id_proves_a_bounce_without_the_address(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()

    came = arrive(report(message_id=delivery.message.external_id))

    delivery.refresh_from_db()
    assert delivery.state == State.BOUNCED
    assert came.conversation_id == delivery.message.conversation_id


@pytest.mark.parametrize("guess", ["recipient", "address", "message_id"])
def test_a_forged_bounce_changes_nothing_but_a_note(account: ChannelAccount, outbox: Outbox, guess: str) -> None:
    delivery = sent()
    last = "a" if verp(delivery).partition("@")[0][-1] != "a" else "b"
    address = f"{verp(delivery).partition('@')[0][:-1]}{last}@aurora.example"
    name, _at, domain = delivery.message.external_id.partition("@")
    forged_id = f"{name[:-1]}{'a' if name[-1] != 'a' else 'b'}@{domain}"

    came = arrive(
        report(
            address if guess == "address" else "help@aurora.example",
            message_id=forged_id if guess == "message_id" else "",
        )
    )

    delivery.refresh_from_db()
    assert (delivery.state, delivery.bounced_at, delivery.status) == (State.SENT, None, "")
    assert not Conversation.objects.undelivered().exists()
    assert Identity.objects.get(value=ELENA).undeliverable_at is None
    assert came.conversation_id != delivery.message.conversation_id
    assert came.conversation.kind == "automatic"
    told = Message.objects.get(pk=delivery.message_id).known_troubles
    assert [one.state for one in told] == ["claimed"]
    assert "Nothing proves" in told[0].text


def test_an_old_letter_is_not_guessed_at(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()
    Delivery.objects.update(sent_at=timezone.now() - timedelta(days=6))

    arrive(report())

    assert Message.objects.get(pk=delivery.message_id).known_troubles == []


def test_automatic_mail_stops_where_too_much_came_back_until_somebody_writes(
    account: ChannelAccount, outbox: Outbox
) -> None:
    conversation = make.conversation()
    for _ in range(4):
        assert not returned.is_stopped(ELENA)
        arrive(report(verp(sent(conversation)), status="5.2.2"))

    assert returned.score(ELENA) == 4
    assert returned.is_stopped(ELENA)
    arrive(mail("I am back."))
    assert not returned.is_stopped(ELENA)


def test_what_came_back_long_ago_does_not_count(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation()
    for _ in range(4):
        arrive(report(verp(sent(conversation)), status="5.2.2"))
    Delivery.objects.update(bounced_at=timezone.now() - timedelta(days=31))

    assert not returned.is_stopped(ELENA)


def test_whoever_writes_can_be_written_to_again(account: ChannelAccount, outbox: Outbox) -> None:
    arrive(report(verp(sent())))
    assert returned.is_stopped(ELENA)

    arrive(mail("It was only full."))

    assert Identity.objects.get(value=ELENA).undeliverable_at is None
    assert not returned.is_stopped(ELENA)


def test_a_complaint_stops_automatic_mail_for_good(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = sent()
    arrive(complaint(verp(delivery)))

    assert "reported this message as unwanted" in Message.objects.get(pk=delivery.message_id).known_troubles[0].text
    assert not Conversation.objects.undelivered().exists()
    arrive(mail("Hello again."))
    assert returned.is_stopped(ELENA)


def test_blocked_mail_is_told_to_administrators(account: ChannelAccount, outbox: Outbox) -> None:
    arrive(report(verp(sent()), status="5.7.1", said="Message rejected due to your IP reputation"))

    [found] = returned.blocked()
    assert (found.inbox_id, found.count) == (account.inbox_id, 1)
    assert "IP reputation" in found.diagnostic
    assert Identity.objects.get(value=ELENA).undeliverable_at is None


def automatic(conversation: Conversation, mail_class: str = "auto-reply") -> Delivery:
    """Write what a machine of ours writes, as whoever writes such messages does."""
    message = Message(
        conversation=conversation,
        direction="out",
        text="We have your message.",
        mail_class=mail_class,
        created_at=timezone.now(),
        recipients={"to": [["Elena", ELENA]]},
    )
    message.store(conversation.inbox)
    outgoing.queue(message.pk, message.created_at)
    return Delivery.objects.get(message=message)


@pytest.mark.parametrize(("mail_class", "word"), [("auto-reply", "auto-replied"), ("auto-generated", "auto-generated")])
def test_an_automatic_mail_says_so_and_never_comes_back_to_people(
    account: ChannelAccount, outbox: Outbox, mail_class: str, word: str
) -> None:
    delivery = automatic(make.conversation(), mail_class)

    assert sending.send(delivery.pk) is None

    envelope, received = outbox.taken[0]
    assert envelope.mail_from == verp(delivery)
    assert received["Auto-Submitted"] == word
    assert (received["X-Auto-Response-Suppress"], received["Precedence"]) == ("All", "auto_reply")


def test_an_automatic_mail_has_no_sender_where_addresses_of_its_own_do_not_work(
    account: ChannelAccount, outbox: Outbox
) -> None:
    ChannelAccount.objects.update(takes_verp=False)

    assert sending.send(automatic(make.conversation()).pk) is None

    assert outbox.taken[0][0].mail_from == "<>"


def test_an_automatic_mail_that_does_not_arrive_asks_nobody_to_act(account: ChannelAccount, outbox: Outbox) -> None:
    delivery = automatic(make.conversation())
    sending.send(delivery.pk)

    arrive(report(verp(delivery)))

    assert not Conversation.objects.undelivered().exists()
    again = automatic(Conversation.objects.get())
    sending.send(again.pk)
    again.refresh_from_db()
    assert len(outbox.taken) == 1
    assert "Automatic mail to this address is stopped" in again.problem_text


def test_everybody_who_was_admitted_gets_a_letter_of_their_own(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation()
    admit(conversation, "max@mail.example")
    message = conversation.reply("To both of you.", by=make.agent())

    deliveries = list(Delivery.objects.filter(message=message).order_by("pk"))
    for delivery in deliveries:
        sending.send(delivery.pk)

    assert [(one.address, one.role) for one in deliveries] == [(ELENA, "to"), ("max@mail.example", "cc")]
    envelopes = [envelope for envelope, _mail in outbox.taken]
    assert [envelope.rcpt_tos for envelope in envelopes] == [[ELENA], ["max@mail.example"]]
    assert len({envelope.mail_from for envelope in envelopes}) == 2
    assert shared(outbox.mails, "Message-ID") and shared(outbox.mails, "To") and shared(outbox.mails, "Cc")
    assert not shared(outbox.mails, "Reply-To")
    assert Message.objects.get(pk=message.pk).handed_over_at is not None


def test_one_of_two_who_cannot_be_reached_is_named(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation()
    admit(conversation, "max@mail.example")
    message = conversation.reply("To both of you.", by=make.agent())
    first, second = Delivery.objects.filter(message=message).order_by("pk")
    sending.send(first.pk)
    outbox.refuse_recipient = "550 5.1.1 unknown"

    sending.send(second.pk)

    message.refresh_from_db()
    assert message.handed_over_at is not None
    [trouble] = message.known_troubles
    assert (trouble.address, trouble.state) == ("max@mail.example", "failed")
    outbox.refuse_recipient = ""
    outgoing.try_again(message)
    sending.send(second.pk)
    assert [envelope.rcpt_tos for envelope, _mail in outbox.taken] == [[ELENA], ["max@mail.example"]]
    message.refresh_from_db()
    assert message.known_troubles == []


def test_one_of_two_who_got_a_letter_cannot_call_the_other_unreachable(account: ChannelAccount, outbox: Outbox) -> None:
    conversation = make.conversation()
    admit(conversation, "max@mail.example")
    message = conversation.reply("To both of you.", by=make.agent())
    for delivery in Delivery.objects.filter(message=message):
        sending.send(delivery.pk)

    arrive(report(message_id=message.external_id))

    delivery = Delivery.objects.get(message=message, address=ELENA)
    assert (delivery.state, delivery.bounced_at) == (State.SENT, None)
    assert Identity.objects.get(value=ELENA).undeliverable_at is None
    arrive(report(verp(delivery)))
    delivery.refresh_from_db()
    assert delivery.state == State.BOUNCED


@pytest.mark.parametrize(("status", "state"), [("5.1.1", State.SENT), ("5.2.2", State.BOUNCED)])
def test_nobody_can_say_that_an_address_does_not_exist_from_which_somebody_has_written_since(
    account: ChannelAccount, outbox: Outbox, status: str, state: State
) -> None:
    delivery = sent()
    arrive(mail("Thank you! My colleague in the copy has seen it too."))

    arrive(report(message_id=delivery.message.external_id, status=status))

    delivery.refresh_from_db()
    assert delivery.state == state
    assert Message.objects.get(pk=delivery.message_id).known_troubles
    assert Identity.objects.get(value=ELENA).undeliverable_at is None


def test_where_letters_have_no_address_of_their_own_no_recipient_can_complain_for_another(
    account: ChannelAccount, outbox: Outbox
) -> None:
    ChannelAccount.objects.update(takes_verp=False)
    conversation = make.conversation()
    admit(conversation, "max@mail.example")
    message = conversation.reply("To both of you.", by=make.agent())
    for delivery in Delivery.objects.filter(message=message):
        sending.send(delivery.pk)

    arrive(complaint("help@aurora.example", message_id=message.external_id))

    told = Message.objects.get(pk=message.pk).known_troubles
    assert [(one.address, one.state) for one in told] == [(ELENA, "claimed")]
    assert not returned.is_stopped(ELENA)
    arrive(report(message_id=message.external_id))
    assert Delivery.objects.get(message=message, address=ELENA).state == State.BOUNCED


def complaint(to: str, message_id: str = "") -> bytes:
    """Return what a provider writes when Elena calls a letter unwanted."""
    feedback = "Feedback-Type: abuse\nUser-Agent: FBL/1\nVersion: 1\nOriginal-Rcpt-To: <elena@mail.example>\n"
    original = f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>\n" if message_id else ""
    return mail(
        f"--b\n\nThis is a complaint.\n--b\nContent-Type: message/feedback-report\n\n{feedback}\n{original}--b--\n",
        sender=("", "fbl@mail.example"),
        to=to,
        Content_Type='multipart/report; report-type=feedback-report; boundary="b"',
    )


def admit(conversation: Conversation, address: str) -> None:
    """Let the team agree to somebody."""
    with transaction.atomic():
        person = make.customer("Max", address)
    Participant.objects.create(
        conversation=conversation,
        identity=Identity.objects.get(customer=person),
        role="named",
        admitted_at=timezone.now(),
    )


def shared(mails: list[Mail], header: str) -> bool:
    return len({mail[header] for mail in mails}) == 1


def letter_of(raw: RawMail) -> Match | None:
    mail = parse(bytes(raw.content), raw.arrived_at)
    bounce = find_bounce(mail, classify(mail))
    with transaction.atomic():
        return bouncing.letter_of(mail, bounce) if bounce else None


@pytest.mark.data
def test_every_bounce_of_the_collection_is_tied_to_our_letter_by_its_address(
    account: ChannelAccount, outbox: Outbox, samovar_data: Path
) -> None:
    delivery = sent()
    address = verp(delivery).encode()
    places, reports = Counter[int](), Counter[str]()
    for found in mails_in(samovar_data / "bounces-and-auto-replies"):
        head, separator, body = found.raw.partition(b"\n\n")
        returned_to_us = b"Delivered-To: " + address + b"\n" + head + separator + body
        kept = keep_all(Source(account.inbox_id), [Arrival(returned_to_us, timezone.now())])
        # Some are in the collection twice.
        for raw in RawMail.objects.filter(pk__in=kept.values()):
            receipt = taking_in.take_in([raw])[raw.pk]
            places[receipt.conversation_id] += 1
            reports[receipt.mail_class] += letter_of(raw) == Match(delivery, is_proved=True)

    assert list(places) == [delivery.message.conversation_id]
    assert places.total() > 490
    assert reports["bounce"] + reports["dsn-delay"] > 415 and reports["feedback-report"] >= 11, reports

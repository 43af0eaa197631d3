"""Makes what tests need, with believable defaults: ``make.agent("olga")``, ``make.user(role=Role.LEAD)``.

Every function goes through the verbs of the app, so that what it makes is what a person would have made.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from PIL import Image

from samovar.accounts.inviting import Guest, Invited, Place, invite
from samovar.accounts.models import (
    Brand,
    Look,
    PushSubscription,
    Role,
    SignOnBinding,
    StaffProvider,
    StaffSession,
    Team,
    User,
)
from samovar.channels.models import ChannelAccount, Delivery, MailFolder, RawMail, SignInProvider, Trial
from samovar.channels.models import folder as folders
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.channels.taking_in import take_in
from samovar.conversations import blocking, bulk_runs
from samovar.conversations import delivered_causes as delivered
from samovar.conversations import merging as merging_conversations
from samovar.conversations.blocking import Wish
from samovar.conversations.drafting import Typed, attach
from samovar.conversations.inbound import InboundFile, InboundMessage, Named, Receipt
from samovar.conversations.intake import receive
from samovar.conversations.models import (
    Attachment,
    Block,
    BulkRun,
    Cause,
    Conversation,
    FileLink,
    Inbox,
    Macro,
    Message,
    PendingReply,
    Promise,
    Regrouping,
    Reminder,
    Tag,
)
from samovar.conversations.models.block import BlockReason
from samovar.conversations.models.macro import Wording
from samovar.conversations.models.promise import PromiseKind
from samovar.conversations.sending_off import Leaving, send_off
from samovar.customers import addresses, archive, belonging, merging
from samovar.customers.merging import Decision
from samovar.customers.models import Customer, Identity, Membership, Merge, Organisation, PersonArchive, RemovedIdentity
from samovar.customers.models.identity import normalised
from samovar.customers.recognition import Sender, recognise
from samovar.lib.pictures import Picture

PASSWORD = "a long enough password"
_numbers = count(1)


def user(name: str = "", *, role: str = Role.AGENT, password: str | None = None) -> User:
    """Make a member of staff called ``<name>@aurora.example``; give ``PASSWORD`` to whoever has to type it.

    Hashing a password takes longer than most tests, so by default there is none; ``client.force_login`` is the way in.
    """
    name = name or f"person{next(_numbers)}"
    made = User.objects.create(email=f"{name}@aurora.example", name=name.title(), role=role, password=password)
    # Most tests are about what is sent, few about taking it back.
    made.change_ways(undo_seconds=0)
    return made


def agent(name: str = "") -> User:
    """Make a member of staff who answers customers."""
    return user(name, role=Role.AGENT)


def lead(name: str = "") -> User:
    """Make a team lead."""
    return user(name, role=Role.LEAD)


def admin(name: str = "") -> User:
    """Make an administrator."""
    return user(name, role=Role.ADMIN)


def passkey(user: User | None = None, name: str = "laptop") -> Authenticator:
    """Make a passkey that is known by its name only: no device has it."""
    owner = user or agent()
    made: Authenticator = Authenticator.objects.create(user=owner, type="webauthn", data={"name": name})
    return made


def invited(email: str = "", by: User | None = None, role: str = Role.AGENT) -> Invited:
    """Invite somebody; the answer holds the link."""
    guest = Guest(email or f"guest{next(_numbers)}@aurora.example")
    return invite([guest], Place(role), by=by or admin())[0]


def team(name: str = "", *members: User) -> Team:
    """Make a team."""
    found = Team.objects.create(name=name or f"Team {next(_numbers)}")
    found.members.set(members)
    return found


def look(name: str = "Aurora Kids", **given: Any) -> Look:
    """Return how a brand looks."""
    return Look(**{"name": name, "accent": "#7a3db8", "languages": ["en"], "legal_line": "", **given})


def brand(name: str = "", **given: Any) -> Brand:
    """Make a brand beside the default one."""
    return Brand.objects.all().found(look(name or f"Brand {next(_numbers)}", **given), None, by=admin())


def brand_with_logo() -> Brand:
    """Make a brand that has a logo."""
    made = brand()
    made.draw(Picture("image/png", picture(), (600, 200)))
    return made


def picture(size: tuple[int, int] = (600, 200), kind: str = "PNG") -> bytes:
    """Draw a picture as somebody would upload it."""
    drawn = BytesIO()
    Image.new("RGB", size, "#7a3db8").save(drawn, kind)
    return drawn.getvalue()


def staff_provider(name: str = "Aurora ID", host: str = "nowhere") -> StaffProvider:
    """Make a provider of single sign-on that is nowhere."""
    return StaffProvider.objects.create(name=name, issuer=f"https://{host}.invalid", client_id="samovar")


def binding(user: User | None = None) -> SignOnBinding:
    """Make somebody known at a provider of single sign-on that is nowhere."""
    known, number = user or agent(), next(_numbers)
    provider = staff_provider(f"Aurora ID {number}", f"id{number}")
    return SignOnBinding.objects.create(issuer=provider.issuer, subject=f"sub{number}", user=known)


def provider_that_knows(user: User) -> StaffProvider:
    """Make a provider of single sign-on at which somebody has an account."""
    return StaffProvider.objects.get(issuer=binding(user).issuer)


def seat(user: User | None = None) -> StaffSession:
    """Note that somebody is signed in somewhere."""
    return StaffSession.objects.create(user=user or agent(), key=f"session{next(_numbers)}", address="192.0.2.1")


def told_device(user: User) -> PushSubscription:
    """Have somebody told on a device of theirs; its keys are those of the example of RFC 8291."""
    key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    facts = {"session_key": "", "key": key, "secret": "BTBZMqHH6r4Tts7J_aSIgg"}
    return PushSubscription.keep(user, f"https://push.example/{next(_numbers)}", **facts)


def inbox(address: str = "help@aurora.example") -> Inbox:
    """Return the inbox with this address, making it at first use."""
    return Inbox.objects.get_or_create(address=address, defaults={"name": "Help", "sender_name": "Aurora Home"})[0]


def sender(address: str = "elena@mail.example", name: str = "Elena Sokolova", at: datetime | None = None) -> Sender:
    """Return who writes: an e-mail address and a name."""
    return Sender("email", address, name, at or timezone.now())


def named(address: str, name: str = "") -> Named:
    """Return somebody who is named in a message beside the customer."""
    return Named(address, name)


def participant_numbers() -> dict[str, object]:
    """Make a conversation in which somebody is named beside the customer; return what its address is made of."""
    participant = conversation(named=(named("bob@mail.example", "Bob"),)).participants.get()
    return {"pk": participant.conversation_id, "participant_pk": participant.pk}


def customer(name: str = "Elena Sokolova", address: str = "") -> Customer:
    """Make a customer with an e-mail address."""
    with transaction.atomic():
        return recognise(sender(address or f"customer{next(_numbers)}@mail.example", name))


def inbound(text: str = "The desk came with a scratch.", **given: Any) -> InboundMessage:
    """Return a message as a channel hands it over; ``given`` replaces what is believable by default."""
    at = given.setdefault("at", datetime.now(UTC))
    given.setdefault("inbox_id", inbox().pk)
    given.setdefault("sender", sender(at=at))
    given.setdefault("sent_at", at)
    given.setdefault("external_id", f"mail{next(_numbers)}@mail.example")
    given.setdefault("subject", "A scratched desk")
    given.setdefault("subject_key", given["subject"].lower())
    given.setdefault("fingerprint", UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]))
    return InboundMessage(text=text, **given)


def received(text: str = "The desk came with a scratch.", **given: Any) -> Receipt:
    """Let a message arrive."""
    return receive(inbound(text, **given))


def conversation(text: str = "The desk came with a scratch.", **given: Any) -> Conversation:
    """Open a conversation by a message of a customer."""
    return Conversation.objects.get(pk=received(text, **given).conversation_id)


def bulk_run() -> BulkRun:
    """Begin to resolve a conversation as one of many."""
    wish = bulk_runs.Wish(key=uuid4(), steps=[("resolve", "")], title="Resolved", source={"ids": [conversation().pk]})
    run, _is_new = bulk_runs.begin(wish, agent())
    bulk_runs.advance(run.pk)
    return run


def tag(name: str = "Refund") -> Tag:
    """Return the tag with this name, making it at first use."""
    return Tag.objects.get_or_create(name=name)[0]


def cause(name: str = "Delivery", parent: Cause | None = None) -> Cause:
    """Return the cause with this name, making it at first use."""
    return Cause.objects.get_or_create(name=name, parent=parent)[0]


def delivered_causes() -> dict[str, Cause]:
    """Return the causes that come with the product, by their keys: a test that commits has emptied their table."""
    found: dict[str, Cause] = {}
    for place, key in enumerate(delivered.NAMES):
        parent = found.get(key.partition(".")[0])
        found[key] = Cause.objects.get_or_create(key=key, defaults={"parent": parent, "position": place})[0]
    return found


def reminder(user: User | None = None, at: datetime | None = None) -> Reminder:
    """Remind somebody of a conversation, tomorrow by default."""
    moment = at or timezone.now() + timedelta(days=1)
    return Reminder.objects.all().remind(user or agent(), conversation(), moment, "Ask the courier")


def promise(by: User | None = None, due_at: datetime | None = None) -> Promise:
    """Promise a customer a call, in an hour if nothing else is said."""
    at = due_at or timezone.now() + timedelta(hours=1)
    return conversation().promise(PromiseKind.CALL, at, by=by or agent())


def block(value: str = "mallory@mail.example", by: User | None = None) -> Block:
    """Return somebody who is blocked."""
    return blocking.block(Wish.of(value, BlockReason.SPAM), by=by or lead())


def attachment(name: str = "scratch.jpg", content: bytes = b"picture") -> Attachment:
    """Make a file that came with a message."""
    file = InboundFile(name=name, media_type="image/jpeg", content=content)
    return Attachment.objects.get(message=received(files=(file,)).message_id)


def upload(by: User, name: str = "plan.pdf", content: bytes = b"%PDF") -> Attachment:
    """Make a file that ``by`` is going to send as a note."""
    return attach(conversation(), "note", (name, "application/pdf", content), by=by)


def pending_reply(by: User | None = None, at: datetime | None = None) -> PendingReply:
    """Make a reply that waits for its moment."""
    found, typed = conversation(), Typed(mode="reply", text="We come on Friday.")
    return send_off(found, typed, by or agent(), Leaving(at=at or timezone.now() + timedelta(days=1)))


def pending_place() -> dict[str, object]:
    """Make a reply that waits for its moment; return the numbers of its conversation and its own."""
    made = pending_reply()
    return {"pk": made.conversation_id, "pending_pk": made.pk}


def file_link() -> FileLink:
    """Return the link to a file of a message in the inbox."""
    author, found = agent(), conversation()
    message = found.reply("Here you are", by=author, files=[upload(author)])
    [file] = message.attachments.all()
    return FileLink.objects.create(attachment=file, expires_at=timezone.now() + timedelta(days=1))


def phone(customer: Customer, shown: str) -> Identity:
    """Give a customer a phone number."""
    return Identity.objects.create(customer=customer, kind="phone", value=normalised("phone", shown), shown=shown)


def removed_address() -> RemovedIdentity:
    """Take the address of a customer off their card."""
    addresses.remove(customer().identities.get(), by=agent())
    return RemovedIdentity.objects.latest("removed_at")


def organisation(name: str = "Aurora Home", domain: str = "") -> Organisation:
    """Return the company with this name, making it at first use."""
    found = Organisation.objects.filter(name=name).first()
    return found or belonging.describe(Organisation(), name, domain, by=agent())


def membership(member: Customer | None = None, of: Organisation | None = None) -> Membership:
    """Let a customer belong to a company."""
    return belonging.join(member or customer(), of or organisation(), by=agent())


def merge(survivor: Customer | None = None, merged: Customer | None = None) -> Merge:
    """Make two cards one."""
    return merging.merge(Decision(survivor or customer(), merged or customer(), is_sure=True), by=agent())


def regrouping() -> Regrouping:
    """Merge two conversations of one customer."""
    return merging_conversations.merge(conversation("And the lamp"), conversation(), by=agent())


def person_archive() -> PersonArchive:
    """Take out all that is kept of a customer."""
    asked = archive.ask(customer(), "asked", by=admin())
    archive.make(asked.pk)
    return PersonArchive.objects.get(pk=asked.pk)


def raw_mail(content: bytes) -> RawMail:
    """Store the bytes of a mail as it came, not understood yet."""
    [pk] = keep_all(Source(inbox().pk), [Arrival(content, timezone.now())]).values()
    return RawMail.objects.get(pk=pk)


def unread_mail(content: bytes = b"\x00\x01 no mail at all") -> Message:
    """Make a message that could not be read."""
    [receipt] = take_in([raw_mail(content)]).values()
    return Message.objects.get(pk=receipt.message_id)


def mailbox(address: str = "help@aurora.example") -> ChannelAccount:
    """Make a mailbox whose servers are nowhere."""
    account = ChannelAccount(imap_host="nowhere.invalid", smtp_host="nowhere.invalid", user_name=address)
    account.connect(inbox(address), None)
    return account


def provider(name: str = "Aurora ID", url: str = "https://id.aurora.example", secret: str = "secret") -> SignInProvider:
    """Make a provider at which people sign in to mailboxes."""
    made = SignInProvider(
        name=name, authorization_url=f"{url}/authorize", token_url=f"{url}/token", scopes="mail", client_id="samovar"
    )
    made.client_secret = secret
    made.save()
    return made


def trial(address: str = "help@aurora.example") -> Trial:
    """Begin to try out a mailbox."""
    return Trial.of(mailbox(address), timezone.now())


def sent_folder(address: str = "help@aurora.example") -> MailFolder:
    """Make the Sent folder of a mailbox, read to its end a moment ago."""
    account = mailbox(address)
    folder = MailFolder.objects.of(account, folders.Role.SENT, "Sent")
    folder.note_fetched(timezone.now(), 0, "")
    return folder


def delivery() -> Delivery:
    """Make a reply that waits to leave."""
    return Delivery.objects.get(message=conversation().reply("We send you a new one.", by=agent()))


def delivery_place() -> dict[str, object]:
    """Make a reply that waits to leave; return the numbers of its message and of its delivery."""
    made = delivery()
    return {"pk": made.message_id, "delivery_pk": made.pk}


def macro(name: str = "Thanks for waiting", text: str = "Thank you.", by: User | None = None, **given: Any) -> Macro:
    """Make a macro, everybody's unless it is said whose."""
    return Macro.objects.all().make(Wording(name=name, text=text, **given), by=by or admin())


def macro_of_a_leaver() -> Macro:
    """Make a macro that belongs to somebody who no longer signs in."""
    gone = agent()
    made = macro(owner=gone, by=gone)
    gone.deactivate(by=admin())
    return made

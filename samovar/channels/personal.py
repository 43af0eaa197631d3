"""What is personal in the tables of this app: mails as they came, and whom ours went to."""

from collections.abc import Collection, Iterable

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Lower, Now

from samovar.channels.models import (
    AutomaticMail,
    ChannelAccount,
    Delivery,
    Heartbeat,
    KnownCopy,
    MailFolder,
    RawMail,
    SentCopy,
    SignInProvider,
    StaffLetter,
    Trial,
)
from samovar.conversations.forgetting import declare_lead
from samovar.conversations.recipients import mailbox_key
from samovar.conversations.unquoting import letters_that_quote
from samovar.lib.personal import (
    Elsewhere,
    Personal,
    Subject,
    declare,
    declare_elsewhere,
    declare_harmless_facts,
    declare_impersonal,
)

OF_MESSAGE = ["message__conversation__customer_id", "message__customer_id"]
OF_CONVERSATION = ["message__conversation_id"]
# What has not left by then never will.
GIVEN_UP = Case(When(Q(sent_at=None, failed_at=None), then=Now()), default=F("failed_at"))
DROPPED = Case(When(found_at=None, kept_at=None, dropped_at=None, then=Now()), default=F("dropped_at"))


def _deliveries_to(addresses: Collection[str]) -> QuerySet[Delivery]:
    return Delivery.objects.annotate(address_key=Lower("address")).filter(address_key__in=addresses)


def _automatic_mail_to(addresses: Collection[str]) -> QuerySet[AutomaticMail]:
    return AutomaticMail.objects.filter(mailbox__in=set(map(mailbox_key, addresses)))


def _conversations_written_to(subject: Subject) -> Iterable[int]:
    """Lead to the conversations from which something was sent to a person, wherever else they are named there."""
    return _deliveries_to(subject.addresses).order_by().values_list("message__conversation", flat=True)


def _copies_that_name(subject: Subject) -> list[int]:
    """Return the copies of letters to others in whose head the person stands, or that quote them."""
    sent = _deliveries_to(subject.addresses).exclude(message__conversation__customer__in=subject.ids)
    sent = sent.exclude(message__conversation__customer__in=subject.successors)
    copies = SentCopy.objects.exclude(content=None)
    naming = copies.filter(message__in=sent.values("message")).values_list("pk", flat=True)
    quoting = copies.filter(message__in=letters_that_quote(subject)).values_list("pk", flat=True)
    return sorted({*naming, *quoting})


def _drop_copy(copy_id: int, _subject: Subject) -> dict[str, int] | None:
    rows = SentCopy.objects.filter(pk=copy_id).select_for_update(skip_locked=True)
    if not rows:
        return None
    return {SentCopy._meta.label: SentCopy.objects.filter(pk=copy_id).update(content=None, dropped_at=DROPPED)}


declare(
    Personal(
        Delivery,
        owners=OF_MESSAGE,
        by_address=_deliveries_to,
        matters=OF_CONVERSATION,
        emptied={
            "address": Concat(Value("erased:"), Cast("pk", CharField())),
            "diagnostic": "",
            "problem": "",
            "failed_at": GIVEN_UP,
        },
        harmless=["role", "status", "action"],
    )
)
# The sum says only that the same mail has come already, should its mailbox be read again.
declare(
    Personal(
        RawMail,
        owners=OF_MESSAGE,
        matters=OF_CONVERSATION,
        emptied={"content": b"", "problem": ""},
        harmless=["sha256"],
        contents="content",
    )
)
declare(
    Personal(
        SentCopy,
        owners=OF_MESSAGE,
        matters=OF_CONVERSATION,
        emptied={
            "content": None,
            "problem": "",
            "dropped_at": DROPPED,
        },
    )
)
declare(Personal(AutomaticMail, by_address=_automatic_mail_to, emptied={"mailbox": ""}))
declare_elsewhere(Elsewhere(SentCopy, found=_copies_that_name, taken_out=_drop_copy))
declare_lead(_conversations_written_to)
declare_impersonal(ChannelAccount, Heartbeat, KnownCopy, MailFolder, SignInProvider, StaffLetter, Trial)
declare_harmless_facts("problem")

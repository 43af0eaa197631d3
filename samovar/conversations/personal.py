"""What is personal in the tables of this app: what was written, by whom and to whom; that it was, and when, stays."""

from collections.abc import Collection, Sequence

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Now

from samovar.conversations.forgetting import conversations_of_others, forget_promises, settle, sides_about, take_out
from samovar.conversations.models import (
    Attachment,
    Beginning,
    Block,
    BulkItem,
    BulkRun,
    Cause,
    Consultation,
    Conversation,
    ConversationLink,
    ConversationRedirect,
    ConversationTag,
    Draft,
    FileLink,
    Inbox,
    InboxAddress,
    Macro,
    MacroKey,
    MacroUse,
    Mention,
    Message,
    NoteEdit,
    Participant,
    PendingReply,
    Promise,
    Reference,
    RegroupedRow,
    Regrouping,
    Reminder,
    Retention,
    SavedView,
    SpamSign,
    Submission,
    Tag,
    Watching,
    Withdrawal,
)
from samovar.conversations.models.message import Direction
from samovar.conversations.models.pending import Held
from samovar.conversations.recipients import mailbox_key
from samovar.lib.personal import (
    Elsewhere,
    Personal,
    declare,
    declare_about,
    declare_elsewhere,
    declare_harmless_facts,
    declare_impersonal,
)

# Our own Message-ID names nobody, and an answer to it must be known as one.
OURS_ONLY = Case(When(direction=Direction.OUT, then=F("external_id")), default=Value(""))


IS_OPEN = Q(kept_at=None, broken_at=None, withdrawn_at=None)


def _let_go_of_files(attachment_ids: Sequence[int]) -> None:
    Attachment.objects.filter(pk__in=attachment_ids).let_go()


def _blocks_of(addresses: Collection[str]) -> QuerySet[Block]:
    return Block.objects.filter(value__in=set(map(mailbox_key, addresses)))


def _begun_to(addresses: Collection[str]) -> QuerySet[Beginning]:
    found = Q(pk__in=[])
    for address in addresses:
        # The quotation marks are those of JSON: a whole address, whatever its case.
        found |= Q(chips__icontains=f'"{address}"')
    return Beginning.objects.filter(found)


def _named_by(addresses: Collection[str]) -> QuerySet[Participant]:
    return Participant.objects.filter(address__in=addresses)


declare(
    Personal(
        Conversation,
        owners=["customer_id"],
        matters=["pk"],
        emptied={"subject": "", "subject_key": "", "preview": "", "undelivered_at": None, "idea_title": ""},
        harmless=["kind", "deletion_reason", "wakes_on"],
        also=settle,
    )
)
declare(
    Personal(
        Message,
        owners=["conversation__customer_id", "customer_id"],
        matters=["conversation_id"],
        emptied={
            "sender_name": "",
            "sender_address": "",
            "recipients": {},
            "external_id": OURS_ONLY,
            "fingerprint": None,
            "subject": "",
            "text": "",
            "hidden": [],
            "html": "",
            "numbers": "",
            "failure": "",
            "troubles": None,
        },
        # How we signed is about us.
        harmless=["direction", "verdict", "mail_class", "rule", "way", "from_name", "signature", "legal_line"],
    )
)
# The files go with it ten minutes after it was taken back.
declare(
    Personal(
        Withdrawal,
        owners=["message__conversation__customer_id", "message__customer_id"],
        matters=["message__conversation_id"],
        emptied={"text": "", "edits": []},
    )
)
declare(
    Personal(
        NoteEdit,
        owners=["message__conversation__customer_id", "message__customer_id"],
        matters=["message__conversation_id"],
        emptied={"text": ""},
    )
)
declare(
    Personal(
        Attachment,
        owners=[
            "message__conversation__customer_id",
            "message__customer_id",
            "draft__conversation__customer_id",
            "pending__conversation__customer_id",
        ],
        matters=["message__conversation_id", "draft__conversation_id", "pending__conversation_id"],
        emptied={"name": "", "content_id": ""},
        harmless=["media_type"],
        also=_let_go_of_files,
    )
)
declare(
    Personal(
        Draft,
        owners=["conversation__customer_id"],
        matters=["conversation_id"],
        emptied={"text": "", "chips": None, "subject": "", "quoted": [], "copied": [], "steps": []},
        harmless=["mode"],
    )
)
# What is emptied never leaves: there is nobody to write to.
declare(
    Personal(
        PendingReply,
        owners=["conversation__customer_id"],
        matters=["conversation_id"],
        emptied={"text": "", "chips": None, "steps": [], "held": Held.HIDDEN},
    )
)
# Nobody has to come back to what is not there any more.
declare(
    Personal(
        Reminder,
        owners=["conversation__customer_id"],
        matters=["conversation_id"],
        emptied={"note": "", "done_at": Coalesce("done_at", Now())},
    )
)
# Nobody has to answer what is asked about somebody of whom nothing is left.
declare(
    Personal(
        Consultation,
        owners=["conversation__customer_id"],
        matters=["conversation_id"],
        emptied={
            "question": "",
            "words": "",
            "ended_at": Coalesce("ended_at", Now()),
            "ending": Case(When(ended_at=None, then=Value("withdrawn")), default=F("ending")),
        },
    )
)
declare(
    Personal(
        Participant,
        owners=["conversation__customer_id", "identity__customer_id"],
        matters=["conversation_id"],
        by_address=_named_by,
        # Somebody of whom nothing is left takes part in nothing.
        emptied={"address": "", "name": "", "admitted_at": None, "declined_at": Coalesce("declined_at", Now())},
        harmless=["role"],
    )
)
declare(
    Personal(
        Promise,
        owners=["conversation__customer_id"],
        matters=["conversation_id"],
        # What was promised to somebody erased cannot be kept any more, and nobody is to be blamed for it.
        emptied={"what": "", "withdrawn_at": Case(When(IS_OPEN, then=Now()), default=F("withdrawn_at"))},
        harmless=["kind", "breach"],
        also=forget_promises,
    )
)
# Nothing can be kept away any more by an address that nobody knows.
declare(
    Personal(
        Block,
        by_address=_blocks_of,
        emptied={"value": "", "lifted_at": Coalesce("lifted_at", Now())},
        harmless=["kind", "reason"],
    )
)
# Whoever still has the link finds nothing.
declare(
    Personal(
        FileLink,
        owners=["attachment__message__conversation__customer_id"],
        matters=["attachment__message__conversation_id"],
        emptied={"withdrawn_at": Coalesce("withdrawn_at", Now())},
        harmless=["nonce"],
    )
)
# A key is a hash of the id of a mail and leads to nothing that is left.
declare(Personal(Reference, owners=["conversation__customer_id"], harmless=["key"]))
declare_impersonal(
    BulkItem,
    BulkRun,
    Cause,
    ConversationLink,
    ConversationRedirect,
    ConversationTag,
    Inbox,
    InboxAddress,
    Inbox.teams.through,
    SpamSign,
    Tag,
)
declare_harmless_facts("kind", "mail_class", "assignee_name", "leaver_name", "tag", "cause", "cause_key", "author_name")
declare_harmless_facts("wakes_on", "expert_name")
declare_harmless_facts("promise_kind", "due_at", "due_before", "owner_name", "breach")
declare_about(sides_about)
declare_elsewhere(Elsewhere(Conversation, found=conversations_of_others, taken_out=take_out))
# What is typed before there is a conversation belongs to whom it is addressed to, and goes when it is sent.
declare(
    Personal(
        Beginning,
        by_address=_begun_to,
        emptied={"text": "", "subject": "", "chips": None},
    )
)
declare_impersonal(
    Retention, Regrouping, RegroupedRow, Macro, MacroKey, MacroUse, Mention, SavedView, Submission, Watching
)

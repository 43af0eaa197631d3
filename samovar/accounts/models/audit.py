"""The audit log: who changed what, and who read personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from samovar.accounts.models.user import User

Facts = Mapping[str, object]
# Of these nothing but the number is kept: their names are those of customers.
NAMELESS = ("customer", "conversation", "message")
# What nobody does, neither a person nor the command line.
BY_ITSELF = ("link-shut", "sign-in-refused", "retention-applied")


class Action(models.TextChoices):
    """What the audit log tells of, of all apps."""

    ROLE_CHANGED = "role-changed", _("Changed a role")
    PASSWORD_SET = "password-set", _("Set somebody's password")
    PERSON_ADDED = "person-added", _("Added a person")
    PERSON_DEACTIVATED = "person-deactivated", _("Switched an account off")
    PERSON_REACTIVATED = "person-reactivated", _("Switched an account on")
    SIGNED_IN = "signed-in", _("Signed in")
    SIGN_IN_REFUSED = "sign-in-refused", _("Refused a sign-in")
    SECOND_FACTOR_ADDED = "second-factor-added", _("Set up a second factor")
    SECOND_FACTOR_REMOVED = "second-factor-removed", _("Removed a second factor")
    SECOND_FACTOR_TAKEN = "second-factor-taken", _("Let somebody set up a second factor anew")
    SECOND_FACTOR_DEMANDED = "second-factor-demanded", _("Changed who must have a second factor")
    SIGN_ON_CHANGED = "sign-on-changed", _("Changed single sign-on")
    SIGN_ON_DEMANDED = "sign-on-demanded", _("Changed who signs in only at the company")
    SIGN_ON_RETIRED = "sign-on-retired", _("Switched single sign-on off")
    SIGN_ON_REVIVED = "sign-on-revived", _("Switched single sign-on on")
    SIGN_ON_BOUND = "sign-on-bound", _("Bound a person to their account at the company")
    SIGN_ON_UNBOUND = "sign-on-unbound", _("Unbound a person from their account at the company")
    SESSIONS_ENDED = "sessions-ended", _("Ended sessions")
    RECOVERY_CODES_MADE = "recovery-codes-made", _("Made new recovery codes")
    TOPICS_SET = "topics-set", _("Said what somebody knows about")
    TEAM_FOUNDED = "team-founded", _("Made a team")
    TEAM_CHANGED = "team-changed", _("Changed a team")
    TEAM_RETIRED = "team-retired", _("Retired a team")
    TEAM_REVIVED = "team-revived", _("Brought a team back")
    HOURS_CHANGED = "hours-changed", _("Changed working hours")
    INBOX_OPENED = "inbox-opened", _("Changed who sees an inbox")
    COMPANY_NAMED = "company-named", _("Named the company")
    PARTS_CHOSEN = "parts-chosen", _("Chose the parts of the product")
    COMPANY_BEGUN = "company-begun", _("Began the installation")
    FIRST_STEPS_SETTLED = "first-steps-settled", _("Put the first steps away")
    FIRST_STEPS_SHOWN = "first-steps-shown", _("Showed the first steps again")
    BRAND_FOUNDED = "brand-founded", _("Made a brand")
    BRAND_CHANGED = "brand-changed", _("Changed a brand")
    BRAND_RETIRED = "brand-retired", _("Retired a brand")
    BRAND_REVIVED = "brand-revived", _("Brought a brand back")
    INBOX_BRANDED = "inbox-branded", _("Gave an inbox to a brand")
    INBOX_RULES_CHANGED = "inbox-rules-changed", _("Changed the rules of an inbox")
    MAILBOX_CONNECTED = "mailbox-connected", _("Connected a mailbox")
    MAILBOX_CHANGED = "mailbox-changed", _("Changed a mailbox")
    MAILBOX_SIGNED_IN = "mailbox-signed-in", _("Signed in to a mailbox at its provider")
    MAILBOX_PAUSED = "mailbox-paused", _("Paused a mailbox")
    MAILBOX_RESUMED = "mailbox-resumed", _("Let a mailbox go on")
    MAILBOX_ARCHIVED = "mailbox-archived", _("Archived a mailbox")
    MAILBOX_RESTORED = "mailbox-restored", _("Took an archived mailbox into use again")
    MAIL_PROVIDER_ADDED = "mail-provider-added", _("Added a provider of mailboxes")
    MAIL_PROVIDER_CHANGED = "mail-provider-changed", _("Changed a provider of mailboxes")
    INVITED = "invited", _("Invited a person")
    INVITED_AGAIN = "invited-again", _("Sent an invitation again")
    INVITATION_REVOKED = "invitation-revoked", _("Withdrew an invitation")
    INVITATION_RESTORED = "invitation-restored", _("Restored an invitation")
    INVITATION_ACCEPTED = "invitation-accepted", _("Accepted an invitation")
    LINK_SHUT = "link-shut", _("Shut a link that others could read")
    TAG_RENAMED = "tag-renamed", _("Renamed a tag")
    TAG_RETIRED = "tag-retired", _("Retired a tag")
    TAG_REVIVED = "tag-revived", _("Brought a tag back")
    TAGS_MERGED = "tags-merged", _("Merged two tags")
    TAGS_SEPARATED = "tags-separated", _("Undid the merge of two tags")
    MACRO_MADE = "macro-made", _("Made a macro")
    MACRO_CHANGED = "macro-changed", _("Changed a macro")
    MACRO_RETIRED = "macro-retired", _("Retired a macro")
    MACRO_REVIVED = "macro-revived", _("Brought a macro back")
    VIEW_MADE = "view-made", _("Saved a view for others")
    VIEW_CHANGED = "view-changed", _("Changed a view of others")
    VIEW_DELETED = "view-deleted", _("Deleted a view of others")
    VIEW_RESTORED = "view-restored", _("Restored a view of others")
    CAUSE_ADDED = "cause-added", _("Added a cause")
    CAUSE_RENAMED = "cause-renamed", _("Renamed a cause")
    CAUSE_MOVED = "cause-moved", _("Moved a cause")
    CAUSE_RETIRED = "cause-retired", _("Retired a cause")
    CAUSE_REVIVED = "cause-revived", _("Brought a cause back")
    CAUSES_MERGED = "causes-merged", _("Merged two causes")
    CAUSES_SEPARATED = "causes-separated", _("Undid the merge of two causes")
    ORGANISATION_ADDED = "organisation-added", _("Added a company")
    ORGANISATION_CHANGED = "organisation-changed", _("Changed a company")
    CUSTOMERS_MERGED = "customers-merged", _("Merged two customers")
    PERSON_EXPORTED = "person-exported", _("Took out all that is kept of a customer")
    ARCHIVE_FETCHED = "archive-fetched", _("Fetched what was taken out of a customer")
    CUSTOMER_ERASED = "customer-erased", _("Erased a customer")
    RESTRICTION_PROPOSED = "restriction-proposed", _("Proposed to warn, limit or block a customer")
    RESTRICTION_BEGUN = "restriction-begun", _("Warned, limited or blocked a customer")
    RESTRICTION_REFUSED = "restriction-refused", _("Refused to warn, limit or block a customer")
    RESTRICTION_ENDED = "restriction-ended", _("Ended what was decided about a difficult customer")
    CUSTOMERS_SEPARATED = "customers-separated", _("Undid the merge of two customers")
    FILE_LINK_WITHDRAWN = "file-link-withdrawn", _("Withdrew the link to a file")
    FILE_LINK_RESTORED = "file-link-restored", _("Let the link to a file open it again")
    SENDER_BLOCKED = "sender-blocked", _("Blocked a sender")
    SENDER_UNBLOCKED = "sender-unblocked", _("Unblocked a sender")
    CONVERSATION_DELETED = "conversation-deleted", _("Deleted a conversation")
    CONVERSATION_RESTORED = "conversation-restored", _("Restored a conversation")
    CONVERSATION_REMOVED = "conversation-removed", _("Removed a deleted conversation for good")
    RETENTION_DECIDED = "retention-decided", _("Decided how long an inbox keeps things")
    RETENTION_APPLIED = "retention-applied", _("Removed what was kept long enough")
    CARD_OPENED = "card-opened", _("Looked at a customer")
    EVERYTHING_EXPORTED = "everything-exported", _("Took out everything")
    BACKED_UP = "backed-up", _("Began a backup")
    BACKUP_RESTORED = "backup-restored", _("Restored a backup")
    SENDING_HELD = "sending-held", _("Let nothing leave for customers any more")
    SENDING_RESUMED = "sending-resumed", _("Let mail and messages leave again")


class AuditEntry(models.Model):
    """One thing that a member of staff did, or that was done at the command line (without ``by``).

    Rows are only added: the database itself refuses to change or delete one. ``seal`` binds a row to all before it, by
    a key outside the database (accounts/sealing.py); it is set a moment later, once. Of a customer only the number is
    kept, so that the log can stay when the customer is erased; members of staff keep their names.
    """

    tx = models.BigIntegerField(
        db_default=models.Func(function="events_tx", output_field=models.BigIntegerField()), editable=False
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    action = models.CharField(_("what"), max_length=40)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField(_("who"), max_length=200)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(_("of what"), max_length=300)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.TextField(_("reason"))
    seal = models.CharField(max_length=64, db_default="", editable=False)

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(models.F("at").desc(), models.F("id").desc(), name="audit_by_time"),
            models.Index("by", models.F("at").desc(), models.F("id").desc(), name="audit_by_person"),
            models.Index("subject_kind", "subject_id", models.F("at").desc(), name="audit_by_subject"),
            # Of what is most of the log, any stretch by time holds enough.
            models.Index(
                "action",
                models.F("at").desc(),
                models.F("id").desc(),
                name="audit_by_action",
                condition=~models.Q(action="card-opened"),
            ),
            models.Index("tx", "id", name="audit_order"),
            models.Index("id", name="audit_unsealed", condition=models.Q(seal="")),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"

    @property
    def is_by_itself(self) -> bool:
        """Whether the installation did it without being told."""
        return self.by_id is None and self.action in BY_ITSELF

    @property
    def words(self) -> str:
        """What was done, in the reader's language; an action that this version does not know stands as it is."""
        return str(Action(self.action).label) if self.action in Action.values else self.action


def record(
    action: Action,
    by: User | None,
    subject: models.Model | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> None:
    """Write down, in the transaction of the change, that ``by`` (None: the command line) did ``action``.

    ``before`` and ``after`` hold what was changed, by the names of the fields: texts, numbers, lists. Customers and
    conversations are named by their number alone, and nothing of customers belongs into the facts.
    """
    has_name = subject is not None and subject._meta.model_name not in NAMELESS
    AuditEntry.objects.create(
        action=action,
        by=by,
        by_name=by.name if by else "",
        subject_kind=subject._meta.model_name or "" if subject else "",
        subject_id=subject.pk if subject else None,
        subject_name=str(subject)[:300] if has_name else "",
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )


def record_change(action: Action, by: User | None, subject: models.Model, before: Facts, after: Facts) -> None:
    """Write down what ``by`` changed of ``subject``: the facts that differ, and nothing when none does."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if names:
        old, new = ({name: facts[name] for name in names if name in facts} for facts in (before, after))
        record(action, by, subject, old, new)

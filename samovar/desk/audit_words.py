"""How the audit log words what was changed."""

from collections.abc import Mapping

from django.utils import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import Action, AuditEntry, Role
from samovar.accounts.models.calendar import WEEKDAYS
from samovar.channels.models.account import Security
from samovar.channels.models.folder import CopiedBy
from samovar.conversations.models.block import BlockKind, BlockReason
from samovar.conversations.models.deleting import DeletionReason
from samovar.customers.models import Customer, RestrictionKind
from samovar.customers.models.archive import Purpose
from samovar.customers.models.customer import DETAILS
from samovar.customers.models.erasure import Ground

NAMES = {
    "role": gettext_lazy("Role"),
    "name": pgettext_lazy("of a thing", "Name"),
    "e-mail": gettext_lazy("E-mail"),
    "members": gettext_lazy("Members"),
    "teams": gettext_lazy("Teams"),
    "topics": gettext_lazy("What they know about"),
    "time_zone": gettext_lazy("Time zone"),
    **dict(zip(WEEKDAYS, dates.WEEKDAYS.values(), strict=True)),
    "brand": gettext_lazy("Brand"),
    "accent": gettext_lazy("Colour"),
    "languages": gettext_lazy("Languages"),
    "legal_line": gettext_lazy("Line at the foot of mails"),
    "logo": gettext_lazy("Logo"),
    "signature": gettext_lazy("Signature"),
    "sender_form": gettext_lazy("Whom customers see as the sender"),
    "months": gettext_lazy("Months"),
    "tag": gettext_lazy("Tag"),
    "text": gettext_lazy("Text"),
    "steps": gettext_lazy("Steps"),
    "scope": gettext_lazy("Who has it"),
    "shortcut": gettext_lazy("Letters that find it at once"),
    "into": gettext_lazy("Merged into"),
    "under": pgettext_lazy("a cause", "Below"),
    "place": gettext_lazy("Place in the order"),
    "conversations": gettext_lazy("Conversations"),
    "customers": gettext_lazy("Customers"),
    "messages": gettext_lazy("Messages"),
    "files": gettext_lazy("Files"),
    "file": gettext_lazy("File"),
    "made_at": gettext_lazy("Made at"),
    "company": gettext_lazy("Company"),
    "domain": gettext_lazy("Domain of its e-mail"),
    "address": gettext_lazy("Address"),
    "sender_name": gettext_lazy("Name that customers see"),
    "further_addresses": gettext_lazy("Further addresses"),
    "user_name": gettext_lazy("User name"),
    "new_password": gettext_lazy("New password"),
    "provider": gettext_lazy("Provider"),
    "imap_host": gettext_lazy("Incoming server (IMAP)"),
    "imap_port": gettext_lazy("Port of the incoming server"),
    "imap_security": gettext_lazy("Protection on the way in"),
    "smtp_host": gettext_lazy("Outgoing server (SMTP)"),
    "smtp_port": gettext_lazy("Port of the outgoing server"),
    "smtp_security": gettext_lazy("Protection on the way out"),
    "folder": gettext_lazy("Folder"),
    "has_plus_addresses": gettext_lazy("Mail to name+anything@ comes here too"),
    "takes_verp": gettext_lazy("Mail may leave as name+anything@"),
    "most_a_minute": gettext_lazy("Most mails a minute"),
    "most_a_day": gettext_lazy("Most mails a day"),
    "trusted_checker": gettext_lazy("Server whose verdict on senders we believe"),
    "reads_old_mail": gettext_lazy("Reads old mail"),
    "in_folder": gettext_lazy("In the folder"),
    "copied_by": gettext_lazy("Who keeps copies of what we send"),
    "has_heartbeat": gettext_lazy("Writes to itself every ten minutes"),
    "attach_megabytes": gettext_lazy("Megabytes of files in one letter"),
    "link_days": gettext_lazy("Days for which links to files are good"),
    "confirmation": gettext_lazy("What people are told at once when they open a conversation"),
    "joins_by_subject_days": gettext_lazy("Days within which the same subject of the same sender is one conversation"),
    "relays": gettext_lazy("Web forms"),
    "frequent_senders": gettext_lazy("Senders of many mails"),
    "authorization_url": gettext_lazy("Address where people agree"),
    "token_url": gettext_lazy("Address for tokens"),
    "scopes": gettext_lazy("Scopes"),
    "extras": gettext_lazy("Further parameters"),
    "client_id": gettext_lazy("Application ID"),
    "new_secret": gettext_lazy("New secret"),
    "by": gettext_lazy("Signed in by"),
    "kind": gettext_lazy("Second step"),
    "what": pgettext_lazy("of a block", "What"),
    "measure": pgettext_lazy("of a block", "What"),
    "merged": gettext_lazy("Merged card"),
    "separated": gettext_lazy("Separated card"),
    "taken": gettext_lazy("Taken from it"),
    "from": pgettext_lazy("a network address", "From"),
}
WAYS = {
    "password": pgettext_lazy("way to sign in", "password"),
    "app": pgettext_lazy("way to sign in", "app for codes"),
    "code": pgettext_lazy("way to sign in", "code"),
    "recovery-code": pgettext_lazy("way to sign in", "recovery code"),
    "passkey": pgettext_lazy("way to sign in", "passkey"),
    "single-sign-on": pgettext_lazy("way to sign in", "single sign-on"),
}


# Fields whose values are words of our own.
CHOICES: dict[str, Mapping[str, object]] = {
    "imap_security": dict(Security.choices),
    "smtp_security": dict(Security.choices),
    "copied_by": dict(CopiedBy.choices),
    "scope": {"everybody": gettext_lazy("everybody")},
    "what": dict(BlockKind.choices),
    "measure": dict(RestrictionKind.choices),
    "taken": {name: Customer._meta.get_field(name).verbose_name for name in DETAILS},  # type: ignore[union-attr]  # all have one
}
# Why something was done, where that is one of a few words.
REASONS: dict[str, Mapping[str, object]] = {
    Action.CONVERSATION_DELETED: dict(DeletionReason.choices),
    Action.SENDER_BLOCKED: dict(BlockReason.choices),
    Action.CUSTOMER_ERASED: dict(Ground.choices),
    Action.PERSON_EXPORTED: dict(Purpose.choices),
    Action.SIGN_IN_REFUSED: {
        "switched-off": gettext_lazy("The account is switched off"),
        "only-single-sign-on": gettext_lazy("This role signs in by single sign-on only"),
        "unknown": gettext_lazy("Nobody of the staff has this e-mail"),
        "other-account": gettext_lazy("Came from another account at the provider than before"),
        "somebody-else": gettext_lazy("Signed in as somebody else at the provider"),
        "timeless": gettext_lazy("The provider does not say when they signed in"),
        "old": gettext_lazy("The provider let them pass without asking"),
        "unproven": gettext_lazy("The provider does not vouch for the e-mail"),
        "cancelled": gettext_lazy("Given up at the provider"),
        "unreachable": gettext_lazy("The provider could not be reached"),
        "busy": gettext_lazy("The provider answered too slowly"),
        "stale": gettext_lazy("Begun too long ago, or in another browser"),
        "refused": gettext_lazy("What the provider said could not be believed"),
    },
}
NO_WORDS: Mapping[str, object] = {}
CARDS = {"merged", "separated"}


def field_name(name: str) -> str:
    """Return the name of a field in the reader's language; one that has no words here stands as it is."""
    return str(NAMES.get(name, name.replace("_", " ")))


def shown(name: str, value: object) -> str:
    """Return the value of the field ``name`` in words: lists by their parts, nothing as nothing."""
    if isinstance(value, list):
        return ", ".join(shown(name, one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = "" if value is None else str(value)
    if name in CARDS and text:
        return numbered(text)
    if name in CHOICES:
        return str(CHOICES[name].get(text, text))
    if text in WAYS:
        return str(WAYS[text])
    return str(Role(text).label) if text in Role.values else text


def numbered(number: object) -> str:
    """Return how somebody is shown of whom only the number is kept."""
    return _("no. %(number)s") % {"number": number}


def reason(entry: AuditEntry) -> str:
    """Return why it was done, in the reader's language where it was chosen from a list."""
    return str(REASONS.get(entry.action, NO_WORDS).get(entry.reason, entry.reason))

"""How the audit log words what was changed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samovar.accounts.models import Role

NAMES = {
    "role": gettext_lazy("Role"),
    "name": pgettext_lazy("of a thing", "Name"),
    "e-mail": gettext_lazy("E-mail"),
    "members": gettext_lazy("Members"),
    "teams": gettext_lazy("Teams"),
    "brand": gettext_lazy("Brand"),
    "accent": gettext_lazy("Colour"),
    "languages": gettext_lazy("Languages"),
    "legal_line": gettext_lazy("Line at the foot of mails"),
    "logo": gettext_lazy("Logo"),
    "signature": gettext_lazy("Signature"),
    "sender_form": gettext_lazy("Whom customers see as the sender"),
    "months": gettext_lazy("Months"),
    "tag": gettext_lazy("Tag"),
    "conversations": gettext_lazy("Conversations"),
    "company": gettext_lazy("Company"),
    "customers": gettext_lazy("Customers"),
    "messages": gettext_lazy("Messages"),
    "files": gettext_lazy("Files"),
    "file": gettext_lazy("File"),
    "made_at": gettext_lazy("Made at"),
    "domain": gettext_lazy("Domain of its e-mail"),
    "new_secret": gettext_lazy("New secret"),
    "by": gettext_lazy("Signed in by"),
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


def field_name(name: str) -> str:
    """Return the name of a field in the reader's language; one that has no words here stands as it is."""
    return str(NAMES.get(name, name.replace("_", " ")))


def shown(value: object) -> str:
    """Return a value in words: lists by their parts, nothing as nothing."""
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = "" if value is None else str(value)
    if text in WAYS:
        return str(WAYS[text])
    return str(Role(text).label) if text in Role.values else text

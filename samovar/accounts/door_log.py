"""Who came in by what and from where, and who was refused, in the audit log."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db.models import Model
from django.http import HttpRequest

from samovar.accounts.models import Action, User
from samovar.accounts.models.audit import record

# Whoever guesses addresses that nobody has fills no log: one entry a minute from each place.
STRANGERS_EVERY_SECONDS = 60
KINDS = {
    Authenticator.Type.TOTP.value: "app",
    Authenticator.Type.WEBAUTHN.value: "passkey",
    Authenticator.Type.RECOVERY_CODES.value: "recovery-code",
}


def address_of(request: HttpRequest) -> str:
    """Return the address that a request comes from.

    A request over our own front comes by a socket without an address; the front has written the client's.
    """
    return request.META.get("REMOTE_ADDR") or request.headers.get("X-Forwarded-For", "")


def signed_in(request: HttpRequest, user: User) -> None:
    """Write down that somebody came in, and by what."""
    given = [way_of(one) for one in get_authentication_records(request, user)]
    record(Action.SIGNED_IN, user, user, after={"by": list(dict.fromkeys(given)), "from": address_of(request)})


def refused(request: HttpRequest, way: str, whom: Model | None, reason: str = "") -> None:
    """Write down that somebody was refused who tried to come in as ``whom``; what was typed is never kept."""
    address = address_of(request)
    if whom is None and not cache.add(f"refused:{address}", "yes", STRANGERS_EVERY_SECONDS):
        return
    record(Action.SIGN_IN_REFUSED, None, whom, after={"by": [way], "from": address}, reason=reason)


def way_of(authentication: dict[str, Any]) -> str:
    """Return by what somebody has proven themselves."""
    if authentication["method"] == "mfa":
        return KINDS.get(authentication.get("type", ""), "code")
    return str(authentication["method"]).replace("_", "-")

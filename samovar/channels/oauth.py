"""OAuth 2.0 as a program that acts for a person (RFC 6749 with PKCE, RFC 7636): plain client code, no database.

The two addresses come from an administrator. Only a person's browser goes to the first; we ask the second ourselves,
by the client that knows where it may not go.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext_noop as _

from samovar.channels.errors import ChannelTrouble, SignInRefused
from samovar.channels.models import SignInProvider
from samovar.lib import safe_http
from samovar.lib.errors import NotFetched

USUAL_LIFE = timedelta(hours=1)
# What a provider answers when the person, or the company behind them, has taken the permission back (RFC 6749, 5.2).
UNKNOWN_TO_THEM = ("invalid_client", "unauthorized_client")
OTHER_ERRORS = ("invalid_request", "unsupported_grant_type", "invalid_scope", "temporarily_unavailable")
REVOKED = ("invalid_grant", "interaction_required", "consent_required")


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way: ``state`` ties the answer to the session, ``verifier`` the code to us."""

    state: str
    verifier: str

    @property
    def challenge(self) -> str:
        """What may be seen of the verifier (S256)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class Tokens:
    """What lets us in until ``until``, and what gets us the next; ``refresh`` is empty when the old one stays."""

    access: str
    refresh: str
    until: datetime


def new_attempt() -> Attempt:
    """Return an attempt that nobody can guess."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def authorization_address(provider: SignInProvider, attempt: Attempt, return_url: str, user_name: str) -> str:
    """Return the address at which a person lets us into the mailbox ``user_name``."""
    given = {
        **dict(parse_qsl(provider.extras)),
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": return_url,
        "scope": provider.scopes,
        "state": attempt.state,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
        "login_hint": user_name,
    }
    return f"{provider.authorization_url}{'&' if '?' in provider.authorization_url else '?'}{urlencode(given)}"


def exchange(provider: SignInProvider, attempt: Attempt, code: str, return_url: str, now: datetime) -> Tokens:
    """Return the tokens for a code; raises ChannelTrouble."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": return_url}
    tokens = _tokens(provider, {**given, "code_verifier": attempt.verifier}, now)
    if not tokens.refresh:
        text = _("%(provider)s lets us in only once (no refresh token). Check the scopes and further parameters.")
        raise SignInRefused(text, provider=provider.name)
    return tokens


def refreshed(provider: SignInProvider, refresh_token: str, now: datetime) -> Tokens:
    """Return the next tokens; raises SignInRefused when the permission was taken back, ChannelTrouble otherwise."""
    return _tokens(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)


def _tokens(provider: SignInProvider, given: Mapping[str, str], now: datetime) -> Tokens:
    client = {"client_id": provider.client_id}
    if secret := provider.client_secret:
        client["client_secret"] = secret
    status, answer = _posted(provider, {**given, **client})
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if status != 200 or not isinstance(access, str) or not access:
        raise _refusal(provider, status, answer)
    return Tokens(access, refresh if isinstance(refresh, str) else "", now + _life(answer.get("expires_in")))


def _life(told: object) -> timedelta:
    # Some say it in quotes, some not at all.
    text = str(told)
    return timedelta(seconds=min(int(text), 86_400 * 30)) if text.isdecimal() and len(text) < 12 else USUAL_LIFE


def _refusal(provider: SignInProvider, status: int, answer: Mapping[str, object]) -> ChannelTrouble:
    # Only words of the standard are shown: what else a server says is nobody's business.
    error = str(answer.get("error", ""))
    if error in REVOKED:
        return SignInRefused(_("%(provider)s does not let us in any more. Sign in again."), provider=provider.name)
    if error in UNKNOWN_TO_THEM:
        text = _("%(provider)s does not accept our application ID or its secret.")
        return SignInRefused(text, provider=provider.name)
    said = error if error in OTHER_ERRORS else str(status)
    return ChannelTrouble(_("%(provider)s gave no token: %(answer)s"), provider=provider.name, answer=said)


def _posted(provider: SignInProvider, given: Mapping[str, str]) -> tuple[int, Mapping[str, object]]:
    try:
        answered = safe_http.post(provider.token_url, given)
    except NotFetched as error:
        raise ChannelTrouble(_("%(provider)s cannot be reached to sign in."), provider=provider.name) from error
    try:
        answer = json.loads(answered.content)
    except (ValueError, RecursionError):
        answer = {}
    return answered.status, answer if isinstance(answer, dict) else {}

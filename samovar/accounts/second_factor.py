"""What proves a person beside the password: an app that shows codes, passkeys, and recovery codes for a bad day."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.db import transaction

from samovar.accounts import sessions_of
from samovar.accounts.auditing import Action, record
from samovar.accounts.errors import FactorDemanded
from samovar.accounts.models import FactorDemand, User

KIND = Authenticator.Type
# Recovery codes alone prove nothing: they stand in for one of these.
FACTORS = (KIND.TOTP, KIND.WEBAUTHN)


@dataclass(frozen=True)
class Factors:
    """What somebody has set up; ``codes_left`` is None while there are no recovery codes."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None

    @property
    def has_any(self) -> bool:
        """Whether there is a second factor."""
        return bool(self.app or self.passkeys)


def factors(user: User) -> Factors:
    """Return what ``user`` has set up, the oldest passkey first."""
    found = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk"))
    apps = [one for one in found if one.type == KIND.TOTP]
    codes = [len(one.wrap().get_unused_codes()) for one in found if one.type == KIND.RECOVERY_CODES]
    return Factors(
        app=apps[0] if apps else None,
        passkeys=[one for one in found if one.type == KIND.WEBAUTHN],
        codes_left=codes[0] if codes else None,
    )


def can_have_passkeys() -> bool:
    """Tell whether browsers offer passkeys at ``SAMOVAR_URL``: over HTTPS and by a name, or on this machine."""
    parts = urlsplit(settings.PUBLIC_URL)
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https"
    return False


@transaction.atomic
def set_up_app(user: User, secret: str) -> None:
    """Take ``secret`` as what the person's app makes codes of; a second app is not taken."""
    _lock(user)
    if Authenticator.objects.filter(user_id=user.pk, type=KIND.TOTP).exists():
        return
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    record(Action.SECOND_FACTOR_ADDED, user, user, after={"kind": "app"})


@transaction.atomic
def add_passkey(user: User, name: str, credential: dict[str, object]) -> None:
    """Take a passkey that the browser has made and that was checked."""
    _lock(user)
    WebAuthn.add(user, name, credential)
    RecoveryCodes.activate(user)
    record(Action.SECOND_FACTOR_ADDED, user, user, after={"kind": "passkey", "name": name})


def rename_passkey(passkey: Authenticator, name: str) -> None:
    """Give a passkey another name."""
    passkey.data["name"] = name
    passkey.save(update_fields=["data"])


@transaction.atomic
def remove(factor: Authenticator, by: User) -> None:
    """Take away an app or a passkey; with the last one the recovery codes go too.

    Raises FactorDemanded when it is the last one of somebody who must have one.
    """
    user = _lock(by)
    told = {"kind": "app"} if factor.type == KIND.TOTP else {"kind": "passkey", "name": factor.data["name"]}
    factor.delete()
    if not factors(user).has_any:
        if FactorDemand.objects.filter(role=user.role).exists():
            raise FactorDemanded
        Authenticator.objects.filter(user_id=user.pk).delete()
    record(Action.SECOND_FACTOR_REMOVED, by, user, before=told)


@transaction.atomic
def take_away(user: User, by: User | None) -> None:
    """Forget everything that somebody has set up, who has lost it all; ends their sessions.

    ``by`` is None at the command line.
    """
    locked = _lock(user)
    found, _by_kind = Authenticator.objects.filter(user_id=locked.pk).delete()
    if found:
        sessions_of.end_all(locked, by)
        record(Action.SECOND_FACTOR_TAKEN, by, locked)


@transaction.atomic
def renew_codes(user: User) -> None:
    """Make other recovery codes; those from before are worth nothing any more. Without a factor there are none."""
    _lock(user)
    if factors(user).has_any:
        Authenticator.objects.filter(user_id=user.pk, type=KIND.RECOVERY_CODES).delete()
        RecoveryCodes.activate(user)
        record(Action.RECOVERY_CODES_MADE, user, user)


@transaction.atomic
def codes_to_show(user: User) -> list[str]:
    """Return the recovery codes when nobody has seen them yet, and nothing ever after."""
    _lock(user)
    codes = Authenticator.objects.filter(user_id=user.pk, type=KIND.RECOVERY_CODES).first()
    if codes is None or codes.wrap().did_view:
        return []
    wrapped = codes.wrap()
    wrapped.mark_as_viewed()
    unused: list[str] = wrapped.get_unused_codes()
    return unused


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)

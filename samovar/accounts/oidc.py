"""OpenID Connect as a relying party: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1).

Whatever we ask the provider ourselves goes by the client that knows where it may not go. What comes back is believed as
far as it is signed: by a key of the provider, for us, for this attempt, now.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import jwt

from samovar.accounts import oidc_talk
from samovar.accounts.errors import SignInRefused
from samovar.accounts.models import StaffProvider
from samovar.accounts.oidc_talk import Talk, talk

WELL_KNOWN = "/.well-known/openid-configuration"
# Keys of the provider only: a secret that both sides know proves nothing, and neither does no signature.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_DIFFER_SECONDS = 60
REFUSED, CANCELLED, UNPROVEN, STALE = "refused", "cancelled", "unproven", "stale"
LONGEST_SUBJECT = 255
SERVER, KEYS = "server", "keys"


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way: ``state`` ties the answer to the session, ``nonce`` the proof, ``verifier`` the code."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """What may be seen of the verifier (S256)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class Server:
    """What a provider says of itself."""

    authorization_url: str
    token_url: str
    keys_url: str


@dataclass(frozen=True)
class Proof:
    """What a provider has proven: its number of the person, their e-mail ("" when it does not vouch for it), and when
    they last showed there who they are, in seconds since 1970 (None when it does not say)."""

    subject: str
    email: str
    shown_at: float | None


def new_attempt() -> Attempt:
    """Return an attempt that nobody can guess."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def discover(provider: StaffProvider) -> Server:
    """Return the addresses of a provider; raises SignInRefused when it is not there or speaks for somebody else."""
    if known := _known_server(provider):
        return known
    with talk(provider) as talking:
        return _discovered(talking)


def address(server: Server, provider: StaffProvider, attempt: Attempt, return_url: str, **more: str) -> str:
    """Return where a person signs in at the provider; ``more`` is asked for beside the usual."""
    given = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": return_url,
        "scope": "openid email",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
        **more,
    }
    return f"{server.authorization_url}{'&' if '?' in server.authorization_url else '?'}{urlencode(given)}"


def proven(provider: StaffProvider, attempt: Attempt, code: str, return_url: str) -> Proof:
    """Return what the provider has proven of whoever came back with ``code``; raises SignInRefused."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": return_url}
    given |= {"client_id": provider.client_id, "code_verifier": attempt.verifier}
    if secret := provider.client_secret:
        given["client_secret"] = secret
    with talk(provider) as talking:
        server = _known_server(provider) or _discovered(talking)
        claims = _claims(talking, server, _token(talking, server, given))
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()):
        raise SignInRefused(REFUSED)
    return _proof(claims)


def _known_server(provider: StaffProvider) -> Server | None:
    known = oidc_talk.kept(provider, SERVER)
    return Server(*known) if isinstance(known, tuple) else None


def _discovered(talking: Talk) -> Server:
    provider = talking.provider
    said = talking.said_at(provider.issuer + WELL_KNOWN)
    urls = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    scheme = provider.issuer.partition("://")[0]
    if said.get("issuer") != provider.issuer or not all(str(url).startswith(f"{scheme}://") for url in urls):
        raise talking.failed()
    oidc_talk.keep(provider, SERVER, tuple(map(str, urls)))
    return Server(*map(str, urls))


def _proof(claims: Mapping[str, object]) -> Proof:
    subject, email, shown_at = (claims.get(name) for name in ("sub", "email", "auth_time"))
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
        raise SignInRefused(REFUSED)
    is_vouched_for = claims.get("email_verified") is True and isinstance(email, str)
    is_moment = isinstance(shown_at, int | float) and not isinstance(shown_at, bool)
    return Proof(
        subject=subject,
        email=str(email) if is_vouched_for else "",
        shown_at=float(str(shown_at)) if is_moment else None,
    )


def _token(talking: Talk, server: Server, given: Mapping[str, str]) -> str:
    answered = talking.post(server.token_url, given)
    token = oidc_talk.read(answered.content).get("id_token")
    if answered.status != 200 or not isinstance(token, str):
        raise SignInRefused(REFUSED)
    return token


def _claims(talking: Talk, server: Server, token: str) -> Mapping[str, object]:
    known = oidc_talk.kept(talking.provider, KEYS)
    if isinstance(known, dict):
        try:
            return _believed(talking.provider, known, token)
        except SignInRefused:
            # It may sign with another key by now.
            pass
    said = dict(talking.said_at(server.keys_url))
    claims = _believed(talking.provider, said, token)
    oidc_talk.keep(talking.provider, KEYS, said)
    return claims


def _believed(provider: StaffProvider, said: Mapping[str, object], token: str) -> Mapping[str, object]:
    try:
        keys = jwt.PyJWKSet.from_dict(dict(said))
        wanted = jwt.get_unverified_header(token).get("kid")
        fitting = [key for key in keys.keys if wanted in (None, key.key_id)]
        claims: Mapping[str, object] = jwt.decode(
            token,
            fitting[0],
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=CLOCKS_DIFFER_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, IndexError, ValueError, TypeError, KeyError) as error:
        raise SignInRefused(REFUSED) from error
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise SignInRefused(REFUSED)
    return claims

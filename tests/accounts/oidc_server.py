"""A strict OpenID Connect provider: discovery, keys, codes that work once with PKCE, signed proofs of who came."""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http.response import HttpResponseBase
from django.test import Client

from samovar.accounts import single_sign_on
from samovar.accounts.models import StaffProvider
from tests import make

CLIENT, SECRET = "samovar", "secret"
RETURN = "http://127.0.0.1:8000/accounts/single-sign-on/return/"


def new_key() -> rsa.RSAPrivateKey:
    """Return a key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OidcServer:
    """Who comes, and what is said of them; ``changes`` replaces claims, ``key`` signs.

    It knows the person since ``shown_at`` and lets them pass, unless it is told to ask (``obeys`` it or does not).
    """

    return_url: str
    port: int = 0
    email: str = "olga@aurora.example"
    subject: str = "17"
    shown_at: float = field(default_factory=time.time)
    obeys: bool = True
    agrees: bool = True
    is_down: bool = False
    changes: dict[str, object] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signing_key: rsa.RSAPrivateKey | None = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    odd_answers: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens, which is also its name."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> object:
        """Answer a question about itself."""
        self.asked.append(path)
        if path in self.odd_answers:
            return self.odd_answers[path]
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.url, **{name: f"{self.url}/{place}" for name, place in names.items()}}
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**shown, "kid": "k1", "use": "sig", "alg": "RS256"}]}

    def authorize(self, given: dict[str, str]) -> str:
        """Return where the browser of the person goes next."""
        is_known = given.get("client_id") == CLIENT and given.get("redirect_uri") == self.return_url
        assert is_known, "a careful server shows an error page and sends nobody on"
        assert given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256"
        assert "openid" in given["scope"].split()
        if not self.agrees:
            return f"{self.return_url}?{urlencode({'error': 'access_denied', 'state': given['state']})}"
        if self.obeys and (given.get("prompt") == "login" or given.get("max_age") == "0"):
            self.shown_at = time.time()
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        return f"{self.return_url}?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer at the token endpoint."""
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        begun = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge or given["redirect_uri"] != self.return_url:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims: dict[str, object] = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300}
        claims |= {"auth_time": int(self.shown_at)}
        claims |= {"nonce": begun.get("nonce", ""), "email": self.email, "email_verified": True, **self.changes}
        key = "" if self.algorithm == "none" else self.signing_key or self.key
        proof = jwt.encode(claims, SECRET * 8 if self.algorithm == "HS256" else key, self.algorithm, {"kid": "k1"})
        return 200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": proof}


@contextlib.contextmanager
def oidc_server(return_url: str) -> Iterator[OidcServer]:
    """Run a provider on the loopback address."""
    ours = OidcServer(return_url)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", ours.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
            else:
                self._say(503 if ours.is_down else 200, ours.get(parts.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*ours.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _say(self, status: int, said: object) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    ours.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()


def new_provider(issuer: str) -> StaffProvider:
    """Let people in by the provider that calls itself ``issuer``."""
    typed = {"name": "Aurora ID", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET}
    return single_sign_on.save(None, typed, by=make.admin())


def come_back(client: Client, server: OidcServer, provider: StaffProvider, next_url: str = "/profile/") -> str:
    """Sign in at the provider; return the address that leads back."""
    return _returned(server, client.get(f"/accounts/single-sign-on/{provider.pk}/?next={next_url}"))


def come_back_proven(client: Client, server: OidcServer, provider: StaffProvider, next_url: str = "/people/") -> str:
    """Show at the provider once more who one is; return the address that leads back."""
    return _returned(server, client.get(f"/accounts/reauthenticate/company/{provider.pk}/begin/?next={next_url}"))


def _returned(server: OidcServer, answer: HttpResponseBase) -> str:
    begun = answer.headers["Location"]
    return server.authorize(dict(parse_qsl(urlsplit(begun).query))).removeprefix("http://127.0.0.1:8000")

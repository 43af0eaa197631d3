"""A strict authorization server: codes and refresh tokens work once, PKCE is checked, everything can be revoked.

It stands for the cloud at its edge; mail servers ask it what a token is worth (RFC 7662).
"""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from aiosmtpd.smtp import SMTP, AuthResult

from tests.channels.mailserver import Outbox

CLIENT, SECRET = "samovar", "secret"


@dataclass
class OAuthServer:
    """Who has let whom in. ``agrees`` says whether the person agrees, ``life`` how many seconds a token lasts."""

    port: int = 0
    user: str = "care@aurora.example"
    return_url: str = "http://127.0.0.1:8000/mailboxes/signed-in/"
    agrees: bool = True
    life: int = 3600
    is_down: bool = False
    rotates: bool = True
    odd_answer: dict[str, object] | None = None
    codes: dict[str, str] = field(default_factory=dict)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def revoke(self) -> None:
        """Take everything back, as when the person changes the password."""
        self.access.clear()
        self.refresh.clear()

    def authorize(self, given: dict[str, str]) -> str:
        """Return where the browser of the person goes next."""
        is_known = given.get("client_id") == CLIENT and given.get("redirect_uri") == self.return_url
        assert is_known, "a careful server shows an error page and sends nobody on"
        assert given["response_type"] == "code" and given["code_challenge_method"] == "S256"
        if not self.agrees:
            return f"{self.return_url}?{urlencode({'error': 'access_denied', 'state': given['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = given["code_challenge"]
        return f"{self.return_url}?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer at the token endpoint."""
        self.grants.append(given.get("grant_type", ""))
        if self.odd_answer is not None:
            return 400, self.odd_answer
        if self.is_down:
            return 503, {}
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        is_good = self._code_is_good(given) if "code" in given else self._refresh_is_good(given)
        if not is_good:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        answer: dict[str, object] = {"access_token": _new(self.access), "token_type": "Bearer", "expires_in": self.life}
        if self.rotates or "code" in given:
            answer["refresh_token"] = _new(self.refresh)
        return 200, answer

    def _code_is_good(self, given: dict[str, str]) -> bool:
        challenge = self.codes.pop(given["code"], None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        is_ours = challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return given["grant_type"] == "authorization_code" and is_ours and given["redirect_uri"] == self.return_url

    def _refresh_is_good(self, given: dict[str, str]) -> bool:
        token = given.get("refresh_token", "")
        if token in self.used:
            # Somebody has stolen it: nobody gets in any more.
            self.revoke()
        if token not in self.refresh:
            return False
        if self.rotates:
            self.refresh.discard(token)
            self.used.add(token)
        return given["grant_type"] == "refresh_token"


@contextlib.contextmanager
def oauth_server() -> Iterator[OAuthServer]:
    """Run an authorization server on the loopback address."""
    ours = OAuthServer()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", ours.authorize(dict(parse_qsl(urlsplit(self.path).query))))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path.startswith("/introspect"):
                status, answer = 200, {"active": given.get("token") in ours.access, "email": ours.user}
            else:
                status, answer = ours.token(given)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    ours.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class BearerOutbox(Outbox):
    """An SMTP server that lets in who holds a token, and explains a refusal as Google's does."""

    oauth: OAuthServer | None = None

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's
        """Look at the token."""
        assert self.oauth is not None
        user, _equals, rest = base64.b64decode(words[1]).decode().partition("\1")
        is_good = user == f"user={self.oauth.user}" and rest[len("auth=Bearer ") : -2] in self.oauth.access
        if not is_good:
            await server.challenge_auth(base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode(), False)
        return AuthResult(success=is_good, handled=False)


def _new(tokens: set[str]) -> str:
    token = secrets.token_urlsafe(24)
    tokens.add(token)
    return token

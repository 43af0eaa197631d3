"""Samovar behind the proxies of the manual, as the manual sets them up: HTTPS, who asks, and streams that flow."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from samovar.accounts.models import StaffSession
from samovar.events.announcing import announce
from tests import make
from tests.events.kinds import KettleEmptied
from tests.live.screens import Screen, key_of, signed_in
from tests.live.serving import ROOT, Answer, Serving, read_answer, wait_until
from tests.postgres import database_address

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "support.example.com"
VISITOR = "127.0.0.5"
PAGE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
NGINX = """
daemon off; pid {place}/pid; error_log {place}/error.log; user root;
events {{}}
http {{
    access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
{site}
}}
"""


class RealPages(Serving):
    """The front with a web process of Samovar itself behind it."""

    def start_web(self, number: int) -> None:
        """Start the web process; the front waits for it."""
        self.web[number] = self._spawn("samovar", "web")

    def is_served(self) -> bool:
        """Tell whether pages are answered."""
        return self.get("/healthz").status == 200

    def start(self) -> None:
        """Start everything and wait until pages are answered."""
        (self.home / "run").mkdir(parents=True)
        self.front = self._spawn("samovar", "live", "--descriptor", str(self._listener.fileno()))
        # It puts the static files in place before it answers.
        wait_until(lambda: self.get("/").status == 503)
        self.start_web(1)
        wait_until(self.is_served)


def test_behind_the_proxies_of_the_manual(tmp_path: Path) -> None:
    proxies = [name for name in ("nginx", "caddy") if shutil.which(name)]
    if not proxies:
        pytest.skip("neither nginx nor Caddy is on this machine")
    home = tmp_path / "home"
    (home / "secrets").mkdir(parents=True)
    # Sessions are signed: the test and the pages are of one installation.
    (home / "secrets" / "django").write_text(settings.SECRET_KEY, encoding="ascii")
    trusting = re.search(r'^SAMOVAR_URL=(\S+) SAMOVAR_TRUSTED_PROXIES="([^"]+)"', PAGE, re.MULTILINE)
    assert trusting and trusting[1] == f"https://{NAME}"
    variables = {"SAMOVAR_URL": trusting[1], "SAMOVAR_TRUSTED_PROXIES": trusting[2]}
    served = RealPages(home, 1, variables | {"DATABASE_URL": database_address()})
    try:
        served.start()
        # Whoever comes past the proxy is sent to HTTPS.
        assert served.get("/").one("location").startswith("https://")
        for name in proxies:
            place = tmp_path / name
            place.mkdir()
            with _proxy(name, place, served.port) as port:
                _keeps_its_promises(port, place / "certificate.pem")
    finally:
        served.stop()


def _keeps_its_promises(port: int, certificate: Path) -> None:
    key = key_of(signed_in(make.agent(f"agent{port}")))
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={key}"
    with _visitor(port, certificate) as visitor:
        login = _ask(visitor, "/accounts/login/")
    assert login.status == 200
    cookies = login.all("set-cookie")
    assert cookies and all("secure" in cookie.lower() for cookie in cookies)
    assert "max-age" in login.one("strict-transport-security")

    with _visitor(port, certificate) as visitor:
        # What visitors say of themselves is no proof.
        lies = "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil.example"
        assert _ask(visitor, "/profile/", cookie, *lies).status == 200
    assert StaffSession.objects.get(key=key).address == VISITOR

    with _visitor(port, certificate) as visitor:
        screen = Screen(visitor)
        lines = ["GET /stream/ HTTP/1.1", f"Host: {NAME}", cookie, "Sec-Fetch-Site: same-origin"]
        screen.open("\r\n".join([*lines, "", ""]))
        with transaction.atomic():
            announce(KettleEmptied(customer_id=7, conversation_id=7, actor_id=3, title="Tea"))
        # One short event, and the answer goes on: held back in a buffer it would never come.
        seen = screen.next()
    assert seen and seen.data["actor_id"] == 3


def _ask(visitor: ssl.SSLSocket, path: str, *headers: str) -> Answer:
    visitor.sendall("\r\n".join([f"GET {path} HTTP/1.1", f"Host: {NAME}", *headers, "", ""]).encode())
    return read_answer(visitor)


@contextmanager
def _visitor(port: int, certificate: Path) -> Iterator[ssl.SSLSocket]:
    """Connect from an address of which the manual does not say that it can be trusted."""
    context = ssl.create_default_context(cafile=str(certificate))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(VISITOR, 0)) as line,
        context.wrap_socket(line, server_hostname=NAME) as visitor,
    ):
        yield visitor


@contextmanager
def _proxy(name: str, place: Path, front: int) -> Iterator[int]:
    """Run a proxy with what the manual says of it, on a free port and with a certificate of ours."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = cast(int, probe.getsockname()[1])
    _certify(place)
    site = _from_the_manual(name).replace("127.0.0.1:8000", f"127.0.0.1:{front}")
    if name == "nginx":
        site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        site = site.replace("/etc/ssl/support.pem", f"{place}/certificate.pem")
        site = site.replace("/etc/ssl/support.key", f"{place}/key.pem")
        (place / "conf").write_text(NGINX.format(place=place, site=site), encoding="utf-8")
        command = ["nginx", "-p", str(place), "-c", str(place / "conf"), "-e", str(place / "error.log")]
    else:
        own = f"{NAME}:{port} {{\n    tls {place}/certificate.pem {place}/key.pem\n"
        site = "{\n    admin off\n    auto_https disable_redirects\n}\n" + site.replace(f"{NAME} {{\n", own)
        (place / "Caddyfile").write_text(site, encoding="utf-8")
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(place / "Caddyfile")]
    with (place / "log").open("wb") as log:
        # Caddy keeps what it knows in the home of whoever runs it.
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={"PATH": "/usr/sbin:/usr/bin", "HOME": str(place)}
        )
    try:
        wait_until(lambda: _listens(port, process, place / "log"))
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text(encoding="utf-8")
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _from_the_manual(name: str) -> str:
    """Return the block of the manual that sets up the proxy."""
    begins = "server {" if name == "nginx" else f"{NAME} {{"
    [block] = [block for block in re.findall(r"^```\w*\n(.*?)^```", PAGE, re.M | re.S) if block.startswith(begins)]
    return str(block)


def _certify(place: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    begin = timezone.now() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (place / "key.pem").write_bytes(key.private_bytes(*form))
    (place / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

"""The service of a browser's maker, on this machine: it takes what is handed over, and a browser that opens it."""

import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from samovar.lib import web_push
from samovar.lib.safe_http import World

HOST = "push.example"


@dataclass
class Device:
    """A browser: its keys, and how it opens what it is told (RFC 8291, by the parts of a library)."""

    own: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes ok"

    @property
    def point(self) -> bytes:
        """The public key."""
        form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return self.own.public_key().public_bytes(*form)

    @property
    def given(self) -> dict[str, str]:
        """What the browser gives when it subscribes."""
        return {"key": web_push.encoded(self.point), "secret": web_push.encoded(self.secret)}

    def open(self, content: bytes) -> bytes:
        """Return what was sealed for this browser."""
        salt, size, length = content[:16], int.from_bytes(content[16:20], "big"), content[20]
        sender, sealed = content[21 : 21 + length], content[21 + length :]
        assert len(sealed) <= size
        shared = self.own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        start = _derived(self.secret, shared, b"WebPush: info\x00" + self.point + sender, 32)
        key = _derived(salt, start, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(salt, start, b"Content-Encoding: nonce\x00", 12)
        text, _last, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert not padding.strip(b"\x00")
        return text


def _derived(salt: bytes, start: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(start)


@dataclass
class Service:
    """What was handed over, and what it answers: a status each, the last of them from then on."""

    device: Device
    statuses: list[int]
    trust: ssl.SSLContext
    again: str = ""
    port: int = 0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def world(self) -> World:
        """A world in which this service stands at a name of its own."""
        ports = {"http": 80, "https": self.port}
        return World(lambda _host, _port: ["127.0.0.1"], lambda _address: True, ports, lambda: self.trust)

    @property
    def endpoint(self) -> str:
        """The address of the device."""
        return f"https://{HOST}:{self.port}/to/device-1"

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the device was told, in order."""
        return [json.loads(self.device.open(body)) for _headers, body in self.taken]

    def vouched(self, number: int = 0) -> dict[str, Any]:
        """Return what the sender said of itself; it must be signed by the key that it names."""
        scheme, _space, words = self.taken[number][0]["authorization"].partition(" ")
        assert scheme == "vapid"
        said = dict(word.strip().split("=", 1) for word in words.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), web_push.decoded(said["k"]))
        found: dict[str, Any] = jwt.decode(
            said["t"], key, algorithms=["ES256"], audience=self.endpoint.rsplit("/", 2)[0]
        )
        return found


@contextmanager
def push_service(folder: Path, *statuses: int, again: str = "") -> Iterator[Service]:
    """Run such a service."""
    certificate, own = _certificate(folder)
    service = Service(Device(), list(statuses) or [201], ssl.create_default_context(cafile=certificate), again)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(service.statuses.pop(0) if len(service.statuses) > 1 else service.statuses[0])
            if service.again:
                self.send_header("Retry-After", service.again)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, own)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    made = made.not_valid_after(now + datetime.timedelta(days=2))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    certificate, own = folder / "service.pem", folder / "service.key"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own.write_bytes(key.private_bytes(*form))
    return certificate, own

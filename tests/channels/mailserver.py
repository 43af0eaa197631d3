"""A real mail server for tests: Dovecot for IMAP, and an SMTP server that keeps what it gets."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
from asyncio import WriteTransport
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from time import monotonic, time_ns

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imap_tools.utils import encode_folder

from tests.patience import until

PASSWORD = "mailbox-password"
DOVECOT = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else "")
STARTED_WITHIN_SECONDS = 20


CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = %(folder)s/run
state_dir = %(folder)s/state
log_path = %(folder)s/log
ssl = no
disable_plaintext_auth = no
%(refused)smail_location = maildir:%(mail)s/%%u
mail_uid = %(mail_user)s
mail_gid = %(mail_group)s
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = %(user)s
default_internal_group = %(group)s
default_login_user = %(login_user)s
passdb {
  driver = static
  args = password=%(password)s
}
userdb {
  driver = static
  args = uid=%(mail_user)s gid=%(mail_group)s home=%(mail)s/%%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %(port)s
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
auth_failure_delay = 0
mail_fsync = never
"""


BY_PASSWORD = """passdb {
  driver = static
  args = password=%s
}
"""
REFUSED = """passdb {
  driver = passwd-file
  deny = yes
  args = %s
}
"""
BEARER = """auth_mechanisms = xoauth2
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = %s
}
"""
BEARER_WORTH = """introspection_mode = post
introspection_url = %s
username_attribute = email
active_attribute = active
active_value = true
"""


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot: any user name, one password, an empty mailbox for each user."""

    port: int
    mail: Path

    @contextlib.contextmanager
    def signed_in(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Speak IMAP as ``user``."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login(user, PASSWORD)
            client.select("INBOX")
            yield client
        finally:
            client.logout()

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder of ``user``, made if it is not there; they came now, or at ``at``."""
        came_at = imaplib.Time2Internaldate(at) if at else ""
        with self.signed_in(user) as client:
            if folder != "INBOX":
                client.create(encode_folder(folder).decode())
            for mail in mails:
                client.append(encode_folder(folder).decode(), "", came_at, mail)

    def pour(self, user: str, mails: Iterable[bytes]) -> None:
        """Put many mails into the mailbox of ``user`` at once, as a delivery agent beside the server does."""
        folder = self.mail / user / "new"
        with self.signed_in(user):
            until(folder.is_dir)
        for number, mail in enumerate(mails):
            path = folder / f"{time_ns()}.{number:05}.test"
            path.write_bytes(mail)
            path.chmod(0o666)

    def number_anew(self, user: str) -> None:
        """Give all mails of ``user`` new numbers under another UIDVALIDITY, as after a restored backup."""
        for index in (self.mail / user).glob("dovecot.index*"):
            index.unlink()
        uids = self.mail / user / "dovecot-uidlist"
        validity = re.search(r"V(\d+)", uids.read_text())
        assert validity
        uids.write_text(f"3 V{int(validity[1]) + 1} N1\n")

    def use_again(self, user: str, uid: int, mail: bytes) -> None:
        """Give a number that another mail had to this one, as after an index was made anew without its past."""
        folder = self.mail / user
        for index in folder.glob("dovecot.index*"):
            index.unlink()
        name = f"{time_ns()}.again.test"
        uids = folder / "dovecot-uidlist"
        lines = uids.read_text().splitlines(keepends=True)
        [line] = [one for one in lines if one.startswith(f"{uid} ")]
        for old in folder.glob(f"*/{line.partition(':')[2].strip()}*"):
            old.unlink()
        uids.write_text("".join(f"{uid} :{name}\n" if one is line else one for one in lines))
        path = folder / "new" / name
        path.write_bytes(mail)
        path.chmod(0o666)

    def refuse(self, user: str, *, is_refused: bool = True) -> None:
        """Let a user in no more from now on, whatever they know, or again."""
        (self.mail.parent / "refused").write_text(f"{user}\n" if is_refused else "")
        # It looks at the file once a second at most.
        until(lambda: self._lets_in(user) is not is_refused)

    def _lets_in(self, user: str) -> bool:
        try:
            with self.signed_in(user):
                return True
        except imaplib.IMAP4.error:
            return False

    def flags(self, user: str) -> list[bytes]:
        """Return the flags of all mails of ``user``, as the server says them."""
        with self.signed_in(user) as client:
            _status, data = client.fetch("1:*", "(FLAGS)")
            return [line for line in data if isinstance(line, bytes)]


@contextlib.contextmanager
def dovecot(folder: Path, introspection: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot of its own below ``folder``, on a free port of the loopback address.

    With ``introspection`` it takes no password but a token, and asks there what it is worth.
    """
    port = free_port()
    config = folder / "dovecot.conf"
    config.write_text(_config(folder, port))
    if introspection:
        tokens = folder / "oauth2.conf"
        tokens.write_text(BEARER_WORTH % introspection)
        text = config.read_text().replace(REFUSED % (folder / "refused"), "")
        config.write_text(text.replace(BY_PASSWORD % PASSWORD, BEARER % tokens))
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=errors)
    try:
        _wait_for(port, process, folder)
        yield Dovecot(port, folder / "mail")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STARTED_WITHIN_SECONDS)


def _config(folder: Path, port: int) -> str:
    user = getpass.getuser()
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    as_root = os.geteuid() == 0
    mail = folder / "mail"
    mail.mkdir(exist_ok=True)
    refused = folder / "refused"
    refused.touch(0o644)
    if as_root:
        shutil.chown(mail, "mail", "mail")
    return CONFIG % {
        "folder": folder,
        "refused": REFUSED % refused,
        "port": port,
        "mail": mail,
        "mail_user": "mail" if as_root else user,
        "mail_group": "mail" if as_root else group,
        "user": "dovecot" if as_root else user,
        "group": "dovecot" if as_root else group,
        "login_user": "dovenull" if as_root else user,
        "password": PASSWORD,
    }


def _wait_for(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = monotonic() + STARTED_WITHIN_SECONDS
    while monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            if connection.recv(4) == b"* OK":
                return
    raise RuntimeError((folder / "stderr").read_text() or (folder / "log").read_text())


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Outbox:
    """An SMTP server that keeps every mail, or behaves as the test says.

    ``refuse_with`` is its answer instead of taking a mail, ``refuse_recipient`` the one to a recipient;
    ``hangs_up`` keeps the mail and breaks off before it says so.
    """

    port: int = 0
    taken: list[tuple[Envelope, Message]] = field(default_factory=list)
    refuse_with: str = ""
    refuse_recipient: str = ""
    hangs_up: bool = False
    connections: int = 0

    @property
    def mails(self) -> list[Message]:
        """The mails, in the order in which they came."""
        return [mail for _envelope, mail in self.taken]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count who says hello."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse them."""
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 welcome"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep the mail, or refuse it."""
        if self.refuse_with:
            return self.refuse_with
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append((envelope, BytesParser().parsebytes(content)))
        if self.hangs_up and isinstance(server.transport, WriteTransport):
            server.transport.abort()
        return "250 kept"


@contextlib.contextmanager
def smtp_server(port: int = 0, *, asks_who: bool = True, outbox: Outbox | None = None) -> Iterator[Outbox]:
    """Run an SMTP server on the loopback address; it wants to know the password, or takes everybody's mail."""
    outbox = outbox or Outbox()
    outbox.port = port or free_port()
    controller = Controller(
        outbox,
        hostname="127.0.0.1",
        port=outbox.port,
        authenticator=_authenticate,
        # It offers to be signed in to only over TLS, which it does not have.
        auth_require_tls=not asks_who,
    )
    controller.start()
    try:
        yield outbox
    finally:
        controller.stop()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)

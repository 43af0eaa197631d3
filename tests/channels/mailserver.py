"""A real mail server for tests: Dovecot for IMAP, and an SMTP server that keeps what it gets."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from time import monotonic

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

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
mail_location = maildir:%(mail)s/%%u
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
}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot: any user name, one password, an empty mailbox for each user."""

    port: int

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

    def deliver(self, user: str, *mails: bytes) -> None:
        """Put mails into the mailbox of ``user``."""
        with self.signed_in(user) as client:
            for mail in mails:
                client.append("INBOX", "", "", mail)

    def flags(self, user: str) -> list[bytes]:
        """Return the flags of all mails of ``user``, as the server says them."""
        with self.signed_in(user) as client:
            _status, data = client.fetch("1:*", "(FLAGS)")
            return [line for line in data if isinstance(line, bytes)]


@contextlib.contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """Run a Dovecot of its own below ``folder``, on a free port of the loopback address."""
    port = free_port()
    config = folder / "dovecot.conf"
    config.write_text(_config(folder, port))
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=errors)
    try:
        _wait_for(port, process, folder)
        yield Dovecot(port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STARTED_WITHIN_SECONDS)


def _config(folder: Path, port: int) -> str:
    user = getpass.getuser()
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    as_root = os.geteuid() == 0
    mail = folder / "mail"
    mail.mkdir(exist_ok=True)
    if as_root:
        shutil.chown(mail, "mail", "mail")
    return CONFIG % {
        "folder": folder,
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
    """An SMTP server that takes every mail and keeps it; ``refuse_with`` makes it answer so instead."""

    port: int = 0
    taken: list[tuple[Envelope, Message]] = field(default_factory=list)
    refuse_with: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep the mail, or refuse it."""
        if self.refuse_with:
            return self.refuse_with
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append((envelope, BytesParser().parsebytes(content)))
        return "250 kept"


@contextlib.contextmanager
def smtp_server(port: int = 0) -> Iterator[Outbox]:
    """Run an SMTP server on the loopback address."""
    outbox = Outbox(port or free_port())
    controller = Controller(outbox, hostname="127.0.0.1", port=outbox.port)
    controller.start()
    try:
        yield outbox
    finally:
        controller.stop()

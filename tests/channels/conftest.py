"""Mail servers for the tests of channels."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samovar.channels.models import ChannelAccount
from tests.channels import mailserver
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot, Outbox


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """A real IMAP server."""
    if not mailserver.DOVECOT:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    folder: Path = tmp_path_factory.mktemp("dovecot")
    # The mail user must be able to reach its folder below the private one of the tests.
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == folder.stat().st_uid and parent != Path(parent.root):
            parent.chmod(parent.stat().st_mode | 0o011)
        if parent.name.startswith("pytest-of-"):
            break
    with mailserver.dovecot(folder) as server:
        yield server


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """A real SMTP server that keeps what it gets."""
    with mailserver.smtp_server() as server:
        yield server


@pytest.fixture
def account(outbox: Outbox, tmp_path_factory: pytest.TempPathFactory) -> ChannelAccount:
    """The mailbox help@aurora.example; nothing listens at its incoming server."""
    return mailbox(Dovecot(9, tmp_path_factory.getbasetemp()), outbox, "help")

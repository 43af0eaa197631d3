"""Mail servers for the tests of channels."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from samovar.channels.models import ChannelAccount
from tests.channels import mailserver
from tests.channels.mails import mailbox
from tests.channels.mailserver import Dovecot, Outbox


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real IMAP server."""
    if not mailserver.DOVECOT:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    # Not below pytest's own folder, which only its owner can enter: the mail user must be able to.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir=settings.HOME))
    folder.chmod(0o711)
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

"""Signing in to the incoming server."""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator

from django.utils.translation import gettext_noop as _
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)

from samovar.channels import access
from samovar.channels.connecting import TIMEOUT_SECONDS, broken_off, check_host, quoted, unreached
from samovar.channels.errors import ChannelTrouble, NoFolder, SignInRefused
from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security

# What a server says when it is not the password that is wrong (RFC 5530).
NOT_OUR_FAULT = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]", b"[CONTACTADMIN]")


@contextlib.contextmanager
def opened(account: ChannelAccount, timeout: float = TIMEOUT_SECONDS) -> Iterator[BaseMailBox]:
    """Sign in and open the inbox folder read-only; raises ChannelTrouble with the reason in words."""
    with signed_in(account, timeout) as mailbox:
        open_folder(mailbox, account.imap_host, account.folder)
        yield mailbox


@contextlib.contextmanager
def signed_in(account: ChannelAccount, timeout: float = TIMEOUT_SECONDS) -> Iterator[BaseMailBox]:
    """Sign in and open no folder yet; raises ChannelTrouble with the reason in words."""
    mailbox = _connected(account, timeout)
    try:
        _sign_in(mailbox, account)
        yield mailbox
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise broken_off(error, account.imap_host) from error
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            mailbox.client.logout()
        with contextlib.suppress(OSError):
            # After a farewell that failed the connection would stay open.
            mailbox.client.shutdown()


def open_folder(mailbox: BaseMailBox, host: str, folder: str) -> None:
    """Open a folder read-only; raises NoFolder when it is not there, ChannelTrouble when it cannot be opened now."""
    try:
        mailbox.folder.set(folder, readonly=True)
    except MailboxFolderSelectError as error:
        said = _said(error)
        if _is_for_now(said):
            text = _("%(host)s does not open the folder “%(folder)s” at the moment: %(answer)s")
            raise ChannelTrouble(text, host=host, folder=folder, answer=quoted(said)) from error
        raise NoFolder(_("There is no folder “%(folder)s” in this mailbox."), folder=folder) from error


def _connected(account: ChannelAccount, timeout: float) -> BaseMailBox:
    host, port = account.imap_host, account.imap_port
    check_host(host, port)
    try:
        match account.imap_security:
            case Security.TLS:
                return MailBox(host, port, timeout, ssl_context=ssl.create_default_context())
            case Security.STARTTLS:
                return MailBoxStartTls(host, port, timeout, ssl_context=ssl.create_default_context())
        return MailBoxUnencrypted(host, port, timeout)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise unreached(error, host, port) from error


def _sign_in(mailbox: BaseMailBox, account: ChannelAccount) -> None:
    if account.provider_id:
        _sign_in_by_token(mailbox, account, access.token(account))
        return
    name, password = account.user_name, account.password
    try:
        if name.isascii() and password.isascii():
            mailbox.login(name, password, initial_folder=None)
        else:
            mailbox.login_utf8(name, password, initial_folder=None)
    except MailboxLoginError as error:
        raise _refusal(_said(error), account.imap_host) from error
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        # AUTHENTICATE raises what LOGIN returns.
        raise _refusal(str(error).encode(), account.imap_host) from error


def _sign_in_by_token(mailbox: BaseMailBox, account: ChannelAccount, token: str, is_last: bool = False) -> None:
    words = f"user={account.user_name}\1auth=Bearer {token}\1\1".encode()
    try:
        # What a server sends when it refuses is answered with nothing; then it says so.
        mailbox.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else words)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        refusal = _refusal(str(error).encode(), account.imap_host)
        if is_last or not isinstance(refusal, SignInRefused):
            raise refusal from error
        # Tokens are revoked before their time, when a password is changed for example.
        _sign_in_by_token(mailbox, account, access.token(account, refused=token), is_last=True)


def _said(error: UnexpectedCommandStatusError) -> bytes:
    return b" ".join(part for part in error.command_result[1] if isinstance(part, bytes))


def _is_for_now(said: bytes) -> bool:
    return any(code in said.upper() for code in NOT_OUR_FAULT)


def _refusal(said: bytes, host: str) -> ChannelTrouble:
    if _is_for_now(said):
        text = _("%(host)s does not let anybody in at the moment: %(answer)s")
        return ChannelTrouble(text, host=host, answer=quoted(said))
    text = _("%(host)s does not accept the user name or the password: %(answer)s")
    return SignInRefused(text, host=host, answer=quoted(said))

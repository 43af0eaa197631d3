"""Handing a letter to the outgoing server."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from samovar.channels import access
from samovar.channels.connecting import TIMEOUT_SECONDS, broken_off, check_host, quoted, unreached
from samovar.channels.errors import ChannelTrouble, NotNow, RecipientRefused, Refused, SignInRefused, Unclear
from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security

TAKEN = (250, 251)
CLOSING = 421
PERMANENT = 500


@dataclass(frozen=True)
class Letter:
    """A mail ready to go: from whom and to whom on the envelope, and its bytes.

    ``senders`` are where it may come back to, the best first: a server that refuses one is offered the next. An empty
    one means that it never comes back.
    """

    senders: tuple[str, ...]
    recipient: str
    content: bytes


def send(account: ChannelAccount, letter: Letter) -> None:
    """Hand over a letter.

    Raises Refused when it will never be taken (RecipientRefused because of the recipient), NotNow when the server puts
    this letter off, Unclear when it may have been taken, and any other ChannelTrouble when the server cannot be used.
    """
    with opened(account) as server:
        try:
            _begin(server, letter)
            _offer(server, letter.recipient)
        except (OSError, smtplib.SMTPException) as error:
            raise broken_off(error, account.smtp_host) from error
        try:
            _expect(*server.data(letter.content))
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            text = _("The connection to %(host)s broke off before the answer: %(error)s")
            raise Unclear(text, host=account.smtp_host, error=quoted(str(error))) from error


def _begin(server: smtplib.SMTP, letter: Letter) -> None:
    options = _options(server, letter)
    for sender in letter.senders:
        code, answer = server.mail(_ascii(sender), options)
        # Only the last word counts: what a server does not let out as one address it may let out as another.
        if code < PERMANENT or sender == letter.senders[-1]:
            _expect(code, answer)
            return
        server.rset()


def _offer(server: smtplib.SMTP, recipient: str) -> None:
    code, answer = server.rcpt(_ascii(recipient))
    try:
        _expect(code, answer)
    except Refused as refusal:
        refused = RecipientRefused.again(refusal.kept)
        refused.answer = f"{code} {quoted(answer)}"
        raise refused from refusal


@contextlib.contextmanager
def opened(account: ChannelAccount, timeout: float = TIMEOUT_SECONDS) -> Iterator[smtplib.SMTP]:
    """Sign in to the outgoing server; raises ChannelTrouble with the reason in words."""
    server = _connected(account, timeout)
    try:
        _sign_in(server, account)
        yield server
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _connected(account: ChannelAccount, timeout: float) -> smtplib.SMTP:
    host, port = account.smtp_host, account.smtp_port
    # We introduce ourselves by the domain that we write for: the name of this machine concerns nobody.
    own_name = _ascii(account.inbox.address).rpartition("@")[2] or None
    check_host(host, port)
    context = ssl.create_default_context()
    try:
        if account.smtp_security == Security.TLS:
            return smtplib.SMTP_SSL(host, port, own_name, timeout=timeout, context=context)
        server = smtplib.SMTP(host, port, own_name, timeout=timeout)
    except (OSError, smtplib.SMTPException) as error:
        raise unreached(error, host, port) from error
    try:
        if account.smtp_security == Security.STARTTLS:
            server.starttls(context=context)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        is_unknown = isinstance(error, smtplib.SMTPNotSupportedError)
        raise unreached(ssl.SSLError(str(error)) if is_unknown else error, host, port) from error
    return server


def _sign_in(server: smtplib.SMTP, account: ChannelAccount) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if account.user_name and server.has_extn("auth"):
            _authenticate(server, account)
    except smtplib.SMTPAuthenticationError as error:
        said = quoted(error.smtp_error)
        if error.smtp_code < PERMANENT:
            text = _("%(host)s does not let anybody in at the moment: %(answer)s")
            raise ChannelTrouble(text, host=account.smtp_host, answer=said) from error
        text = _("%(host)s does not accept the user name or the password: %(answer)s")
        raise SignInRefused(text, host=account.smtp_host, answer=said) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise broken_off(error, account.smtp_host) from error


def _authenticate(server: smtplib.SMTP, account: ChannelAccount) -> None:
    if not account.provider_id:
        server.login(account.user_name, account.password)
        return
    token = access.token(account)
    try:
        _show(server, account.user_name, token)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < PERMANENT:
            raise
        # Tokens are revoked before their time, when a password is changed for example.
        _show(server, account.user_name, access.token(account, refused=token))


def _show(server: smtplib.SMTP, user_name: str, token: str) -> None:
    words = f"user={user_name}\1auth=Bearer {token}\1\1"
    # What a server sends when it refuses is answered with nothing; then it says so.
    server.auth("XOAUTH2", lambda challenge=None: "" if challenge else words)


def _options(server: smtplib.SMTP, letter: Letter) -> list[str]:
    if all(_ascii(address).isascii() for address in (*letter.senders, letter.recipient)):
        return []
    if not server.has_extn("smtputf8"):
        text = _("The outgoing server cannot send to %(address)s: it takes addresses in Latin letters only.")
        raise Refused(text, address=letter.recipient)
    return ["SMTPUTF8"]


def _ascii(address: str) -> str:
    """Return ``address`` with its domain in the Latin form that servers look up."""
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _expect(code: int, answer: bytes) -> None:
    if code not in TAKEN:
        raise _failure(code, answer)


def _failure(code: int, answer: bytes | str) -> Exception:
    text, said = _("The outgoing server said: %(code)s %(answer)s"), quoted(answer)
    if code >= PERMANENT:
        return Refused(text, code=code, answer=said)
    return ChannelTrouble(text, code=code, answer=said) if code == CLOSING else NotNow(text, code=code, answer=said)

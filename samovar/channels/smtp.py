"""Handing a letter to the outgoing server."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samovar.channels.errors import ChannelTrouble, Refused, SignInRefused
from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security

TIMEOUT_SECONDS = 30
PERMANENT = 500


@dataclass(frozen=True)
class Letter:
    """A mail ready to go: from whom and to whom on the envelope, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def send(account: ChannelAccount, letter: Letter) -> None:
    """Hand over a letter; raises ChannelTrouble to try again later and Refused when that will never help."""
    with opened(account) as server:
        try:
            refused = server.sendmail(letter.sender, letter.recipients, letter.content)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _failure(code, answer) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelTrouble(_("The connection to the outgoing server broke off: %s") % error) from error
        if refused:
            code, answer = next(iter(refused.values()))
            raise _failure(code, answer)


@contextlib.contextmanager
def opened(account: ChannelAccount) -> Iterator[smtplib.SMTP]:
    """Sign in to the outgoing server; raises ChannelTrouble with the reason in words."""
    server = _connected(account)
    try:
        _sign_in(server, account)
        yield server
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _connected(account: ChannelAccount) -> smtplib.SMTP:
    address = account.smtp_host, account.smtp_port
    try:
        if account.smtp_security == Security.TLS:
            return smtplib.SMTP_SSL(*address, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(*address, timeout=TIMEOUT_SECONDS)
        if account.smtp_security == Security.STARTTLS:
            server.starttls(context=ssl.create_default_context())
    except (OSError, smtplib.SMTPException) as error:
        text = _("The outgoing server %(host)s:%(port)s did not answer: %(error)s")
        raise ChannelTrouble(text % {"host": address[0], "port": address[1], "error": error}) from error
    return server


def _sign_in(server: smtplib.SMTP, account: ChannelAccount) -> None:
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("auth"):
        return
    try:
        server.login(account.user_name, account.password)
    except smtplib.SMTPAuthenticationError as error:
        text = _("The outgoing server %(host)s does not accept the user name or the password.")
        raise SignInRefused(text % {"host": account.smtp_host}) from error
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelTrouble(_("The connection to the outgoing server broke off: %s") % error) from error


def _failure(code: int, answer: bytes | str) -> Exception:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    text = _("The outgoing server said: %(code)s %(answer)s") % {"code": code, "answer": said}
    return Refused(text) if code >= PERMANENT else ChannelTrouble(text)

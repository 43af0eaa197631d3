"""Trying out the servers of a mailbox: what works and what does not, in words, without reading or sending anything."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samovar.channels import imap, smtp
from samovar.channels.errors import ChannelTrouble, NoFolder, SignInRefused
from samovar.channels.models import ChannelAccount
from samovar.channels.models.account import Security

# Somebody waits for the answer in front of the page.
TIMEOUT_SECONDS = 8


@dataclass(frozen=True)
class Finding:
    """One thing that works, or does not."""

    text: str
    is_good: bool = True


@dataclass(frozen=True)
class Findings:
    """What was found out about both servers."""

    incoming: list[Finding]
    outgoing: list[Finding]

    @property
    def are_good(self) -> bool:
        """Whether everything works."""
        return all(finding.is_good for finding in (*self.incoming, *self.outgoing))


def try_out(account: ChannelAccount) -> Findings:
    """Sign in to both servers of ``account``, which need not be stored, at the same time."""
    with ThreadPoolExecutor(2) as pool:
        mails, greeting = pool.submit(_incoming, account), pool.submit(_outgoing, account)
        return Findings(
            _told(mails.result(), account.imap_host, account.imap_security),
            _told(greeting.result(), account.smtp_host, account.smtp_security),
        )


def _incoming(account: ChannelAccount) -> ChannelTrouble | int:
    try:
        with imap.opened(account, TIMEOUT_SECONDS) as mailbox:
            _kind, data = mailbox.client.response("EXISTS")
            return int(data[0] or 0)
    except ChannelTrouble as trouble:
        return trouble


def _outgoing(account: ChannelAccount) -> ChannelTrouble | bool:
    """Return whether the server asked who we are."""
    try:
        with smtp.opened(account, TIMEOUT_SECONDS) as server:
            return server.has_extn("auth")
    except ChannelTrouble as trouble:
        return trouble


def _told(outcome: ChannelTrouble | int, host: str, security: str) -> list[Finding]:
    """Put an outcome into words here, in the language of whoever asked: the threads do not know it."""
    reached, signed_in = _reached(host, security), Finding(_("The user name and the password are accepted"))
    match outcome:
        case NoFolder():
            return [reached, signed_in, Finding(str(outcome), is_good=False)]
        case SignInRefused():
            return [reached, Finding(str(outcome), is_good=False)]
        case ChannelTrouble():
            return [Finding(str(outcome), is_good=False)]
        case True:
            return [reached, signed_in]
        case False:
            return [reached, Finding(_("It asks nobody for a user name or a password, so they were not tried"))]
    words = ngettext("The folder holds %(count)s mail", "The folder holds %(count)s mails", outcome)
    return [reached, signed_in, Finding(words % {"count": outcome})]


def _reached(host: str, security: str) -> Finding:
    if security == Security.NONE:
        return Finding(_("%(host)s answers") % {"host": host})
    return Finding(_("%(host)s answers, and the connection is protected") % {"host": host})

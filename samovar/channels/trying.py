"""Trying out a mailbox: what works and what does not, in words that are noted while it goes on.

Nothing of customers is read or sent. Two mails to ourselves show whether mail may leave as ``name+…@`` and whether it
comes to such an address; without them answers find their conversation by Message-ID only.
"""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _
from imap_tools import BaseMailBox

from samovar.channels import access, imap, probes, smtp
from samovar.channels.errors import ChannelTrouble, NoFolder, Refused, SignInRefused
from samovar.channels.folder_names import JUNK, SENT, Folder, find_special
from samovar.channels.imap_answers import read_mails
from samovar.channels.mail import verdicts
from samovar.channels.mail.headers import read_headers
from samovar.channels.models import ChannelAccount, Trial
from samovar.channels.models.account import Security
from samovar.channels.models.trial import Finding, Side, Tone
from samovar.channels.probes import Probe
from samovar.jobs import holding
from samovar.lib import sayings
from samovar.lib.fence import Fence, reason

TIMEOUT_SECONDS = 8
# How long mails to ourselves may take, and how often we look for them.
PATIENCE_SECONDS, LOOK_SECONDS = 30.0, 1.0
SUBJECT = _("Samovar tries out this mailbox")
TEXT = _("Samovar has sent this mail to itself to learn how this mailbox works. You can delete it.")
Place = tuple[str, int]


@dataclass(frozen=True)
class Inside:
    """What the incoming server shows: the folders, and the number from which on mail is new in each."""

    count: int
    sent: str
    junk: str
    places: tuple[Place, ...]


@dataclass
class Ways:
    """What is known of the two mails to ourselves: where each lies, and what the server said against it."""

    bounce: Probe
    reply: Probe
    refused: dict[str, str] = field(default_factory=dict)
    arrived: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def checker(self) -> str:
        """How the server calls itself that judged them, "" when none did."""
        heads = (read_headers(content, 0, len(content))[0] for _folder, content in self.arrived.values())
        return next(filter(None, map(verdicts.checker, heads)), "")

    @property
    def are_here(self) -> bool:
        """Whether nothing more is to be waited for."""
        return {self.bounce.number, self.reply.number} <= {*self.refused, *self.arrived}


def run(pk: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Try out a mailbox to the end; what was tried already is not tried again."""
    trial = Trial.objects.get(pk=pk)
    if trial.ended_at:
        return
    with Fence() as fence:
        _try(trial, patience_seconds)
    if fence.error:
        text = _("Something went wrong on our side: %(error)s")
        trial.note(Side.MAILS, Finding(sayings.kept(text, error=reason(fence.error)), Tone.BAD))
    trial.end(timezone.now())


def _try(trial: Trial, patience_seconds: float) -> None:
    if (stored := trial.account) and stored.has_signed_in:
        # Renewed where it is stored: a try renews nothing.
        with contextlib.suppress(ChannelTrouble):
            access.token(stored)
    mailbox = trial.mailbox()
    trial.note_progress(sayings.kept(_("Signing in to both servers…")))
    with ThreadPoolExecutor(2) as pool:
        inside, greeting = pool.submit(_incoming, mailbox), pool.submit(_outgoing, mailbox)
        seen, asked = inside.result(), greeting.result()
    trial.note(Side.INCOMING, *_told(seen, mailbox.imap_host, mailbox.imap_security))
    trial.note(Side.OUTGOING, *_told(asked, mailbox.smtp_host, mailbox.smtp_security))
    if isinstance(seen, ChannelTrouble) or isinstance(asked, ChannelTrouble):
        return
    if holding.held(holding.SENDING):
        text = _("Sending is held on this installation, so no mail to ourselves was sent.")
        trial.note(Side.MAILS, Finding(sayings.kept(text), Tone.WARN))
        return
    _try_ways(trial, mailbox, seen, patience_seconds)


def _incoming(mailbox: ChannelAccount) -> ChannelTrouble | Inside:
    try:
        with imap.opened(mailbox, TIMEOUT_SECONDS) as box:
            _kind, data = box.client.response("EXISTS")
            first = (mailbox.folder, _next_uid(box))
            listed = [Folder(found.name, found.delim.replace("NIL", ""), found.flags) for found in box.folder.list()]
            special = find_special(listed)
            junk = special.get(JUNK, "")
            others = []
            if junk and junk != mailbox.folder:
                box.folder.set(junk, readonly=True)
                others = [(junk, _next_uid(box))]
            return Inside(int(data[0] or 0), special.get(SENT, ""), junk, (first, *others))
    except ChannelTrouble as trouble:
        return trouble


def _next_uid(box: BaseMailBox) -> int:
    _kind, data = box.client.response("UIDNEXT")
    return int(data[0]) if data and data[0] is not None else 1


def _outgoing(mailbox: ChannelAccount) -> ChannelTrouble | bool:
    """Return whether the server asked who we are."""
    try:
        with smtp.opened(mailbox, TIMEOUT_SECONDS) as server:
            return server.has_extn("auth")
    except ChannelTrouble as trouble:
        return trouble


def _told(outcome: ChannelTrouble | Inside | bool, host: str, security: str) -> list[Finding]:
    signed_in = Finding(sayings.kept(_("The user name and the password are accepted")))
    reached = _reached(host, security)
    match outcome:
        case NoFolder():
            return [reached, signed_in, Finding(outcome.kept, Tone.BAD)]
        case SignInRefused():
            return [reached, Finding(outcome.kept, Tone.BAD)]
        case ChannelTrouble():
            return [Finding(outcome.kept, Tone.BAD)]
        case Inside():
            return [reached, signed_in, *_folders(outcome)]
        case True:
            return [reached, signed_in]
    nobody = _("It asks nobody for a user name or a password, so they were not tried")
    return [reached, Finding(sayings.kept(nobody))]


def _reached(host: str, security: str) -> Finding:
    if security == Security.NONE:
        return Finding(sayings.kept(_("%(host)s answers"), host=host))
    return Finding(sayings.kept(_("%(host)s answers, and the connection is protected"), host=host))


def _folders(inside: Inside) -> list[Finding]:
    found = [Finding(sayings.kept(_("The folder can be read; mails in it: %(count)s"), count=inside.count))]
    if inside.sent:
        found.append(Finding(sayings.kept(_("Sent mail lies in “%(folder)s”"), folder=inside.sent)))
    else:
        found.append(Finding(sayings.kept(_("No folder for sent mail was found")), Tone.WARN))
    if inside.junk:
        found.append(Finding(sayings.kept(_("Spam lies in “%(folder)s”"), folder=inside.junk)))
    return found


def _try_ways(trial: Trial, mailbox: ChannelAccount, inside: Inside, patience_seconds: float) -> None:
    trial.note_progress(sayings.kept(_("Sending two mails to ourselves…")))
    subject, text, address = translated(SUBJECT), translated(TEXT), mailbox.inbox.address
    ways = Ways(probes.bounce_probe(address, subject, text), probes.reply_probe(address, subject, text))
    for probe in (ways.bounce, ways.reply):
        try:
            smtp.send(mailbox, smtp.Letter((probe.sender,), probe.recipient, probe.content))
        except (ChannelTrouble, Refused) as error:
            ways.refused[probe.number] = error.kept
    trial.note_progress(sayings.kept(_("Waiting for both mails. It can take half a minute; you may leave this page.")))
    if not ways.are_here:
        _await(mailbox, inside, ways, patience_seconds)
    trial.note(Side.MAILS, *_about_mails(ways, mailbox))
    if ways.checker:
        trial.note_checker(ways.checker)
    has_plus_addresses = ways.reply.number in ways.arrived
    # A bounce that comes to an address which does not work is worse than one to the plain address.
    trial.note_ways(has_plus_addresses=has_plus_addresses, takes_verp=has_plus_addresses and _is_kept(ways))


def _await(mailbox: ChannelAccount, inside: Inside, ways: Ways, patience_seconds: float) -> None:
    end = time.monotonic() + patience_seconds
    with imap.opened(mailbox, TIMEOUT_SECONDS) as box:
        while True:
            for place in inside.places:
                _look(box, place, ways)
            if ways.are_here or time.monotonic() > end:
                return
            time.sleep(LOOK_SECONDS)


def _look(box: BaseMailBox, place: Place, ways: Ways) -> None:
    folder, first = place
    box.folder.set(folder, readonly=True)
    _status, data = box.client.uid("FETCH", f"{first}:*", "(UID BODY.PEEK[HEADER])")
    for mail in read_mails(data):
        if number := probes.number_of(mail.content):
            ways.arrived.setdefault(number, (folder, mail.content))


def _is_kept(ways: Ways) -> bool:
    """Whether the mail with a bounce address of its own came under that address; who does not say has kept it."""
    if ways.bounce.number not in ways.arrived:
        return False
    _folder, content = ways.arrived[ways.bounce.number]
    return probes.return_path(content) in (None, ways.bounce.sender.lower())


def _about_mails(ways: Ways, mailbox: ChannelAccount) -> list[Finding]:
    if not ways.arrived and len(ways.refused) == 2:
        return [Finding(kept, Tone.BAD) for kept in dict.fromkeys(ways.refused.values())]
    if not ways.arrived:
        text = _("Mail to ourselves was sent, but did not come back in time. Try again in a few minutes.")
        return [Finding(sayings.kept(text), Tone.BAD)]
    in_junk = {folder for folder, _content in ways.arrived.values()} - {mailbox.folder}
    text = _("A mail to ourselves was put into “%(folder)s”: mail from this address may be taken for junk")
    junk = [Finding(sayings.kept(text, folder=folder), Tone.WARN) for folder in in_junk]
    sends = Finding(sayings.kept(_("Mail is sent, and comes back")))
    return [sends, *junk, _about_replies(ways), _about_bounces(ways), *_about_verdicts(ways, mailbox.trusted_checker)]


def _about_verdicts(ways: Ways, believed: str) -> list[Finding]:
    """Tell whose verdict on senders can be believed; mail that never left a provider often bears none."""
    if ways.checker and ways.checker == believed.strip().lower():
        text = _("Your server tells real senders from false ones, as “%(server)s”, and is believed")
        return [Finding(sayings.kept(text, server=ways.checker))]
    if ways.checker and believed:
        text = _("Your server signs its verdict on senders as “%(server)s”, but “%(believed)s” is believed")
        return [Finding(sayings.kept(text, server=ways.checker, believed=believed), Tone.WARN)]
    if ways.checker:
        text = _(
            "Your server signs its verdict on senders as “%(server)s”. Until it stands under “More” as the one to "
            "believe, no sender counts as verified."
        )
        return [Finding(sayings.kept(text, server=ways.checker), Tone.WARN)]
    if not believed:
        text = _("No server is named whose verdict on senders we believe (under “More”): no sender counts as verified")
        return [Finding(sayings.kept(text), Tone.WARN)]
    return []


def _about_replies(ways: Ways) -> Finding:
    number = ways.reply.number
    if number in ways.arrived:
        return Finding(sayings.kept(_("Mail to name+anything@ comes here: each answer finds its conversation")))
    text = _("Mail to name+anything@ does not come here. Answers find their conversation by the ids in them instead.")
    return Finding(sayings.kept(text), Tone.WARN)


def _about_bounces(ways: Ways) -> Finding:
    if _is_kept(ways) and ways.reply.number in ways.arrived:
        text = _("Mail may leave as name+anything@: whatever comes back undelivered is recognised")
        return Finding(sayings.kept(text))
    if ways.bounce.number in ways.refused or ways.bounce.number not in ways.arrived:
        text = _(
            "The server refuses to send as name+anything@. What comes back is recognised by the Message-ID instead."
        )
    elif not _is_kept(ways):
        text = _("The server rewrites name+anything@. What comes back is recognised by the Message-ID instead.")
    else:
        text = _(
            "Bounce addresses of their own need name+anything@ too. What comes back is recognised by the Message-ID."
        )
    return Finding(sayings.kept(text), Tone.WARN)

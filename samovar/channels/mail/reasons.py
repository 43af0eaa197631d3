"""Why a mail was not delivered: what its status code (RFC 3463) and the server's words mean, in words for people."""

import re

from django.utils.translation import gettext_noop as _

from samovar.channels.mail.delivery_reports import status_in
from samovar.lib import sayings

# Codes that say no more than that it failed; the words often know better.
GENERAL = re.compile(r"[45]\.[05]\.0|")
# The first that fits, the surest first.
WORDS = [
    (re.compile(pattern, re.IGNORECASE), status)
    for pattern, status in (
        (
            r"(?:mailbox|inbox|storage|account)\b.{0,40}\bfull|over ?quota|quota exceeded|exceed\w* .{0,30}quota",
            "5.2.2",
        ),
        (r"spam|block(?:ed|list)|blacklist|reputation|\bdmarc\b|\bspf\b|\bdkim\b|polic(?:y|ies)|rbl\b", "5.7.1"),
        (r"disabled|deactivated|suspended|inactive (?:user|mailbox)", "5.2.1"),
        (r"too (?:large|big)|size limit|message size", "5.3.4"),
        (r"unrout(?:e)?able|host (?:unknown|not found)|domain (?:not found|does not exist)|no mx\b", "5.1.2"),
        (
            r"(?:user|recipient|mailbox|account|address)s? (?:is )?(?:unknown|not found|unavailable|does ?n[o']t exist)"
            r"|unknown (?:user|recipient|mailbox|local)|no such (?:user|recipient|mailbox|person)|no mailbox"
            r"|(?:does ?n[o']t|not) exist|invalid (?:recipient|mailbox|address)|not a known user",
            "5.1.1",
        ),
    )
]
# Whose address is wrong is our own in these.
ABOUT_SENDER = ("5.1.7", "5.1.8")
SENTENCES = [
    (re.compile(pattern), text)
    for pattern, text in (
        (r"5\.1\.[16]|5\.1\.0", _("Not delivered to %(address)s: the mailbox does not exist (%(status)s)")),
        (r"5\.1\.2|5\.4\.4", _("Not delivered to %(address)s: this domain receives no mail (%(status)s)")),
        (r"5\.1\.10", _("Not delivered to %(address)s: this domain receives no mail (%(status)s)")),
        (r"5\.1\.[78]", _("Not delivered to %(address)s: the server does not accept our own address (%(status)s)")),
        (r"5\.1\.\d+", _("Not delivered to %(address)s: the address is wrong (%(status)s)")),
        (r"5\.2\.1", _("Not delivered to %(address)s: the mailbox is closed (%(status)s)")),
        (r"[45]\.2\.2", _("Not delivered to %(address)s: the mailbox is full (%(status)s)")),
        (r"[45]\.(?:2\.3|3\.4)", _("Not delivered to %(address)s: the mail is too large (%(status)s)")),
        (r"[45]\.4\.6", _("Not delivered to %(address)s: the mail went in circles (%(status)s)")),
        (r"4\.\d+\.\d+|5\.4\.\d+", _("Not delivered to %(address)s: its server could not be reached (%(status)s)")),
        (r"5\.6\.\d+", _("Not delivered to %(address)s: its server does not take this content (%(status)s)")),
        (r"5\.7\.\d+", _("Not delivered to %(address)s: its server blocks our mail (%(status)s)")),
        (r"\d\.\d+\.\d+", _("Not delivered to %(address)s: its server does not take it (%(status)s)")),
    )
]
WITHOUT_CODE = _("Not delivered to %(address)s: it came back")


def precise(status: str, said: str) -> str:
    """Return the code that says most: the one given, or what the server's words are known to mean, "" for neither."""
    if not GENERAL.fullmatch(status):
        return status
    if (found := status_in(said)) and not GENERAL.fullmatch(found):
        return found
    if status.startswith("4."):
        return status
    return next((code for pattern, code in WORDS if pattern.search(said)), status)


def is_hard(status: str) -> bool:
    """Whether nothing will ever be delivered to this address."""
    return status == "5.2.1" or (status.startswith("5.1.") and status not in ABOUT_SENDER)


def is_blocked(status: str) -> bool:
    """Whether it is our reputation, or our own settings, that keep the mail out."""
    return status.startswith("5.7.")


def why_lost(address: str, status: str) -> str:
    """Return, to be kept, why a mail to ``address`` was not delivered."""
    text = next((text for pattern, text in SENTENCES if pattern.fullmatch(status)), "")
    if text:
        return sayings.kept(text, address=address, status=status)
    return sayings.kept(WITHOUT_CODE, address=address)

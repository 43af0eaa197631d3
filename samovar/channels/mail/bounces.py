"""Which of our messages a bounce speaks of, to whom it went, and why it was not delivered."""

import re
from dataclasses import dataclass

from samovar.channels.mail.addresses import addresses
from samovar.channels.mail.charsets import decoded
from samovar.channels.mail.classes import MailClass
from samovar.channels.mail.delivery_reports import ADDRESS, LONGEST_DIAGNOSTIC, Report, delivery_report, status_in
from samovar.channels.mail.headers import Headers, read_headers
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.parsing import kept_id, message_ids
from samovar.lib.html_text import text_of
from samovar.lib.text import tidy

ORIGINALS = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers"}
)
NO_REPORT = Report("", "", "", "", "")
SCANNED = 200_000
ID_LINE = re.compile(
    r"^[>\s*|]{0,20}(?:X-)?(?:Original-)?Message-I[Dd]:?[ \t]*+(?:\n[ \t]*+)?<?([^\s<>]{3,998})>?",
    re.MULTILINE | re.IGNORECASE,
)
REPLY_CODE = re.compile(
    r"^.{0,400}?(?<![\d.])[45]\d\d[- ](?:#?[45]\.\d{1,3}\.\d{1,3}|[A-Za-z<(]).{0,600}", re.MULTILINE
)

# How mail servers name the recipient in sentences, the surest first.
NAMED_RECIPIENTS = [
    re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        r"^\s{0,20}(?:Final-|Original-)?Recipient:[^@\n]{0,80}?(?:;|\s)\s{0,80}+<?([^\s<>;]{1,200}@[^\s<>;,]{1,200})",
        r"^\s{0,8}<([^\s<>]{1,200}@[^\s<>]{1,200})>(?:\.{3}|:|\s|,|$)",
        r"(?:RCPT TO|recipient(?: address)?|user|mailbox|to"
        r"|for)\s{0,5}[:=]?\s{0,5}<?([^\s<>:;,\"']{1,200}@[^\s<>;:,\"']{1,200})",
        r"^\s{0,8}[\"'(]?([^\s<>\"':;,()]{1,200}@[^\s<>\"':;,()]{1,200})\b",
    )
]


@dataclass(frozen=True)
class Bounce:
    """What was not delivered; each field "" when the bounce does not say."""

    recipient: str
    status: str
    """Enhanced status code (RFC 3463), such as 5.1.1."""
    action: str
    """``failed``, ``delayed``, or ``complaint`` when the recipient called it spam."""
    diagnostic: str
    original_message_id: str


def find_bounce(mail: ParsedMail, mail_class: MailClass) -> Bounce | None:
    """Return what ``mail`` reports about one of our messages, None when it is no report.

    Looked for in the parts meant for machines first, then in the text.
    """
    if mail_class not in {MailClass.BOUNCE, MailClass.DSN_DELAY, MailClass.FEEDBACK_REPORT}:
        return None
    report = delivery_report(mail) or NO_REPORT
    enclosed, text = _enclosed(mail), _all_text(mail)
    original_id = _original_id(mail, report, enclosed, text)
    if mail_class is MailClass.FEEDBACK_REPORT:
        return Bounce(_complaint_recipient(mail, enclosed, text), "", "complaint", "", original_id)
    diagnostic = report.diagnostic or _diagnostic(text)
    return Bounce(
        recipient=report.recipient or _recipient(mail, text) or _addressee(enclosed),
        status=report.status or status_in(diagnostic) or status_in(text),
        action=report.action or ("delayed" if mail_class is MailClass.DSN_DELAY else "failed"),
        diagnostic=diagnostic,
        original_message_id=original_id,
    )


def _all_text(mail: ParsedMail) -> str:
    """Return all text that may name the message: of the mail, and of parts that servers attach as text."""
    found = [mail.text or text_of(mail.html[:SCANNED])]
    for part in mail.attachments:
        if part.media_type.startswith("text/") or part.media_type == "message/feedback-report":
            found.append(decoded(part.content[:SCANNED], "")[0].replace("\r\n", "\n"))
    return "\n".join(found)[:SCANNED]


def _enclosed(mail: ParsedMail) -> Headers:
    """Return the header of our message, when it came back with the bounce."""
    for part in mail.attachments:
        if part.media_type in ORIGINALS:
            content = part.content[:SCANNED].lstrip()
            return read_headers(content, 0, len(content))[0]
    return Headers()


def _original_id(mail: ParsedMail, report: Report, enclosed: Headers, text: str) -> str:
    if report.original_message_id:
        return kept_id(report.original_message_id)
    if ids := message_ids(enclosed.raw("message-id")):
        return ids[0]
    if match := ID_LINE.search(text):
        return kept_id(match.group(1))
    return mail.in_reply_to[0] if mail.in_reply_to else ""


def _recipient(mail: ParsedMail, text: str) -> str:
    if match := ADDRESS.search(mail.headers.raw("x-failed-recipients")):
        return match.group()
    ours = {person.address.lower() for person in mail.to} | {mail.from_.address.lower()}
    for pattern in NAMED_RECIPIENTS:
        for match in pattern.finditer(text):
            address = match.group(1).strip(".'")
            if address.lower() not in ours and not re.match(r"post-?master|mailer-daemon|abuse", address.lower()):
                return tidy(address)
    return ""


def _complaint_recipient(mail: ParsedMail, enclosed: Headers, text: str) -> str:
    for name in ("Original-Rcpt-To", "Removal-Recipient", "X-HmXmrOriginalRecipient"):
        line = re.search(rf"^{name}:(.*)$", text, re.MULTILINE | re.IGNORECASE)
        for value in (line.group(1) if line else "", mail.headers.raw(name.lower()), enclosed.raw(name.lower())):
            if match := ADDRESS.search(value):
                return match.group()
    return _addressee(enclosed)


def _addressee(headers: Headers) -> str:
    people = addresses(headers.raw("to"))
    return people[0].address if len(people) == 1 else ""


def _diagnostic(text: str) -> str:
    match = REPLY_CODE.search(text)
    return tidy(match.group())[:LONGEST_DIAGNOSTIC] if match else ""

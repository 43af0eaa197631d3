"""What mail servers say about a message that they could not deliver (RFC 3464), in the part meant for machines."""

import re
from dataclasses import dataclass

from samovar.channels.mail.charsets import decoded
from samovar.channels.mail.parsed import ParsedMail
from samovar.lib.text import tidy

REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status", "text/delivery-status"})
FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*){0,50})", re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]{1,200}@[^\s<>\"',;:()\[\]]{1,200}")
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
LONGEST_REPORT = 200_000
LONGEST_DIAGNOSTIC = 1000


@dataclass(frozen=True)
class Report:
    """The fields of one recipient; of several recipients, of the one that fared worst."""

    recipient: str
    action: str
    status: str
    diagnostic: str
    original_message_id: str


def delivery_report(mail: ParsedMail) -> Report | None:
    """Return what the report part of ``mail`` says, None when it has none that says anything."""
    for part in mail.attachments:
        if part.media_type in REPORT_TYPES:
            text = decoded(part.content[:LONGEST_REPORT], "")[0].replace("\r\n", "\n").replace("\r", "\n")
            if report := report_of(text):
                return report
    return None


def report_of(text: str) -> Report | None:
    """Return the report in ``text``: blocks of fields, the first about the message, the others about recipients."""
    blocks = [
        {name.lower(): tidy(value) for name, value in reversed(FIELD.findall(block))}
        for block in re.split(r"\n[ \t]*\n", text)
    ]
    about_all = next((block for block in blocks if block), {})
    recipients = [block for block in blocks if "final-recipient" in block or "action" in block or "status" in block]
    if not recipients:
        return None
    worst = min(recipients, key=lambda block: _rank(block.get("action", "")))
    fields = {**about_all, **worst}
    return Report(
        recipient=_recipient(fields),
        action=fields.get("action", "").lower().split(" ")[0][:20],
        status=status_in(fields.get("status", "")) or status_in(fields.get("diagnostic-code", "")),
        diagnostic=re.sub(r"^[A-Za-z-]{1,20};\s*", "", fields.get("diagnostic-code", ""))[:LONGEST_DIAGNOSTIC],
        original_message_id=tidy(
            fields.get("original-message-id", "") or fields.get("x-original-message-id", "")
        ).strip("<>"),
    )


def status_in(text: str) -> str:
    """Return the first enhanced status code (RFC 3463) in ``text``, "" for none."""
    match = STATUS.search(text)
    return match.group() if match else ""


def _recipient(fields: dict[str, str]) -> str:
    """Return the address that we wrote to, if the report knows it, before the one that it was passed on to."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient", "x-original-to"):
        if match := ADDRESS.search(fields.get(name, "").rpartition(";")[2]):
            return match.group().strip(".")
    return ""


def _rank(action: str) -> int:
    order = {"failed": 0, "": 1, "delayed": 2}
    return order.get(action.lower().split(" ")[0], 3)

"""Who wrote the mail that somebody passed on to us."""

from samovar.channels.mail.addresses import Address, addresses
from samovar.channels.mail.headers import read_headers
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.pasted_headers import header_kind

SCANNED_LINES = 400
SCANNED_BYTES = 100_000


def forwarded_sender(mail: ParsedMail) -> Address | None:
    """Return the sender of the first mail that stands in ``mail``, attached or pasted; None when there is none."""
    for part in mail.attachments:
        if part.media_type == "message/rfc822":
            content = part.content[:SCANNED_BYTES].lstrip()
            found = addresses(read_headers(content, 0, len(content))[0].raw("from"))
            return next((one for one in found if "@" in one.address), None)
    return _pasted(mail.text)


def _pasted(text: str) -> Address | None:
    for line in text.split("\n")[:SCANNED_LINES]:
        plain = line.strip(" >*\t")
        if header_kind(plain) == "from":
            value = plain.partition(":")[2].replace("*", "").replace("[mailto:", "<").replace("]", ">")
            found = [one for one in addresses(value[:1000]) if "@" in one.address]
            if found:
                return found[0]
    return None

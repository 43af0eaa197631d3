"""Whether the sender of a mail is who the mail says, as far as our own mail server found out."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from samovar.channels.mail.headers import Headers
from samovar.channels.mail.parsed import ParsedMail


class Verdict(StrEnum):
    """What is known of the sender."""

    VERIFIED = "verified"
    CLAIMED = "claimed"
    FAILED = "failed"


QUOTED_OR_PLAIN = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|([^\"(]++)", re.DOTALL)
BRACKET = re.compile(r"\\.|[()]", re.DOTALL)
MEANINGFUL = re.compile(r"[\s;=\"()\\]")
RESULT = re.compile(r"\s*+([a-z0-9-]{1,40})\s*+(?:/\s*\d+\s*)?=\s*+([a-z]{1,20})\b(.*)", re.IGNORECASE | re.DOTALL)
PROPERTY = re.compile(r"\b([a-z]{1,20}\.[a-z0-9-]{1,40})\s*+=\s*+([^\s;]{1,500})", re.IGNORECASE)
SERVER = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,250}")
LONGEST = 20_000


@dataclass(frozen=True)
class Finding:
    """One method's result with what it was found for, such as ``header.d``."""

    method: str
    result: str
    properties: dict[str, str]


def verdict(mail: ParsedMail, trusted: Collection[str]) -> Verdict:
    """Return what the mail server named by ``trusted`` (its authserv-ids) found out about the From address.

    Only the topmost Authentication-Results that carries such a name is believed: below it, anybody can write one.
    Without it nothing is known, and the sender is only claimed. DMARC decides; where a domain has no DMARC policy, a
    DKIM signature or an SPF pass of exactly that domain, or of a domain above it, is as good.
    """
    names = {name.strip().lower() for name in trusted}
    findings = _topmost(mail.headers.all_raw("authentication-results"), names)
    domain = mail.from_.domain
    if not findings or not domain or len(mail.headers.all_raw("from")) != 1:
        return Verdict.CLAIMED
    for finding in findings:
        if finding.method == "dmarc":
            about = finding.properties.get("header.from", domain).rpartition("@")[2].lower()
            if finding.result == "fail":
                return Verdict.FAILED
            if finding.result == "pass" and about == domain:
                return Verdict.VERIFIED
    return Verdict.VERIFIED if any(_is_aligned(finding, domain) for finding in findings) else Verdict.CLAIMED


def checker(headers: Headers) -> str:
    """Return how the server calls itself that judged a mail last, "" when none did."""
    values = headers.all_raw("authentication-results")
    name = read_results(values[0])[0] if values else ""
    return name if SERVER.fullmatch(name) else ""


def _topmost(values: list[str], names: set[str]) -> list[Finding]:
    for value in values:
        server, findings = read_results(value)
        if server in names:
            return findings
    return []


def read_results(value: str) -> tuple[str, list[Finding]]:
    """Return the server's name and the findings in an Authentication-Results value (RFC 8601).

    The server repeats what strangers wrote, in quotation marks and comments: nothing in those is a finding.
    """
    server, *results = _plain(value[:LONGEST]).split(";")
    words = server.split()
    findings = []
    for result in results:
        if match := RESULT.match(result):
            method, outcome, rest = match.groups()
            properties = {name.lower(): text for name, text in PROPERTY.findall(rest)}
            findings.append(Finding(method.lower(), outcome.lower(), properties))
    return (words[0].lower() if words and "=" not in words[0] else ""), findings


def _plain(text: str) -> str:
    """Return ``text`` without comments and with quoted strings as words; "" when one of them never ends."""
    found, position = [], 0
    while position < len(text):
        match = QUOTED_OR_PLAIN.match(text, position)
        if match:
            found.append(match.group(2) or MEANINGFUL.sub("_", match.group(1)))
            position = match.end()
        elif text[position] == "(" and (end := _end_of_comment(text, position)):
            found.append(" ")
            position = end
        else:
            return ""
    return "".join(found)


def _end_of_comment(text: str, start: int) -> int:
    """Return where the comment at ``start`` ends, 0 when it never does."""
    depth = 0
    for match in BRACKET.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0 and match.group() == ")":
            return match.end()
    return 0


def _is_aligned(finding: Finding, domain: str) -> bool:
    """Whether a DKIM or SPF pass speaks for the domain of the From address."""
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.from")}.get(finding.method)
    if finding.result != "pass" or names is None:
        return False
    signer = next((finding.properties[name] for name in names if name in finding.properties), "")
    signer = signer.rpartition("@")[2].strip("<>.").lower()
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))

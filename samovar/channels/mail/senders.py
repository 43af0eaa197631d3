"""Whom a mail is from when a group, a forwarder or a web form stood between its writer and us."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from samovar.channels.mail.addresses import NOBODY, Address, addresses
from samovar.channels.mail.parsed import ParsedMail
from samovar.lib.mail_domains import PUBLIC

IN_BRACKETS = re.compile(r"<([^<>]{1,300})>")
ADDRESS = re.compile(r"[^\s<>,;:\"]{1,200}@[^\s<>,;:\"]{1,200}")
LIST_ADDRESS = re.compile(r"\blist\s+([^\s;,<>]{1,200}@[^\s;,<>]{1,200})", re.IGNORECASE)
VIA = re.compile(r"(.{1,300}?)\s+(?:via|über|par|через|por|tramite)\s+\S", re.IGNORECASE)
FORWARDED = (
    "x-forwarded-for",
    "x-forwarded-to",
    "resent-to",
    "resent-from",
    "x-loop",
    "x-ms-exchange-inbox-rules-loop",
)
QUOTES = "'\"‘’“” "


@dataclass(frozen=True)
class OwnPlaces:
    """What stands for us in front of a mailbox: its ``addresses``, and the web forms and ``relays`` that we run."""

    addresses: frozenset[str] = frozenset()
    relays: frozenset[str] = frozenset()

    @classmethod
    def of(cls, own: Collection[str], relays: Collection[str] = ()) -> "OwnPlaces":
        """Return them in the form in which addresses are compared."""
        return cls(frozenset(one.strip().lower() for one in own), frozenset(one.strip().lower() for one in relays))

    @property
    def id_domains(self) -> frozenset[str]:
        """The domains that stand in the Message-IDs of what we send."""
        return frozenset(one.rpartition("@")[2] for one in self.addresses)

    @property
    def domains(self) -> frozenset[str]:
        """The domains that are ours alone."""
        return self.id_domains - PUBLIC

    def has(self, address: str) -> bool:
        """Whether an address is one of ours, with or without an extension (name+anything@)."""
        local, at, domain = address.strip().lower().rpartition("@")
        return f"{local}{at}{domain}" in self.addresses or f"{local.partition('+')[0]}{at}{domain}" in self.addresses

    def has_list(self, address: str) -> bool:
        """Whether a list stands in front of us: it has one of our addresses, or one at a domain that is ours alone."""
        return self.has(address) or address.rpartition("@")[2].lower() in self.domains


NOWHERE = OwnPlaces()


def came_by_own_list(mail: ParsedMail, own: OwnPlaces) -> bool:
    """Whether the list that a mail names is a group of ours, so that its marks say nothing about who wrote."""
    return any(own.has_list(address) for address in _list_addresses(mail, own))


def came_by_own_forwarder(mail: ParsedMail, own: OwnPlaces) -> bool:
    """Whether one of our own addresses passed the mail on."""
    return any(is_own_mark(mail, name, own) for name in FORWARDED)


def is_own_mark(mail: ParsedMail, name: str, own: OwnPlaces) -> bool:
    """Whether a header field names one of our own addresses."""
    return any(own.has(address) for value in mail.headers.all_raw(name)[:10] for address in ADDRESS.findall(value))


def original_sender(mail: ParsedMail, own: OwnPlaces) -> Address:
    """Return who wrote: the From address, unless somebody whom we know to do so put their own there.

    These are web forms and relays that we listed, lists that name the writer twice (X-Original-From and Reply-To), and
    our own groups and lists that write "Anna via Support". Everybody else's Reply-To says only where answers go.
    """
    given = mail.from_
    answers = next((one for one in mail.reply_to if one.address and not own.has(one.address)), NOBODY)
    if given.address.lower() in own.relays:
        return answers if answers.address else given
    named = next((one for one in _people(mail, "x-original-from") if one.address), NOBODY)
    if named.address and named.address.lower() == answers.address.lower():
        return named
    is_list = own.has(given.address) or given.address.lower() in set(_list_addresses(mail, own))
    return _behind_list(mail, own, answers, named) if is_list else given


def _behind_list(mail: ParsedMail, own: OwnPlaces, answers: Address, named: Address) -> Address:
    """Return who wrote what a list sent as from itself; ``answers`` and ``named`` are what its header says of them."""
    if named.address and came_by_own_list(mail, own):
        return named
    via = VIA.match(mail.from_.name)
    senders = [one for one in _people(mail, "x-original-sender") if one.address and not own.has(one.address)]
    writer = answers if answers.address else next(iter(senders), NOBODY)
    if via is None or not writer.address:
        return mail.from_
    return Address(writer.name or via.group(1).strip(QUOTES), writer.address)


def _list_addresses(mail: ParsedMail, own: OwnPlaces) -> Iterator[str]:
    """Yield the addresses of the list that a mail came by, as far as its header names them."""
    for name in ("list-post", "x-beenthere", "x-mailing-list"):
        for person in _people(mail, name):
            yield person.address.lower().removeprefix("mailto:")
    if match := LIST_ADDRESS.search(mail.headers.raw("mailing-list")):
        yield match.group(1).lower()
    if match := IN_BRACKETS.search(mail.headers.raw("list-id")):
        yield from _addresses_of_list_id(match.group(1).strip().lower(), own)


def _addresses_of_list_id(list_id: str, own: OwnPlaces) -> Iterator[str]:
    """Yield the addresses that a List-Id may stand for: it is written with a dot instead of the @."""
    for domain in own.id_domains:
        if list_id.endswith(f".{domain}"):
            yield f"{list_id.removesuffix(f'.{domain}')}@{domain}"


def _people(mail: ParsedMail, name: str) -> list[Address]:
    return [person for value in mail.headers.all_raw(name)[:10] for person in addresses(value[:2000])]

"""Whether two addresses lead to one person, however they are written: for what must not come to anybody too often.

It is generous: two people of one domain whose names differ in dots only are taken for one. For deciding who somebody
is there is ``customers.models.identity.normalised``.
"""

import re

from samovar.conversations.recipients import mailbox_key

# Quoted names, comments and routes are ways to write one address a thousand times; no mail program needs them.
ORDINARY = re.compile(r"[^\s()<>\[\]\\\"%!,:;@]{1,64}@[^\s()<>\[\]\\\"%!,:;@]{1,254}[^\s()<>\[\]\\\"%!,:;@.]")
UNHEARD = str.maketrans("", "", ".-")
OTHER_NAMES = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
    "ya.ru": "yandex.ru",
    "narod.ru": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.com.tr": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "yandex.ua": "yandex.ru",
}


def is_ordinary(address: str) -> bool:
    """Whether an address is written as people write theirs."""
    return ORDINARY.fullmatch(address.strip()) is not None


def one_mailbox(address: str) -> str:
    """Return the same text for all ordinary spellings of an address that some provider takes for one mailbox."""
    name, _at, domain = mailbox_key(address).rpartition("@")
    return f"{name.translate(UNHEARD) or name}@{OTHER_NAMES.get(domain, domain)}"

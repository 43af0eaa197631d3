"""The domains of mail addresses: their form, and those at which anybody may have an address."""

import re

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
# Whoever has such an address has it from nobody whom we know: two people there have nothing to do with each other.
PUBLIC = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "googlegroups.com",
        "yandex.ru",
        "ya.ru",
        "yandex.com",
        "yandex.by",
        "yandex.kz",
        "mail.ru",
        "bk.ru",
        "inbox.ru",
        "list.ru",
        "internet.ru",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "yahoo.com",
        "ymail.com",
        "rambler.ru",
        "lenta.ru",
        "ro.ru",
        "gmx.net",
        "gmx.de",
        "gmx.com",
        "web.de",
        "t-online.de",
        "fastmail.com",
        "proton.me",
        "protonmail.com",
        "aol.com",
    ]
)

"""Mail servers of well-known providers, by the domain of an address, so that nobody has to look them up."""

from dataclasses import dataclass

from samovar.channels.models.account import Security


@dataclass(frozen=True)
class Servers:
    """Where mail of an address is read and sent from, over TLS from the start unless said otherwise."""

    imap_host: str
    smtp_host: str
    smtp_port: int = 465
    smtp_security: str = Security.TLS
    # Whether mail to name+anything@ is known to come to name@ too.
    has_plus_addresses: bool = False


MICROSOFT = Servers("outlook.office365.com", "smtp.office365.com", 587, Security.STARTTLS, has_plus_addresses=True)
YANDEX = Servers("imap.yandex.ru", "smtp.yandex.ru", has_plus_addresses=True)
MAIL_RU = Servers("imap.mail.ru", "smtp.mail.ru")
GOOGLE = Servers("imap.gmail.com", "smtp.gmail.com", has_plus_addresses=True)
APPLE = Servers("imap.mail.me.com", "smtp.mail.me.com", 587, Security.STARTTLS, has_plus_addresses=True)
YAHOO = Servers("imap.mail.yahoo.com", "smtp.mail.yahoo.com")
RAMBLER = Servers("imap.rambler.ru", "smtp.rambler.ru")
GMX = Servers("imap.gmx.net", "mail.gmx.net")
FASTMAIL = Servers("imap.fastmail.com", "smtp.fastmail.com", has_plus_addresses=True)

BY_DOMAIN = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), GOOGLE),
    **dict.fromkeys(("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz"), YANDEX),
    **dict.fromkeys(("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"), MAIL_RU),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com"), MICROSOFT),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), APPLE),
    **dict.fromkeys(("yahoo.com", "ymail.com"), YAHOO),
    **dict.fromkeys(("rambler.ru", "lenta.ru", "ro.ru"), RAMBLER),
    **dict.fromkeys(("gmx.net", "gmx.de", "gmx.com"), GMX),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), FASTMAIL),
}


def servers_of(address: str) -> Servers | None:
    """Return the servers of the provider of ``address``, None when we do not know it."""
    return BY_DOMAIN.get(address.strip().rpartition("@")[2].lower())

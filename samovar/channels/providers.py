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
WEB_DE = Servers("imap.web.de", "smtp.web.de", 587, Security.STARTTLS)
AOL = Servers("imap.aol.com", "smtp.aol.com")
ZOHO = Servers("imap.zoho.com", "smtp.zoho.com")
ZOHO_EU = Servers("imap.zoho.eu", "smtp.zoho.eu")
MAILBOX_ORG = Servers("imap.mailbox.org", "smtp.mailbox.org")
POSTEO = Servers("posteo.de", "posteo.de")
FASTMAIL = Servers("imap.fastmail.com", "smtp.fastmail.com", has_plus_addresses=True)

BY_DOMAIN = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), GOOGLE),
    **dict.fromkeys(("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz"), YANDEX),
    **dict.fromkeys(("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"), MAIL_RU),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com"), MICROSOFT),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), APPLE),
    **dict.fromkeys(("yahoo.com", "ymail.com"), YAHOO),
    **dict.fromkeys(("rambler.ru", "lenta.ru", "ro.ru"), RAMBLER),
    **dict.fromkeys(("gmx.net", "gmx.de", "gmx.com"), GMX),
    "web.de": WEB_DE,
    "aol.com": AOL,
    **dict.fromkeys(("zoho.com", "zohomail.com"), ZOHO),
    **dict.fromkeys(("zoho.eu", "zohomail.eu"), ZOHO_EU),
    "mailbox.org": MAILBOX_ORG,
    **dict.fromkeys(("posteo.de", "posteo.net"), POSTEO),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), FASTMAIL),
}


def servers_of(address: str) -> Servers | None:
    """Return the servers of the provider of ``address``, None when we do not know it."""
    return BY_DOMAIN.get(address.strip().rpartition("@")[2].lower())


@dataclass(frozen=True)
class Guesses:
    """Names that servers of a domain often have. Nobody has looked whether they exist: a person chooses."""

    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()


def guesses_of(address: str) -> Guesses:
    """Return what the servers of an address of an unknown provider may be called."""
    domain = address.strip().rpartition("@")[2].lower()
    if "." not in domain or servers_of(address):
        return Guesses()
    return Guesses(
        tuple(f"{name}.{domain}" for name in ("imap", "mail")), tuple(f"{name}.{domain}" for name in ("smtp", "mail"))
    )

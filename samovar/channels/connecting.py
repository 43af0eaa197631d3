"""Reaching mail servers, and what went wrong on the way in words that help to mend it."""

import ipaddress
import socket
import ssl

from django.utils.translation import gettext_noop as _

from samovar.channels.errors import ChannelTrouble, Unreached

TIMEOUT_SECONDS = 30
LONGEST_QUOTE = 120


def check_host(host: str, port: int) -> None:
    """Refuse what is no mail server's place; raises ChannelTrouble.

    Private networks are allowed, because mail servers stand there. Link-local addresses are not: clouds keep the keys
    of the machine at 169.254.169.254. Both protocols wait for the server's greeting, so nothing of ours reaches others.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise unreached(error, host, port) from error
    for *_rest, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified or mapped.is_reserved:
            raise Unreached(_("No mail server can stand at the address of %(host)s."), host=host)


def unreached(error: Exception, host: str, port: int) -> Unreached:
    """Return why no connection to a server came about."""
    where: dict[str, str | int] = {"host": host, "port": port}
    match error:
        case socket.gaierror() | UnicodeError():
            return Unreached(_("There is no server called %(host)s. Check how its name is written."), host=host)
        case ConnectionRefusedError():
            return Unreached(_("%(host)s does not accept connections at port %(port)s. Check the port."), **where)
        case TimeoutError():
            return Unreached(_("%(host)s does not answer at port %(port)s. Check the name and the port."), **where)
        case ssl.SSLCertVerificationError():
            text = _("The certificate of %(host)s cannot be trusted: %(reason)s. Check the server’s name.")
            return Unreached(text, host=host, reason=error.verify_message)
        case ssl.SSLError():
            text = _("%(host)s does not speak TLS at port %(port)s. Choose another protection or another port.")
            return Unreached(text, **where)
    text = _("The connection to %(host)s at port %(port)s did not come about: %(error)s")
    return Unreached(text, **where, error=quoted(str(error)))


def broken_off(error: Exception, host: str) -> ChannelTrouble:
    """Return that a connection which had come about was lost."""
    return ChannelTrouble(_("The connection to %(host)s broke off: %(error)s"), host=host, error=quoted(str(error)))


def quoted(answer: bytes | str) -> str:
    """Return the beginning of what a server said as one line of printable characters."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"

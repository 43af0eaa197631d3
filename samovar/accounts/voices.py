"""In whose name a letter goes out and how it is signed: what its brand decides, and what its author adds."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from samovar.accounts.models import Brand, User
from samovar.accounts.models.brand import SenderForm
from samovar.lib.text import tidy

# Signs that many programs show as an @, and what stands around an address: a name with one poses as somebody else.
OF_ADDRESSES = re.compile(r"[@\uff20\ufe6b<>\uff1c\uff1e\u2039\u203a]")
PLACEHOLDER = re.compile(r"\{(\w*)\}")
# A word that is missing takes along what separates it from the one before.
MISSING = re.compile(r"[\s,;·|/–—-]*\{%s\}")
SEPARATORS = " ,;·|/–—-"
ABOUT_PEOPLE, ABOUT_BRANDS = frozenset({"name", "title"}), frozenset({"brand"})
MOST_LINES, LONGEST = 12, 1000
DASHES = re.compile(r"[\s_*=–—-]*")
BLANK_LINES = re.compile(r"\n{3,}")
LONGEST_NAME = 420


@dataclass(frozen=True)
class Voice:
    """Who a letter says it is from, and what stands at its foot: how it is signed, and the line of the brand.

    ``is_personal`` says that the brand lets people be seen as senders.
    """

    from_name: str
    signature: str = ""
    legal_line: str = ""
    is_personal: bool = False

    @property
    def foot(self) -> str:
        """All of the foot as plain text."""
        return "\n\n".join(filter(None, (self.signature, self.legal_line)))


def voice_of(brand: Brand, house: str, author: User | None) -> Voice:
    """Return how a letter sounds that ``author`` writes under a brand; without one it is the brand that speaks.

    ``house`` is what customers call the place: the name of the mailbox or of the brand.
    """
    signature = signed(brand.signature, brand.name or house, author)
    return Voice(_from_name(brand, house, author), signature, brand.legal_line, brand.sender_form != SenderForm.BRAND)


def signed(template: str, brand_name: str, author: User | None) -> str:
    """Return the signature under a letter.

    Lines that name the author are left out where there is none, and make room for the author's own signature where
    they have one. A brand whose signature names nobody wants none; one without a signature leaves it to people.
    """
    lines = template.split("\n") if template.strip() else []
    places = [number for number, line in enumerate(lines) if ABOUT_PEOPLE & set(PLACEHOLDER.findall(line))]
    own = author.signature.split("\n") if author and author.signature.strip() and (places or not lines) else []
    if author is None or own:
        first = places[0] if places else 0
        rest = [line for number, line in enumerate(lines) if number not in places]
        lines = [*rest[:first], *own, *rest[first:]]
    words = {"brand": brand_name, "name": shown_name(author) if author else "", "title": author.title if author else ""}
    filled = [found for line in lines if (found := _filled(line, words)) is not None]
    return BLANK_LINES.sub("\n\n", "\n".join(filled)).strip("\n")


def shown_name(author: User) -> str:
    """Return the name under which customers know a member of staff."""
    return author.public_name or author.name


def poses_as_address(name: str) -> bool:
    """Whether a name could be taken for an address by whoever reads it in front of the real one."""
    return OF_ADDRESSES.search(name) is not None


def no_address(name: str) -> None:
    """Refuse a name that goes in front of our address and looks like another one."""
    if poses_as_address(name):
        raise ValidationError(_("Write a name, not an address: customers see it in front of ours."))


def tidy_signature(typed: str) -> str:
    """Return a signature without blanks around its lines and without the dashes that we write above it.

    Raises ValidationError for one that is too long, or asks for something that we do not know.
    """
    lines = [tidy(line) for line in typed.splitlines()]
    while lines and DASHES.fullmatch(lines[0]):
        del lines[0]
    unknown = set(PLACEHOLDER.findall(" ".join(lines))) - ABOUT_PEOPLE - ABOUT_BRANDS
    if unknown:
        name = f"{{{min(unknown)}}}"
        text = _("Nobody knows what %(name)s is. You can use {name}, {title} and {brand}.")
        raise ValidationError(text % {"name": name})
    found = BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    if found.count("\n") >= MOST_LINES or len(found) > LONGEST:
        raise ValidationError(_("A signature has at most 12 lines and 1,000 letters."))
    return found


def _from_name(brand: Brand, house: str, author: User | None) -> str:
    name = shown_name(author) if author else ""
    if not name or brand.sender_form == SenderForm.BRAND or poses_as_address(name):
        return house[:LONGEST_NAME]
    if brand.sender_form == SenderForm.PERSON:
        return name[:LONGEST_NAME]
    first = (author.public_name if author else "") or name.split()[0]
    with translation.override(brand.language):
        return (_("%(name)s from %(brand)s") % {"name": first, "brand": house})[:LONGEST_NAME]


def _filled(line: str, words: dict[str, str]) -> str | None:
    """Return a line with what its placeholders stand for; None when nothing of it is left."""
    asked = PLACEHOLDER.findall(line)
    missing = [name for name in asked if not words.get(name)]
    if not missing:
        return PLACEHOLDER.sub(lambda found: words[found[1]], line)
    for name in missing:
        line = re.sub(MISSING.pattern % name, "", line)
    return PLACEHOLDER.sub(lambda found: words[found[1]], line.strip(SEPARATORS)) or None

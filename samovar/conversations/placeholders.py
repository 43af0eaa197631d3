"""The words that stand for something in a macro: ``{{ customer.first_name | "there" }}``.

That is the whole language: a name of KNOWN between two pairs of braces, and in quotation marks, if one wants, what is
written where nothing is known. There are no conditions, no loops, no calls and no ways from one thing to another. Every
word is replaced once, so that what is filled in is never read as a placeholder itself.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samovar.lib.text import UNSEEN, tidy

# What each stands for, as the page says it on which macros are written.
KNOWN: dict[str, Promise] = {
    "customer.first_name": gettext_lazy("the first word of the customer's name, as it is written"),
    "customer.name": gettext_lazy("the customer's name, as it is written"),
    "agent.public_name": gettext_lazy("the name under which customers know you"),
    "agent.name": gettext_lazy("your name, as the team knows it"),
    "brand.name": gettext_lazy("what customers call us"),
    "conversation.number": gettext_lazy("the number of the conversation"),
    "conversation.subject": gettext_lazy("what the conversation is about"),
    "team.opening_hours": gettext_lazy("when the team works that answers for the conversation"),
    "team.next_opening": gettext_lazy("when its work begins next"),
}
GROUPS = "|".join(sorted({name.partition(".")[0] for name in KNOWN}))
SLOT = re.compile(r"\{\{([^{}\n]*)\}\}")
# Keyboards of phones turn quotation marks into those of the language.
PARTS = re.compile(r"\s*([^\s|\"“”„«»]+)\s*(?:\|\s*[\"“”„«]([^\"“”„«»\n]*)[\"“”»]\s*)?")
BRACES = re.compile(r"\{\{|\}\}")
LEFT_OPEN = re.compile(rf"\[((?:{GROUPS})\.\w{{1,40}})\?\]|\{{\{{\s*([\w.]{{1,60}})[^{{}}\n]*\}}\}}")
# Signs with which text is marked up, here or in the program of whoever reads it.
MARKS = re.compile(r"[*_`~|\\<>{}\[\]]")
MARKS_OF_LINES = "#-+=. "
LEADS_AWAY = re.compile(r"://|@|\uff20|\bwww\.", re.IGNORECASE)
DOT_INSIDE = re.compile(r"(?<=\w)[.\u3002\uff0e](?=[^\W\d_])")
NOT_A_NAME = re.compile(r"\W*\w?\W*|.*\.|.*\d.*")
LONGEST_VALUE = 200
NEAREST = 0.5


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with what its placeholders stand for; what is not known stands there as ``[customer.name?]``."""
    return SLOT.sub(lambda found: _filled(found, values), text)


def left_open(text: str) -> list[str]:
    """Return the names of the placeholders for which nobody has written anything yet, each once."""
    found = (one[1] or one[2] for one in LEFT_OPEN.finditer(text))
    return list(dict.fromkeys(found))


def mistakes(text: str) -> list[str]:
    """Return what is wrong with the placeholders of a text, in the reader's language."""
    found = [mistake for slot in SLOT.finditer(text) if (mistake := _mistake(slot))]
    if BRACES.search(SLOT.sub("", text)):
        found.append(_("A placeholder begins with {{ and ends with }} on the same line."))
    return list(dict.fromkeys(found))


def question(names: list[str]) -> str:
    """Ask whether a text shall go out in which something was left open."""
    said = ngettext("This was not filled in: %(names)s", "These were not filled in: %(names)s", len(names))
    return said % {"names": ", ".join(names)}


def harmless(claimed: str) -> str:
    """Return what somebody outside says of themselves so that it is safe in a letter of ours; "" where it cannot be.

    Anybody can call themselves anything in a mail. It becomes one line without signs that mark text up; a dot between
    letters is followed by a blank, so that no program makes a link of it; what holds an address is not said at all.
    """
    line = tidy(MARKS.sub("", UNSEEN.sub("", claimed)))
    if LEADS_AWAY.search(line) or len(line) > LONGEST_VALUE:
        return ""
    return DOT_INSIDE.sub(". ", line.lstrip(MARKS_OF_LINES))


def first_name(name: str) -> str:
    """Return the first word of a name; "" for an initial, a title with a dot and what holds a figure.

    "Sokolova, Elena" has it after the comma. No language is guessed at: of "Соколова Елена" it is the family name, and
    whoever reads the letter before it leaves can set that right, there or on the card of the customer.
    """
    family, _comma, given = name.partition(",")
    first = next(iter((given if given.strip() else family).split()), "")
    return "" if NOT_A_NAME.fullmatch(first) else first


def _filled(found: re.Match[str], values: Mapping[str, str]) -> str:
    parts = PARTS.fullmatch(found[1])
    name = parts[1] if parts else found[1].strip()
    default = parts[2] if parts else None
    if known := values.get(name, ""):
        return known
    return f"[{name}?]" if default is None else default


def _mistake(found: re.Match[str]) -> str:
    parts = PARTS.fullmatch(found[1])
    if parts is None:
        shown = tidy(found[0])
        return _("%(typed)s cannot be read. Write {{ customer.name }} or {{ customer.name | “there” }}.") % {
            "typed": shown
        }
    if parts[1] in KNOWN:
        return ""
    nearest = get_close_matches(parts[1].lower(), KNOWN, n=1, cutoff=NEAREST)
    if nearest:
        said = _("Nobody knows what {{ %(name)s }} is. Did you mean {{ %(nearest)s }}?")
        return said % {"name": parts[1], "nearest": nearest[0]}
    return _("Nobody knows what {{ %(name)s }} is. Below stands what can be written.") % {"name": parts[1]}

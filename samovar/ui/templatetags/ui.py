"""Tags for the parts that need more than an include."""

import json
from datetime import UTC, datetime
from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.safestring import SafeString

from samovar.ui import durations, modules, numbers, people

register = template.Library()
register.filter(numbers.numbered)
# People and moments that lists show again and again.
REMEMBERED = 4096

FORMS = {
    "relative": "SHORT_DATETIME_FORMAT",
    "clock": "TIME_FORMAT",
    "short": "SHORT_DATE_FORMAT",
    "stamp": "SHORT_DATETIME_FORMAT",
    "full": "DATETIME_FORMAT",
}


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw a sign from ``icons.svg``; without ``label`` it is decoration and hidden from screen readers."""
    return _drawn(name, size, label) if label else _decoration(name, size)


@cache
def _decoration(name: str, size: str) -> SafeString:
    # A list draws hundreds of signs, and there are few different ones.
    return _drawn(name, size, "")


def _drawn(name: str, size: str, label: str) -> SafeString:
    return render_to_string("ui/icon.html", {"name": name, "size": size, "label": label})


@register.simple_tag
def avatar(name: str, identifier: int | None = None, size: str = "", presence: str = "") -> SafeString:
    """Draw a person; the tint stays the same for the same ``identifier``."""
    return _avatar(people.initials(name), people.tone(identifier), size, presence)


@lru_cache(REMEMBERED)
def _avatar(initials: str, tone: str, size: str, presence: str) -> SafeString:
    drawn = {"initials": initials, "tone": tone, "size": size, "presence": presence}
    return render_to_string("ui/avatar.html", drawn)


@register.simple_block_tag
def card(content: SafeString, title: str, tone: str = "") -> SafeString:
    """Draw a sheet with a heading around what stands between the tags."""
    return render_to_string("ui/card.html", {"content": content, "title": title, "tone": tone})


@register.inclusion_tag("ui/importmap.html", takes_context=True)
def importmap(context: template.Context) -> dict[str, object]:
    """Draw the import map, so that modules import each other by name."""
    return {"modules": modules.addresses(), "nonce": str(context.get("CSP_NONCE", ""))}


@register.filter
def language_name(code: str) -> str:
    """Name a language in that of the reader; a code that nobody knows stays a code."""
    try:
        return str(translation.get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def as_json(value: object) -> str:
    """Write a value as a script reads it from an attribute."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def grouped(number: int) -> str:
    """Write a large number in groups of three digits, as the reader's language does."""
    return formats.number_format(number, force_grouping=True)


@register.simple_tag
def local_time(moment: datetime, form: str = "relative") -> SafeString:
    """Draw a moment, which the browser words anew in the reader's zone.

    ``relative`` (12 min ago), ``wait`` (12 min), ``clock`` (14:05), ``short`` (clock today, else day), ``stamp`` (the
    day too when it is not today), ``full``, or ``left``, which counts the seconds until then.
    """
    if form == "left":
        return _time(moment, form, translation.gettext("in a moment"))
    if form == "wait":
        return _time(moment, form, durations.distance(moment))
    return _moment(timezone.localtime(moment), form, translation.get_language(), timezone.get_current_timezone_name())


@register.inclusion_tag("ui/due_time.html")
def due_time(moment: datetime, says: str = "", since: datetime | None = None) -> dict[str, str]:
    """Draw how long it is until a promise is due, or how late it is, which the browser keeps true.

    What ``says`` names is told to screen readers 20 and 5 minutes before, and when it is late; with ``since``, when it
    was promised, a ring shows how much of the time is left.
    """
    utc = {
        name: at.astimezone(UTC).isoformat(timespec="seconds") for name, at in (("due", moment), ("since", since)) if at
    }
    words = {
        "says": says,
        "shown": durations.until(moment),
        "tone": durations.tone(moment),
        "late": durations.late("{}"),
    }
    return utc | words


@lru_cache(REMEMBERED)
def _moment(local: datetime, form: str, _language: str, _zone: str) -> SafeString:
    # Equal moments of different zones are one key to a cache, and every language has formats of its own.
    return _time(local, form, formats.date_format(local, FORMS[form]))


@lru_cache(REMEMBERED)
def _time(moment: datetime, form: str, shown: str) -> SafeString:
    utc = moment.astimezone(UTC).isoformat(timespec="seconds")
    return render_to_string("ui/local_time.html", {"moment": utc, "form": form, "shown": shown})

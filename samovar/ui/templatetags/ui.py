"""Tags for the parts that need more than an include."""

from datetime import UTC, datetime
from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from samovar.ui import durations, modules, people

register = template.Library()

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


@register.inclusion_tag("ui/avatar.html")
def avatar(name: str, identifier: int | None = None, size: str = "", presence: str = "") -> dict[str, str]:
    """Draw a person; the tint stays the same for the same ``identifier``."""
    return {
        "initials": people.initials(name),
        "tone": people.tone(identifier),
        "size": size,
        "presence": presence,
    }


@register.simple_block_tag
def card(content: SafeString, title: str, tone: str = "") -> SafeString:
    """Draw a sheet with a heading around what stands between the tags."""
    return render_to_string("ui/card.html", {"content": content, "title": title, "tone": tone})


@register.inclusion_tag("ui/importmap.html", takes_context=True)
def importmap(context: template.Context) -> dict[str, object]:
    """Draw the import map, so that modules import each other by name."""
    return {"modules": modules.addresses(), "nonce": str(context.get("CSP_NONCE", ""))}


@register.inclusion_tag("ui/local_time.html")
def local_time(moment: datetime, form: str = "relative") -> dict[str, object]:
    """Draw a moment, which the browser words anew in the reader's zone.

    ``relative`` (12 min ago), ``wait`` (12 min), ``clock`` (14:05), ``short`` (clock today, else day), ``stamp`` (the
    day too when it is not today) or ``full``.
    """
    if form == "wait":
        shown = durations.distance(moment)
    else:
        shown = formats.date_format(timezone.localtime(moment), FORMS[form])
    return {"moment": moment.astimezone(UTC).isoformat(timespec="seconds"), "form": form, "shown": shown}

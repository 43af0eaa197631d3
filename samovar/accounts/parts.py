"""Parts of the product that a company may do without: switched off, they leave menus, palette and pages.

Nothing is deleted, and what is there already stays where it stands; a part that is switched on again is as it was.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Size(models.TextChoices):
    """How many people of the company speak with customers."""

    SMALL = "small", _("Up to five people")
    MEDIUM = "medium", _("Six to thirty")
    LARGE = "large", _("More than thirty")


@dataclass(frozen=True)
class Part:
    """Something that can be switched off: what it is for, and for companies of which sizes it is on at first."""

    title: Promise
    text: Promise
    sizes: Collection[Size]


ALL = tuple(Size)
PARTS = {
    "causes": Part(_("Causes"), _("Why people write, counted."), ALL),
    "ideas": Part(_("Ideas"), _("What customers propose, with who had it."), (Size.MEDIUM, Size.LARGE)),
    "promises": Part(_("Promises"), _("What was promised by when, and whether it was kept."), ALL),
    "steps": Part(_("Steps"), _("Work larger than one answer."), (Size.MEDIUM, Size.LARGE)),
    "macros": Part(_("Macros"), _("Saved replies, and steps that go with them."), ALL),
    "experts": Part(_("Experts"), _("A colleague who knows, asked one question."), ALL),
    "restrictions": Part(
        _("Difficult customers"), _("Warned, limited or blocked, by a lead."), (Size.MEDIUM, Size.LARGE)
    ),
    "outside": Part(_("Asking outside"), _("A carrier or a workshop, asked by mail."), (Size.MEDIUM, Size.LARGE)),
    "hours": Part(_("Working hours"), _("Of the company and of each team."), (Size.MEDIUM, Size.LARGE)),
    "brands": Part(_("Brands"), _("Several names with letters of their own."), (Size.LARGE,)),
    "retention": Part(_("Retention"), _("How long conversations are kept."), (Size.LARGE,)),
}


def off_for(size: str) -> list[str]:
    """Return the parts that a company of this size is offered without."""
    return [name for name, part in PARTS.items() if size not in part.sizes]


def switched(off: Collection[str]) -> dict[str, bool]:
    """Return for each part whether it is on."""
    return {name: name not in off for name in PARTS}

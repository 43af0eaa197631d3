"""The tree of causes as pages need it: what is offered first, and how many conversations there are of each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from samovar.accounts.models import User
from samovar.conversations.matching import NEARLY, rank
from samovar.conversations.models import Cause, Conversation
from samovar.lib.listing import PAGE, Page

# How many of the conversations that were settled last say which causes are frequent.
LOOKED_AT = 300
MOST_FREQUENT = 5


@dataclass
class Branch:
    """A cause with its parts; ``count`` is how many conversations have it, its parts, or what was merged into these."""

    cause: Cause
    parts: "list[Branch]" = field(default_factory=list)
    own: int = 0

    @property
    def count(self) -> int:
        """How many conversations there are of it and of its parts."""
        return self.own + sum(part.own for part in self.parts)


@dataclass(frozen=True)
class Line:
    """A line of the tree as it is listed; ``is_first`` and ``is_last`` are of all its siblings, listed or not."""

    branch: Branch
    is_part: bool
    is_first: bool
    is_last: bool


def offered(typed: str, recent: Sequence[int]) -> list[Cause]:
    """Return the causes that fit what was typed, best first; of equal ones, ``recent`` and frequent ones come first."""
    causes = in_tree_order(Cause.objects.all().in_use().in_order())
    first = {pk: place for place, pk in enumerate([*recent, *_frequent()])} if causes else {}
    ranked = []
    for place, cause in enumerate(causes):
        fit = rank(typed, cause.forms, cause.parent.forms if cause.parent else ())
        if fit is not None:
            ranked.append((fit, first.get(cause.pk, len(first) + place), cause))
    return [cause for _fit, _place, cause in sorted(ranked, key=lambda one: one[:2])]


def tree(user: User, causes: Iterable[Cause]) -> list[Branch]:
    """Return ``causes`` as a tree, with how many conversations ``user`` may see of each; one question."""
    counted = _counts(user)
    branches = {cause.pk: Branch(cause, own=counted[cause.pk]) for cause in causes}
    for branch in branches.values():
        above = branches.get(branch.cause.parent_id or 0)
        if above:
            above.parts.append(branch)
    return [branch for branch in branches.values() if branch.cause.parent_id not in branches]


def listed(branches: Sequence[Branch], typed: str = "", after: str = "") -> Page[Line]:
    """Return a page of the tree, or of what fits the letters typed and what that stands below.

    What fits only nearly is listed where nothing else does. A page begins behind the mark ``after``, and never tears
    parts from what they stand below.
    """
    groups = _fitting(branches, typed, NEARLY - 1) or _fitting(branches, typed, NEARLY)
    tops = [str(group[0].branch.cause.pk) for group in groups]
    rows: list[Line] = []
    for top, group in list(zip(tops, groups, strict=True))[tops.index(after) + 1 if after in tops else 0 :]:
        rows += group
        if len(rows) >= PAGE and top != tops[-1]:
            return Page(rows, top)
    return Page(rows, "")


def _fitting(branches: Sequence[Branch], typed: str, worst: int) -> list[list[Line]]:
    """Return the lines of each branch that fits, or of which parts do, these with it; ``worst`` is a rank."""

    def fits(cause: Cause) -> bool:
        return rank(typed, cause.forms, cause.parent.forms if cause.parent else ()) in range(worst + 1)

    groups = []
    for at, top in enumerate(branches):
        is_meant = fits(top.cause)
        parts = [
            Line(part, True, part is top.parts[0], part is top.parts[-1])
            for part in top.parts
            if is_meant or fits(part.cause)
        ]
        if is_meant or parts:
            groups.append([Line(top, False, at == 0, at == len(branches) - 1), *parts])
    return groups


def in_tree_order(causes: Iterable[Cause]) -> list[Cause]:
    """Return ``causes`` with each part behind what it stands below; the order among siblings stays."""
    found = list(causes)
    parts: dict[int | None, list[Cause]] = {}
    for cause in found:
        parts.setdefault(cause.parent_id, []).append(cause)
    return [one for top in parts.get(None, []) for one in (top, *parts.get(top.pk, []))]


def _counts(user: User) -> Counter[int]:
    """Count what stands for each cause, also by what was merged into it."""
    seen = Conversation.objects.all().visible_to(user).filter(cause__isnull=False)
    rows = seen.order_by().values_list("cause", "cause__merged_into").annotate(count=Count("pk"))
    counted = Counter[int]()
    for pk, merged_into, count in rows:
        counted[merged_into or pk] += count
    return counted


def _frequent() -> list[int]:
    settled = Conversation.objects.all().present().resolved().filter(cause__isnull=False)
    newest = settled.order_by("-resolved_at", "-pk").values_list("cause", flat=True)[:LOOKED_AT]
    return [pk for pk, _count in Counter(newest).most_common(MOST_FREQUENT)]

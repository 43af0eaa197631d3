"""Macros: what an agent writes and does again and again, kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.accounts.models.audit import Action, record
from samovar.conversations.errors import MacroChanged, MacroKeyTaken
from samovar.lib import clock
from samovar.lib.layouts import readings
from samovar.lib.text import search_key

# What nobody has used for so long is marked in the list.
FORGOTTEN_AFTER = timedelta(days=90)
KEYS = range(1, 10)
MOST_WORDS = 6
LANGUAGES = [("en", "English"), ("ru", "Русский")]
COUNT_USE = """
INSERT INTO conversations_macrouse (macro_id, user_id, month_begins_on, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (macro_id, user_id, month_begins_on) DO UPDATE SET count = conversations_macrouse.count + 1
"""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What somebody typed: of ``owner`` and ``team`` at most one; without both it is everybody's.

    ``steps`` are pairs (kind, value), as ``conversations.macro_steps`` knows them.
    """

    name: str
    shortcut: str = ""
    text: str = ""
    steps: Sequence[Sequence[str]] = ()
    owner: User | None = None
    team: Team | None = None
    language: str = ""


class MacroQuerySet(models.QuerySet["Macro"]):
    """Finds macros."""

    def in_use(self) -> MacroQuerySet:
        """Return those that are offered."""
        return self.filter(archived_at=None)

    def offered_to(self, user: User) -> MacroQuerySet:
        """Return those that ``user`` works with: their own, those of their teams, everybody's."""
        return self.in_use().filter(_at_hand(user))

    def visible_to(self, user: User) -> MacroQuerySet:
        """Return those that ``user`` may look at; who leads sees all teams', and what people left who are gone."""
        if not user.can_answer:
            return self.none()
        if not user.can_lead:
            return self.filter(_at_hand(user))
        return self.filter(Q(owner=None) | Q(owner=user) | Q(owner__is_active=False))

    def found_by(self, typed: str, user: User) -> MacroQuerySet:
        """Return those that fit what was typed, the best first; of equal ones what ``user`` takes most.

        The digit that the user has given to one, or its own letters, are first, then the beginning of its name, then
        beginnings of the words in it, then what only stands in its text, and at last the names as typed in the other
        layout of keys.
        """
        uses = MacroUse.objects.filter(macro=models.OuterRef("pk"), user=user).order_by()
        used = uses.values("macro").annotate(all=models.Sum("count")).values("all")
        digit = MacroKey.objects.filter(macro=models.OuterRef("pk"), user=user).values("digit")
        rows = self.annotate(used_by_me=Coalesce(models.Subquery(used), 0), digit=models.Subquery(digit[:1]))
        rows = rows.annotate(rank=_rank(*readings(typed))).filter(rank__isnull=False)
        # Who presses Enter at once gets a text, which can be thrown away, and nothing that is done at once.
        is_bare = models.ExpressionWrapper(Q(text=""), models.BooleanField())
        return rows.order_by("rank", F("digit").asc(nulls_last=True), "-used_by_me", is_bare, "name_key", "pk")

    @transaction.atomic
    def make(self, wording: Wording, by: User) -> Macro:
        """Make a macro."""
        macro = self.model(**_fields(wording), changed_by=by, changed_at=clock.now())
        macro.save()
        if macro.is_shared:
            record(Action.MACRO_MADE, by, macro, after=macro.facts)
        return macro


class Macro(models.Model):
    """A text, with words that stand for something (``conversations.placeholders``), and steps; one may be missing.

    A macro that is only a text is what people call a saved reply. It belongs to one person, to a team or to everybody;
    it is retired, never deleted. ``version`` counts the changes, so that two people never overwrite each other unseen.
    """

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    name_key = models.CharField(max_length=300, editable=False)
    shortcut = models.CharField(_("letters that find it at once"), max_length=20, blank=True)
    text = models.TextField(_("text"), blank=True)
    steps = models.JSONField(_("steps"), default=list, db_default=Value([], models.JSONField()), blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, blank=True)
    used_count = models.IntegerField(_("used so often"), default=0, db_default=0)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    version = models.IntegerField(default=0, db_default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(_("changed at"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    archived_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        ordering = ["name_key", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(owner=None) | Q(team=None), name="macro_of_one"),
            models.CheckConstraint(condition=~Q(text="", steps=[]), name="macro_does_something"),
            models.CheckConstraint(condition=Q(language__in=["", "en", "ru"]), name="macro_language_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the searching form of the name beside it."""
        self.name_key, self.shortcut = search_key(self.name), search_key(self.shortcut)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # what Django's save takes

    @property
    def is_shared(self) -> bool:
        """Whether others have it too."""
        return self.owner_id is None

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody has used it for long."""
        return (self.last_used_at or self.created_at) < clock.now() - FORGOTTEN_AFTER

    @property
    def facts(self) -> dict[str, Any]:
        """What the audit log tells of it."""
        scope = str(self.team) if self.team else "" if self.owner else "everybody"
        told = {"name": self.name, "text": self.text, "scope": scope, "shortcut": self.shortcut}
        return told | {"steps": [" ".join(step) for step in self.steps]}

    def can_be_changed_by(self, user: User) -> bool:
        """Whether ``user`` may change it: one's own by whoever answers, what is shared by whoever leads."""
        return user.can_lead if self.is_shared else self.owner_id == user.pk and user.can_answer

    @transaction.atomic
    def change(self, wording: Wording, version: int, by: User) -> None:
        """Set what it says, does and whose it is; raises MacroChanged when it is not ``version`` any more."""
        self._lock()
        if self.version != version:
            raise MacroChanged(self.pk)
        was_shared, before = self.is_shared, self.facts
        fields = _fields(wording)
        if all(getattr(self, name) == value for name, value in fields.items()):
            return
        for name, value in fields.items():
            setattr(self, name, value)
        self.version, self.changed_by, self.changed_at = version + 1, by, clock.now()
        self.save(update_fields=[*fields, "name_key", "version", "changed_by", "changed_at"])
        if was_shared or self.is_shared:
            record(Action.MACRO_CHANGED, by, self, before, self.facts)

    @transaction.atomic
    def retire(self, by: User) -> None:
        """Offer it no more. Twice is once."""
        self._lock()
        if self.archived_at is None:
            self.archived_at = clock.now()
            self.save(update_fields=["archived_at"])
            if self.is_shared:
                record(Action.MACRO_RETIRED, by, self)

    @transaction.atomic
    def revive(self, by: User) -> None:
        """Offer it again. Twice is once."""
        self._lock()
        if self.archived_at is not None:
            self.archived_at = None
            self.save(update_fields=["archived_at"])
            if self.is_shared:
                record(Action.MACRO_REVIVED, by, self)

    @transaction.atomic
    def take_over(self, by: User) -> None:
        """Give it to ``by``, who leads, when whose it was is gone. Twice is once."""
        self._lock()
        if self.owner is not None and not self.owner.is_active:
            self.owner, self.changed_by, self.changed_at = by, by, clock.now()
            self.version += 1
            self.save(update_fields=["owner", "version", "changed_by", "changed_at"])

    @transaction.atomic
    def count_use(self, by: User) -> None:
        """Note that ``by`` has applied it."""
        now = clock.now()
        Macro.objects.filter(pk=self.pk).update(used_count=F("used_count") + 1, last_used_at=now)
        with connection.cursor() as cursor:
            cursor.execute(COUNT_USE, [self.pk, by.pk, now.date().replace(day=1)])

    @transaction.atomic
    def put_on_key(self, digit: int | None, user: User) -> None:
        """Let ``user`` reach it by one of KEYS, or by none; raises MacroKeyTaken when another one is there."""
        User.objects.select_for_update().get(pk=user.pk)
        own = MacroKey.objects.filter(user=user)
        if digit is None:
            own.filter(macro=self).delete()
            return
        taken = own.filter(digit=digit).exclude(macro=self).select_related("macro").first()
        if taken is not None:
            raise MacroKeyTaken(taken.macro.name)
        own.update_or_create(user=user, macro=self, defaults={"digit": digit})

    def _lock(self) -> None:
        rows = Macro.objects.select_related("owner", "team", "changed_by").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)


class MacroUse(models.Model):
    """How often somebody applied a macro in one month."""

    macro = models.ForeignKey(Macro, on_delete=models.PROTECT, related_name="uses", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    month_begins_on = models.DateField(_("month"))
    count = models.IntegerField(_("how often"), default=0)

    class Meta:
        verbose_name = _("use of a macro")
        constraints = [models.UniqueConstraint(fields=["macro", "user", "month_begins_on"], name="macro_use_once")]

    def __str__(self) -> str:
        return f"{self.macro_id} by {self.user_id}: {self.count}"


class MacroKey(models.Model):
    """The digit by which somebody reaches a macro."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    macro = models.ForeignKey(Macro, on_delete=models.PROTECT, related_name="+")
    digit = models.PositiveSmallIntegerField(_("digit"))

    class Meta:
        verbose_name = _("key of a macro")
        constraints = [
            models.UniqueConstraint(fields=["user", "digit"], name="macro_key_once"),
            models.UniqueConstraint(fields=["user", "macro"], name="macro_on_one_key"),
            models.CheckConstraint(condition=Q(digit__in=list(KEYS)), name="macro_key_known"),
        ]

    def __str__(self) -> str:
        return f"{self.digit} of {self.user_id}"


def _at_hand(user: User) -> Q:
    own_teams = User.teams.through.objects.filter(user=user).values("team")
    return Q(owner=user) | Q(team__in=own_teams) | Q(owner=None, team=None)


def _fields(wording: Wording) -> dict[str, Any]:
    shallow = {name: getattr(wording, name) for name in vars(wording)}
    return shallow | {"shortcut": search_key(wording.shortcut), "steps": [list(step) for step in wording.steps]}


def _rank(wanted: str, otherwise: str) -> models.Case | Value:
    if not wanted:
        return Value(0)
    by_digit = [models.When(digit=int(wanted), then=Value(0))] if wanted in map(str, KEYS) else []
    return models.Case(
        *by_digit,
        *_named(wanted, 0),
        models.When(text__icontains=wanted, then=Value(3)),
        *_named(otherwise, 4),
        output_field=models.SmallIntegerField(),
    )


def _named(wanted: str, best: int) -> list[models.When]:
    """Return how well letters name a macro: ``best`` its own, then how its name begins, then words in it."""
    each = Q()
    for word in wanted.split()[:MOST_WORDS]:
        each &= Q(name_key__startswith=word) | Q(name_key__contains=f" {word}")
    begins = Q(shortcut__startswith=wanted) | Q(name_key__startswith=wanted)
    places = enumerate((Q(shortcut=wanted), begins, each), best)
    return [models.When(fits, then=Value(place)) for place, fits in places]

"""Members of staff."""

from datetime import time
from typing import ClassVar, TypedDict, Unpack

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from samovar.accounts.errors import LastAdmin
from samovar.accounts.events import StaffLeft, StaffReturned
from samovar.accounts.models.audit import Action, record
from samovar.accounts.models.presence import Present
from samovar.accounts.models.team import Team
from samovar.accounts.models.topic import Knowing
from samovar.accounts.parts import switched
from samovar.events.announcing import announce
from samovar.lib import clock
from samovar.lib.text import sort_key, tidy


class Role(models.TextChoices):
    """What a member of staff may do."""

    ADMIN = "admin", _("Administrator")
    LEAD = "lead", _("Team lead")
    AGENT = "agent", _("Agent")
    EXPERT = "expert", _("Expert")
    OBSERVER = "observer", _("Observer")


# Who writes to customers.
ANSWERING = (Role.ADMIN, Role.LEAD, Role.AGENT)
LEADING = (Role.ADMIN, Role.LEAD)


NO_NAMES = models.Value([], models.JSONField())


class Ways(TypedDict, total=False):
    """What a person decides about themselves; "" leaves it to the browser."""

    name: str
    public_name: str
    signature: str
    title: str
    language: str
    theme: str
    time_zone: str
    has_keys: bool
    keys: dict[str, str]
    density: str
    undo_seconds: int
    quiet_from: time | None
    quiet_to: time | None
    quiet_days: str
    is_quiet_with_team: bool
    view_order: list[str]
    views_hidden: list[str]


class UserManager(BaseUserManager["User"]):
    """Makes members of staff and finds them by e-mail, whatever its case."""

    # A member of staff is made in this way only.
    def create(self, *, email: str, name: str, role: str = Role.AGENT, password: str | None = None) -> "User":  # type: ignore[override]
        """Make a member of staff; without ``password`` the person cannot sign in until one is set."""
        user = self.model(email=tidy(email).lower(), name=tidy(name), role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def add(self, *, by: "User | None", email: str, name: str, role: str, password: str) -> "User":
        """Make a member of staff who can sign in; ``by`` is None at the command line.

        Raises IntegrityError when somebody has the e-mail, in whatever letters.
        """
        user = self.create(email=email, name=name, role=role, password=password)
        record(Action.PERSON_ADDED, by, user, after={"e-mail": user.email, "role": user.role})
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail."""
        return self.get(email=(username or "").strip().lower())

    def with_email(self, email: str) -> "User | None":
        """Return who signs in with this e-mail, switched off or not. The database would take "ı" for "i"."""
        return self.filter(email=email.strip().lower()).first()


class User(AbstractBaseUser, Present, Knowing):
    """A member of staff, signed in by e-mail and password."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=200, editable=False)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.AGENT)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    title = models.CharField(_("what they do"), max_length=120, blank=True)
    # What customers read; "" is the name. Their own lines stand in a brand's signature instead of what it says of them.
    public_name = models.CharField(_("name that customers see"), max_length=100, blank=True, default="", db_default="")
    signature = models.TextField(_("own signature"), blank=True, default="", db_default="")
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    density = models.CharField(_("density"), max_length=8, blank=True, default="", db_default="")
    has_keys = models.BooleanField(_("single-letter keys"), default=True)
    # Which delivered keys are other ones for this person: {"E": "D", "Q": ""}, "" for none at all.
    keys = models.JSONField(_("own keys"), default=dict, db_default=models.Value("{}", models.JSONField()), blank=True)
    # For how long what they send can still be taken back; 0 lets it leave at once.
    undo_seconds = models.PositiveSmallIntegerField(_("time to take back what was sent"), default=10, db_default=10)
    # When they are told of nothing that can wait: each night, and on whole days (0 is Monday; "56" is the week-end).
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    quiet_days = models.CharField(_("quiet days"), max_length=7, blank=True, default="", db_default="")
    is_quiet_with_team = models.BooleanField(_("quiet while the team does not work"), default=False, db_default=False)
    # The names of the lists in their navigation, in their own order, and of those that do not stand there.
    view_order = models.JSONField(_("order of the views"), default=list, db_default=NO_NAMES, blank=True)
    views_hidden = models.JSONField(_("views that are hidden"), default=list, db_default=NO_NAMES, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    left_at = models.DateTimeField(_("last switched off at"), null=True, blank=True)
    # How often all sessions of the person were ended at once.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # How often all links to a new password were made worthless.
    reset_keys_voided = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("member of staff")
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sorting form of the name beside it."""
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # what Django's save takes

    def get_session_auth_hash(self) -> str:
        """Return what every session of the person is bound to: a new password or role, or leaving, ends them all."""
        bound_to = f"{self.password} {self.role}"
        # Who comes back signs in anew: a session of before may lie on a device that is theirs no more.
        bound_to += f" {self.left_at.isoformat()}" if self.left_at else ""
        bound_to += f" {self.sessions_ended}" if self.sessions_ended else ""
        return salted_hmac("samovar.accounts.session", bound_to, algorithm="sha256").hexdigest()

    @cached_property
    def parts(self) -> dict[str, bool]:
        """The parts of the product, and whether the company has them switched on."""
        if hasattr(self, "company_parts_off"):
            return switched(self.company_parts_off or [])
        model = apps.get_model("accounts", "Company")
        return switched(model.objects.values_list("parts_off", flat=True).first() or [])

    @property
    def is_admin(self) -> bool:
        """Whether the person may change settings."""
        return self.role == Role.ADMIN

    @property
    def can_answer(self) -> bool:
        """Whether the person may write to customers and change conversations."""
        return self.role in ANSWERING

    @property
    def can_lead(self) -> bool:
        """Whether the person decides how the team works."""
        return self.role in LEADING

    @property
    def can_look(self) -> bool:
        """Whether the person may see customers and conversations."""
        return self.can_answer or self.role == Role.OBSERVER

    def change_ways(self, **ways: Unpack[Ways]) -> None:
        """Set what the person decides about themselves."""
        for name, value in ways.items():
            setattr(self, name, value)
        self.save(update_fields=["sort_key", *ways])

    @transaction.atomic
    def change_password(self, password: str, by: "User | None" = None) -> None:
        """Set the password, which ends every session of the person; ``by`` is None at the command line."""
        self.set_password(password)
        self.save(update_fields=["password"])
        record(Action.PASSWORD_SET, by, self)

    @transaction.atomic
    def change_role(self, role: str, by: "User") -> None:
        """Give the person another role, which ends their sessions; raises LastAdmin."""
        if role != Role.ADMIN:
            self._spare_the_last_admin()
        before, self.role = self.role, role
        self.save(update_fields=["role"])
        if before != role:
            record(Action.ROLE_CHANGED, by, self, {"role": before}, {"role": role})

    @transaction.atomic
    def deactivate(self, by: "User") -> None:
        """Sign the person out and keep them out; raises LastAdmin. What they did stays theirs."""
        self._spare_the_last_admin()
        if self._switch(is_active=False):
            record(Action.PERSON_DEACTIVATED, by, self)
            announce(StaffLeft(user_id=self.pk, actor_id=by.pk))

    @transaction.atomic
    def reactivate(self, by: "User") -> None:
        """Let the person sign in again."""
        if self._switch(is_active=True):
            record(Action.PERSON_REACTIVATED, by, self)
            announce(StaffReturned(user_id=self.pk, actor_id=by.pk))

    def _switch(self, *, is_active: bool) -> bool:
        """Open or close the account; returns whether that was news, of two people at once to one of them."""
        now: dict[str, object] = {"is_active": is_active} | ({} if is_active else {"left_at": clock.now()})
        is_news = bool(User.objects.filter(pk=self.pk).exclude(is_active=is_active).update(**now))
        self.refresh_from_db(fields=["is_active", "left_at"])
        return is_news

    def _spare_the_last_admin(self) -> None:
        # All administrators are locked, so that two of them cannot remove each other at the same moment.
        admins = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").select_for_update()
        if [admin.pk for admin in admins] == [self.pk]:
            raise LastAdmin

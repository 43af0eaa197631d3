"""Members of staff."""

from datetime import datetime, timedelta
from typing import ClassVar, TypedDict, Unpack

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from samovar.accounts.errors import LastAdmin
from samovar.accounts.models.team import Team
from samovar.lib.text import sort_key, tidy

HERE_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)


class Role(models.TextChoices):
    """What a member of staff may do."""

    ADMIN = "admin", _("Administrator")
    LEAD = "lead", _("Team lead")
    AGENT = "agent", _("Agent")
    EXPERT = "expert", _("Expert")
    OBSERVER = "observer", _("Observer")


class Ways(TypedDict, total=False):
    """What a person decides about themselves; "" leaves it to the browser."""

    name: str
    title: str
    language: str
    theme: str
    time_zone: str
    has_keys: bool


class UserManager(BaseUserManager["User"]):
    """Makes members of staff and finds them by e-mail, whatever its case."""

    def create(self, *, email: str, name: str, role: str = Role.AGENT, password: str | None = None) -> "User":  # type: ignore[override]
        """Make a member of staff; without ``password`` the person cannot sign in until one is set."""
        user = self.model(email=tidy(email).lower(), name=tidy(name), role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail."""
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
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
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    has_keys = models.BooleanField(_("single-letter keys"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last action"), null=True, blank=True)

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
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_session_auth_hash(self) -> str:
        """Return what every session of the person is bound to: a new password or role ends them all."""
        return salted_hmac("samovar.accounts.session", f"{self.password} {self.role}", algorithm="sha256").hexdigest()

    @property
    def is_admin(self) -> bool:
        """Whether the person may change settings."""
        return self.role == Role.ADMIN

    @property
    def can_answer(self) -> bool:
        """Whether the person may write to customers and change conversations."""
        return self.role in (Role.ADMIN, Role.LEAD, Role.AGENT)

    @property
    def can_look(self) -> bool:
        """Whether the person may see customers and conversations."""
        return self.can_answer or self.role == Role.OBSERVER

    def is_here(self, now: datetime | None = None) -> bool:
        """Tell whether the last action is at most five minutes old."""
        return self.seen_at is not None and (now or timezone.now()) - self.seen_at <= HERE_FOR

    def touch(self, now: datetime) -> None:
        """Note an action; writes at most once a minute, so that a busy person costs nothing."""
        User.objects.filter(pk=self.pk).exclude(seen_at__gt=now - SEEN_EVERY).update(seen_at=now)

    def change_ways(self, **ways: Unpack[Ways]) -> None:
        """Set what the person decides about themselves."""
        for name, value in ways.items():
            setattr(self, name, value)
        self.save(update_fields=["sort_key", *ways])

    def change_password(self, password: str) -> None:
        """Set the password; every session of the person ends."""
        self.set_password(password)
        self.save(update_fields=["password"])

    @transaction.atomic
    def change_role(self, role: str, by: "User") -> None:
        """Give the person another role, which ends their sessions; raises LastAdmin."""
        if role != Role.ADMIN:
            self._spare_the_last_admin()
        self.role = role
        self.save(update_fields=["role"])

    @transaction.atomic
    def deactivate(self, by: "User") -> None:
        """Sign the person out and keep them out; raises LastAdmin. What they did stays theirs."""
        self._spare_the_last_admin()
        self.is_active = False
        self.save(update_fields=["is_active"])

    def reactivate(self, by: "User") -> None:
        """Let the person sign in again."""
        self.is_active = True
        self.save(update_fields=["is_active"])

    def _spare_the_last_admin(self) -> None:
        # All administrators are locked, so that two of them cannot remove each other at the same moment.
        admins = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").select_for_update()
        if [admin.pk for admin in admins] == [self.pk]:
            raise LastAdmin

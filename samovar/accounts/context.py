"""What every page shows of the company and of the person who looks at it."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from samovar.accounts import second_factor
from samovar.accounts.models import Company, Presence, StaffProvider, User
from samovar.ui.navigation import Entry, Me


def company(request: HttpRequest) -> dict[str, object]:
    """Name the company; asked of the database only by a page that shows it to a stranger."""
    return {"company_name": SimpleLazyObject(lambda: _company_name(request))}


def ways_in(request: HttpRequest) -> dict[str, object]:
    """Say what a stranger may be offered beside the password."""
    providers = SimpleLazyObject(lambda: StaffProvider.objects.filter(retired_at=None))
    return {"has_passkeys": second_factor.can_have_passkeys(), "providers_to_sign_in_at": providers}


def me(request: HttpRequest) -> dict[str, object]:
    """Give the foot of the navigation: the person and their menu."""
    user = getattr(request, "user", None)
    return {"me": SimpleLazyObject(lambda: _me(user, request.path)) if isinstance(user, User) else None}


def _company_name(request: HttpRequest) -> str:
    # Who was found behind a session brought it along.
    known: str | None = getattr(getattr(request, "user", None), "company_name", None)
    return Company.current_name() if known is None else known


def _me(user: User, path: str) -> Me:
    entries = [*_presences(user), *own_places(user)]
    return Me(id=user.pk, name=user.name, status=user.presence_words, presence=user.presence, entries=entries)


def own_places(user: User) -> list[Entry]:
    """Return where the person's menu leads, signing out last."""
    entries = [Entry(label=_("Profile"), url=reverse("profile"), icon="user")]
    entries.append(Entry(label=_("Security"), url=reverse("security"), icon="shield"))
    if user.is_admin:
        entries.append(Entry(label=_("People"), url=reverse("people"), icon="customers"))
    if user.can_lead:
        entries.append(Entry(label=_("Teams"), url=reverse("teams"), icon="customers"))
    return [*entries, Entry(label=_("Sign out"), url=reverse("account_logout"), icon="out", is_post=True)]


def _presences(user: User) -> list[Entry]:
    address, icons = reverse("presence"), {Presence.HERE: "check", Presence.BUSY: "clock", Presence.AWAY: "moon"}
    presses = [
        Entry(
            label=str(one.label),
            url=f"{address}?{urlencode({'presence': one.value})}",
            icon=icons[one],
            is_post=True,
            is_current=one == user.presence,
        )
        for one in Presence
    ]
    return [*presses, Entry(label=_("Say why and until when"), url=address, icon="edit")]

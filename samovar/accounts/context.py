"""What every page shows of the company and of the person who looks at it."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from samovar.accounts.models import Company, User
from samovar.ui.navigation import Entry, Me


def company(request: HttpRequest) -> dict[str, object]:
    """Name the company; asked of the database only by a page that shows it."""
    return {"company_name": SimpleLazyObject(Company.current_name)}


def me(request: HttpRequest) -> dict[str, object]:
    """Give the foot of the navigation: the person and their menu."""
    user = getattr(request, "user", None)
    return {"me": SimpleLazyObject(lambda: _me(user, request.path)) if isinstance(user, User) else None}


def _me(user: User, path: str) -> Me:
    entries = [Entry(label=_("Profile"), url=reverse("profile"), icon="user")]
    if user.is_admin:
        entries.append(Entry(label=_("People"), url=reverse("people"), icon="customers"))
    entries.append(Entry(label=_("Sign out"), url=reverse("account_logout"), icon="out", is_post=True))
    return Me(id=user.pk, name=user.name, status=_("Available"), presence="here", entries=entries)

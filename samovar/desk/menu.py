"""The navigation: the places of the desk and the saved views, with what waits in them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations import queries, saved_views
from samovar.conversations.delivered_views import FIRST, View
from samovar.desk.keys import shown_to
from samovar.ui.navigation import Entry, Menu, Section

# Pages that leave the menu with the part that they belong to.
PARTS_OF = {
    "brands": "brands",
    "all_causes": "causes",
    "all_retention": "retention",
    "calendars": "hours",
    "all_macros": "macros",
    "experts": "experts",
    "all_restrictions": "restrictions",
}
# One digit each.
MOST_KEYS = 9


def menu(request: HttpRequest) -> dict[str, object]:
    """Give the navigation and the person's keys to every page.

    The navigation is counted only by a page that shows it, in two queries: its views, and all.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"menu": None}
    return {"menu": SimpleLazyObject(lambda: _menu(request, user)), "shown_keys": shown_to(user)}


def _menu(request: HttpRequest, user: User) -> Menu:
    views = saved_views.shown(user)
    counts = queries.counts(user, views)
    is_inbox = request.path == reverse("inbox") or request.path.startswith("/conversations/")
    current = request.GET.get("view", FIRST.name) if is_inbox else ""
    settings = settings_of(user, request.path, counts.get(queries.RESTRICTIONS, 0))
    is_setting = any(entry.is_current for entry in settings)
    return Menu(
        search_url=reverse("search"),
        keys_url=reverse("keys"),
        sections=[
            Section(entries=_places(request.path, user, counts, is_inbox)),
            # One of both is open: together they would be longer than most windows.
            Section(title=_("My views"), entries=_views(views, counts, current), is_open=not is_setting),
            *([Section(title=_("Settings"), entries=settings, is_open=is_setting)] if settings else []),
        ],
    )


def settings_of(user: User, path: str = "", waiting: int = 0) -> list[Entry]:
    """Return the settings that ``user`` may open: the one at ``path`` is current, ``waiting`` cards ask for a lead."""
    places = []
    if user.is_admin:
        places.append((_("The company"), "company_parts", "gear"))
    if user.can_lead:
        places.append((_("Mailboxes"), "mailboxes", "mail"))
    if user.is_admin:
        places.append((_("Brands"), "brands", "star"))
        places.append((_("Signing in"), "signing_in", "lock"))
        places.append((_("Audit log"), "audit", "shield"))
        places.append((_("Erased persons"), "erasures", "trash"))
    if user.can_lead:
        places.append((_("Causes"), "all_causes", "loop"))
        places.append((_("Tags"), "all_tags", "tag"))
        places.append((_("Retention"), "all_retention", "clock"))
        places.append((_("Working hours"), "calendars", "calendar"))
        places.append((_("Who knows what"), "experts", "customers"))
    if user.can_answer:
        places.append((_("Macros"), "all_macros", "bolt"))
    if user.can_look:
        places.append((_("Difficult customers"), "all_restrictions", "shield"))
        places.append((_("Blocked"), "blocked", "blocked"))
    if user.can_answer:
        places.append((_("Deleted"), "deleted", "trash"))
        places.append((_("Pass mail on"), "passing_on", "forward"))
    return [
        Entry(
            label=label,
            url=reverse(name),
            icon=icon,
            count=waiting if name == "all_restrictions" else 0,
            is_current=path.startswith(reverse(name)),
        )
        for label, name, icon in places
        if user.parts.get(PARTS_OF.get(name, ""), True)
    ]


def _places(path: str, user: User, counts: dict[str, int], is_inbox: bool) -> list[Entry]:
    places = [
        Entry(
            label=_("Inbox"),
            url=reverse("inbox"),
            icon="inbox",
            count=counts[FIRST.name],
            name=FIRST.name,
            is_current=is_inbox,
            is_on_phone=True,
            key="G I",
        ),
        Entry(
            label=_("Customers"),
            url=reverse("customers"),
            icon="customers",
            is_current=path.startswith("/customers/") and not path.startswith(reverse("erasures")),
            is_on_phone=True,
            key="G C",
        ),
        Entry(
            label=_("For me"),
            url=reverse("for_me"),
            icon="bell",
            count=counts["for-me"],
            name="for-me",
            is_current=path.startswith(reverse("for_me")),
            is_on_phone=True,
            key="G F",
        ),
    ]
    promises = Entry(
        label=_("Promises"),
        url=reverse("promise_report"),
        icon="calendar",
        is_current=path.startswith(reverse("promise_report")),
    )
    return [*places, promises] if user.parts["promises"] else places


def _views(views: list[View], counts: dict[str, int], current: str) -> list[Entry]:
    address = reverse("inbox")
    return [
        Entry(
            label=str(view.title),
            url=address if view == FIRST else f"{address}?view={view.name}",
            tone=view.tone,
            count=counts.get(view.name, 0),
            name=view.name if view.has_count else "",
            is_hot=view.tone == "bad" and bool(counts.get(view.name)),
            is_current=view.name == current,
            key=str(number) if number <= MOST_KEYS else "",
        )
        for number, view in enumerate(views, start=1)
    ]

"""What can be done from the palette, each with the key that does the same."""

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samovar.accounts.context import own_places
from samovar.accounts.models import User
from samovar.conversations import saved_views
from samovar.conversations.delivered_views import FIRST
from samovar.conversations.macros import Offer, offers
from samovar.conversations.models import Conversation
from samovar.customers.models import Customer
from samovar.customers.searching import find_customers
from samovar.desk.keys import KEYS
from samovar.desk.menu import settings_of
from samovar.lib.layouts import readings
from samovar.lib.text import search_key

# The page of a conversation.
OPEN = re.compile(r"/conversations/(\d{1,18})/", re.ASCII)
# With so many letters somebody who begins the name of an action means it, and not what holds the word.
SURE = 3
# Macros beside everything else that is found.
MOST_MACROS = 3


@dataclass(frozen=True)
class Action:
    """One entry of the palette: it follows ``url``, or presses what has ``key`` (or ``does``) on the open page."""

    label: str
    icon: str
    key: str = ""
    url: str = ""
    does: str = ""


CUSTOMER = re.compile(r"/customers/(\d{1,18})/", re.ASCII)
HERE: tuple[tuple[Promise, str, str], ...] = (
    (_("Reply"), "reply", "R"),
    (_("Note to the team"), "note", "N"),
    (_("Resolve or reopen"), "check", "E"),
    (_("Snooze"), "snooze", "S"),
    (_("Assign to somebody"), "user", "A"),
    (_("Assign to a team"), "customers", "A"),
    (_("Assign to me"), "user", "M"),
    (_("Set the cause"), "loop", "T"),
    (_("Tag the conversation"), "tag", "L"),
    (_("Priority"), "sort", "I"),
    (_("Apply a macro"), "bolt", "B"),
    (_("Bring in an expert"), "expert", "X"),
    (_("Promise something"), "calendar", "P"),
    (_("Add a step"), "ways", "Shift+P"),
)

# What stands in the menu of the conversation without a key of its own.
BESIDES: tuple[tuple[Promise, str, str], ...] = (
    (_("Remind only me"), "bell", "remind"),
    (_("Send later"), "clock", "send-later"),
    (_("Watch, or watch no more"), "eye", "watch"),
    (_("Copy the link"), "link", "copy-link"),
    (_("Spam, or not spam"), "shield", "spam"),
    (_("Block the sender"), "blocked", "block"),
    (_("Print"), "document", "print"),
    (_("Delete"), "trash", "delete"),
)
# What one sets for oneself, by its field in the profile.
OWN_FIELDS: tuple[tuple[Promise, str, str], ...] = (
    (_("Colours: light or dark theme"), "gear", "id_theme"),
    (_("Density: compact or comfortable"), "sort", "id_density"),
    (_("My signature"), "edit", "id_signature"),
    (_("Quiet hours"), "bell", "id_quiet_from"),
    (_("Undo send: for how long"), "undo", "id_undo_seconds"),
)
RESTRICTING = _("Warn, limit or block the customer")


def named(text: str, found: list[Action]) -> tuple[list[Action], list[Action]]:
    """Divide actions into those whose names begin with ``text``, which then is what is meant, and the others."""
    begun = [action for action in found if len(text) >= SURE and search_key(action.label).startswith(readings(text))]
    return begun, [action for action in found if action not in begun]


def actions(text: str, path: str, user: User) -> list[Action]:
    """Return the actions whose names hold all words of ``text``; those of a conversation only where one is open."""
    is_open = OPEN.match(path) is not None and user.can_answer
    parts = user.parts
    known = [(label, icon, key) for label, icon, key in HERE if parts.get(KEYS[key].part, True)]
    here = [Action(str(label), icon, key) for label, icon, key in known] if is_open else []
    here += [Action(str(label), icon, does=does) for label, icon, does in BESIDES] if is_open else []
    here += [Action(str(_("Mark as an idea")), "star", does="idea")] if is_open and parts["ideas"] else []
    there = [*_likely_merge(text, path, user), *_of_conversation(path, user), *_of_customer(path, user)]
    possible = [*here, *there, *_beginnings(user), *_places(user)]
    as_typed, otherwise = (
        [action for action in possible if all(word in search_key(action.label) for word in reading.split())]
        for reading in readings(text)
    )
    return (as_typed or otherwise)[:8]


def _likely_merge(text: str, path: str, user: User) -> list[Action]:
    """Return the merge with the card that is most like the customer's of the open page; asked for by its name only."""
    merge = _("Merge with %(name)s")
    is_meant = len(text) >= SURE and search_key(str(merge)).startswith(readings(text))
    if not is_meant or not user.can_answer or not (customer := _customer_of(path, user)):
        return []
    alike = [one for one in find_customers(user, customer.name, 2) if one.pk != customer.pk]
    urls = {one: reverse("merging_preview", args=[customer.pk, one.pk]) for one in alike[:1]}
    return [Action(merge % {"name": one.shown_name}, "together", url=f"{url}?at-hand") for one, url in urls.items()]


def _customer_of(path: str, user: User) -> Customer | None:
    """Return the customer whose card or conversation is open."""
    seen = Customer.objects.all().visible_to(user).present()
    if found := CUSTOMER.match(path):
        return seen.filter(pk=int(found[1])).first()
    if found := OPEN.match(path):
        rows = Conversation.objects.visible_to(user).filter(pk=int(found[1]))
        return seen.filter(pk__in=rows.values("customer_id")).first()
    return None


def _of_conversation(path: str, user: User) -> list[Action]:
    """Return what can be merged of the conversation that is open; people first, because they are meant more often."""
    found = OPEN.match(path)
    if not found or not user.can_answer:
        return []
    rows = Conversation.objects.all().visible_to(user).filter(pk=int(found[1]))
    return [
        action
        for pk, customer_id in rows.values_list("pk", "customer_id")
        for action in (
            Action(str(_("Merge this customer with another")), "together", url=reverse("merging", args=[customer_id])),
            Action(
                str(_("Merge this conversation with another")),
                "together",
                url=reverse("conversation_merging", args=[pk]),
            ),
            Action(str(_("Move messages")), "swap", url=reverse("moving", args=[pk])),
            *_restricting(user, customer_id, f"?conversation={pk}"),
        )
    ]


def _restricting(user: User, customer_id: int, query: str = "") -> list[Action]:
    if not user.parts["restrictions"]:
        return []
    return [Action(str(RESTRICTING), "shield", url=reverse("new_restriction", args=[customer_id]) + query)]


def applicable(text: str, path: str, user: User) -> tuple[Conversation | None, list[Offer]]:
    """Return the conversation that is open and the macros that fit ``text``, to be applied there."""
    found = OPEN.match(path)
    if not found or not text or not user.can_answer:
        return None, []
    conversation = (
        Conversation.objects.all().visible_to(user).select_related("customer").filter(pk=int(found[1])).first()
    )
    return conversation, offers(conversation, text, by=user)[:MOST_MACROS] if conversation else []


def _of_customer(path: str, user: User) -> list[Action]:
    """Return what can be done with the customer whose page is open."""
    found = CUSTOMER.match(path)
    if not found or not user.can_answer:
        return []
    pk = int(found[1])
    return [
        Action(str(_("Edit the customer")), "edit", url=reverse("customer_details", args=[pk])),
        Action(str(_("Merge with another customer")), "together", url=reverse("merging", args=[pk])),
        *_restricting(user, pk),
    ]


def _beginnings(user: User) -> list[Action]:
    if not user.can_answer:
        return []
    return [
        Action(str(_("New conversation")), "plus", "C", reverse("start")),
        Action(str(_("Log a phone call or a visit")), "phone", url=reverse("log")),
        Action(str(_("New customer")), "customers", url=reverse("new_customer")),
        Action(str(_("My reminders")), "bell", url=reverse("reminders")),
        Action(str(_("What was done to many")), "history", url=reverse("bulk")),
    ]


def _places(user: User) -> list[Action]:
    inbox = reverse("inbox")
    views = [
        Action(str(view.title), "inbox", url=inbox if view == FIRST else f"{inbox}?view={view.name}")
        for view in (place.view for place in saved_views.places(user))
    ]
    arranging = Action(str(_("Which views do I see")), "gear", url=reverse("all_views"))
    for_me = Action(str(_("For me")), "bell", "G F", reverse("for_me"))
    customers = Action(str(_("Customers")), "customers", "G C", reverse("customers"))
    return [*views, customers, for_me, arranging, *_settings(user)]


def _settings(user: User) -> list[Action]:
    """Return the settings of the company and one's own, each for those to whom the menus show them."""
    own = [(label, icon, f"{reverse('profile')}#{field}") for label, icon, field in OWN_FIELDS]
    if user.can_look:
        own.append((_("What I am told"), "bell", reverse("notice_ways")))
        own.append((_("My keys"), "keyboard", reverse("keys")))
    # Signing out asks once more there: a link may only lead.
    known = [*settings_of(user), *own_places(user)]
    return [Action(entry.label, entry.icon, url=entry.url) for entry in known] + [
        Action(str(label), icon, url=url) for label, icon, url in own
    ]

"""What stands over the list of the inbox: what it is narrowed to, and what can be done about that."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from samovar.accounts.models import User
from samovar.conversations.filters import table
from samovar.conversations.ordering import ORDERS
from samovar.conversations.queries import Wanted


def head_of(wanted: Wanted, user: User) -> dict[str, Any]:
    """Return what the head of a list shows; one question for each kind of filter that is about rows."""
    shown = table.chips(wanted.chosen, user)
    chips = [(chip, _without(wanted, chip).query) for chip in shown]
    plain = replace(wanted, filters=None, order="", after="")
    whole = replace(wanted, filters=() if wanted.chosen else None, only="", text="", after="")
    words = [f"{chip.title}: {chip.words}" for chip in shown]
    return {
        "filters": _pills(wanted),
        "chips": chips,
        "filter_words": " · ".join(words),
        "order_words": ORDERS[wanted.order].title if wanted.order else "",
        "unordered_query": wanted.sorted_as("").query,
        "plain_query": plain.query,
        "whole_url": f"{reverse('inbox')}?{whole.query}",
        "save_query": urlencode({"list": wanted.query}),
        "may_change_view": wanted.view.saved is not None and wanted.view.saved.can_be_changed_by(user),
    }


def _without(wanted: Wanted, chip: table.Chip) -> Wanted:
    return wanted.narrowed_to(one for one in wanted.chosen if one != chip.filter)


def _pills(wanted: Wanted) -> list[dict[str, Any]]:
    labels = {"": _("All"), "mine": _("Mine"), "unread": _("Unread"), "pressing": _("Pressing")}
    if wanted.view.name == "mine":
        del labels["mine"]
    return [
        {"label": label, "is_current": only == wanted.only, "query": replace(wanted, only=only, after="").query}
        for only, label in labels.items()
    ]

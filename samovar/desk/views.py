"""The pages of the desk."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.contrib import messages
from django.db.models import OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.models import Company, Notification, User
from samovar.accounts.requests import StaffRequest, admins_only, page_before
from samovar.conversations import opening, promising, queries, threads
from samovar.conversations.models import Conversation
from samovar.conversations.opening import Opened
from samovar.conversations.pages import now_at
from samovar.conversations.queries import Wanted
from samovar.customers import restrictions
from samovar.customers.consenting import standing
from samovar.customers.models import Customer, Merge
from samovar.customers.queries import memberships_of
from samovar.desk import panels
from samovar.desk.actions import actions, applicable, named
from samovar.desk.beginning import steps
from samovar.desk.history import TOPICS, history
from samovar.desk.list_heads import head_of
from samovar.desk.recent import recent, remember
from samovar.desk.search import Found, by_number, find, find_more
from samovar.events.queries import position
from samovar.lib import clock

# From where one goes to a customer, and back.
LISTS = {"inbox", "conversation", "customers", "organisations", "organisation", "for_me", "search"}
by_part = vary_on_headers("HX-Request", "HX-Target", "HX-History-Restore-Request")


@by_part
@require_GET
def inbox(request: StaffRequest) -> HttpResponse:
    """Show a list of conversations and no conversation yet."""
    if not request.user.can_look:
        # Experts have one place: what they are asked.
        return redirect("asked")
    wanted = Wanted.of(request.GET, request.user)
    target = _part(request)
    if target == "thread":
        answer = render(request, "desk/_thread_left.html", {"wanted": wanted})
        return push_url(answer, request.get_full_path())
    if target in ("rows", "more"):
        return render(request, "desk/_rows.html", {**_list(request, wanted), "is_refresh": target == "rows"})
    context = {"position": position(), **_list(request, wanted)}
    if request.user.is_admin and context["list"].rows:
        context["steps_left"] = steps(request.user)
    return render(request, "desk/inbox.html", context)


@admins_only
@require_POST
def first_steps(request: StaffRequest) -> HttpResponse:
    """Put the three steps of a new installation away for everybody, or show them again (``?undo``)."""
    is_settled = "undo" not in request.GET
    Company.settle(is_settled=is_settled, by=request.user)
    if is_settled:
        messages.success(request, _("The first steps are put away"), extra_tags=f"{request.path}?undo")
    return redirect("inbox")


@by_part
@require_GET
def conversation(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a conversation, beside its list and its customer; opening it is reading it."""
    try:
        opened = opening.opened(request.user, pk)
    except Conversation.DoesNotExist:
        return _moved(request.user, pk)
    # Also of what is fetched ahead: from then on it can be read without asking us.
    record_once(Action.CARD_OPENED, request.user, opened.conversation.customer)
    wanted = Wanted.of(request.GET, request.user)
    is_ahead = "X-Ahead" in request.headers
    context = {
        "opened": opened,
        "conversation": opened.conversation,
        "current_id": pk,
        "page": threads.newest(opened.conversation, request.GET.get("before", "")),
        "previous": opened.previous,
        "person": panels.beside(request.user, opened),
        "side_panels": panels.SIDE,
        "topics": TOPICS.items(),
        "wanted": wanted,
        "list_url": reverse("inbox"),
        "promise_choices": promising.choices(),
        "is_ahead": is_ahead,
    }
    if not is_ahead:
        _note_seen(request.user, opened)
    if _part(request) == "thread":
        return remember(request, render(request, "desk/_conversation.html", context), pk)
    context |= {"position": opened.position, **_list(request, wanted)}
    return remember(request, render(request, "desk/inbox.html", context), pk)


@require_GET
def customer(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one customer: who they are, what is open, one history."""
    rows = Customer.objects.all().visible_to(request.user)
    found = get_object_or_404(rows.annotate(restriction_list=restrictions.open_of(OuterRef("pk"))), pk=pk)
    if found.merged_into_id:
        # Not for good: a merge can be undone, and browsers would remember.
        return redirect("customer", found.merged_into_id)
    record_once(Action.CARD_OPENED, request.user, found)
    identities = [
        {"kind": one.kind, "shown": one.shown, "label": one.get_kind_display(), "verified_at": one.verified_at}
        for one in found.identities.exclude(shown="").order_by("pk")
    ]
    person = panels.Person(
        found,
        identities,
        panels.open_conversations(request.user, pk),
        history(pk, request.user, request.GET.get("topic", ""), request.GET.get("after", "")),
        list(Merge.objects.filter(survivor=pk, undone_at=None).select_related("merged").order_by("pk")),
        memberships_of(pk),
        standing(pk),
        panels.promises(request.user, pk),
        restrictions.lines(vars(found)["restriction_list"]),
    )
    context = {"person": person, "panels": panels.CUSTOMER, "topics": TOPICS.items(), "back": _list_before(request)}
    return render(request, "desk/customer.html", context)


def _list_before(request: StaffRequest) -> str:
    """Return the list or the conversation from which the person came, as it was; that of all customers otherwise."""
    path = page_before(request)
    came_from = path if "Referer" in request.headers else reverse("customers")
    try:
        is_list = resolve(urlsplit(came_from).path).url_name in LISTS
    except Resolver404:
        is_list = False
    return came_from if is_list else reverse("customers")


@require_GET
def customer_history(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a page more of a history, or another filter of it."""
    found = get_object_or_404(Customer.objects.all().visible_to(request.user), pk=pk)
    record_once(Action.CARD_OPENED, request.user, found)
    page = history(pk, request.user, request.GET.get("topic", ""), request.GET.get("after", ""))
    context = {
        "customer": found,
        "history": page,
        "last": request.GET.get("last", ""),
        "is_short": "short" in request.GET,
        "topics": TOPICS.items(),
    }
    return render(request, "desk/_history.html" if "after" not in request.GET else "desk/_history_page.html", context)


@by_part
@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """Search everything; for the palette: what was open last when nothing is asked, and what can be done."""
    text = request.GET.get("q", "").strip()[:200]
    if _part(request) != "palette-results":
        if text.startswith(("#", "№")) and (numbered := by_number(request.user, text)):
            return redirect(numbered)
        after = request.GET.get("after", "")
        found = find_more(request.user, text, after) if after else find(request.user, text)
        template = "desk/_found_rows.html" if _part(request) == "more" else "desk/search.html"
        return render(request, template, {"text": text, "found": found})
    path = request.htmx.current_url_abs_path or ""
    conversation, offers = applicable(text, path, request.user)
    meant, others = named(text, actions(text, path, request.user))
    context = {
        "text": text,
        "meant": meant,
        "conversation": conversation,
        "offers": offers,
        "found": find(request.user, text, limit=6) if text else Found([], []),
        "recent": [] if text else recent(request),
        "actions": others,
        "search_url": f"{reverse('search')}?{urlencode({'q': text})}",
    }
    return render(request, "desk/_palette.html", context)


def _note_seen(user: User, opened: Opened) -> None:
    if user.can_answer:
        opened.conversation.mark_read()
    if opened.has_notices:
        Notification.objects.filter(conversation_id=opened.conversation.pk).see(user, clock.now())


def _list(request: StaffRequest, wanted: Wanted) -> dict[str, Any]:
    page = queries.page(request.user, wanted)
    is_quiet = not page.rows and not wanted.text and not wanted.only and wanted == Wanted()
    return {
        "wanted": wanted,
        "list": page,
        **head_of(wanted, request.user),
        "list_url": reverse("inbox"),
        "start_url": reverse("start"),
        "search_url": f"{reverse('search')}?{urlencode({'q': wanted.text})}",
        "key": uuid4(),
        "steps": steps(request.user) if is_quiet else [],
    }


def _part(request: StaffRequest) -> str:
    """Return which part of the page htmx asks for, "" for the whole page."""
    return "" if request.htmx.history_restore_request or not request.htmx else request.htmx.target or ""


def _moved(user: User, pk: int) -> HttpResponse:
    now = now_at(user, pk)
    if now is None:
        raise Http404
    # Not for good: a merge can be undone, and browsers would remember.
    return redirect(now)

"""Saved views: kept, called otherwise, changed, deleted, and which of all views somebody sees in which order."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, leads_only, lookers_only
from samovar.conversations import saved_views
from samovar.conversations.errors import TooManyViews, ViewChanged
from samovar.conversations.filters import table
from samovar.conversations.models import SavedView
from samovar.conversations.ordering import ORDERS
from samovar.conversations.queries import Wanted
from samovar.conversations.view_forms import MINE, ViewForm, initial

STEPS = {"up": -1, "down": 1}


@lookers_only
@require_GET
def all_views(request: StaffRequest) -> HttpResponse:
    """List the views of the person in their order, to be moved and hidden; for leads what people left behind."""
    left = SavedView.objects.all().in_use().visible_to(request.user).filter(owner__is_active=False)
    context = {
        "places": saved_views.places(request.user),
        "left": left.select_related("owner") if request.user.can_lead else [],
    }
    return render(request, "conversations/view_list.html", context)


@lookers_only
@require_POST
def arranging(request: StaffRequest) -> HttpResponse:
    """Move a view up or down for oneself (``step``), hide it or show it (``is_shown``)."""
    given = request.GET if request.GET else request.POST
    name, step, address = given.get("view", ""), given.get("step", ""), reverse("arranging")
    if step in STEPS:
        saved_views.place(request.user, name, STEPS[step])
        undo, said = {"step": "down" if step == "up" else "up"}, _("Moved")
    else:
        is_shown = given.get("is_shown") == "1"
        saved_views.show(request.user, name, is_shown=is_shown)
        undo = {"is_shown": "0" if is_shown else "1"}
        said = _("Shown again") if is_shown else _("Hidden from your list")
    messages.success(request, said, extra_tags=f"{address}?{urlencode({'view': name, **undo})}")
    return redirect("all_views")


@lookers_only
@require_http_methods(["GET", "POST"])
def new_view(request: StaffRequest) -> HttpResponse:
    """Keep the list that is looked at (``list``: its address after the "?") under a name."""
    given = request.GET if request.method == "GET" else request.POST
    query = given.get("list", "")
    wanted = Wanted.of(QueryDict(query), request.user)
    if request.method == "GET":
        return _new(request, wanted, ViewForm(by=request.user, initial={"scope": MINE}))
    form = ViewForm(request.POST, by=request.user)
    if not form.is_valid():
        return _new(request, wanted, form)
    filters, order = wanted.to_save
    try:
        view = SavedView.objects.all().make(form.naming, filters, order, by=request.user)
    except TooManyViews as many:
        form.add_error(None, _no_room(many))
        return _new(request, wanted, form)
    undo = reverse("view_deletion", args=[view.pk])
    messages.success(request, _("Saved: %(name)s") % {"name": view.name}, extra_tags=undo)
    return _to_list(view)


@lookers_only
@require_http_methods(["GET", "POST"])
def one_view(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what a view holds and whose it is; whoever may, calls it otherwise or gives it to others."""
    view = _visible(request, pk)
    if request.method == "GET":
        return _page(request, view, ViewForm(by=request.user, initial=initial(view)))
    if not view.can_be_changed_by(request.user):
        raise Http404
    form = ViewForm(request.POST, by=request.user)
    if not form.is_valid():
        return _page(request, view, form)
    try:
        view.change(form.naming, form.cleaned_data["version"], by=request.user)
    except ViewChanged:
        view = _visible(request, pk)
        again = ViewForm({**request.POST.dict(), "version": view.version}, by=request.user)
        return _page(request, view, again, is_newer=True)
    except TooManyViews as many:
        form.add_error(None, _no_room(many))
        return _page(request, view, form)
    messages.success(request, _("Saved"))
    return redirect("view", pk)


@lookers_only
@require_POST
def view_filters(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a view hold the list that is looked at (``list``), or what it held before (``f``, ``order``)."""
    view = _changeable(request, pk)
    before = {"f": view.filters, "order": view.order}
    if request.GET:
        codes, order = request.GET.getlist("f"), request.GET.get("order", "")
        filters, version = [one.code for one in table.read(codes)], request.GET.get("version", "")
        order = order if order in ORDERS else ""
    else:
        wanted = Wanted.of(QueryDict(request.POST.get("list", "")), request.user)
        (filters, order), version = wanted.to_save, request.POST.get("version", "")
    try:
        view.hold(filters, order, int(version) if version.isdecimal() and len(version) < 10 else -1, by=request.user)
    except ViewChanged:
        view.refresh_from_db()
        who = {"name": view.changed_by.name}
        messages.error(request, _("%(name)s changed this view meanwhile. Look, then update it again.") % who)
        back = "" if request.GET else request.POST.get("list", "")
        return redirect(f"{reverse('inbox')}?{Wanted.of(QueryDict(back), request.user).query}" if back else "all_views")
    query = urlencode({**before, "version": view.version}, doseq=True)
    undo = f"{reverse('view_filters', args=[pk])}?{query}"
    messages.success(request, _("Updated: %(name)s") % {"name": view.name}, extra_tags=undo)
    return _to_list(view)


@lookers_only
@require_POST
def view_deletion(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a view, or bring it back (``?undo``)."""
    view = _changeable(request, pk)
    address = reverse("view_deletion", args=[pk])
    if "undo" in request.GET:
        try:
            view.restore(by=request.user)
        except TooManyViews as many:
            messages.error(request, _no_room(many))
            return redirect("all_views")
        messages.success(request, _("Back again: %(name)s") % {"name": view.name}, extra_tags=address)
        return _to_list(view)
    view.delete_by(request.user)
    messages.success(request, _("Deleted: %(name)s") % {"name": view.name}, extra_tags=f"{address}?undo")
    return redirect("all_views")


@leads_only
@require_POST
def view_taking_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a view one's own that somebody left who is gone."""
    view = get_object_or_404(SavedView.objects.all().visible_to(request.user), pk=pk, owner__is_active=False)
    try:
        view.take_over(by=request.user)
    except TooManyViews as many:
        messages.error(request, _no_room(many))
        return redirect("view", pk)
    messages.success(request, _("It is yours now"))
    return redirect("view", pk)


def _no_room(many: TooManyViews) -> str:
    return _("There are %(many)s views already. Delete one first.") % {"many": many}


def _visible(request: StaffRequest, pk: int) -> SavedView:
    rows = SavedView.objects.all().visible_to(request.user).select_related("owner", "team", "changed_by")
    return get_object_or_404(rows, pk=pk)


def _changeable(request: StaffRequest, pk: int) -> SavedView:
    # Also what was deleted: it is looked for here to be brought back.
    view = get_object_or_404(SavedView.objects.select_related("owner", "team", "changed_by"), pk=pk)
    if not view.can_be_changed_by(request.user):
        raise Http404
    return view


def _to_list(view: SavedView) -> HttpResponse:
    return redirect(f"{reverse('inbox')}?{urlencode({'view': saved_views.view_of(view).name})}")


def _new(request: StaffRequest, wanted: Wanted, form: ViewForm) -> HttpResponse:
    filters, order = wanted.to_save
    context = {
        "form": form,
        "query": wanted.query,
        "chips": table.chips(table.read(filters), request.user),
        "order": ORDERS[order].title,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "conversations/view.html", context, status=status)


def _page(request: StaffRequest, view: SavedView, form: ViewForm, *, is_newer: bool = False) -> HttpResponse:
    context = {
        "view_row": view,
        "name": saved_views.view_of(view).name,
        "form": form,
        "is_newer": is_newer,
        "chips": table.chips(table.read(view.filters), request.user),
        "order": ORDERS[view.order].title if view.order in ORDERS else "",
        "may_change": view.can_be_changed_by(request.user),
        "may_take_over": bool(request.user.can_lead and view.owner and not view.owner.is_active),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_newer or form.errors else HTTPStatus.OK
    return render(request, "conversations/view.html", context, status=status)

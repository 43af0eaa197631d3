"""The tree of causes, for leads and administrators: added, renamed, moved, merged, retired; the history stays."""

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, leads_only, page_before
from samovar.conversations import causes
from samovar.conversations.cause_forms import MergeForm, NameForm, NewForm, PlaceForm
from samovar.conversations.errors import CauseHasParts, CauseRetired, CauseTaken
from samovar.conversations.matching import rank
from samovar.conversations.models import Cause, Conversation
from samovar.conversations.models.cause import LONGEST
from samovar.lib.listing import page_of
from samovar.lib.marks import mark, read_mark
from samovar.lib.text import tidy

PAGE = 50


@leads_only
@require_http_methods(["GET", "POST"])
def all_causes(request: StaffRequest) -> HttpResponse:
    """Show the tree, or what fits the letters typed (``q``), with how many conversations there are; or add a cause."""
    if request.method == "GET":
        return _tree(request, NewForm(initial={"parent": request.GET.get("below", "")}))
    form = NewForm(request.POST)
    if form.is_valid():
        try:
            added = Cause.objects.add(form.cleaned_data["name"], form.cleaned_data["parent"], by=request.user)
        except CauseTaken:
            form.add_error("name", _("Another one beside it is called so."))
        except CauseRetired:
            form.add_error("parent", _("This cause was retired meanwhile. Choose another one."))
    if not form.is_valid():
        return _tree(request, form)
    undo = reverse("cause_retirement", args=[added.pk])
    messages.success(request, _("Added: %(cause)s") % {"cause": added}, extra_tags=undo)
    return redirect("all_causes")


@leads_only
@require_http_methods(["GET", "POST"])
def one_cause(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the conversations of a cause, or call it otherwise."""
    cause = get_object_or_404(Cause.objects.in_order(), pk=pk)
    if request.method == "GET":
        return _page(request, cause)
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    with transaction.atomic():
        cause.lock_all()
        return _renamed(request, cause)


def _renamed(request: StaffRequest, cause: Cause) -> HttpResponse:
    # The address that undoes it carries the old name itself.
    given, before = request.GET if "name" in request.GET else request.POST, (str(cause), cause.name)
    form = NameForm(given, initial={"name": before[0]})
    if form.is_valid():
        try:
            cause.rename(form.settled["name"], by=request.user)
        except CauseTaken:
            form.add_error("name", _("Another one beside it is called so. Merge them instead."))
    if not form.is_valid():
        cause.name = before[1]
        return _page(request, cause, rename=form)
    undo = f"{reverse('cause', args=[cause.pk])}?{urlencode({'name': before[0], 'initial-name': str(cause)})}"
    messages.success(request, _("Renamed: %(tag)s") % {"tag": cause}, extra_tags=undo)
    return redirect("cause", cause.pk)


@leads_only
@require_POST
def place(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a cause up or down (``step``), or below another one (``parent``)."""
    cause = get_object_or_404(Cause.objects.in_order(), pk=pk)
    given = request.GET if request.GET else request.POST
    address = reverse("cause_place", args=[pk])
    if (step := given.get("step")) in ("up", "down"):
        if cause.step(by=request.user, is_up=step == "up"):
            undo = f"{address}?step={'down' if step == 'up' else 'up'}"
            messages.success(request, _("Moved: %(cause)s") % {"cause": cause}, extra_tags=undo)
        pressed_on = page_before(request)
        return redirect(pressed_on if urlsplit(pressed_on).path == reverse("all_causes") else "all_causes")
    form, before = PlaceForm(given, cause=cause), cause.parent_id
    if form.is_valid():
        try:
            cause.move(form.cleaned_data["parent"], by=request.user)
        except CauseTaken:
            form.add_error("parent", _("Another one there is called so. Merge them instead."))
        except CauseRetired:
            form.add_error("parent", _("This cause was retired meanwhile. Choose another one."))
        except CauseHasParts as mistake:
            form.add_error("parent", str(mistake))
    if not form.is_valid():
        cause.refresh_from_db()
        return _page(request, cause, placing=form)
    undo = f"{address}?{urlencode({'parent': before or ''})}"
    messages.success(request, _("Moved: %(cause)s") % {"cause": cause}, extra_tags=undo)
    return redirect("cause", pk)


@leads_only
@require_POST
def retirement(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a cause no more, or again (``?undo``)."""
    cause = get_object_or_404(Cause, pk=pk)
    address = reverse("cause_retirement", args=[pk])
    if "undo" in request.GET:
        cause.revive(by=request.user)
        messages.success(request, _("In use again: %(tag)s") % {"tag": cause}, extra_tags=address)
    else:
        cause.retire(by=request.user)
        messages.success(request, _("Retired: %(tag)s") % {"tag": cause}, extra_tags=f"{address}?undo")
    return redirect("all_causes")


@leads_only
@require_POST
def merging(request: StaffRequest, pk: int) -> HttpResponse:
    """Merge a cause into another one."""
    cause = get_object_or_404(Cause.objects.in_order(), pk=pk)
    form = MergeForm(request.POST, cause=cause)
    if form.is_valid():
        try:
            cause.merge(form.cleaned_data["into"], by=request.user)
        except CauseRetired:
            form.add_error("into", _("This cause was retired meanwhile. Choose another one."))
        except CauseHasParts as mistake:
            form.add_error("into", str(mistake))
    if not form.is_valid():
        return _page(request, cause, merge=form)
    into = form.cleaned_data["into"]
    said = _("%(tag)s is merged into %(into)s") % {"tag": cause, "into": into}
    messages.success(request, said, extra_tags=f"{reverse('cause_retirement', args=[pk])}?undo")
    return redirect("cause", into.pk)


def _tree(request: StaffRequest, form: NewForm) -> HttpResponse:
    asked, given = tidy(request.GET.get("q", ""))[:LONGEST], request.GET
    rows = list(Cause.objects.in_order())
    branches = causes.tree(request.user, [one for one in rows if one.is_in_use])
    page = causes.listed(branches, asked, given.get("after", ""))
    gone = [one for one in rows if one.archived_at is not None and rank(asked, one.forms) is not None]
    retired = page_of(gone, given.get("retired-after", ""))
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "following": urlencode({"q": asked, "after": page.after}),
        "retired": retired,
        "retired_following": urlencode({"q": asked, "retired-after": retired.after}),
    }
    return render(request, "conversations/cause_list.html", context, status=_status(form))


def _page(
    request: StaffRequest,
    cause: Cause,
    *,
    rename: NameForm | None = None,
    placing: PlaceForm | None = None,
    merge: MergeForm | None = None,
) -> HttpResponse:
    rows = Conversation.objects.all().visible_to(request.user).of_cause(cause).for_list(request.user)
    if edge := read_mark(request.GET.get("after", "")):
        rows = rows.filter(Q(last_message_at__lt=edge[0]) | Q(last_message_at=edge[0], pk__lt=edge[1]))
    found = list(rows.order_by("-last_message_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "cause": cause,
        "rename": rename or NameForm(initial={"name": str(cause)}),
        "placing": placing or PlaceForm(initial={"parent": cause.parent_id}, cause=cause),
        "merge": merge or MergeForm(cause=cause),
        "rows": found[:PAGE],
        "after": mark(last.last_message_at, last.pk) if last else "",
    }
    return render(request, "conversations/cause.html", context, status=_status(rename, placing, merge))


def _status(*forms: NameForm | PlaceForm | MergeForm | None) -> HTTPStatus:
    is_wrong = any(form is not None and form.errors for form in forms)
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK

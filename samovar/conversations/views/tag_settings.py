"""Tags, for leads and administrators: renamed, merged, retired, without touching the history."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, leads_only
from samovar.conversations import retaining
from samovar.conversations.errors import TagRetired, TagTaken
from samovar.conversations.forms import MergeForm, RenameForm
from samovar.conversations.models import Conversation, ConversationTag, Tag
from samovar.lib.listing import page_by
from samovar.lib.marks import mark, read_mark
from samovar.lib.naming import called
from samovar.lib.text import tidy

PAGE = 50


@leads_only
@require_GET
def all_tags(request: StaffRequest) -> HttpResponse:
    """List the tags with how many conversations bear each."""
    asked, given = tidy(request.GET.get("q", ""))[:60], request.GET
    found = Tag.objects.filter(called(asked)).select_related("merged_into")
    in_use, gone = found.filter(archived_at=None), found.filter(archived_at__isnull=False)
    tags = page_by("name", in_use.annotate(count=_count(request)), given.get("after", ""))
    retired = page_by("name", gone, given.get("retired-after", ""))
    context = {
        "asked": asked,
        "count": in_use.count() if tags.after or "after" in given else len(tags.rows),
        "tags": tags,
        "following": urlencode({"q": asked, "after": tags.after}),
        "retired": retired,
        "retired_following": urlencode({"q": asked, "retired-after": retired.after}),
    }
    return render(request, "conversations/tag_list.html", context)


@leads_only
@require_http_methods(["GET", "POST"])
def one_tag(request: StaffRequest, pk: int) -> HttpResponse:
    """Show where a tag stands, or call it otherwise."""
    if request.method == "GET":
        tag = get_object_or_404(Tag, pk=pk)
        return _page(request, tag, RenameForm(initial={"name": tag.name}), MergeForm(tag=tag))
    # Held before what was typed is compared with what stands there: nobody writes between the two.
    with transaction.atomic():
        return _renamed(request, get_object_or_404(Tag.objects.select_for_update(), pk=pk))


def _renamed(request: StaffRequest, tag: Tag) -> HttpResponse:
    # The address that undoes it carries the old name itself.
    given, before = request.GET if "name" in request.GET else request.POST, tag.name
    form = RenameForm(given, initial={"name": before})
    if form.is_valid():
        try:
            tag.rename(form.settled["name"], by=request.user)
        except TagTaken:
            form.add_error("name", _("Another tag is called so. Merge them instead."))
    if not form.is_valid():
        tag.name = before
        return _page(request, tag, form, MergeForm(tag=tag))
    undo = f"{reverse('tag', args=[tag.pk])}?{urlencode({'name': before, 'initial-name': tag.name})}"
    messages.success(request, _("Renamed: %(tag)s") % {"tag": tag.name}, extra_tags=undo)
    return redirect("tag", tag.pk)


@leads_only
@require_POST
def retirement(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a tag no more, or again (``?undo``)."""
    tag = get_object_or_404(Tag, pk=pk)
    address = reverse("tag_retirement", args=[pk])
    if "undo" in request.GET:
        retaining.revive(tag, by=request.user)
        messages.success(request, _("In use again: %(tag)s") % {"tag": tag.name}, extra_tags=address)
    else:
        tag.retire(by=request.user)
        messages.success(request, _("Retired: %(tag)s") % {"tag": tag.name}, extra_tags=f"{address}?undo")
    return redirect("all_tags")


@leads_only
@require_POST
def merging(request: StaffRequest, pk: int) -> HttpResponse:
    """Merge a tag into another one."""
    tag = get_object_or_404(Tag, pk=pk)
    form = MergeForm(request.POST, tag=tag)
    if not form.is_valid():
        return _page(request, tag, RenameForm(initial={"name": tag.name}), form)
    into = form.cleaned_data["into"]
    try:
        tag.merge(into, by=request.user)
    except TagRetired:
        form.add_error("into", _("This tag was retired meanwhile. Choose another one."))
        return _page(request, tag, RenameForm(initial={"name": tag.name}), form)
    said = _("%(tag)s is merged into %(into)s") % {"tag": tag.name, "into": into.name}
    messages.success(request, said, extra_tags=f"{reverse('tag_retirement', args=[pk])}?undo")
    return redirect("tag", into.pk)


def _page(request: StaffRequest, tag: Tag, rename: RenameForm, merge: MergeForm) -> HttpResponse:
    own = ConversationTag.objects.all().of(tag).values("conversation")
    rows = Conversation.objects.all().visible_to(request.user).filter(pk__in=own).for_list(request.user)
    if edge := read_mark(request.GET.get("after", "")):
        rows = rows.filter(Q(last_message_at__lt=edge[0]) | Q(last_message_at=edge[0], pk__lt=edge[1]))
    found = list(rows.order_by("-last_message_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "tag": tag,
        "rename": rename,
        "merge": merge,
        "rows": found[:PAGE],
        "after": mark(last.last_message_at, last.pk) if last else "",
    }
    is_wrong = rename.errors or merge.errors
    return render(
        request,
        "conversations/tag.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
    )


def _count(request: StaffRequest) -> Subquery:
    seen: QuerySet[Conversation] = Conversation.objects.all().visible_to(request.user)
    # The tags first: with both in one condition every tagging would be looked at for every tag.
    own = Tag.objects.filter(Q(pk=OuterRef(OuterRef("pk"))) | Q(merged_into=OuterRef(OuterRef("pk"))))
    rows = ConversationTag.objects.filter(tag__in=own.values("pk"), conversation__in=seen).order_by()
    counted = rows.annotate(nothing=Value(0)).values("nothing").annotate(all=Count("conversation", distinct=True))
    return Subquery(counted.values("all"))

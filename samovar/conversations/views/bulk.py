"""Acting on many conversations: choosing, beginning, watching, stopping, undoing."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import push_url, trigger_client_event

from samovar.accounts.requests import StaffRequest, agents_only, page_before
from samovar.conversations import bulk_pages, bulk_runs, queries
from samovar.conversations.bulk_choices import CHOICES
from samovar.conversations.bulk_forms import BulkForm, numbers
from samovar.conversations.jobs import run_bulk
from samovar.conversations.models import BulkRun
from samovar.conversations.promising import NoMoment
from samovar.conversations.queries import Wanted
from samovar.jobs.queue import enqueue

# So many are done while the person waits, who hardly notices.
AT_ONCE = 30


@agents_only
@require_http_methods(["GET", "POST"])
def bulk(request: StaffRequest) -> HttpResponse:
    """List what was done to many conversations, or begin to do something."""
    if request.method == "GET":
        found = bulk_pages.runs(request.user, request.GET.get("after", ""))
        return render(request, "conversations/bulk_list.html", {"found": found})
    form = BulkForm(request.POST, request.user)
    if not form.is_valid():
        return _refused(request, form.first_mistake)
    run, is_new = bulk_runs.begin(form.wish, by=request.user)
    if is_new and form.macro:
        form.macro.count_use(request.user)
    return _go_on(request, run, is_few=not form.cleaned_data["all"] and len(form.ids) <= AT_ONCE)


@agents_only
@require_GET
def bulk_choices(request: StaffRequest) -> HttpResponse:
    """List what can be chosen in one of the menus."""
    typed = request.GET.get("q") or request.GET.get("when", "")
    found = CHOICES.get(request.GET.get("of", ""))
    context: dict[str, object] = {"typed": typed.strip()}
    try:
        context["choices"] = found(typed, request.user) if found else []
    except NoMoment as mistake:
        context["mistake"] = str(mistake)
    return render(request, "conversations/_bulk_choices.html", context)


@agents_only
@require_GET
def bulk_count(request: StaffRequest) -> HttpResponse:
    """Say how many conversations a list holds, all its pages together."""
    wanted = Wanted.of(request.GET, request.user)
    count = queries.selection(request.user, wanted)[: bulk_runs.MOST].count()
    return render(request, "conversations/_bulk_count.html", {"count": count, "query": request.GET.urlencode()})


@agents_only
@require_GET
def bulk_new(request: StaffRequest) -> HttpResponse:
    """Show all that can be done to what was selected, on a page of its own: for whoever has no scripts, or no keys."""
    wanted, is_all = Wanted.of(request.GET, request.user), "all" in request.GET
    rows = queries.selection(request.user, wanted)
    context = {
        "ids": [] if is_all else numbers(request.GET.getlist("id")),
        "is_all": is_all,
        "count": rows[: bulk_runs.MOST].count(),
        "wanted": wanted,
        "key": uuid4(),
        "choices": {kind: found("", request.user) for kind, found in CHOICES.items()},
    }
    return render(request, "conversations/bulk_new.html", context)


@agents_only
@require_GET
def bulk_run(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what became of each conversation; to a page that waits, how far it has come."""
    run = _run(request, pk)
    if "progress" in request.GET:
        return _told(request, run, is_watched=True)
    found = bulk_pages.items(request.user, run, request.GET.get("state", ""), request.GET.get("after", ""))
    return render(request, "conversations/bulk_run.html", {"run": bulk_pages.line(run), "found": found})


@agents_only
@require_POST
def bulk_stopping(request: StaffRequest, pk: int) -> HttpResponse:
    """Do no more; what is done stays done."""
    run = _run(request, pk)
    bulk_runs.stop(run)
    return _told(request, run)


@agents_only
@require_POST
def bulk_undoing(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what was done."""
    run = _run(request, pk)
    if not bulk_runs.undo(run, by=request.user):
        return _refused(request, _("It can be undone for ten minutes. They are over."), run)
    return _go_on(request, run, is_few=run.done <= AT_ONCE)


def _run(request: StaffRequest, pk: int) -> BulkRun:
    rows = BulkRun.objects.all().visible_to(request.user).select_related("by", "undone_by")
    found: BulkRun = get_object_or_404(rows, pk=pk)
    return found


def _go_on(request: StaffRequest, run: BulkRun, *, is_few: bool) -> HttpResponse:
    """Do it at once, or let a worker do it, and say how far it is."""
    if not (is_few and bulk_runs.finish(run.pk)):
        enqueue(run_bulk, run.pk)
    run.refresh_from_db()
    return _told(request, run)


def _told(request: StaffRequest, run: BulkRun, *, is_watched: bool = False) -> HttpResponse:
    """Say how far it is; ``is_watched`` says that the line which says so is on the page already."""
    line = bulk_pages.line(run)
    if not request.htmx:
        undo = reverse("bulk_undoing", args=[run.pk]) if run.is_undoable else ""
        messages.success(request, line.words, extra_tags=undo)
        return redirect("bulk_run", run.pk)
    context: dict[str, Any] = {"run": line, "is_watched": is_watched, "key": uuid4()}
    answer = push_url(render(request, "conversations/_bulk_told.html", context), False)
    if not is_watched:
        trigger_client_event(answer, "conversations:acted", {})
    return answer if run.is_working else trigger_client_event(answer, "conversations:changed", {})


def _refused(request: StaffRequest, said: str, run: BulkRun | None = None) -> HttpResponse:
    if not request.htmx:
        messages.error(request, said)
        return redirect("bulk_run", run.pk) if run else redirect(page_before(request))
    context = {"said": said, "is_refused": True}
    return push_url(render(request, "conversations/_done.html", context, status=422), False)

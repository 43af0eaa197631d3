"""For how long conversations are kept: decided for each inbox by those who lead, with what it would remove."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, leads_only
from samovar.conversations import retaining
from samovar.conversations.forms import RetentionForm
from samovar.conversations.models import Inbox, Retention
from samovar.conversations.models.retention import span_of
from samovar.lib.text import tidy


@dataclass(frozen=True)
class Row:
    """An inbox with what was decided for it, if anything was."""

    inbox: Inbox
    setting: Retention | None

    @property
    def span(self) -> str:
        """For how long it keeps what is resolved; "" for ever."""
        return span_of(self.setting.months) if self.setting and self.setting.months else ""


@leads_only
@require_GET
def all_retention(request: StaffRequest) -> HttpResponse:
    """List the inboxes with how long each keeps what is resolved."""
    asked = tidy(request.GET.get("q", ""))[:100]
    inboxes = Inbox.objects.open_to(request.user).order_by("archived_at", "name", "pk")
    if asked:
        inboxes = inboxes.filter(Q(name__icontains=asked) | Q(address__icontains=asked))
    known = {one.inbox_id: one for one in Retention.objects.filter(inbox__in=inboxes)}
    rows = [Row(inbox, known.get(inbox.pk)) for inbox in inboxes]
    return render(request, "conversations/retention_list.html", {"rows": rows, "asked": asked})


@leads_only
@require_http_methods(["GET", "POST"])
def retention(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and decide how long an inbox keeps what is resolved; to htmx only what a choice would remove."""
    inbox = get_object_or_404(Inbox.objects.open_to(request.user), pk=pk)
    setting = Retention.objects.filter(inbox=inbox).select_related("exempt_tag", "set_by").first()
    known = {"months": setting.months or "", "exempt_tag": setting.exempt_tag_id} if setting else {}
    given = request.POST if request.method == "POST" else request.GET if "months" in request.GET else None
    form = RetentionForm(given, initial=known)
    if request.method == "POST" and form.is_valid():
        Retention.objects.all().decide(inbox, *form.choice, by=request.user)
        messages.success(request, _("Saved"))
        return redirect("retention", pk)
    context = {"row": Row(inbox, setting), "form": form, **_previewed(inbox, form, setting)}
    if request.htmx:
        return render(request, "conversations/_retention_preview.html", context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "conversations/retention.html", context, status=status)


@leads_only
@require_POST
def retention_stopping(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove nothing more from an inbox."""
    inbox = get_object_or_404(Inbox.objects.open_to(request.user), pk=pk)
    setting = Retention.objects.filter(inbox=inbox).select_related("exempt_tag").first()
    if setting is not None:
        Retention.objects.all().decide(inbox, None, setting.exempt_tag, by=request.user)
    messages.success(request, _("Stopped: %(name)s keeps everything") % {"name": inbox.shown_name})
    return redirect("retention", pk)


@leads_only
@require_GET
def retention_rows(request: StaffRequest, pk: int) -> HttpResponse:
    """List the conversations that a choice would remove."""
    inbox = get_object_or_404(Inbox.objects.open_to(request.user), pk=pk)
    form = RetentionForm(request.GET)
    months, tag = form.choice if form.is_valid() else (None, None)
    found = retaining.page(inbox, months, tag, request.GET.get("after", "")) if months else retaining.DuePage([], "")
    context = {"inbox": inbox, "found": found, "span": span_of(months) if months else "", "asked": _asked(form)}
    return render(request, "conversations/retention_rows.html", context)


def _previewed(inbox: Inbox, form: RetentionForm, setting: Retention | None) -> dict[str, object]:
    if form.is_bound:
        months, tag = form.choice if form.is_valid() else (None, None)
    else:
        months, tag = (setting.months, setting.exempt_tag) if setting else (None, None)
    if months is None:
        return {"preview": None}
    query = urlencode({"months": months, "exempt_tag": tag.pk if tag else ""})
    return {"preview": retaining.preview(inbox, months, tag), "preview_query": query}


def _asked(form: RetentionForm) -> str:
    return urlencode({name: form.data.get(name, "") for name in ("months", "exempt_tag")})

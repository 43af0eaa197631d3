"""Pages on which those who lead say what colleagues know about."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts import staff_lists
from samovar.accounts.models import Topic, User
from samovar.accounts.requests import StaffRequest, leads_only
from samovar.accounts.staff_lists import LONGEST_ASKED
from samovar.accounts.topic_forms import TopicsForm
from samovar.lib.text import tidy


@leads_only
@require_GET
def experts(request: StaffRequest) -> HttpResponse:
    """List the colleagues with what they know about, or those who are found by a name or a topic (``q``)."""
    asked = tidy(request.GET.get("q", ""))[:LONGEST_ASKED]
    page = staff_lists.experts(asked, request.GET.get("after", ""))
    context = {"asked": asked, "page": page, "following": urlencode({"q": asked, "after": page.after})}
    return render(request, "accounts/experts.html", context)


@leads_only
@require_http_methods(["GET", "POST"])
def expert(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and set what somebody knows about; the address of an undo says it itself."""
    found = User.objects.filter(is_active=True)
    if request.method == "GET":
        return _expert(request, get_object_or_404(found, pk=pk))
    # Held before what stands there is read: nobody writes between that and what an undo is to take back.
    with transaction.atomic():
        return _expert(request, get_object_or_404(found.select_for_update(no_key=True), pk=pk))


def _expert(request: StaffRequest, person: User) -> HttpResponse:
    before = person.topic_names
    is_undo = "topics" in request.GET
    given = request.GET if is_undo else request.POST
    form = TopicsForm(given if request.method == "POST" else None, initial={"topics": before})
    if form.is_valid():
        person.know_about(form.cleaned_data["topics"], by=request.user, was=form.was)
        # It takes back what was changed here, and nothing that somebody changes afterwards.
        back = {"topics": ", ".join(before), "initial-topics": ", ".join(person.topic_names)}
        undo = f"{reverse('expert', args=[person.pk])}?{urlencode(back)}"
        is_partly = is_undo and form.was is not None and set(form.was) != set(before)
        said = _("Undone. What somebody has changed since stays as they left it.") if is_partly else _("Saved")
        messages.success(request, said, extra_tags=undo)
        return redirect("experts")
    context = {"person": person, "form": form, "known": Topic.objects.all()}
    return render(request, "accounts/expert.html", context, status=422 if form.is_bound else 200)

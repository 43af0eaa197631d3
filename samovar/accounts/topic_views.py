"""Pages on which those who lead say what colleagues know about."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samovar.accounts.models import Topic, User
from samovar.accounts.requests import StaffRequest, leads_only
from samovar.accounts.topic_forms import TopicsForm


@leads_only
@require_GET
def experts(request: StaffRequest) -> HttpResponse:
    """List the colleagues with what they know about."""
    people = User.objects.filter(is_active=True).prefetch_related("topics")
    return render(request, "accounts/experts.html", {"people": people})


@leads_only
@require_http_methods(["GET", "POST"])
def expert(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and set what somebody knows about; the address of an undo says it itself."""
    person = get_object_or_404(User.objects.filter(is_active=True), pk=pk)
    before = person.topic_names
    given = request.GET if "topics" in request.GET else request.POST
    form = TopicsForm(given if request.method == "POST" else None, initial={"topics": before})
    if form.is_valid():
        person.know_about(form.cleaned_data["topics"], by=request.user)
        undo = f"{reverse('expert', args=[pk])}?{urlencode({'topics': ', '.join(before)})}"
        messages.success(request, _("Saved"), extra_tags=undo)
        return redirect("experts")
    context = {"person": person, "form": form, "known": Topic.objects.all()}
    return render(request, "accounts/expert.html", context, status=422 if form.is_bound else 200)

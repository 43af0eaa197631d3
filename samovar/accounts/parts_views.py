"""How large the company is, and which parts of the product it does without."""

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.models import Company
from samovar.accounts.parts import PARTS, Size, off_for
from samovar.accounts.requests import StaffRequest, admins_only

SALT = "samovar.accounts.parts"
HOUR = 3600


@admins_only
@require_http_methods(["GET", "POST"])
def company_parts(request: StaffRequest) -> HttpResponse:
    """Show and choose the parts; choosing a size chooses what such companies need.

    ``?undo=`` brings back what stood before, as signed by us.
    """
    now = Company.objects.first() or Company()
    if request.method == "GET":
        parts = [(name, part, name not in now.parts_off) for name, part in PARTS.items()]
        return render(request, "accounts/parts.html", {"company": now, "parts": parts, "sizes": Size})
    if "undo" in request.GET:
        return _put_back(request)
    size = request.POST.get("size", "")
    if size in Size.values:
        before = Company.choose_parts(size, off_for(size), by=request.user)
    else:
        wanted = request.POST.getlist("part")
        before = Company.choose_parts(now.size, [name for name in PARTS if name not in wanted], by=request.user)
    undo = signing.dumps(before, salt=SALT)
    messages.success(request, _("Saved"), extra_tags=f"{request.path}?{urlencode({'undo': undo})}")
    return redirect("company_parts")


def _put_back(request: StaffRequest) -> HttpResponse:
    try:
        size, off = signing.loads(request.GET["undo"], salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        messages.error(request, _("This cannot be undone any more. Nothing was changed."))
        return redirect("company_parts")
    Company.choose_parts(size, off, by=request.user)
    messages.success(request, _("All parts are as they were."))
    return redirect(reverse("company_parts"))

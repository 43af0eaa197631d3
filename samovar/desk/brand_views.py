"""Pages of the brands, for administrators: how customers see us, and what a mail of a brand looks like."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.models import Brand, User
from samovar.accounts.requests import StaffRequest, admins_only
from samovar.accounts.voices import Voice, shown_name, voice_of
from samovar.channels.letters import Stationery, page
from samovar.conversations.models import Inbox
from samovar.desk.audit_views import number
from samovar.desk.brand_forms import BrandForm, LookForm
from samovar.lib.colours import readable_on_white

IN_A_FRAME = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
# What the preview is made of, by the names of the form.
SHOWN = ("name", "accent", "legal_line", "signature", "sender_form", "language")


@dataclass(frozen=True)
class Row:
    """A brand in the list, with the addresses that belong to it."""

    brand: Brand
    addresses: list[str]


@admins_only
@require_GET
def brands(request: StaffRequest) -> HttpResponse:
    """List the brands and what belongs to each."""
    Brand.objects.all().default()
    rows = list(Brand.objects.all())
    context = {
        "rows": _with_addresses([one for one in rows if one.archived_at is None]),
        "retired": [one for one in rows if one.archived_at is not None],
    }
    return render(request, "desk/brands.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def new_brand(request: StaffRequest) -> HttpResponse:
    """Make a brand."""
    form = _form(request, None)
    if form.is_valid():
        made = _saved(form, lambda: Brand.objects.all().found(form.look, form.picture, by=request.user))
        if made is not None:
            return _done(request, made, form)
    return _page(request, form, None)


@admins_only
@require_http_methods(["GET", "POST"])
def brand(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change a brand."""
    found = get_object_or_404(Brand, pk=pk)
    form = _form(request, found)
    if form.is_valid() and _saved(form, lambda: _change(request, form, pk)) is not None:
        return _done(request, found, form)
    return _page(request, form, found)


@admins_only
@xframe_options_sameorigin
@require_GET
def brand_letter(request: StaffRequest) -> HttpResponse:
    """Show what a mail looks like with what was typed so far; to htmx the frames that show it."""
    if request.htmx:
        return render(request, "desk/_brand_look.html", _look(request.GET, request.user))
    shown = _typed(request.GET)
    language = request.GET.get("in", "")
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        text = _("Hello Elena,\n\nyour desk leaves our store tomorrow and will be with you on Friday.")
        voice = _voice(shown, request.user)
    answer = HttpResponse(page(text, Stationery(shown, voice, _data_url(shown))))
    answer["Content-Security-Policy"] = IN_A_FRAME
    return answer


@admins_only
@require_GET
def brand_logo(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the logo of a brand, as we drew it."""
    logo = get_object_or_404(Brand.objects.select_related("logo"), pk=pk).logo
    if logo is None:
        raise Http404
    answer = HttpResponse(logo.read(), content_type=logo.kind)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-cache"
    return answer


@admins_only
@require_POST
def brand_retiring(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a brand no more; the default one stays."""
    found = get_object_or_404(Brand, pk=pk, is_default=False)
    found.retire(by=request.user)
    text = _("The brand %(name)s is retired") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("brand_reviving", args=[pk]))
    return redirect("brands")


@admins_only
@require_POST
def brand_reviving(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a brand again."""
    found = get_object_or_404(Brand, pk=pk, is_default=False)
    found.revive(by=request.user)
    text = _("The brand %(name)s is in use again") % {"name": found.name}
    messages.success(request, text, extra_tags=reverse("brand_retiring", args=[pk]))
    return redirect("brands")


def _form(request: StaffRequest, found: Brand | None) -> BrandForm:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    return BrandForm(found, request.user, *given)


def _change(request: StaffRequest, form: BrandForm, pk: int) -> Brand:
    found = Brand.objects.get(pk=pk)
    found.change(form.look, form.picture, bool(form.cleaned_data.get("has_no_logo")), by=request.user)
    return found


def _saved(form: BrandForm, save: Callable[[], Brand]) -> Brand | None:
    try:
        with transaction.atomic():
            return save()
    except IntegrityError:
        form.add_error("name", _("Another brand is called so."))
        return None


def _done(request: StaffRequest, found: Brand, form: BrandForm) -> HttpResponse:
    if "inboxes" in form.cleaned_data:
        form.cleaned_data["inboxes"].belong_to(found, by=request.user)
    messages.success(request, _("Saved"))
    return redirect("brand", found.pk)


def _page(request: StaffRequest, form: BrandForm, found: Brand | None) -> HttpResponse:
    given: dict[str, Any] = {name: form[name].value() or "" for name in SHOWN}
    context = {"form": form, "brand": found, "own": _with_addresses([found])[0].addresses if found else []}
    context |= _look({**given, "brand": str(found.pk if found else "")}, request.user)
    return render(request, "desk/brand.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200)


def _look(given: Mapping[str, str], reader: User) -> dict[str, Any]:
    shown = _typed(given)
    query = urlencode({name: given.get(name, "") for name in (*SHOWN, "brand")})
    address = reverse("brand_letter")
    frames = [(code, f"{address}?{query}&{urlencode({'in': code})}") for code, _name in settings.LANGUAGES]
    looks = {"accent": shown.accent, "accent_shown": readable_on_white(shown.accent)}
    with translation.override(shown.language):
        return {**looks, "frames": frames, "from_name": _voice(shown, reader).from_name}


def _voice(shown: Brand, reader: User) -> Voice:
    """Return how a letter of the brand sounds when the reader writes it, in the language that is spoken just now.

    A signature of their own would hide that of the brand, which is what is being written.
    """
    return voice_of(shown, shown.name, User(name=shown_name(reader), title=reader.title or _("Customer service")))


def _typed(given: Mapping[str, str]) -> Brand:
    """Return a brand as it is typed so far, not stored; what is wrong in it is left out."""
    known = Brand.objects.select_related("logo").filter(pk=number(given.get("brand", ""))).first() or Brand()
    form = LookForm({name: given.get(name, "") for name in SHOWN})
    form.is_valid()
    known.legal_line = known.signature = ""
    if given.get("language") in dict(settings.LANGUAGES):
        known.languages = [given["language"]]
    for name, value in form.cleaned_data.items():
        setattr(known, name, value)
    return known


def _data_url(shown: Brand) -> str:
    if shown.logo is None:
        return ""
    return f"data:{shown.logo.kind};base64,{b64encode(shown.logo.read()).decode()}"


def _with_addresses(found: list[Brand]) -> list[Row]:
    inboxes = Inbox.objects.filter(archived_at=None).exclude(address="").select_related("brand").order_by("address")
    own: dict[int | None, list[str]] = {}
    for inbox in inboxes:
        has_one = inbox.brand is not None and inbox.brand.archived_at is None and not inbox.brand.is_default
        own.setdefault(inbox.brand_id if has_one else None, []).append(inbox.address)
    return [Row(one, own.get(None if one.is_default else one.pk, [])) for one in found]

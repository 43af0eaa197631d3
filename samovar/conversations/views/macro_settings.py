"""Macros, for whoever answers: what there is, worded anew, retired, put on a key of one's own."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only, leads_only
from samovar.conversations import macros, placeholders
from samovar.conversations.errors import MacroChanged, MacroKeyTaken
from samovar.conversations.formatting import formatted_text
from samovar.conversations.macro_forms import LONGEST_TEXT, KeyForm, MacroForm, initial
from samovar.conversations.macro_steps import named
from samovar.conversations.models import Macro, MacroKey
from samovar.lib.layouts import readings
from samovar.lib.listing import page_by
from samovar.lib.text import storable, tidy

WHOSE = ("", "mine", "team", "everybody", "retired")


@agents_only
@require_GET
def all_macros(request: StaffRequest) -> HttpResponse:
    """List the macros that the person may look at, by their names."""
    asked, whose = tidy(request.GET.get("q", ""))[:80], request.GET.get("whose", "")
    rows = _of(Macro.objects.all().visible_to(request.user), whose, request)
    if asked:
        key, otherwise = readings(asked)
        named = Q(name_key__contains=key) | Q(name_key__contains=otherwise) | Q(shortcut__startswith=key)
        rows = rows.filter(named | Q(text__icontains=asked))
    whose = whose if whose in WHOSE else ""
    found = page_by("name_key", rows.select_related("owner", "team"), request.GET.get("after", ""))
    labels = (_("All"), _("Mine"), _("Of teams"), _("Everybody’s"), _("Retired"))
    context = {
        "asked": asked,
        "whose": whose,
        "filters": list(zip(WHOSE, labels, strict=True)),
        "found": found,
        "following": urlencode({"whose": whose, "q": asked, "after": found.after}),
        "kept": [("whose", whose)],
    }
    return render(request, "conversations/macro_list.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def new_macro(request: StaffRequest) -> HttpResponse:
    """Make a macro, from nothing or like another one (``of``)."""
    if request.method == "POST":
        form = MacroForm(request.POST, by=request.user)
        if form.is_valid():
            macro = Macro.objects.all().make(form.wording, by=request.user)
            undo = f"{reverse('macro_retirement', args=[macro.pk])}"
            messages.success(request, _("Made: %(name)s") % {"name": macro.name}, extra_tags=undo)
            return redirect("all_macros")
        return _page(request, None, form)
    number = request.GET.get("of", "")
    like = Macro.objects.all().visible_to(request.user).filter(pk=int(number)) if _is_number(number) else None
    source = like.first() if like is not None else None
    known = {**initial(source), "scope": "mine"} if source else {"scope": "mine"}
    return _page(request, None, MacroForm(by=request.user, initial=known))


@agents_only
@require_http_methods(["GET", "POST"])
def one_macro(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a macro; whoever may, words it anew."""
    rows = Macro.objects.all().visible_to(request.user).select_related("owner", "team", "changed_by")
    macro = get_object_or_404(rows, pk=pk)
    if request.method == "GET":
        return _page(request, macro, MacroForm(by=request.user, initial=initial(macro)))
    if not macro.can_be_changed_by(request.user):
        raise Http404
    form = MacroForm(request.POST, by=request.user)
    if not form.is_valid():
        return _page(request, macro, form)
    try:
        macro.change(form.wording, form.cleaned_data["version"], by=request.user)
    except MacroChanged:
        macro.refresh_from_db()
        again = MacroForm({**request.POST.dict(), "version": macro.version}, by=request.user)
        return _page(request, macro, again, is_newer=True)
    messages.success(request, _("Saved"))
    return redirect("macro", pk)


@agents_only
@require_POST
def preview(request: StaffRequest) -> HttpResponse:
    """Show what a customer of no company at all would get."""
    text = storable(request.POST.get("text", ""))[:LONGEST_TEXT]
    return render(request, "conversations/_macro_preview.html", _previewed(request, text))


@agents_only
@require_POST
def retirement(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a macro no more, or again (``?undo``)."""
    macro = _changeable(request, pk)
    address = reverse("macro_retirement", args=[pk])
    if "undo" in request.GET:
        macro.revive(by=request.user)
        messages.success(request, _("In use again: %(name)s") % {"name": macro.name}, extra_tags=address)
    else:
        macro.retire(by=request.user)
        messages.success(request, _("Retired: %(name)s") % {"name": macro.name}, extra_tags=f"{address}?undo")
    return redirect("all_macros")


@leads_only
@require_POST
def taking_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a macro one's own that somebody left who is gone."""
    macro = get_object_or_404(Macro.objects.all().visible_to(request.user), pk=pk, owner__is_active=False)
    macro.take_over(by=request.user)
    messages.success(request, _("It is yours now"))
    return redirect("macro", pk)


@agents_only
@require_POST
def key(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a macro on a key of one's own, or on none."""
    macro = get_object_or_404(Macro.objects.all().offered_to(request.user), pk=pk)
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            macro.put_on_key(form.cleaned_data["digit"], request.user)
        except MacroKeyTaken as taken:
            messages.error(request, _("%(name)s is on this key. Take it off there first.") % {"name": str(taken)})
        else:
            messages.success(request, _("Saved"))
    return redirect("macro", pk)


def _page(request: StaffRequest, macro: Macro | None, form: MacroForm, *, is_newer: bool = False) -> HttpResponse:
    text = form["text"].value() or ""
    context = {
        "macro": macro,
        "form": form,
        "is_newer": is_newer,
        "may_change": macro is None or macro.can_be_changed_by(request.user),
        "steps": named(macro.steps) if macro else [],
        "known": placeholders.KNOWN.items(),
        **_previewed(request, text),
    }
    if macro is not None and not macro.archived_at:
        own = MacroKey.objects.filter(user=request.user, macro=macro).first()
        context["key_form"] = KeyForm(initial={"digit": own.digit if own else ""})
        context["may_take_over"] = bool(request.user.can_lead and macro.owner and not macro.owner.is_active)
    is_wrong = is_newer or form.errors
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "conversations/macro.html", context, status=status)


def _previewed(request: StaffRequest, text: str) -> dict[str, object]:
    filled = placeholders.fill(text, macros.sample_values(request.user))
    return {"filled": filled, "formatted": formatted_text(filled, ()), "mistakes": placeholders.mistakes(text)}


def _changeable(request: StaffRequest, pk: int) -> Macro:
    macro = get_object_or_404(Macro.objects.all().visible_to(request.user), pk=pk)
    if not macro.can_be_changed_by(request.user):
        raise Http404
    return macro


def _of(rows: QuerySet[Macro], whose: str, request: StaffRequest) -> QuerySet[Macro]:
    if whose == "retired":
        return rows.filter(archived_at__isnull=False)
    rows = rows.filter(archived_at=None)
    narrowed = {
        "mine": Q(owner=request.user),
        "team": Q(team__isnull=False),
        "everybody": Q(owner=None, team=None),
    }
    return rows.filter(narrowed[whose]) if whose in narrowed else rows


def _is_number(given: str) -> bool:
    return given.isdecimal() and len(given) < 19

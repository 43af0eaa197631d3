"""Promising: what, by when and who; kept, moved, handed over, withdrawn or broken; and the steps of larger work."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import promising
from samovar.conversations.errors import CustomerErased
from samovar.conversations.models import Conversation, Promise
from samovar.conversations.models.promise import Breach, PromiseState
from samovar.conversations.pages import conversation_at, done, looked_at, refused
from samovar.conversations.promise_forms import EndingForm, MomentForm, OwnerForm, PlaceForm, PromiseForm
from samovar.conversations.promising import in_words


@agents_only
@require_http_methods(["GET", "POST"])
def promises(request: StaffRequest, pk: int) -> HttpResponse:
    """Promise something, or add a step; to the open menu say what is understood, or who could keep it (``?who``)."""
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        return _owners(request, conversation) if "who" in request.GET else _understood(request)
    form = PromiseForm(request.POST)
    if not form.is_valid():
        return refused(request, conversation, _first_mistake(form))
    owner = form.cleaned_data["owner"]
    if owner and not _sees(owner, conversation):
        return refused(request, conversation, _("%(name)s does not see this inbox.") % {"name": owner.name})
    try:
        made = _made(conversation, form, request.user)
    except CustomerErased as mistake:
        return refused(request, conversation, str(mistake))
    undo = f"{reverse('promise_ending', args=[made.pk])}?how={PromiseState.WITHDRAWN}"
    return done(request, conversation, _said_of(made), undo)


@agents_only
@require_GET
def promise(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a promise on a page of its own, with all that can be done about it."""
    found = _promise_at(request, pk)
    looked_at(request, found.conversation)
    context = {"promise": found, "people": _able(found.conversation), "breaches": Breach, "late": PromiseState.LATE}
    return render(request, "conversations/promise.html", context)


@agents_only
@require_POST
def ending(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that a promise is kept, will not be kept or is not needed; or that it is open after all (``?undo``)."""
    found = _promise_at(request, pk)
    address = reverse("promise_ending", args=[pk])
    if "undo" in request.GET:
        before = {"how": _ending_of(found), "breach": found.breach}
        found.reopen(by=request.user)
        return done(
            request, found.conversation, _("Open again: %(what)s") % {"what": found.words}, _at(address, before)
        )
    form = EndingForm(_given(request))
    if not form.is_valid():
        return refused(request, found.conversation, _first_mistake(form))
    if not found.is_open and _ending_of(found) != form.cleaned_data["how"]:
        return refused(request, found.conversation, _ended(found))
    _end(found, form, request.user)
    return done(request, found.conversation, _ended(found), f"{address}?undo")


@agents_only
@require_POST
def moment(request: StaffRequest, pk: int) -> HttpResponse:
    """Agree on another moment; what undoes that carries how it stood (``at``, ``missed``)."""
    found = _promise_at(request, pk)
    before = {"at": _stamp(found.due_at), "missed": _stamp(found.missed_at)}
    if (taken_back := parse_datetime(request.GET.get("at", "").replace(" ", "+"))) and taken_back.tzinfo:
        found.move_back(taken_back, _moment(request.GET.get("missed", "")), by=request.user)
    else:
        form = MomentForm(_given(request))
        if not form.is_valid() or form.moment is None:
            return refused(request, found.conversation, _first_mistake(form))
        found.move(form.moment, by=request.user)
    if not found.is_open:
        return refused(request, found.conversation, _ended(found))
    undo = _at(reverse("promise_moment", args=[pk]), before) if before["at"] else ""
    return done(request, found.conversation, _said_of(found), undo)


@agents_only
@require_POST
def owner(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody else, or nobody, keep a promise."""
    found = _promise_at(request, pk)
    form = OwnerForm(_given(request))
    if not form.is_valid():
        return refused(request, found.conversation, _("Choose who answers."))
    before, to = found.owner_id, form.cleaned_data["assignee"]
    if to and not _sees(to, found.conversation):
        return refused(request, found.conversation, _("%(name)s does not see this inbox.") % {"name": to.name})
    found.hand_over(to, by=request.user)
    if not found.is_open:
        return refused(request, found.conversation, _ended(found))
    said = _("%(name)s keeps it now: %(what)s") if to else _("Nobody keeps it now: %(what)s")
    undo = _at(reverse("promise_owner", args=[pk]), {"assignee": before or ""})
    return done(request, found.conversation, said % {"name": to.name if to else "", "what": found.words}, undo)


@agents_only
@require_POST
def place(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a step up or down among the others."""
    found = _promise_at(request, pk)
    form = PlaceForm(_given(request))
    if not form.is_valid():
        return refused(request, found.conversation, _first_mistake(form))
    step = form.cleaned_data["step"]
    found.place(step, by=request.user)
    undo = _at(reverse("promise_place", args=[pk]), {"step": -step})
    return done(request, found.conversation, _("Moved: %(what)s") % {"what": found.words}, undo)


def _made(conversation: Conversation, form: PromiseForm, by: User) -> Promise:
    given = form.cleaned_data
    if form.needs_moment and form.moment:
        return conversation.promise(given["kind"], form.moment, by=by, owner=given["owner"], what=given["what"])
    return conversation.add_step(given["what"], by=by, owner=given["owner"], due_at=form.moment)


def _end(found: Promise, form: EndingForm, by: User) -> None:
    if form.cleaned_data["how"] == PromiseState.KEPT:
        found.keep(by=by)
    elif form.cleaned_data["how"] == PromiseState.WITHDRAWN:
        found.withdraw(by=by)
    else:
        found.give_up(form.cleaned_data["breach"], by=by)


def _understood(request: StaffRequest) -> HttpResponse:
    typed = request.GET.get("when", "").strip()[:60]
    context: dict[str, object] = {"typed": typed, "choices": promising.choices(), "is_move": "move" in request.GET}
    if typed:
        try:
            context["understood"] = in_words(promising.understood(typed))
        except promising.NoMoment as mistake:
            context["mistake"] = str(mistake)
    return render(request, "conversations/_promise_found.html", context)


def _owners(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    return render(request, "conversations/_promise_owner.html", {"people": _able(conversation)})


def _able(conversation: Conversation) -> list[User]:
    able = User.objects.filter(is_active=True, role__in=ANSWERING)
    return list(conversation.inbox.those_who_see(able).order_by("sort_key"))


def _sees(user: User, conversation: Conversation) -> bool:
    return conversation.inbox.those_who_see(User.objects.filter(pk=user.pk)).exists()


def _promise_at(request: StaffRequest, pk: int) -> Promise:
    seen = Conversation.objects.all().visible_to(request.user)
    rows = Promise.objects.select_related("conversation__customer", "conversation__inbox", "owner", "made_by")
    return get_object_or_404(rows, pk=pk, conversation__in=seen)


def _said_of(found: Promise) -> str:
    if found.is_step:
        return _("Step: %(what)s") % {"what": found.words}
    return _("Promised: %(what)s, %(when)s") % {"what": found.words, "when": in_words(found.due_at or found.made_at)}


def _ended(found: Promise) -> str:
    said = {
        PromiseState.KEPT: _("Kept: %(what)s"),
        PromiseState.KEPT_LATE: _("Kept late: %(what)s"),
        PromiseState.BROKEN: _("Will not be kept: %(what)s"),
        PromiseState.WITHDRAWN: _("Not needed any more: %(what)s"),
    }
    return said[found.state] % {"what": found.words}


def _ending_of(found: Promise) -> str:
    return PromiseState.KEPT if found.kept_at else PromiseState.BROKEN if found.broken_at else PromiseState.WITHDRAWN


def _given(request: StaffRequest) -> QueryDict:
    # The address that undoes something carries its values itself.
    return request.GET if request.GET else request.POST


def _at(address: str, given: Mapping[str, object]) -> str:
    return f"{address}?{urlencode(given)}"


def _stamp(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else ""


def _moment(text: str) -> datetime | None:
    found = parse_datetime(text) if text else None
    return found if found and found.tzinfo else None


def _first_mistake(form: forms.Form) -> str:
    return next(str(mistake) for mistakes in form.errors.values() for mistake in mistakes)

"""The pages on which a conversation is begun: by a letter, or by what was said on the phone or face to face."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.channels.models import ChannelAccount
from samovar.conversations import beginning, chips
from samovar.conversations.beginning import Begun
from samovar.conversations.chips import Chip
from samovar.conversations.errors import CustomerErased, EmptyMessage, NobodyToSendTo
from samovar.conversations.models import Attachment, Beginning, Conversation, Inbox
from samovar.conversations.recipients import Field, Person
from samovar.customers.models import Customer
from samovar.customers.models.identity import IdentityKind
from samovar.customers.searching import find_customers
from samovar.desk.starting_forms import LONGEST_NUMBER, LetterForm, LogForm, number_of

MOST_FOUND = 8


@agents_only
@require_http_methods(["GET", "POST"])
def start(request: StaffRequest) -> HttpResponse:
    """Write a letter that begins a conversation."""
    if request.method == "POST":
        return _begin(request)
    kept, customer = Beginning.objects.filter(user=request.user).first(), _customer(request)
    initial = {"subject": kept.subject, "inbox": kept.inbox_id} if kept else {}
    # Whoever comes from a customer writes to that customer.
    picked = _first_chips(customer) if customer or not kept else chips.from_kept(kept.chips)
    return _letter_page(request, LetterForm(inboxes=_sending(request.user), initial=initial), picked)


@agents_only
@require_POST
def beginning_draft(request: StaffRequest) -> HttpResponse:
    """Keep what is being typed and chosen."""
    beginning.keep(_begun(request), by=request.user)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@agents_only
@require_GET
def start_voice(request: StaffRequest) -> HttpResponse:
    """Show in whose name the letter would go out from the chosen mailbox, and how it is signed."""
    inbox = get_object_or_404(_sending(request.user), pk=number_of(request.GET.get("inbox", "")))
    return render(request, "conversations/_voice.html", {"voice": inbox.voice_of(request.user)})


@agents_only
@require_http_methods(["GET", "POST"])
def log(request: StaffRequest) -> HttpResponse:
    """Write down a phone call or a visit; nothing leaves."""
    customer = _customer(request)
    inboxes = Inbox.objects.open_to(request.user).filter(archived_at=None)
    given: dict[str, Any] = {"inboxes": inboxes, "knows_who": customer is not None}
    if request.method == "POST":
        form = LogForm(request.POST, **given)
        if form.is_valid():
            try:
                return _logged(request, form, customer)
            except CustomerErased as mistake:
                form.add_error(None, str(mistake))
        return _log_page(request, form, customer)
    initial = {"at": timezone.localtime(), "name": request.GET.get("q", "")[:300]}
    return _log_page(request, LogForm(initial=initial, **given), customer)


def _begin(request: StaffRequest) -> HttpResponse:
    form, picked = LetterForm(request.POST, request.FILES, inboxes=_sending(request.user)), list[Chip]()
    try:
        picked = chips.read(request.POST) or []
        if form.is_valid():
            conversation = _written(request, form, picked)
            messages.success(request, _("Sent"))
            address = conversation.get_absolute_url()
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    except ValidationError as mistake:
        form.add_error(None, mistake)
    except (EmptyMessage, NobodyToSendTo) as mistake:
        form.add_error(None, str(mistake))
    if request.htmx:
        return render(request, "desk/_not_started.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    beginning.keep(_begun(request), by=request.user)
    return _letter_page(request, form, picked)


def _begun(request: StaffRequest) -> Begun:
    picked = None
    # An address that is not whole yet is kept when it is.
    with suppress(ValidationError):
        picked = chips.read(request.POST)
    return Begun(
        text=request.POST.get("text"),
        subject=request.POST.get("subject"),
        inbox=_sending(request.user).filter(pk=number_of(request.POST.get("inbox", ""))).first(),
        chips=picked,
        seen_id=number_of(request.GET["seen"]) if "seen" in request.GET else None,
    )


def _written(request: StaffRequest, form: LetterForm, picked: list[Chip]) -> Conversation:
    files = [
        Attachment.objects.all().upload(
            one.name or "", one.content_type or "application/octet-stream", one.read(), by=request.user
        )
        for one in form.cleaned_data["upload"]
    ]
    return beginning.write(form.matter, picked, form.cleaned_data["text"], by=request.user, files=files)


def _logged(request: StaffRequest, form: LogForm, customer: Customer | None) -> HttpResponse:
    who = customer or beginning.customer_of(form.somebody, by=request.user)
    conversation = beginning.log(form.matter, who, form.said, by=request.user)
    if request.POST.get("then") == "resolve":
        conversation.resolve(by=request.user)
    messages.success(request, _("Written down"))
    return redirect(conversation)


def _letter_page(request: StaffRequest, form: LetterForm, picked: list[Chip]) -> HttpResponse:
    kept = Beginning.objects.filter(user=request.user).first()
    context = {"form": form, "chips": picked, "kept": kept, "can_send": _sending(request.user).exists()}
    context["seen_id"] = beginning.newest_by(request.user)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "desk/start.html", context, status=status)


def _log_page(request: StaffRequest, form: LogForm, customer: Customer | None) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:200]
    found = find_customers(request.user, asked, MOST_FOUND) if asked else []
    context: dict[str, Any] = {"form": form, "customer": customer, "found": found, "asked": asked}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "desk/log.html", context, status=status)


def _sending(user: User) -> QuerySet[Inbox]:
    """Return the inboxes of ``user`` out of which mail can leave."""
    in_use = ChannelAccount.objects.in_use().values("inbox")
    return Inbox.objects.open_to(user).filter(Q(pk__in=in_use), archived_at=None).exclude(address="")


def _customer(request: StaffRequest) -> Customer | None:
    number = request.GET.get("customer", "")
    if not number:
        return None
    if not number.isdecimal() or len(number) >= LONGEST_NUMBER:
        raise Http404
    found = (
        Customer.objects.all()
        .visible_to(request.user)
        .filter(pk=number, erased_at=None)
        .select_related("merged_into")
        .first()
    )
    if found is None:
        raise Http404
    # Their name stands on the page, and where a letter reaches them.
    record_once(Action.CARD_OPENED, request.user, found.merged_into or found)
    return found.merged_into or found


def _first_chips(customer: Customer | None) -> list[Chip]:
    if customer is None:
        return []
    addresses = customer.identities.filter(kind=IdentityKind.EMAIL).exclude(shown="")
    best = addresses.order_by("undeliverable_at", "-pk").values_list("shown", flat=True)[:1]
    return [Chip(Field.TO, Person(customer.name, address)) for address in best]

"""Blocking somebody, from a conversation or by hand; who is blocked; unblocking."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.requests import StaffRequest, agents_only, lookers_only
from samovar.conversations import blocked, blocking
from samovar.conversations.blocking_forms import BlockForm, SenderForm
from samovar.conversations.errors import CannotBlock
from samovar.conversations.models import Block, Conversation
from samovar.conversations.models.conversation import ConversationKind
from samovar.conversations.models.message import Direction
from samovar.conversations.pages import conversation_at, looked_at
from samovar.lib.text import tidy

MOST_OFFERED = 5


@agents_only
@require_http_methods(["GET", "POST"])
def from_conversation(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whom of a conversation to block, and do it."""
    conversation = conversation_at(request, pk)
    looked_at(request, conversation)
    given = [request.POST] if request.method == "POST" else []
    form = SenderForm(*given, addresses=_writers(conversation), by=request.user)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"conversation": conversation, "form": form, "is_spam": conversation.kind == ConversationKind.SPAM}
        return render(request, "conversations/blocking.html", context, status=status)
    moved = conversation if form.cleaned_data["moves"] and conversation.kind != ConversationKind.SPAM else None
    made = blocking.block(form.wish, by=request.user, conversation=moved)
    _say_blocked(request, made, moved)
    return redirect(conversation)


@lookers_only
@require_http_methods(["GET", "POST"])
def all_blocked(request: StaffRequest) -> HttpResponseBase:
    """List who is blocked, or block somebody else."""
    # Observers may look, not decide.
    return _by_hand(request) if request.method == "POST" else _page(request, BlockForm())


@lookers_only
@require_GET
def one_block(request: StaffRequest, pk: int) -> HttpResponse:
    """Show who is blocked, by whom and why, and what has come from them since."""
    rows = blocked.with_counts(Block.objects.all().visible_to(request.user), request.user)
    block = get_object_or_404(rows.select_related("blocked_by", "lifted_by"), pk=pk)
    found = blocked.mails(block, request.user, request.GET.get("after", ""))
    return render(request, "conversations/block.html", {"barred": block, "found": found})


@agents_only
@require_POST
def lifting(request: StaffRequest, pk: int) -> HttpResponse:
    """Unblock somebody, or block them again (``?undo``); ``conversation`` says which one goes with it."""
    block = get_object_or_404(Block.objects.all().visible_to(request.user), pk=pk)
    number = request.GET.get("conversation", "")
    is_numbered = number.isdecimal() and len(number) < 19
    conversation = conversation_at(request, int(number)) if is_numbered else None
    with_it = {"conversation": number} if is_numbered else {}
    try:
        if "undo" in request.GET:
            blocking.put_back(block, by=request.user, conversation=conversation)
            _say_blocked(request, block, conversation)
        else:
            blocking.lift(block, by=request.user, conversation=conversation)
            undo = f"{reverse('block_lifting', args=[pk])}?{urlencode({'undo': '', **with_it})}"
            messages.success(request, _("No longer blocked: %(who)s") % {"who": block.who}, extra_tags=undo)
    except CannotBlock as mistake:
        messages.error(request, str(mistake))
    return redirect(conversation) if conversation else redirect("blocked")


@agents_only
def _by_hand(request: StaffRequest) -> HttpResponse:
    form = BlockForm(request.POST)
    if form.is_valid():
        try:
            made = blocking.block(form.wish, by=request.user)
        except CannotBlock as mistake:
            form.add_error("who", str(mistake))
        else:
            _say_blocked(request, made, None)
            return redirect("blocked")
    return _page(request, form)


def _writers(conversation: Conversation) -> list[str]:
    """Return the addresses from which was written to us in a conversation, the newest first."""
    rows = conversation.messages.filter(direction=Direction.IN).exclude(sender_address="").order_by("-created_at")
    newest = rows.values_list("sender_address", flat=True)[: MOST_OFFERED * 10]
    return list(dict.fromkeys(address.lower() for address in newest))[:MOST_OFFERED]


def _say_blocked(request: StaffRequest, block: Block, conversation: Conversation | None) -> None:
    undo = reverse("block_lifting", args=[block.pk])
    undo += f"?{urlencode({'conversation': conversation.pk})}" if conversation else ""
    messages.success(request, _("Blocked: %(who)s") % {"who": block.who}, extra_tags=undo)


def _page(request: StaffRequest, form: BlockForm) -> HttpResponse:
    asked = tidy(request.GET.get("q", ""))[:100]
    found = blocked.page(request.user, asked, request.GET.get("after", ""))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    following = urlencode({"q": asked, "after": found.after})
    context = {"asked": asked, "found": found, "following": following, "form": form}
    return render(request, "conversations/blocked.html", context, status=status)

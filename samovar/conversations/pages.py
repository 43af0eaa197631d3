"""How every answer at an address of a conversation begins and ends."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import push_url, trigger_client_event

from samovar.accounts.auditing import Action, record_once
from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest
from samovar.conversations import attending
from samovar.conversations.errors import MergedAway
from samovar.conversations.macro_steps import Outcome
from samovar.conversations.models import Conversation, Message, PendingReply, Promise
from samovar.conversations.promising import perhaps_kept
from samovar.conversations.queries import Wanted
from samovar.conversations.waiting import waiting_in


def conversation_at(request: StaffRequest, pk: int) -> Conversation:
    """Return the conversation with this number when the person may see it; answers 404 otherwise.

    Raises MergedAway for the number of one that was merged into another which the person may see.
    """
    found = Conversation.objects.all().visible_to(request.user).select_related("customer").filter(pk=pk).first()
    if found is None:
        if now_at(request.user, pk):
            raise MergedAway(pk)
        raise Http404
    return found


def inbox_at(request: StaffRequest, pk: int) -> int | None:
    """Return in which inbox a conversation stands that the person may see, for what asks again and again."""
    return Conversation.objects.all().visible_to(request.user).filter(pk=pk).values_list("inbox", flat=True).first()


def now_at(user: User, old_id: int) -> Conversation | None:
    """Return the conversation into which one with this number was merged, when the person may see that."""
    return Conversation.objects.all().visible_to(user).filter(redirects=old_id).first()


def message_at(request: StaffRequest, pk: int) -> Message:
    """Return the message with this number when the person may see its conversation; answers 404 otherwise."""
    seen = Conversation.objects.all().visible_to(request.user)
    rows = Message.objects.select_related("conversation__customer").of_thread()
    found: Message = get_object_or_404(rows, pk=pk, conversation__in=seen)
    return found


def looked_at(request: StaffRequest, conversation: Conversation) -> None:
    """Write down that the person gets to read something of this conversation: a look at its customer.

    Called by whatever gives out content, never by what an open page asks for in vain.
    """
    record_once(Action.CARD_OPENED, request.user, conversation.customer)


def wanted_on(request: StaffRequest) -> Wanted:
    """Return the list that stands beside the thread on the page that asks."""
    return Wanted.of(QueryDict(urlsplit(request.htmx.current_url or "").query), request.user)


def tab_on(request: StaffRequest) -> str:
    """Return which of the person's screens asks, nothing when it does not say so."""
    return attending.tab_of(request.headers.get("X-Tab", ""))


@dataclass(frozen=True)
class Offer:
    """What could be done next about a conversation: the template ``more``, and a promise that may be kept by now."""

    conversation: Conversation
    more: str
    promise: Promise | None


def done(
    request: StaffRequest,
    conversation: Conversation,
    said: str = "",
    undo_url: str = "",
    more: str = "",
    promise: Promise | None = None,
) -> HttpResponse:
    """Say what has been done, with the address that undoes it, and let the open page fetch what is new.

    ``more`` is a template of what could be done next, offered beside it; so is to say that ``promise`` is kept.

    Without scripts the person is led back to the conversation, where it is said.
    """
    if not request.htmx:
        if said:
            messages.success(request, said, extra_tags=undo_url)
        return redirect(conversation)
    # All that templates offer so far is the cause.
    offer = Offer(conversation, more if request.user.parts["causes"] else "", promise)
    shown = "conversations/_offer.html" if offer.more or promise else ""
    context = {"said": said, "undo_url": undo_url, "more": shown, "about": offer}
    answer = render(request, "conversations/_done.html", context)
    return with_news(push_url(answer, False), conversation)


def steps_done(
    request: StaffRequest,
    conversation: Conversation,
    outcome: Outcome,
    before: str = "",
    more: str = "",
    promise: Promise | None = None,
) -> HttpResponse:
    """Say what became of steps, after what else was done, with the one address that takes all of them back."""
    codes = urlencode([("step", step.code) for step in outcome.back])
    undo = f"{reverse('steps', args=[conversation.pk])}?{codes}" if codes else ""
    said = " · ".join(filter(None, (before, outcome.words)))
    return done(request, conversation, said or _("Nothing was left to do"), undo, more, promise)


def said_only(request: StaffRequest, conversation: Conversation, said: str, undo_url: str) -> HttpResponse:
    """Say what has been done with a conversation that the open page cannot ask about any more; its list is news."""
    answer = push_url(render(request, "conversations/_done.html", {"said": said, "undo_url": undo_url}), False)
    detail = {"conversation_id": conversation.pk, "customer_id": conversation.customer_id}
    return trigger_client_event(answer, "samovar:event", detail)


def refused(request: StaffRequest, conversation: Conversation, said: str) -> HttpResponse:
    """Say in words why something could not be done."""
    if not request.htmx:
        messages.error(request, said)
        return redirect(conversation)
    context = {"said": said, "is_refused": True}
    answer = render(request, "conversations/_done.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return push_url(answer, False)


def sent_off(request: StaffRequest, conversation: Conversation, row: PendingReply) -> HttpResponse:
    """Say that a reply is on its way, show it, and offer to take it back."""
    said = _("It goes out at its moment") if row.is_scheduled else _("It leaves in a moment")
    back = f"{conversation.get_absolute_url()}pending/{row.pk}/return/"
    more = "conversations/_cause_offer.html" if row.is_last_word else ""
    promise = None if row.is_scheduled else perhaps_kept(conversation, request.user)
    answer = done(request, conversation, said, back, more, promise)
    if not request.htmx or row.is_scheduled:
        # What is planned is news to everybody who looks at the conversation, and is drawn with it.
        return answer
    context = {"conversation": conversation, "pending": waiting_in(conversation.pk, request.user), "is_oob": True}
    answer.write(render(request, "conversations/_pending.html", context).content)
    return answer


def with_news(answer: HttpResponse, conversation: Conversation) -> HttpResponse:
    """Let the page that gets ``answer`` fetch the news of the conversation and of its list, as if from the stream."""
    detail = {"conversation_id": conversation.pk, "customer_id": conversation.customer_id}
    trigger_client_event(answer, f"samovar:conversation-{conversation.pk}", detail)
    return trigger_client_event(answer, "samovar:event", detail)

"""Editing a note in its conversation, and taking that back."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations import editing
from samovar.conversations.errors import CustomerErased, EmptyMessage, NoteChanged, NotYourNote
from samovar.conversations.models import Conversation, Message, NoteEdit
from samovar.conversations.models.message import Direction
from samovar.conversations.pages import done, looked_at, refused

# Digits of a number that the database can hold.
LONGEST_NUMBER = 19


@agents_only
@require_http_methods(["GET", "POST"])
def note_text(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the form in which a note is edited, or let it say something else; take that back (``?undo``, ``?redo``)."""
    found = _own(request, pk)
    if "close" in request.GET:
        return HttpResponse()
    if request.method == "GET":
        looked_at(request, found.conversation)
        return _form(request, found, found.text)
    for name, (verb, said, back) in _turns().items():
        if name in request.GET:
            return _turned(request, found, verb, (_number(request.GET[name]), said, back))
    return _edited(request, found)


def _own(request: StaffRequest, pk: int) -> Message:
    """Return a note of the person; to others there is no such address."""
    seen = Conversation.objects.all().visible_to(request.user)
    rows = Message.objects.select_related("conversation__customer").of_thread()
    own = rows.filter(direction=Direction.NOTE, way="", author=request.user)
    found: Message = get_object_or_404(own, pk=pk, conversation__in=seen)
    return found


def _edited(request: StaffRequest, note: Message) -> HttpResponse:
    text = request.POST.get("text", "")
    try:
        made = editing.edit(note, text, _number(request.POST.get("seen", "")), by=request.user)
    except NoteChanged:
        note = _own(request, note.pk)
        return _form(request, note, text, now=note.text)
    except (CustomerErased, EmptyMessage, NotYourNote) as mistake:
        return _form(request, note, text, mistake=str(mistake))
    undo = f"{reverse('note_text', args=[note.pk])}?undo={made.pk}" if made else ""
    return done(request, note.conversation, _("Note edited"), undo)


def _turned(
    request: StaffRequest, note: Message, verb: Callable[[NoteEdit, User], None], told: tuple[int, str, str]
) -> HttpResponse:
    number, said, back = told
    edit = get_object_or_404(NoteEdit.objects.select_related("message__conversation"), pk=number, message=note)
    try:
        verb(edit, request.user)
    except NoteChanged:
        return refused(request, note.conversation, _("The note was edited again since."))
    except (CustomerErased, NotYourNote) as mistake:
        return refused(request, note.conversation, str(mistake))
    return done(request, note.conversation, said, f"{reverse('note_text', args=[note.pk])}?{back}={number}")


def _turns() -> dict[str, tuple[Callable[[NoteEdit, User], None], str, str]]:
    return {
        "undo": (editing.undo, _("The note says what it said before"), "redo"),
        "redo": (editing.redo, _("Note edited"), "undo"),
    }


def _form(request: StaffRequest, note: Message, typed: str, *, now: str = "", mistake: str = "") -> HttpResponse:
    context = {
        "message": note,
        "conversation": note.conversation,
        "typed": typed,
        "seen": editing.seen_of(note),
        "now": now,
        "mistake": mistake,
    }
    template = "conversations/_note_form.html" if request.htmx else "conversations/note.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if now or mistake else HTTPStatus.OK
    return render(request, template, context, status=status)


def _number(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) < LONGEST_NUMBER else 0

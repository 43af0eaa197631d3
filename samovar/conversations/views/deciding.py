"""Deciding about a conversation: who answers, when it is settled, put off, tagged."""

from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.models import User
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.conversations.errors import SnoozeInThePast
from samovar.conversations.forms import ANSWERING, AssignmentForm, SnoozeForm, TagForm
from samovar.conversations.models import Conversation, Tag
from samovar.conversations.pages import conversation_at, done, refused
from samovar.lib.text import sort_key, tidy

MOST_LISTED = 30


@agents_only
@require_http_methods(["POST", "DELETE"])
def resolution(request: StaffRequest, pk: int) -> HttpResponse:
    """Resolve a conversation, or take it up again."""
    conversation = conversation_at(request, pk)
    if _takes_back(request):
        conversation.reopen(by=request.user)
        return done(request, conversation, _("Reopened"), _address("resolution", pk))
    conversation.resolve(by=request.user)
    return done(request, conversation, _("Resolved"), _address("resolution", pk, undo=""))


@agents_only
@require_http_methods(["POST", "DELETE"])
def snooze(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a conversation out of sight until a moment, or bring it back."""
    conversation = conversation_at(request, pk)
    before = conversation.snoozed_until
    if _takes_back(request):
        conversation.wake(by=request.user)
        undo = _address("snooze", pk, at=before.strftime("%Y-%m-%dT%H:%M:%S%z")) if before else ""
        return done(request, conversation, _("Back in the list"), undo)
    if conversation.resolved_at:
        return refused(request, conversation, _("It is resolved. Reopen it to snooze it."))
    form = SnoozeForm(_given(request))
    if not form.is_valid() or form.moment is None:
        return refused(request, conversation, _first_mistake(form))
    try:
        conversation.snooze(form.moment, by=request.user)
    except SnoozeInThePast as mistake:
        return refused(request, conversation, str(mistake))
    until = timezone.localtime(form.moment)
    day = formats.date_format(until, "DATE_FORMAT")
    said = _("Snoozed until %(day)s, %(time)s") % {"day": day, "time": f"{until:%H:%M}"}
    return done(request, conversation, said, _address("snooze", pk, undo=""))


@agents_only
@require_POST
def assignment(request: StaffRequest, pk: int) -> HttpResponse:
    """Make somebody, or nobody, answer for a conversation."""
    conversation = conversation_at(request, pk)
    form = AssignmentForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, _first_mistake(form))
    before, to = conversation.assignee_id, form.cleaned_data["assignee"]
    conversation.assign(to=to, by=request.user)
    said = _("Assigned to %(name)s") % {"name": to.name} if to else _("Nobody answers for it now")
    return done(request, conversation, said, _address("assignment", pk, assignee=before or ""))


@agents_only
@require_GET
def assignees(request: StaffRequest, pk: int) -> HttpResponse:
    """List who could answer, those who are here first."""
    conversation = conversation_at(request, pk)
    typed = sort_key(request.GET.get("q", ""))
    people = User.objects.filter(is_active=True, role__in=ANSWERING, sort_key__contains=typed)
    now = timezone.now()
    ordered = sorted(people, key=lambda person: (not person.is_here(now), person.sort_key))[:MOST_LISTED]
    context = {
        "conversation": conversation,
        "people": [(person, "here" if person.is_here(now) else "away") for person in ordered],
        "is_filtered": bool(typed),
    }
    return render(request, "conversations/_people_found.html", context)


@agents_only
@require_http_methods(["GET", "POST"])
def tags(request: StaffRequest, pk: int) -> HttpResponse:
    """List the tags that could be put on, or put one on."""
    conversation = conversation_at(request, pk)
    if request.method == "GET":
        return _tag_menu(request, conversation)
    form = TagForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, _first_mistake(form))
    tag = form.tag()
    conversation.tag(tag, by=request.user)
    said = _("Tagged: %(tag)s") % {"tag": tag.name}
    return done(request, conversation, said, f"{reverse('tagging', args=[pk, tag.pk])}?undo")


@agents_only
@require_http_methods(["POST", "DELETE"])
def tagging(request: StaffRequest, pk: int, tag_pk: int) -> HttpResponse:
    """Take a tag off."""
    conversation = conversation_at(request, pk)
    tag = get_object_or_404(Tag, pk=tag_pk)
    conversation.untag(tag, by=request.user)
    said = _("Tag removed: %(tag)s") % {"tag": tag.name}
    return done(request, conversation, said, _address("tags", pk, name=tag.name))


def _tag_menu(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    typed = tidy(request.GET.get("q", ""))[:60]
    put_on = set(conversation.tags.values_list("pk", flat=True))
    found = list(Tag.objects.filter(name__icontains=typed, archived_at=None)[:MOST_LISTED])
    is_new = bool(typed) and not any(tag.name.lower() == typed.lower() for tag in found)
    rows = sorted(((tag, tag.pk in put_on) for tag in found), key=lambda row: not row[1])
    context = {"conversation": conversation, "rows": rows, "new_name": typed if is_new else ""}
    return render(request, "conversations/_tags_found.html", context)


def _takes_back(request: StaffRequest) -> bool:
    # A plain form cannot say DELETE; "?undo" says it.
    return request.method == "DELETE" or "undo" in request.GET


def _given(request: StaffRequest) -> QueryDict:
    # The address that undoes something carries its values itself.
    return request.GET if request.GET else request.POST


def _address(route: str, pk: int, /, **given: object) -> str:
    query = "undo" if given == {"undo": ""} else urlencode(given)
    return f"{reverse(route, args=[pk])}{'?' if query else ''}{query}"


def _first_mistake(form: SnoozeForm | AssignmentForm | TagForm) -> str:
    return next(str(mistake) for mistakes in form.errors.values() for mistake in mistakes)

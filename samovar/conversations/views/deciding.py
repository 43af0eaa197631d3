"""Deciding about a conversation: who answers, when it is settled, put off, tagged."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samovar.accounts.models import Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.accounts.requests import StaffRequest, agents_only, lookers_only
from samovar.accounts.staff_lists import nearest_first
from samovar.conversations import asking, blocking, calendars, meanwhile, spam
from samovar.conversations.errors import CannotBlock, SnoozeInThePast
from samovar.conversations.forms import AssignmentForm, PriorityForm, SnoozeForm, TagForm
from samovar.conversations.models import Block, Conversation, Tag
from samovar.conversations.once import once
from samovar.conversations.pages import conversation_at, done, refused
from samovar.conversations.promising import in_words
from samovar.lib.naming import called, farness
from samovar.lib.text import tidy
from samovar.ui.numbers import numbered

MOST_LISTED = 30
# Of so many the nearest to what was typed are listed.
MOST_RANKED = 500
MOST_NAMED = 5
LONGEST_TYPED = 60


@agents_only
@require_http_methods(["POST", "DELETE"])
@once
def resolution(request: StaffRequest, pk: int) -> HttpResponse:
    """Resolve a conversation, or take it up again."""
    conversation = conversation_at(request, pk)
    if _takes_back(request):
        conversation.reopen(by=request.user)
        return done(request, conversation, _("Reopened"), _address("resolution", pk))
    if already := meanwhile.resolve(conversation, by=request.user):
        return done(request, conversation, already)
    undo = _address("resolution", pk, undo="")
    return done(request, conversation, _resolved(conversation), undo, more="conversations/_cause_key.html")


@agents_only
@require_http_methods(["POST", "DELETE"])
def spam_mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Call a conversation spam, or say that it is none."""
    conversation = conversation_at(request, pk)
    if _takes_back(request):
        return _wanted(request, conversation)
    spam.mark(conversation, by=request.user)
    return done(request, conversation, _("Moved to spam"), _address("spam", pk, undo=""))


def _wanted(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    """Say that it is no spam, and unblock whoever it is of where that is asked (``unblock``: the number of a block)."""
    pk, given = conversation.pk, request.GET.get("unblock", "")
    if not (given.isdecimal() and len(given) < 19):
        spam.clear(conversation, by=request.user)
        return done(request, conversation, _("Not spam"), _address("spam", pk))
    block = get_object_or_404(Block.objects.all().visible_to(request.user), pk=int(given))
    try:
        blocking.lift(block, by=request.user, conversation=conversation)
    except CannotBlock as mistake:
        return refused(request, conversation, str(mistake))
    said = _("Not spam, and no longer blocked: %(who)s") % {"who": block.who}
    undo = f"{reverse('block_lifting', args=[block.pk])}?undo&{urlencode({'conversation': pk})}"
    return done(request, conversation, said, undo)


@agents_only
@require_http_methods(["POST", "DELETE"])
@once
def snooze(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a conversation out of sight until a moment, or bring it back."""
    conversation = conversation_at(request, pk)
    before, woke_on = conversation.snoozed_until, conversation.wakes_on
    if _takes_back(request):
        conversation.wake(by=request.user)
        undo = _snoozing(pk, before, woke_on) if before else ""
        return done(request, conversation, _("Back in the list"), undo)
    if conversation.resolved_at:
        return refused(request, conversation, _("It is resolved. Reopen it to snooze it."))
    form = SnoozeForm(_given(request), calendars.hours_for(conversation, request.user))
    if not form.is_valid() or form.moment is None:
        return refused(request, conversation, _first_mistake(form))
    try:
        conversation.snooze(form.moment, by=request.user, wakes_on=form.wakes)
    except SnoozeInThePast as mistake:
        return refused(request, conversation, str(mistake))
    until = timezone.localtime(form.moment)
    day = formats.date_format(until, "DATE_FORMAT")
    said = _("Snoozed until %(day)s, %(time)s") % {"day": day, "time": f"{until:%H:%M}"}
    undo = _snoozing(pk, before, woke_on) if before else _address("snooze", pk, undo="")
    return done(request, conversation, said, undo)


@agents_only
@require_POST
@once
def assignment(request: StaffRequest, pk: int) -> HttpResponse:
    """Make somebody, or nobody, answer for a conversation."""
    conversation = conversation_at(request, pk)
    form = AssignmentForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, _first_mistake(form))
    to = form.cleaned_data["assignee"]
    if to and not _is_seen_by(conversation, User.objects.filter(pk=to.pk)):
        return refused(request, conversation, _("%(name)s does not see this inbox.") % {"name": to.name})
    if "team" in form.data:
        return _given_to_team(request, conversation, form)
    before = meanwhile.assign(conversation, to, by=request.user)
    said = _assigned(to, None if before in (to, request.user) else before)
    return done(request, conversation, said, _address("assignment", pk, assignee=before.pk if before else ""))


def _given_to_team(request: StaffRequest, conversation: Conversation, form: AssignmentForm) -> HttpResponse:
    """Give it to a team; what undoes that says again who has had it too."""
    team, before = form.cleaned_data["team"], {"team": conversation.team_id or ""}
    if team and not _is_seen_by(conversation, team.members.filter(is_active=True)):
        return refused(request, conversation, _("Nobody of %(name)s sees this inbox.") % {"name": team.name})
    before["assignee"] = conversation.assignee_id or ""
    with transaction.atomic():
        conversation.give_to_team(team, by=request.user)
        if "assignee" in form.data:
            conversation.assign(to=form.cleaned_data["assignee"], by=request.user)
    said = _("Given to the team %(name)s") % {"name": team.name} if team else _("No team answers for it now")
    return done(request, conversation, said, _address("assignment", conversation.pk, **before))


def _is_seen_by(conversation: Conversation, people: QuerySet[User]) -> bool:
    return conversation.inbox.those_who_see(people).exists()


@agents_only
@require_GET
def assignees(request: StaffRequest, pk: int) -> HttpResponse:
    """List who could answer, the nearest to what was typed first, and of those, who is here."""
    conversation = conversation_at(request, pk)
    typed = tidy(request.GET.get("q", ""))[:LONGEST_TYPED]
    able = User.objects.filter(called(typed), is_active=True, role__in=ANSWERING)
    ordered = nearest_first(conversation.inbox.those_who_see(able), typed)[:MOST_LISTED]
    is_asked_whom = "promise" not in request.GET
    teams = _teams(request) if is_asked_whom else []
    names = [[one.name for one in found[:1]] for found in (ordered, teams)]
    to_person, to_team = (min((farness(name, typed) for name in found), default=MOST_LISTED) for found in names)
    context = {
        "current_id": conversation.assignee_id if is_asked_whom else None,
        "people": ordered,
        "teams": teams,
        # A team that begins as it was typed is meant before a person in whose name it stands somewhere.
        "is_team_nearer": to_team < to_person,
        "team_id": conversation.team_id,
        "is_filtered": bool(typed),
        "typed": _as_in_the_field(request),
    }
    return render(request, "conversations/_people_found.html", context)


@lookers_only
@require_POST
def watching(request: StaffRequest, pk: int) -> HttpResponse:
    """Be told what happens in a conversation, or no more."""
    conversation = conversation_at(request, pk)
    if _takes_back(request):
        conversation.unwatch(by=request.user)
        return done(request, conversation, _("You watch it no more"), _address("watching", pk))
    conversation.watch(by=request.user)
    return done(request, conversation, _("You are told what happens here"), _address("watching", pk, undo=""))


@agents_only
@require_POST
def priority(request: StaffRequest, pk: int) -> HttpResponse:
    """Say how urgent a conversation is."""
    conversation = conversation_at(request, pk)
    form = PriorityForm(_given(request))
    if not form.is_valid():
        return refused(request, conversation, _first_mistake(form))
    before = conversation.priority
    conversation.prioritise(form.cleaned_data["priority"], by=request.user)
    said = conversation.get_priority_display()
    return done(request, conversation, said, _address("priority", pk, priority=int(before)))


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


def _assigned(to: User | None, other: User | None) -> str:
    """Say who answers now, and from whom it was taken: the page may not have shown that yet."""
    said = _("Assigned to %(name)s") % {"name": to.name} if to else _("Nobody answers for it now")
    return f"{said} · {_('Before: %(name)s') % {'name': other.name}}" if other else said


def _resolved(conversation: Conversation) -> str:
    """Say that it is resolved, and what was promised or asked outside that is still open."""
    if conversation.promise_due_at:
        return _("Resolved. Still promised: %(when)s") % {"when": in_words(conversation.promise_due_at)}
    sides = asking.open_sides(conversation)
    if not sides:
        return _("Resolved")
    numbers = ", ".join(numbered(side.pk) for side in sides[:MOST_NAMED])
    return _("Resolved. Still open outside: %(numbers)s") % {"numbers": numbers}


def _teams(request: StaffRequest) -> Sequence[Team]:
    found = Team.objects.all().in_use().filter(called(tidy(request.GET.get("q", ""))[:LONGEST_TYPED]))
    typed = tidy(request.GET.get("q", ""))[:LONGEST_TYPED]
    return sorted(found.order_by("name", "pk")[:MOST_RANKED], key=lambda team: farness(team.name, typed))[:MOST_LISTED]


def _tag_menu(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    typed = tidy(request.GET.get("q", ""))[:60]
    put_on = set(conversation.taggings.values_list(Coalesce("tag__merged_into", "tag"), flat=True))
    found = list(Tag.objects.filter(called(typed), archived_at=None)[:MOST_RANKED])
    is_new = bool(typed) and not any(tag.name.lower() == typed.lower() for tag in found)
    rows = sorted(((tag, tag.pk in put_on) for tag in found), key=lambda row: (farness(row[0].name, typed), not row[1]))
    rows = rows[:MOST_LISTED]
    context = {"conversation": conversation, "rows": rows, "new_name": typed if is_new else ""}
    context["typed"] = _as_in_the_field(request)
    return render(request, "conversations/_tags_found.html", context)


def _as_in_the_field(request: StaffRequest) -> str:
    # Enter in the field waits for what was found for exactly this.
    return request.GET.get("q", "").strip()


def _takes_back(request: StaffRequest) -> bool:
    # A plain form cannot say DELETE; "?undo" says it.
    return request.method == "DELETE" or "undo" in request.GET


def _given(request: StaffRequest) -> QueryDict:
    # The address that undoes something carries its values itself.
    return request.GET if request.GET else request.POST


def _address(route: str, pk: int, /, **given: object) -> str:
    query = "undo" if given == {"undo": ""} else urlencode(given)
    return f"{reverse(route, args=[pk])}{'?' if query else ''}{query}"


def _snoozing(pk: int, until: datetime, wakes_on: str) -> str:
    return _address("snooze", pk, at=until.strftime("%Y-%m-%dT%H:%M:%S%z"), wakes_on=wakes_on)


def _first_mistake(form: SnoozeForm | AssignmentForm | TagForm | PriorityForm) -> str:
    return next(str(mistake) for mistakes in form.errors.values() for mistake in mistakes)

"""What the invented staff keep beside answering: ideas of customers and of their own, and whom they come back to."""

from datetime import datetime, timedelta

from samovar.accounts.models import Calendar, Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.accounts.working_hours import understood
from samovar.conversations.models import Conversation, Reminder
from samovar.demo.company import DOMAIN
from samovar.demo.vocabulary import table
from samovar.lib import clock

ZONE = "Europe/Moscow"
# From Monday to Sunday; the drivers begin early and work on Saturdays, too.
HOURS = {"": [*["9-18"] * 5, "", ""], "delivery": [*["7-13, 14-20"] * 5, "9-15", ""]}
# What is proposed where, by the cause; the second word says whether a colleague had it.
IDEAS = (
    ("delivery.damaged", "Corner guards of cardboard on every table top", True),
    ("delivery.when", "An hour in the evening for those who work all day", False),
    ("delivery.late", "A message when the driver is three stops away", False),
    ("delivery.missing", "Screws in a bag that is tied to the largest part", True),
    ("product.use", "A film of two minutes instead of the paper manual", False),
    ("product.care", "A small bottle of oil with every table", False),
    ("offer.stock", "Tell me when it is back", False),
    ("offer.choice", "Samples of wood and cloth by post", True),
    ("returns.money", "Say on which day the money was sent", False),
    ("payment.papers", "All papers of a company on one page", False),
    ("product.broken", "Order a spare hinge without a warranty case", True),
    ("order.change", "Change the colour until the lorry is packed", False),
)
# Minutes from the end of the year, and of what somebody is reminded.
REMINDERS = ((-20, "Ask the workshop once more"), (45, "Did the courier call?"), (24 * 60, "Write how it went"))


def keep_hours() -> None:
    """Say when the company works, and when the drivers do, unless somebody has."""
    teams = table("company")["teams"]
    for key, days in HOURS.items():
        team = Team.objects.get(name=teams[key]) if key else None
        week = [understood(day) for day in days]
        found = Calendar.objects.filter(team=team, is_default=team is None)
        if not found.exists():
            Calendar.objects.create(team=team, is_default=team is None, time_zone=ZONE, week=week)


def note(end: datetime) -> None:
    """Note ideas where they came from, and remind some agents of what they wait for, as if until ``end``."""
    ours = Conversation.objects.filter(inbox__address__endswith=f"@{DOMAIN}", assignee__is_active=True)
    for number, (cause, title, is_ours) in enumerate(IDEAS):
        rows = ours.filter(cause__key=cause, resolved_at__lt=end, idea_at=None)
        conversation = rows.order_by("-resolved_at", "-pk").select_related("assignee").first()
        if conversation is not None and conversation.assignee and conversation.resolved_at:
            with clock.standing_at(max(conversation.resolved_at, end - timedelta(days=3 * number + 1))):
                author = conversation.assignee if is_ours else None
                conversation.note_idea(by=conversation.assignee, title=title, author=author)
    _remind(end)


def _remind(end: datetime) -> None:
    staff = User.objects.filter(email__endswith=f"@{DOMAIN}", role__in=ANSWERING, is_active=True)
    for person in staff.order_by("pk"):
        own = Conversation.objects.filter(assignee=person, inbox__address__endswith=f"@{DOMAIN}").open()
        rows = own.order_by("-last_message_at", "-pk")[: len(REMINDERS)]
        for conversation, (minutes, what) in zip(rows, REMINDERS, strict=False):
            at, since = end + timedelta(minutes=minutes), end - timedelta(hours=2)
            Reminder.objects.create(user=person, conversation=conversation, at=at, note=what, created_at=since)

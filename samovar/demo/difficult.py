"""Two customers of the demo company who are hard to serve: one is warned, about the other a lead has to decide."""

from datetime import datetime, timedelta

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.customers import restricting
from samovar.customers.restricting import Wish
from samovar.demo.company import DOMAIN
from samovar.lib import clock

LEAD, AGENT = "anna", "pavel"
WARNED = "Called the driver names on the phone, twice. We have asked them to stop."
BUSY = "Writes about the same delivery up to twenty times a day, and answers stand there already."
LASTS = timedelta(days=30)
# Those who wrote last have other things to show.
PASSED_OVER = 6


def decide(end: datetime) -> None:
    """Let a lead have warned one customer, and an agent have proposed a limit for another, a day before ``end``."""
    rows = Conversation.objects.filter(inbox__address__endswith=f"@{DOMAIN}", parent=None, kind="human")
    newest = rows.filter(deleted_at=None, customer__erased_at=None).order_by("resolved_at", "-last_message_at", "-pk")
    talks = {talk.customer_id: talk for talk in newest.select_related("customer")[: 10 * PASSED_OVER]}
    for talk, (box, kind, reason, most) in zip(
        list(talks.values())[PASSED_OVER:],
        ((LEAD, "warning", WARNED, None), (AGENT, "limit", BUSY, 3)),
        strict=False,
    ):
        wish = Wish(kind=kind, reason=reason, until=end + LASTS, most_a_day=most)
        with clock.standing_at(end - timedelta(days=1)):
            restricting.propose(talk.customer, wish, by=User.objects.get(email=f"{box}@{DOMAIN}"))

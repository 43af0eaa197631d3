"""What some of the invented staff know about, and one question that waits for an expert."""

from datetime import datetime, timedelta

from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.consulting import Asking, ask
from samovar.conversations.models import Conversation
from samovar.demo.company import DOMAIN
from samovar.lib import clock

KNOWN = {
    "boris": ("stock", "oak", "дуб"),
    "rimma": ("returns", "возвраты"),
    "vadim": ("repairs", "scratches", "царапины"),
    "larisa": ("invoices", "счета"),
}
ASKED, QUESTION = "boris", "Is an undamaged oak top in stock for Thursday?"


def bring_in(end: datetime) -> None:
    """Say who knows what, and let somebody ask the one who knows the stock, ten minutes before ``end``."""
    for box, topics in KNOWN.items():
        person = User.objects.get(email=f"{box}@{DOMAIN}")
        person.know_about(topics, by=person)
    rows = Conversation.objects.filter(inbox__address__endswith=f"@{DOMAIN}", parent=None).open()
    conversation = rows.filter(snoozed_until=None).order_by("-last_message_at", "-pk").first()
    if conversation is not None:
        agents = User.objects.filter(email__endswith=f"@{DOMAIN}", role__in=ANSWERING).order_by("pk")
        expert = User.objects.get(email=f"{ASKED}@{DOMAIN}")
        with clock.standing_at(end - timedelta(minutes=10)):
            ask(conversation, Asking(expert=expert, question=QUESTION), by=conversation.assignee or agents[0])

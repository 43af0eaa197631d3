"""What stands under an answer before it is written: shown where one writes."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from samovar.accounts.models import Brand, User
from samovar.accounts.voices import Voice, voice_of
from samovar.conversations.models import Inbox

NEEDED = ("name", "signature", "sender_form", "languages", "legal_line")


def brand_row(inbox_brand: OuterRef) -> QuerySet[Brand, Any]:
    """Return what a letter needs to know of the brand with this number, or of the default one, as a subquery."""
    wanted = Q(is_default=True) | Q(pk=inbox_brand, archived_at=None)
    found = JSONObject(**{name: name for name in NEEDED})
    return Brand.objects.filter(wanted).order_by("is_default").values(found=found)[:1]


def voice_before(row: dict[str, Any] | None, inbox: Inbox, author: User) -> Voice:
    """Return in whose name and how signed ``author`` would write now; ``row`` is what ``brand_row`` found."""
    brand = Brand(**row) if row else Brand()
    return voice_of(brand, inbox.house_name(brand), author)

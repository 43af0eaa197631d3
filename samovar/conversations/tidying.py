"""Throwing away files that were uploaded and never sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from samovar.conversations.models import Attachment, Withdrawal
from samovar.files.models import StoredFile


@transaction.atomic
def throw_away_files(before: datetime, most: int) -> int:
    """Throw away at most ``most`` files that lie about since ``before``; return how many went.

    The bytes go with the last attachment that has them, or in a later round.
    """
    held = Withdrawal.objects.all().held_files()
    rows = Attachment.objects.all().abandoned(before).exclude(pk__in=held).order_by("pk")
    abandoned = list(rows.values_list("pk", flat=True)[:most])
    Attachment.objects.filter(pk__in=abandoned).delete()
    used = Attachment.objects.filter(file=OuterRef("pk"))
    unused = StoredFile.objects.filter(~Exists(used), created_at__lt=before).order_by("pk")[:most]
    return len(abandoned) + StoredFile.objects.all().throw_away([file.pk for file in unused])

"""What is told of no conversation stands in one row as long as it is unseen, like everything else that is told."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from samovar.accounts.models import News, Notice, Notification
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db
ONE_OF_EACH = import_module("samovar.accounts.migrations.0029_told_once").ONE_OF_EACH


def test_nothing_is_told_twice_before_it_is_seen() -> None:
    lea = make.lead("lea")
    Notification.objects.create(user=lea, kind=Notice.PROPOSED)

    with pytest.raises(IntegrityError, match="notification_gathered"), transaction.atomic():
        Notification.objects.create(user=lea, kind=Notice.PROPOSED)
    Notification.objects.create(user=lea, kind=Notice.PROPOSED, seen_at=clock.now())
    Notification.objects.all().tell(lea.pk, News(kind=Notice.PROPOSED, at=clock.now(), conversation_id=None))

    assert Notification.objects.unseen_by(lea).count() == 1


def test_seeing_is_undone_for_what_did_not_come_again() -> None:
    lea, at = make.lead("lea"), clock.now()
    again = Notification.objects.create(user=lea, kind=Notice.PROPOSED, seen_at=at)
    other = Notification.objects.create(user=lea, kind=Notice.DECIDED, seen_at=at)
    newer = Notification.objects.create(user=lea, kind=Notice.PROPOSED)

    Notification.objects.all().unsee(lea, at)

    assert set(Notification.objects.unseen_by(lea)) == {other, newer}
    again.refresh_from_db()
    assert again.seen_at == at


def test_of_what_was_told_twice_before_the_newer_one_stays() -> None:
    lea, leo, at = make.lead("lea"), make.lead("leo"), clock.now()
    with connection.cursor() as cursor:
        # As it was before; the test takes it back.
        cursor.execute("DROP INDEX notification_gathered")
    told = [
        Notification.objects.create(user=user, kind=kind, conversation_id=number, made_at=at, seen_at=seen)
        for user, kind, number, seen in (
            (lea, Notice.PROPOSED, None, None),
            (lea, Notice.PROPOSED, None, None),
            (lea, Notice.PROPOSED, None, at),
            (lea, Notice.DECIDED, None, None),
            (leo, Notice.PROPOSED, None, None),
            (leo, Notice.PROPOSED, 7, None),
        )
    ]

    with connection.cursor() as cursor:
        cursor.execute(ONE_OF_EACH)

    assert list(Notification.objects.order_by("pk")) == told[1:]

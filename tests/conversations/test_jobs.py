"""What was put off comes back by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from samovar.conversations.jobs import wake_snoozed
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db


def test_a_snoozed_conversation_wakes_when_its_time_has_come_and_no_earlier() -> None:
    olga, now = make.agent("olga"), timezone.now()
    soon, later = make.conversation("One", subject="One"), make.conversation("Two", subject="Two")
    soon.snooze(now + timedelta(hours=1), by=olga)
    later.snooze(now + timedelta(hours=3), by=olga)

    with clock.standing_at(now + timedelta(hours=2)):
        wake_snoozed()

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.snoozed_until, later.snoozed_until is None) == (None, False)

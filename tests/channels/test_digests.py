"""Letters of what somebody was told: when they come, what they say, and that each thing is mailed once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client

from samovar.accounts.models import NoticeWays, Notification, Pace, User
from samovar.accounts.models.notice_ways import may_write
from samovar.channels import digests, jobs
from samovar.channels.models import StaffLetter
from samovar.conversations.models import Conversation, Inbox
from samovar.lib import clock
from tests import make, questions
from tests.reactions import run_later_reactions

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
# How far the log was read; its numbers only grow.
read = [0]


@pytest.fixture(autouse=True)
def postbox(settings: LazySettings) -> None:
    """Store letters as production does."""
    settings.EMAIL_BACKEND = "samovar.channels.staff_mail.Postbox"


@pytest.fixture
def olga() -> User:
    """Whom something is told to."""
    return make.agent("olga")


@pytest.fixture
def elena() -> User:
    """Who tells it."""
    return make.agent("elena")


def named(by: User) -> Conversation:
    """Let a note name Olga, three minutes ago."""
    conversation = make.conversation()
    conversation.add_note("@Olga, the canary sings", by=by)
    read[0] = run_later_reactions(read[0])
    Notification.objects.update(made_at=clock.now() - timedelta(minutes=3))
    return conversation


def letters() -> list[tuple[str, str]]:
    """Return what was written: subject and text."""
    return [letter.words for letter in StaffLetter.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("pace", "last", "now", "is_named", "may"),
    [
        (Pace.NEVER, None, NOON, True, False),
        (Pace.HOURLY, None, NOON, False, True),
        (Pace.HOURLY, NOON - HOUR, NOON, False, True),
        (Pace.HOURLY, NOON - HOUR / 2, NOON, True, False),
        (Pace.AT_ONCE, NOON - HOUR / 2, NOON, True, True),
        (Pace.AT_ONCE, NOON - HOUR / 2, NOON, False, False),
        (Pace.DAILY, None, NOON, False, True),
        # In Samara it is 8:00 at 4:00 UTC.
        (Pace.DAILY, NOON.replace(hour=3), NOON.replace(hour=4), False, True),
        (Pace.DAILY, NOON.replace(hour=4), NOON.replace(hour=23), True, False),
        (Pace.DAILY, NOON.replace(hour=3), NOON.replace(hour=3, minute=59), False, False),
        (Pace.DAILY, NOON - 2 * timedelta(days=1), NOON.replace(hour=1), False, True),
    ],
)
def test_when_a_letter_may_be_written(
    pace: str, last: datetime | None, now: datetime, is_named: bool, may: bool
) -> None:
    assert may_write(pace, last, now, ZoneInfo("Europe/Samara"), is_named=is_named) is may


def test_a_letter_says_what_somebody_was_told_with_a_link_and_where_to_stop_it(olga: User, elena: User) -> None:
    conversation = named(elena)

    jobs.write_digests()

    [(subject, text)] = letters()
    assert subject == "1 new thing for you"
    assert "Elena names you in a note" in text
    assert "@Olga, the canary sings" in text
    assert conversation.get_absolute_url() in text
    assert "/profile/notices/" in text
    assert StaffLetter.objects.get().recipient == olga.email


def test_a_letter_to_an_expert_leads_to_the_question_and_says_nothing_of_the_customer(elena: User) -> None:
    question = questions.consultation(by=elena)
    read[0] = run_later_reactions(read[0])
    Notification.objects.update(made_at=clock.now() - timedelta(minutes=3))

    jobs.write_digests()

    [(subject, text)] = letters()
    assert subject == "1 new thing for you"
    assert "Elena brings you in as an expert" in text
    assert question.get_absolute_url() in text
    assert "Sokolova" not in text
    assert "desk" not in text
    assert "/profile/notices/" not in text


def test_it_is_in_the_language_of_whoever_gets_it(olga: User, elena: User) -> None:
    olga.change_ways(language="ru")
    named(elena)

    jobs.write_digests()

    [(_subject, text)] = letters()
    assert "Elena называет вас в заметке" in text


def test_nothing_is_mailed_twice_and_what_comes_within_the_hour_waits(olga: User, elena: User) -> None:
    named(elena)
    jobs.write_digests()
    jobs.write_digests()
    named(elena)
    jobs.write_digests()
    assert len(letters()) == 1

    NoticeWays.objects.update(mailed_at=clock.now() - HOUR)
    Notification.objects.filter(mailed_at__isnull=False).update(mailed_at=clock.now() - HOUR)
    jobs.write_digests()
    assert len(letters()) == 2


def test_a_worker_that_dies_leaves_neither_a_letter_nor_a_mark(olga: User, elena: User) -> None:
    named(elena)

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        assert digests.write_to(olga)
        raise KeyboardInterrupt

    assert letters() == []
    assert digests.write_to(olga)
    assert not digests.write_to(olga)
    assert len(letters()) == 1


def test_who_has_looked_meanwhile_or_is_just_being_told_gets_none(olga: User, elena: User) -> None:
    named(elena)
    Notification.objects.all().see(olga, clock.now())
    jobs.write_digests()
    make.conversation().add_note("@Olga, again", by=elena)
    read[0] = run_later_reactions(read[0])
    jobs.write_digests()

    assert letters() == []


def test_what_somebody_may_not_see_any_more_is_not_mailed(olga: User, elena: User) -> None:
    conversation = named(elena)
    Inbox.objects.get(pk=conversation.inbox_id).open_for([make.team("Care", elena)], by=make.admin())

    jobs.write_digests()

    assert letters() == []


def test_who_has_left_or_wants_none_gets_none(olga: User, elena: User) -> None:
    named(elena)
    NoticeWays.of(olga).choose(shown=["mention"], mailed=["mention"], pace=Pace.NEVER)
    jobs.write_digests()
    NoticeWays.of(olga).choose(shown=["mention"], mailed=[], pace=Pace.HOURLY)
    jobs.write_digests()
    NoticeWays.of(olga).choose(shown=["mention"], mailed=["mention"], pace=Pace.HOURLY)
    olga.deactivate(by=make.admin())
    jobs.write_digests()

    assert letters() == []


def test_what_is_not_wanted_in_the_product_may_still_be_mailed(client: Client, olga: User, elena: User) -> None:
    client.force_login(olga)
    chosen = {"shown": ["assigned"], "mailed": ["mention"], "pace": "hourly"}
    assert client.post("/profile/notices/", chosen).status_code == 302

    named(elena)
    jobs.write_digests()

    assert "names you" not in client.get("/for-me/").content.decode()
    assert len(letters()) == 1
    client.post("/profile/notices/", {"shown": [], "mailed": [], "pace": "never"})
    Notification.objects.all().delete()
    named(elena)
    assert not Notification.objects.exists()


def test_a_choice_that_does_not_exist_is_refused(client: Client, olga: User) -> None:
    client.force_login(olga)

    assert client.get("/profile/notices/").status_code == 200
    assert client.post("/profile/notices/", {"pace": "each minute"}).status_code == 422
    assert not NoticeWays.objects.exists()


def test_in_quiet_hours_nothing_is_written(olga: User, elena: User) -> None:
    named(by=elena)
    olga.change_ways(quiet_from=clock.now().time(), quiet_to=(clock.now() + HOUR).time(), time_zone="UTC")

    assert not digests.write_to(olga)

    olga.change_ways(quiet_from=None, quiet_to=None)
    assert digests.write_to(olga)

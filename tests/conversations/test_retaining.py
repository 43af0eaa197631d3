"""What was settled long enough ago is removed, where somebody decided so, after 30 days of waiting; nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import strip_tags

from samovar.accounts.models import AuditEntry, User
from samovar.conversations import drafting, retaining
from samovar.conversations.inbound import UNREADABLE
from samovar.conversations.jobs import apply_retention, remove_deleted
from samovar.conversations.models import Attachment, Conversation, Inbox, Message, Retention
from samovar.conversations.models.deleting import DeletionReason
from samovar.conversations.models.retention import WAITS_FOR
from samovar.files.models import StoredFile
from samovar.lib import clock
from samovar.lib.months import months_after, months_before
from samovar.operations.checks import retention as check
from samovar.operations.gauges import retention as gauge
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(client: Client) -> User:
    """A lead who is signed in."""
    user = make.lead("lena")
    client.force_login(user)
    return user


def _settled(months_ago: int, text: str = "A scratch", **given: object) -> Conversation:
    """Return a conversation that was resolved so many months ago, and a day."""
    conversation = make.conversation(text, sender=make.sender(f"c{months_ago}@mail.example"), **given)
    conversation.resolve(by=make.agent())
    at = months_before(clock.now(), months_ago) - timedelta(days=1)
    _age(conversation, at)
    return conversation


def _age(conversation: Conversation, at: datetime) -> None:
    """Let a conversation be resolved at ``at``, and nothing have been written since."""
    Conversation.objects.filter(pk=conversation.pk).update(resolved_at=at)
    conversation.messages.update(created_at=at)


def _begun(months: int = 12, by: User | None = None, **given: object) -> Retention:
    """Decide for the inbox, and let the time of waiting be over."""
    made = Retention.objects.all().decide(make.inbox(), months, None, by=by or make.lead())
    Retention.objects.filter(pk=made.pk).update(begins_at=clock.now() - timedelta(minutes=1), **given)
    return Retention.objects.get(pk=made.pk)


def _texts() -> set[str]:
    return set(Message.objects.exclude(text="").values_list("text", flat=True))


def test_what_is_old_enough_is_emptied_and_nothing_else_is_touched() -> None:
    old = _settled(13, "Old and settled")
    stored = StoredFile.objects.all().keep(b"picture")
    message = old.messages.get(direction="in")
    Attachment.objects.create(message=message, file=stored, name="a.jpg", media_type="image/jpeg", size_bytes=7)
    _settled(11, "Settled lately")
    make.conversation("Open for ever", sender=make.sender("open@mail.example"))
    Conversation.objects.filter(resolved_at=None).update(opened_at=datetime(2001, 1, 1, tzinfo=UTC))
    elsewhere = _settled(14, "In another inbox", inbox_id=make.inbox("shop@aurora.example").pk)
    gone = _settled(15, "Deleted by hand")
    gone.trash(DeletionReason.MISTAKE, by=make.agent())
    _begun()

    apply_retention()
    apply_retention()

    assert _texts() == {"Settled lately", "Open for ever", "In another inbox", "Deleted by hand"}
    old.refresh_from_db()
    assert (old.removed_at is not None, old.is_restorable, old.subject) == (True, False, "")
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    assert not Conversation.objects.all().restorable().filter(pk=old.pk).exists()
    elsewhere.refresh_from_db()
    assert elsewhere.deleted_at is None
    [entry] = AuditEntry.objects.filter(action="retention-applied")
    assert (entry.by, entry.after, entry.subject_name) == (None, {"conversations": 1}, "Help")
    assert Retention.objects.get().removed == 1


def test_what_nobody_resolves_counts_from_its_last_message() -> None:
    for months in (13, 11):
        at = months_before(clock.now(), months) - timedelta(days=1)
        kinds: list[dict[str, Any]] = [{"is_spam": True}, {"mail_class": "bulk"}, {"mail_class": UNREADABLE}]
        for number, given in enumerate(kinds):
            sender = make.sender(f"c{number}{months}@mail.example")
            make.received(f"{number} after {months}", sender=sender, at=at, **given)
    make.received("Nobody has answered", at=months_before(clock.now(), 30))
    _begun()
    assert retaining.preview(make.inbox(), 12, None).count == 3

    apply_retention()

    assert _texts() == {"0 after 11", "1 after 11", "2 after 11", "Nobody has answered"}


def test_what_somebody_has_gone_on_with_is_kept() -> None:
    olga = make.agent()
    _settled(13, "Old")
    _settled(14, "With a note").add_note("They called again", by=olga)
    drafting.keep(_settled(15, "With a draft"), "reply", "Dear", by=olga)
    _begun()

    apply_retention()

    assert _texts() == {"With a note", "They called again", "With a draft"}


def test_a_side_conversation_stays_as_long_as_what_it_is_about_and_goes_with_it(client: Client, lena: User) -> None:
    make.mailbox()
    main = make.conversation("A warranty")
    question = {"chips": "1", "more-to": "supplier@mail.example", "subject": "A table top", "text": "Have you one?"}
    client.post(f"{main.get_absolute_url()}asking/", question)
    side = main.sides.get()
    side.resolve(by=lena)
    _age(side, months_before(clock.now(), 20))
    _begun()

    apply_retention()
    assert not Conversation.objects.exclude(deleted_at=None).exists(), "what it is about is open"

    main.resolve(by=lena)
    _age(main, months_before(clock.now(), 13))
    apply_retention()

    assert set(Conversation.objects.exclude(removed_at=None)) == {main, side}


def test_old_mail_that_comes_in_later_is_looked_through_for_thirty_days() -> None:
    setting = _begun()

    make.received("From an old mailbox", at=clock.now() - timedelta(days=900), is_history=True, is_live=False)
    apply_retention()

    assert _texts() == {"From an old mailbox"}
    setting.refresh_from_db()
    assert not setting.has_begun


def test_nothing_happens_for_thirty_days_and_what_reaches_further_waits_again() -> None:
    _settled(20)
    lena, tag = make.lead("lena"), make.tag("Keep")
    made = Retention.objects.all().decide(make.inbox(), 12, tag, by=lena)
    apply_retention()
    assert _texts() == {"A scratch"}
    assert made.begins_at is not None
    assert timedelta(0) <= clock.now() + WAITS_FOR - made.begins_at < timedelta(minutes=1)

    began = clock.now() - timedelta(days=1)
    for months, kept_by, waits in ((18, tag, False), (12, tag, True), (12, None, True)):
        Retention.objects.update(begins_at=began)
        assert Retention.objects.all().decide(make.inbox(), months, kept_by, by=lena).has_begun is not waits

    decided = AuditEntry.objects.filter(action="retention-decided").order_by("pk")
    assert [one.after["months"] for one in decided] == [12, 18, 12, 12]
    assert decided[0].before == {"months": None, "tag": ""}


def test_what_bears_the_tag_is_kept_and_taking_the_setting_back_stops_it(client: Client, lena: User) -> None:
    kept, tag = _settled(30, "A contract"), make.tag("Keep")
    kept.tag(tag, by=lena)
    setting = _begun(by=lena, exempt_tag=tag)
    apply_retention()
    assert _texts() == {"A contract"}

    _settled(31, "Another one")
    client.post(f"/retention/{setting.inbox_id}/stopping/")
    apply_retention()

    assert _texts() == {"A contract", "Another one"}
    setting.refresh_from_db()
    assert (setting.months, setting.begins_at, setting.exempt_tag) == (None, None, tag)


def test_a_tag_that_was_merged_keeps_what_bears_either_and_parting_them_waits_for_thirty_days(
    client: Client, lena: User
) -> None:
    keep, hold = make.tag("Keep"), make.tag("Hold")
    texts = {"With the one", "With the other"}
    for months, tag, text in ((30, keep, "With the one"), (31, hold, "With the other")):
        _settled(months, text).tag(tag, by=lena)
    keep.merge(hold, by=lena)

    for exempt in (keep, hold):
        Retention.objects.update(months=None, begins_at=None)
        setting = _begun(by=lena, exempt_tag=exempt)
        apply_retention()
        assert _texts() == texts

    client.post(f"/tags/{keep.pk}/retirement/?undo")
    apply_retention()

    assert _texts() == texts
    setting.refresh_from_db()
    assert not setting.has_begun
    Retention.objects.update(begins_at=clock.now())
    # A tag that stood for itself alone changes nothing when it comes back.
    make.tag("Other").retire(by=lena)
    client.post(f"/tags/{make.tag('Other').pk}/retirement/?undo")
    apply_retention()
    assert _texts() == {"With the other"}


def test_whoever_reads_a_settled_conversation_sees_how_long_it_is_kept(client: Client, lena: User) -> None:
    def shown() -> str:
        return strip_tags(client.get(conversation.get_absolute_url()).content.decode())

    conversation, tag = make.conversation(), make.tag("Keep")
    setting = _begun(120)
    assert "Kept until" not in shown()
    conversation.resolve(by=lena)
    conversation.refresh_from_db()
    at = datetime(2020, 5, 4, 12, tzinfo=UTC)
    _age(conversation, at)
    assert "Kept until 4 May 2030" in shown()

    # What was written later counts, and so does the time of waiting.
    conversation.messages.update(created_at=at + timedelta(days=1))
    assert "Kept until 5 May 2030" in shown()
    Retention.objects.update(months=12, begins_at=datetime(2031, 1, 2, 12, tzinfo=UTC))
    assert "Kept until 2 Jan 2031" in shown()
    Retention.objects.update(exempt_tag=tag)
    conversation.tag(tag, by=lena)
    assert "Kept until" not in shown()
    Retention.objects.all().decide(setting.inbox, None, None, by=lena)
    assert "Kept until" not in shown()


def test_spam_says_how_long_it_is_kept_by_its_last_message(client: Client, lena: User) -> None:
    _begun(120)
    at = datetime(2020, 5, 4, 12, tzinfo=UTC)
    conversation = make.conversation("Buy", is_spam=True, at=at, is_history=True)
    Retention.objects.update(begins_at=at)

    assert "Kept until 4 May 2030" in strip_tags(client.get(conversation.get_absolute_url()).content.decode())


def test_what_was_broken_off_is_finished_by_the_next_round_and_cannot_be_brought_back(client: Client) -> None:
    old, setting = _settled(13), _begun()
    assert retaining._take(setting.pk) == [old.pk]
    client.force_login(make.admin())

    assert client.post(f"/conversations/{old.pk}/deletion/?undo").status_code == 404
    remove_deleted()

    assert not _texts()
    assert AuditEntry.objects.filter(action="conversation-removed").count() == 1


def test_a_lead_sees_what_it_would_remove_and_the_number_opens_it(client: Client, lena: User) -> None:
    old = _settled(13)
    Conversation.objects.filter(pk=old.pk).update(resolved_at=datetime(2020, 5, 4, tzinfo=UTC))
    _settled(11)
    page = f"/retention/{make.inbox().pk}/"
    assert "For ever" in client.get("/retention/").content.decode()

    seen = client.get(page, {"months": "12", "exempt_tag": ""}, headers={"HX-Request": "true"}).content.decode()
    rows = client.get(f"{page}rows/", {"months": "12", "exempt_tag": ""}).content.decode()
    assert "Would remove 1 conversation<" in seen
    assert "4 May 2020" in seen
    assert (f"#{old.pk}<" in rows, rows.count("row-link")) == (True, 1)
    assert not Retention.objects.exists()
    answer = client.post(page, {"months": "12", "exempt_tag": ""}, follow=True).content.decode()

    assert "The first time:" in answer
    assert Retention.objects.get().set_by == lena
    assert client.post(page, {"months": "1"}).status_code == 422
    assert "1 year" in client.get("/retention/", {"q": "help"}).content.decode()
    assert "No inbox is called so" in client.get("/retention/", {"q": "nothing like it"}).content.decode()
    make.inbox().open_for([make.team("Pay")], by=make.admin())
    assert client.get(page).status_code == 404
    assert client.get(f"{page}rows/").status_code == 404
    client.force_login(make.agent())
    assert client.get("/retention/").status_code == 403


def test_before_the_first_inbox_the_page_says_where_one_comes_from(client: Client, lena: User) -> None:
    Inbox.objects.all().delete()
    assert "that an administrator connects" in client.get("/retention/").content.decode()

    client.force_login(make.admin())
    assert 'class="button" href="/mailboxes/new/"' in client.get("/retention/").content.decode()


def test_the_list_of_what_would_be_removed_has_pages() -> None:
    for number in range(retaining.PAGE + 2):
        _settled(20, f"No. {number}", external_id=f"{number}@mail.example", subject=f"No. {number}")

    first = retaining.page(make.inbox(), 12, None)
    rest = retaining.page(make.inbox(), 12, None, first.after)

    assert ([len(first.rows), len(rest.rows)], rest.after) == ([retaining.PAGE, 2], "")
    assert not {one.pk for one in first.rows} & {one.pk for one in rest.rows}


def test_more_than_ten_thousand_are_not_counted(client: Client, lena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        _settled(20 + number, f"No. {number}")
    monkeypatch.setattr(retaining, "MOST_COUNTED", 2)

    seen = client.get(f"/retention/{make.inbox().pk}/", {"months": "12"}, headers={"HX-Request": "true"})

    assert "Would remove more than 10,000 conversations" in seen.content.decode()


def test_what_is_due_is_found_by_an_index_in_its_order() -> None:
    inbox = make.inbox()
    rows = retaining.due(inbox, 12, None).order_by("over_at", "pk").values("pk")[:50]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        plan = rows.explain()

    assert "conversation_over" in plan


def test_whoever_looks_after_the_machine_hears_that_nothing_is_removed() -> None:
    _begun()
    assert not next(iter(gauge.read())).problem
    Retention.objects.update(begins_at=clock.now() - timedelta(hours=4))

    assert "Help" in next(iter(gauge.read())).problem
    assert "Help" in next(iter(check.look())).words
    apply_retention()

    assert not next(iter(gauge.read())).problem
    assert Inbox.objects.count() == 1


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 12, "2025-01-15"), ("2026-06-30", 6, "2025-12-30")],
)
def test_months_are_those_of_the_calendar(moment: str, months: int, expected: str) -> None:
    found = months_before(datetime.fromisoformat(moment).replace(tzinfo=UTC), months)

    assert found.date().isoformat() == expected


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [("2026-03-31", 11, "2027-02-28"), ("2026-01-15", 12, "2027-01-15"), ("2026-08-31", 6, "2027-02-28")],
)
def test_months_later_are_those_of_the_calendar(moment: str, months: int, expected: str) -> None:
    found = months_after(datetime.fromisoformat(moment).replace(tzinfo=UTC), months)

    assert found.date().isoformat() == expected

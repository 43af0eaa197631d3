"""Files of an answer that leaves later: they are shown, taken out and added while it waits, and leave with it once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from samovar.accounts.models import User
from samovar.conversations import drafting, releasing, sending_off
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import EmptyMessage, ReplyChanged
from samovar.conversations.models import Attachment, Conversation, Draft, PendingReply
from samovar.conversations.sending_off import Change, Leaving, send_off
from tests import make

pytestmark = pytest.mark.django_db
PLAN, LIST = ("plan.pdf", "application/pdf", b"%PDF plan"), ("list.pdf", "application/pdf", b"%PDF list")


@pytest.fixture
def olga() -> User:
    """Somebody who plans answers."""
    return make.agent("olga")


@pytest.fixture
def row(olga: User) -> PendingReply:
    """An answer that leaves tomorrow, with two files."""
    conversation = make.conversation()
    files = [drafting.attach(conversation, "reply", one, by=olga) for one in (PLAN, LIST)]
    typed = Typed(mode="reply", text="Here they are.", files=files, seen_id=conversation.messages.get().pk)
    return send_off(conversation, typed, olga, Leaving(at=tomorrow()))


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


def names(row: PendingReply) -> list[str]:
    return list(row.files.order_by("pk").values_list("name", flat=True))


def changed(row: PendingReply, by: User, text: str = "Here they are.", **given: object) -> None:
    had = [file.pk for file in row.files.all()] if "kept" in given else []
    wanted = Change(**{"text": text, "at": tomorrow(), "had": had, **given})  # type: ignore[arg-type]  # of all types
    sending_off.change(row.pk, wanted, by=by)


def left(row: PendingReply) -> list[list[str]]:
    """Let its moment come, twice; return the files of each answer."""
    PendingReply.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    for _again in range(2):
        releasing.release(row.pk)
    sent = Conversation.objects.get(pk=row.conversation_id).messages.filter(direction="out")
    return [sorted(message.attachments.values_list("name", flat=True)) for message in sent]


def test_they_leave_with_it_exactly_once(row: PendingReply) -> None:
    assert left(row) == [["list.pdf", "plan.pdf"]]
    assert Attachment.objects.count() == 2


def test_a_file_is_taken_out_and_another_one_added(olga: User, row: PendingReply) -> None:
    [plan, _list] = row.files.order_by("pk")

    changed(row, olga, kept=[plan.pk], added=[("price.pdf", "application/pdf", b"%PDF price")])

    assert names(row) == ["plan.pdf", "price.pdf"]
    assert left(row) == [["plan.pdf", "price.pdf"]]


def test_what_a_lead_adds_leaves_in_the_name_of_the_author(row: PendingReply) -> None:
    changed(row, make.lead(), added=[("price.pdf", "application/pdf", b"%PDF price")])

    assert left(row) == [["list.pdf", "plan.pdf", "price.pdf"]]


def test_who_says_nothing_about_files_leaves_them(olga: User, row: PendingReply) -> None:
    changed(row, olga, "Here they are again.")

    assert names(row) == ["plan.pdf", "list.pdf"]


def test_neither_text_nor_file_is_nothing_to_send(olga: User, row: PendingReply) -> None:
    with pytest.raises(EmptyMessage):
        changed(row, olga, " ", kept=[])
    assert names(row) == ["plan.pdf", "list.pdf"]

    changed(row, olga, " ", kept=[], added=[PLAN])

    assert names(row) == ["plan.pdf"]


def test_taken_back_what_was_added_stands_in_the_draft(olga: User, row: PendingReply) -> None:
    changed(row, olga, kept=[], added=[("price.pdf", "application/pdf", b"%PDF price")])

    sending_off.take_back(row.pk, by=olga)

    assert [file.name for file in Draft.objects.get().files.all()] == ["price.pdf"]


def test_of_two_who_change_it_the_second_is_told(olga: User, row: PendingReply) -> None:
    changed(row, olga, "From the author", was="Here they are.")

    with pytest.raises(ReplyChanged):
        changed(row, make.lead(), "From the lead", was="Here they are.")

    changed(row, make.lead(), "From the author", was="Here they are.")
    assert PendingReply.objects.get().text == "From the author"


def test_what_the_first_adds_and_moves_outlasts_who_looked_before(olga: User, row: PendingReply) -> None:
    had = [file.pk for file in row.files.all()]
    seen: dict[str, Any] = {"was": row.text, "was_at": row.due_at, "had": had}
    kept = had[1:]
    changed(row, olga, **seen, at=row.due_at, kept=had, added=[("price.pdf", "application/pdf", b"%PDF price")])

    # What stood in the form has no seconds.
    changed(row, make.lead(), "Here!", **seen, at=row.due_at.replace(second=0, microsecond=0), kept=kept)

    assert names(row) == ["list.pdf", "price.pdf"]
    now = PendingReply.objects.get()
    assert (now.text, now.due_at) == ("Here!", seen["was_at"])


def test_a_moment_that_somebody_else_has_moved_is_not_moved_back(olga: User, row: PendingReply) -> None:
    seen: dict[str, Any] = {"was": row.text, "was_at": row.due_at}
    week = row.due_at + timedelta(days=7)
    changed(row, olga, **seen, at=week)

    with pytest.raises(ReplyChanged):
        changed(row, make.lead(), **seen, at=seen["was_at"])

    changed(row, make.lead(), "Here!", was=row.text, was_at=week, at=week)
    assert PendingReply.objects.get().due_at == week


def test_who_keeps_a_file_that_is_gone_is_told(olga: User, row: PendingReply) -> None:
    had = [file.pk for file in row.files.all()]
    changed(row, olga, had=had, kept=had[1:])

    with pytest.raises(ReplyChanged):
        changed(row, make.lead(), had=had, kept=had)

    changed(row, make.lead(), had=had, kept=had[1:])
    assert names(row) == ["list.pdf"]


def test_the_page_shows_them_and_its_form_changes_them(client: Client, olga: User, row: PendingReply) -> None:
    client.force_login(olga)
    [plan, listed] = row.files.order_by("pk")
    page = client.get(row.conversation.get_absolute_url()).content.decode()
    assert f'name="file" value="{plan.pk}" checked' in page
    assert "list.pdf" in page
    place = f"{row.conversation.get_absolute_url()}pending/{row.pk}/"
    form: dict[str, Any] = {
        "text": "Here.",
        "was": "Here they are.",
        "was_at": row.due_at.isoformat(),
        "at": "2035-01-01T09:00",
    }
    form |= {"had": [plan.pk, listed.pk], "file": [listed.pk]}

    client.post(place, {**form, "upload": SimpleUploadedFile("price.pdf", b"%PDF")})

    assert names(row) == ["list.pdf", "price.pdf"]
    htmx = {"HX-Request": "true"}
    answer = client.post(place, {**form, "text": "There."}, headers=htmx)
    assert "Somebody has changed it meanwhile" in answer.content.decode()
    # With what it is now.
    assert f'name="had" value="{listed.pk}"' in answer.content.decode()
    answer = client.post(place, {**form, "was": "Here.", "file": [plan.pk]}, headers=htmx)
    assert answer.status_code == 422
    answer = client.post(place, {**form, "was": "Here.", "file": ["x", 2**70]}, headers=htmx)
    assert answer.status_code == 422
    assert names(row) == ["list.pdf", "price.pdf"]

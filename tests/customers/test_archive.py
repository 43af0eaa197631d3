"""All that is kept of a person can be taken out in one file, for a while, by an administrator who says what for."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client

from samovar.accounts.models import AuditEntry, Role, User
from samovar.channels.taking_in import take_in
from samovar.conversations.inbound import InboundFile
from samovar.conversations.jobs import tidy_files
from samovar.conversations.models import Attachment, Message
from samovar.customers import archive, erasure
from samovar.customers.jobs import make_archive, throw_archives_away
from samovar.customers.models import Customer, PersonArchive
from samovar.files.models import Chunk, StoredFile
from samovar.jobs.models import Task
from samovar.lib import clock
from tests import make
from tests.channels.mails import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> User:
    """An administrator who is signed in."""
    user = make.admin("anna")
    client.force_login(user)
    return user


def writer(by: User) -> tuple[Customer, bytes]:
    """Make a customer who has written a mail and sent a file, was answered and noted about; return the mail too."""
    content = mail("The desk came with a scratch.", From="Elena <elena@mail.example>")
    receipt = take_in([make.raw_mail(content)])
    message = Message.objects.get(pk=next(iter(receipt.values())).message_id)
    photo = InboundFile(name="scratch.jpg", media_type="image/jpeg", content=b"JPEG")
    make.conversation("A photo", sender=make.sender("elena@mail.example"), subject="Photo", files=(photo,))
    message.conversation.reply("On its way", by=by)
    message.conversation.add_note("She is patient", by=by)
    make.conversation("Of Igor", sender=make.sender("igor@mail.example", "Igor"))
    return message.conversation.customer, content


def lines(zipped: ZipFile, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in zipped.read(name).splitlines()]


def fetched(client: Client, pk: int) -> ZipFile:
    answer = client.get(f"/customers/archives/{pk}/")
    assert answer.status_code == 200
    return ZipFile(BytesIO(b"".join(answer)))


def test_the_archive_holds_everything_of_the_person_and_nothing_of_others(client: Client, anna: User) -> None:
    elena, content = writer(anna)
    page = f"/customers/{elena.pk}/archives/"
    assert "Nobody has asked for it yet" in client.get(page).content.decode()

    assert client.post(page, {"purpose": "curiosity"}).status_code == 422
    client.post(page, {"purpose": "asked"})
    task = Task.objects.get(job="samovar.customers.jobs.make_archive")
    assert "0 of " in client.get(page).content.decode()
    make_archive(*task.args)

    assert "Fetch" in client.get(page, headers={"HX-Request": "true"}).content.decode()
    zipped = fetched(client, PersonArchive.objects.get().pk)
    texts = [str(line["text"]).strip() for line in lines(zipped, "conversations_message.jsonl")]
    assert texts == ["The desk came with a scratch.", "A photo", "On its way", "She is patient"]
    assert [line["value"] for line in lines(zipped, "customers_identity.jsonl")] == ["elena@mail.example"]
    assert [line["name"] for line in lines(zipped, "conversations_attachment.jsonl")] == ["scratch.jpg"]
    named = {name.partition("/")[0]: zipped.read(name) for name in zipped.namelist() if "/" in name}
    assert named == {"files": b"JPEG", "channels_rawmail": content}
    assert [name for name in zipped.namelist() if name.endswith("-scratch.jpg")]
    readme = zipped.read("README.txt").decode()
    assert ("All that is kept of one person" in readme, "conversations_message.jsonl: Message (4)" in readme) == (
        True,
    ) * 2
    assert not [name for name in zipped.namelist() if b"Igor" in zipped.read(name)]
    entry = AuditEntry.objects.get(action="person-exported")
    assert (entry.subject_id, entry.reason) == (elena.pk, "asked")


def test_it_expires_after_a_week_and_its_bytes_are_gone(client: Client, anna: User) -> None:
    made = archive.ask(writer(anna)[0], "asked", by=anna)
    make_archive(made.pk)
    make_archive(made.pk)
    kept = PersonArchive.objects.get().file_id
    assert kept

    with clock.standing_at(clock.now() + timedelta(days=8)):
        assert client.get(f"/customers/archives/{made.pk}/").status_code == 404
        throw_archives_away()

    assert not StoredFile.objects.filter(pk=kept).exists()
    assert not Chunk.objects.filter(file=kept).exists()
    assert "expired" in client.get(f"/customers/{made.customer_id}/archives/").content.decode()


def test_an_archive_goes_with_the_person(client: Client, anna: User) -> None:
    elena, _content = writer(anna)
    made, late = archive.ask(elena, "asked", by=anna), archive.ask(elena, "asked", by=anna)
    make_archive(made.pk)

    erasure.erase(elena, "asked", by=anna)
    make_archive(late.pk)

    assert not PersonArchive.objects.exclude(file=None).exists()
    assert client.get(f"/customers/archives/{made.pk}/").status_code == 404
    assert client.get(f"/customers/archives/{late.pk}/").status_code == 404


def test_a_large_file_is_kept_piece_by_piece() -> None:
    content = b"0123456789" * 70_000

    kept = StoredFile.objects.all().begin(BytesIO(content))
    for _time in (1, 2):
        kept.fill(BytesIO(content))

    assert StoredFile.objects.all().begin(BytesIO(content)) == kept
    assert kept.read() == content


def test_nobody_but_an_administrator_takes_it_out(client: Client, anna: User) -> None:
    made = archive.ask(make.customer(), "asked", by=anna)
    make_archive(made.pk)
    client.force_login(make.user(role=Role.LEAD))

    assert client.get(f"/customers/archives/{made.pk}/").status_code == 403
    assert client.post(f"/customers/{made.customer_id}/archives/", {"purpose": "asked"}).status_code == 403


def test_an_archive_that_was_sent_to_the_person_goes_with_the_last_who_holds_it(client: Client, anna: User) -> None:
    elena, _content = writer(anna)
    client.post(f"/customers/{elena.pk}/archives/", {"purpose": "asked"})
    kept = PersonArchive.objects.get()
    make_archive(kept.pk)
    kept.refresh_from_db()
    assert kept.file is not None
    zipped = InboundFile(name="all.zip", media_type="application/zip", content=kept.file.read())
    make.conversation("Thank you for it", sender=make.sender("igor@mail.example"), files=(zipped,))

    with clock.standing_at(clock.now() + timedelta(days=8)):
        throw_archives_away()
        tidy_files()

    kept.refresh_from_db()
    assert kept.file is None
    assert Attachment.objects.get(name="all.zip").file.read().startswith(b"PK")


def test_the_name_of_a_file_leads_nowhere(client: Client, anna: User) -> None:
    evil = InboundFile(name="../../etc/" + "x" * 150 + '?".sh', media_type="text/plain", content=b"echo")
    elena = make.conversation(files=(evil,)).customer
    out = BytesIO()
    archive.write(elena.pk, out, lambda _done: None)

    [name] = [name for name in ZipFile(out).namelist() if name.startswith("files/")]
    assert (name.count("/"), name.endswith("xx__.sh"), len(name) < 120) == (1, True, True)

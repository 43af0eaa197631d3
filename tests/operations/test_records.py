"""Everything that was written here can be taken out, and told again from what happened."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.db import InternalError, connection, transaction
from django.utils import timezone
from typer.testing import CliRunner

from samovar.accounts.models import (
    AuditEntry,
    Company,
    FactorDemand,
    Notification,
    PushSubscription,
    SignInTries,
    SignOnBinding,
    SignOnDemand,
    StaffProvider,
    StaffSession,
    Team,
)
from samovar.channels.models import AutomaticMail, KnownCopy, StaffLetter, Trial
from samovar.channels.storing import Arrival, Source, keep_all
from samovar.conversations import drafting
from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import BulkItem, BulkRun, Conversation, Submission
from samovar.customers.models import MovedRow, PersonArchive, RemovedIdentity
from samovar.demo.models import FilledPart, Filling
from samovar.events.models import Cursor, SetAside
from samovar.files.models import Chunk
from samovar.jobs.models import Hold, Task
from samovar.operations import exporting, rebuilding
from samovar.operations.records import app
from tests import make
from tests.channels.mails import mail
from tests.sources import ROOT

pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_export_writes_messages_with_what_others_need(tmp_path: Path) -> None:
    photo = InboundFile(name="scratch.jpg", media_type="image/jpeg", content=b"JPEG")
    conversation = make.conversation("Стол с царапиной", external_id="a@mail.example", files=(photo,))
    conversation.reply("On its way", by=make.agent("olga"))

    assert run("export", str(tmp_path / "out"))[0] == 0

    received, answered = lines(tmp_path / "out" / "messages.jsonl")
    assert received["message_id"] == "a@mail.example"
    assert (received["direction"], answered["direction"]) == ("in", "out")
    assert received["conversation_id"] == conversation.pk
    assert received["text"] == "Стол с царапиной"
    [file] = lines(tmp_path / "out" / "files.jsonl")
    assert (tmp_path / "out" / "files" / str(file["sha256"])).read_bytes() == b"JPEG"
    assert not list((tmp_path / "out").rglob("*.part"))


def test_export_can_be_read_without_us(tmp_path: Path) -> None:
    conversation = make.conversation("A scratch", external_id="a@mail.example")
    conversation.reply("On its way", by=make.agent("olga"))

    run("export", str(tmp_path / "out"))

    told = (tmp_path / "out" / "README.txt").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "integrator.md").read_text(encoding="utf-8")
    assert "customer_id: customer (id in customers.jsonl)" in told
    for path in (tmp_path / "out").glob("*.jsonl"):
        written = lines(path)
        heading = f"{path.name}: {len(written)} lines\n"
        assert heading in told
        block = told.partition(heading)[2].partition(".jsonl: ")[0]
        assert all(f"\n  {name}: " in f"\n{block}" for line in written for name in line)
        assert f"`{path.name}`" in page


def test_export_tells_no_passwords(tmp_path: Path) -> None:
    make.agent("olga")
    account = make.mailbox()
    account.password = "not for others"
    account.save(update_fields=["sealed_password"])

    run("export", str(tmp_path))

    [olga], [mailbox] = lines(tmp_path / "staff.jsonl"), lines(tmp_path / "mailboxes.jsonl")
    assert "password" not in olga
    assert mailbox["user_name"] == account.user_name
    assert not [name for name in mailbox if name.startswith("sealed")]


def test_export_stands_in_the_audit_log_and_in_itself(tmp_path: Path) -> None:
    make.conversation()

    run("export", str(tmp_path))

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by_id, entry.is_by_itself) == ("everything-exported", None, False)
    assert entry.after == {"customers": 1, "conversations": 1, "messages": 1, "files": 0}
    assert [line["action"] for line in lines(tmp_path / "audit_log.jsonl")] == ["everything-exported"]


def test_export_tells_how_the_staff_signs_in_without_the_secrets(tmp_path: Path) -> None:
    olga = make.agent("olga")
    provider = StaffProvider(name="Aurora ID", issuer="https://id.aurora.example", client_id="samovar")
    provider.client_secret = "not for others"
    provider.save()
    SignOnBinding.objects.create(issuer=provider.issuer, subject="4711", user=olga)

    run("export", str(tmp_path))

    [told], [bound] = lines(tmp_path / "staff_providers.jsonl"), lines(tmp_path / "staff_bindings.jsonl")
    assert (told["name"], told["issuer"], told["client_id"]) == ("Aurora ID", provider.issuer, "samovar")
    assert not [name for name in told if "secret" in name]
    assert (bound["issuer"], bound["subject"], bound["user_id"]) == (provider.issuer, "4711", olga.pk)


# What only says how far the machine has come, is derived, or is written under another name.
NOT_EXPORTED = {
    # What was done to many at once stands in the history of each; this is forgotten after a month.
    BulkRun,
    BulkItem,
    PersonArchive,
    MovedRow,
    RemovedIdentity,
    Task,
    Hold,
    Cursor,
    SetAside,
    Filling,
    FilledPart,
    Chunk,
    KnownCopy,
    Trial,
    AutomaticMail,
    StaffLetter,
    FactorDemand,
    SignInTries,
    SignOnDemand,
    StaffSession,
    Notification,
    PushSubscription,
    Submission,
}


def test_export_leaves_out_nothing_that_people_or_customers_made() -> None:
    ours = {model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("samovar.")}

    assert ours == {kind.model for kind in exporting.KINDS} | NOT_EXPORTED


def test_export_holds_mails_as_they_came_and_what_is_not_sent_yet(tmp_path: Path) -> None:
    Company.objects.create(pk=1, name="Aurora Home")
    olga, content = make.agent("olga"), mail("Стол с царапиной", Message_ID="<a@mail.example>")
    olga.teams.add(Team.objects.create(name="Service"))
    [stored] = keep_all(Source(make.inbox().pk), [Arrival(content, timezone.now())]).values()
    conversation = make.conversation("Стол с царапиной", external_id="a@mail.example")
    conversation.reply("It is on its way", by=olga)
    drafting.keep(conversation, "reply", "And then", olga)

    assert run("export", str(tmp_path))[0] == 0

    [raw] = lines(tmp_path / "raw_mails.jsonl")
    assert raw["id"] == stored
    assert (tmp_path / "mails" / f"{raw['sha256']}.eml").read_bytes() == content
    assert [line["text"] for line in lines(tmp_path / "drafts.jsonl")] == ["And then"]
    assert len(lines(tmp_path / "deliveries.jsonl")) == 1
    assert [line["name"] for line in lines(tmp_path / "company.jsonl")] == ["Aurora Home"]
    assert [line["user_id"] for line in lines(tmp_path / "team_memberships.jsonl")] == [olga.pk]
    assert {line["conversation_id"] for line in lines(tmp_path / "references.jsonl")} == {conversation.pk}


def test_export_is_for_its_owner_only_and_can_be_repeated(tmp_path: Path) -> None:
    photo = InboundFile(name="scratch.jpg", media_type="image/jpeg", content=b"JPEG")
    make.conversation(files=(photo,))
    out = tmp_path / "out"
    run("export", str(out))
    (out / "messages.jsonl.part").touch(mode=0o666)

    assert run("export", str(out))[0] == 0

    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (out, *out.rglob("*"))}
    assert set(modes.values()) == {0o600, 0o700}
    assert len(lines(out / "messages.jsonl")) == 1


def test_rebuild_checks_and_mends() -> None:
    conversation = make.conversation()
    assert run("rebuild", "--check")[0] == 0
    Conversation.objects.filter(pk=conversation.pk).update(message_count=7)

    code, said = run("rebuild", "--check")
    assert code == 1
    assert "message_count" in said
    assert run("rebuild")[0] == 0

    assert run("rebuild", "--check")[0] == 0


@pytest.mark.django_db(transaction=True)
def test_a_check_looks_at_one_moment_and_changes_nothing() -> None:
    make.conversation()
    with rebuilding.snapshot():
        before = Conversation.objects.get().message_count
        with ThreadPoolExecutor(1) as other:
            other.submit(_write).result()
        assert Conversation.objects.get().message_count == before
        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            Conversation.objects.update(message_count=7)
    assert Conversation.objects.get().message_count == before + 1


def _write() -> None:
    Conversation.objects.get().add_note("Meanwhile", by=make.agent("olga"))
    connection.close()

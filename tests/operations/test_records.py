"""Everything that was written here can be taken out, and told again from what happened."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Conversation
from samovar.operations.records import app
from tests import make

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


def test_export_tells_no_passwords(tmp_path: Path) -> None:
    make.agent("olga")

    run("export", str(tmp_path))

    [olga] = lines(tmp_path / "staff.jsonl")
    assert "password" not in olga


def test_rebuild_checks_and_mends() -> None:
    conversation = make.conversation()
    assert run("rebuild", "--check")[0] == 0
    Conversation.objects.filter(pk=conversation.pk).update(message_count=7)

    code, said = run("rebuild", "--check")
    assert code == 1
    assert "message_count" in said
    assert run("rebuild")[0] == 0

    assert run("rebuild", "--check")[0] == 0

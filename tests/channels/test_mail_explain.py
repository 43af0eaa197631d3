"""The command says what we see in a mail, to people and to programs, without any database."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from samovar.channels.commands import app
from samovar.channels.mail.conversation_rules import ConversationRule
from samovar.channels.mail.explain import Standpoint, explain, explain_unreadable
from samovar.conversations.placing import RULES
from samovar.lib.errors import Trouble

RAW = (
    "From: Ann [bold] <ann@example.com>\nTo: help+c.1a.abcdefghijklmnop@example.org, Bob <bob@example.org>\n"
    "Reply-To: ann2@example.com\nSubject: Re: Стол\nDate: Sat, 21 Nov 2026 14:00:00 +0300\n"
    "Message-ID: <a@example.com>\n"
    "In-Reply-To: <b@example.org>\nReferences: <c@example.org> <b@example.org>\n"
    "Authentication-Results: mx.example.org; dmarc=pass header.from=example.com\n"
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nIt came.\n\n"
    "On 21 Nov 2026 at 10:00, A <a@b.cd> wrote:\n> Good day\n"
    "--b\nContent-Type: text/csv; name=a.csv\n\n1,2\n--b--\n"
).encode()


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["mail", "explain", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_everything_is_told_under_fixed_names() -> None:
    assert explain(RAW, Standpoint(trusted_servers=["mx.example.org"])) == {
        "from": {"name": "Ann [bold]", "address": "ann@example.com"},
        "sender": {"name": "Ann [bold]", "address": "ann@example.com"},
        "to": [
            {"name": "", "address": "help+c.1a.abcdefghijklmnop@example.org"},
            {"name": "Bob", "address": "bob@example.org"},
        ],
        "cc": [],
        "reply_to": [{"name": "", "address": "ann2@example.com"}],
        "subject": "Re: Стол",
        "date": "2026-11-21T11:00:00Z",
        "message_id": "a@example.com",
        "in_reply_to": "b@example.org",
        "references": ["c@example.org", "b@example.org"],
        "verdict": "verified",
        "class": "human",
        "conversation_rule": "reply-address",
        "visible_text": "It came.",
        "hidden_text": "On 21 Nov 2026 at 10:00, A <a@b.cd> wrote:\n> Good day",
        "attachments": [{"name": "a.csv", "type": "text/csv", "size": 3}],
        "bounce": None,
        "problems": [],
    }


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ("To: help@x.y", "new"),
        ("X-Original-To: help+c.1a.abcdefghijklmnop@x.y", "reply-address"),
        ("Cc: HELP+C.1A.ABCDEFGHIJKLMNOP@X.Y", "reply-address"),
        ("References: <m.1a.abcdefghijklmnop@x.y> <z@x.y>", "our-message-id"),
        ("In-Reply-To: <z@x.y>", "stored-message-id"),
        ("Thread-Index: AQHUK7SGyb2wc5IOhUuAQlATdAYRMaSvEaa8", "thread-index"),
        ("X-Original-To: help+c.1a.ffk.abcdefghijklmnopqrstuvwxyz@x.y", "reply-address"),
        ("Subject: [#12]\n\n> {#c:1a.ffk.abcdefghijklmnopqrstuvwxyz#}", "body-marker"),
        ("Subject: Re: [#12345] table", "subject-tag"),
    ],
)
def test_the_sign_by_which_a_conversation_would_be_found_is_named(fields: str, rule: str) -> None:
    assert explain(f"From: a@b.c\n{fields}\n\nx".encode())["conversation_rule"] == rule


def test_messages_name_their_rule_in_the_same_words() -> None:
    assert set(RULES) < set(ConversationRule)


def test_what_a_mail_lacks_is_empty_and_never_left_out() -> None:
    facts, nothing = explain(b"From: a@b.c\n\nx"), explain_unreadable("larger than 150 MB")

    assert set(facts) == set(nothing) == set(explain(RAW))
    assert (facts["subject"], facts["date"], facts["in_reply_to"], facts["bounce"]) == ("", "", "", None)
    assert nothing["problems"] == ["larger than 150 MB"]


def test_a_bounce_is_told_in_four_words() -> None:
    raw = (
        b"From: MAILER-DAEMON@b.c\nSubject: failure notice\n\n<a@b.cd>:\n550 5.1.1 no such user\n\nMessage-ID: <x@y>\n"
    )

    assert explain(raw)["bounce"] == {
        "recipient": "a@b.cd",
        "status": "5.1.1",
        "action": "failed",
        "original_message_id": "x@y",
    }


def test_one_mail_is_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(RAW)

    output = run(str(tmp_path / "a.eml"), "--json", "--trusted-server", "mx.example.org")

    assert json.loads(output) == explain(RAW, Standpoint(trusted_servers=["mx.example.org"]))


def test_a_folder_or_an_archive_is_one_object_a_line_with_the_place_of_each(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mails.zip", "w") as archive:
        archive.writestr("b/2.eml", RAW)
        archive.writestr("a/1.eml", b"\x00not a mail")

    objects = [json.loads(line) for line in run(str(tmp_path / "mails.zip"), "--json").splitlines()]
    in_folder = [json.loads(line) for line in run(str(tmp_path), "--json").splitlines()]

    assert [found["file"] for found in objects] == ["a/1.eml", "b/2.eml"]
    assert "no header: this is no mail" in objects[0]["problems"]
    assert objects == in_folder


def test_people_get_a_table_in_which_nothing_is_taken_for_markup(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(RAW)

    output = run(str(tmp_path / "a.eml"))

    assert "Ann [bold] <ann@example.com>" in output
    assert "It came." in output


def test_nothing_in_a_mail_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes("From: a@b.c\nSubject: \x1b]0;gone\x07\x1b[2J \u202efdp.exe\n\nhi\x9b2J".encode())

    shown = run(str(tmp_path / "a.eml"))

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "\\x1b[2J" in shown and "\\u202efdp.exe" in shown


def test_a_path_that_leads_nowhere_is_said() -> None:
    with pytest.raises(Trouble, match="There is no file or folder"):
        run("nowhere")

"""Thousands of real mails, odd ones and broken ones: none raises, none loses what its authors expect in it."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from samovar.channels.mail.bounces import find_bounce
from samovar.channels.mail.classes import MailClass, classify
from samovar.channels.mail.explain import explain
from samovar.channels.mail.parsed import ParsedMail
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.channels.mail.sources import mails_in
from samovar.lib.html import sanitise
from samovar.lib.text import storable

pytestmark = pytest.mark.data
Record = Callable[[str, object], None]

NOT_MAILS = (".json", "COPYING", "LICENSE")


def is_storable(text: str) -> bool:
    return storable(text) == text


def assert_can_be_stored(mail: ParsedMail) -> None:
    texts = [mail.subject, mail.text, mail.html, mail.message_id, mail.date_header, mail.media_type, mail.thread_root]
    texts += [*mail.in_reply_to, *mail.references, *mail.delivered_to, *mail.problems]
    texts += [
        text for person in (mail.from_, *mail.to, *mail.cc, *mail.reply_to) for text in (person.name, person.address)
    ]
    texts += [text for file in mail.attachments for text in (file.name, file.media_type, file.content_id)]
    assert all(map(is_storable, texts))
    assert 0 < len(mail.message_id) <= 998
    assert mail.date.utcoffset() is not None


@pytest.mark.parametrize("folder", ["mail-messages", "public-mailbox", "bounces-and-auto-replies"])
def test_every_mail_of_the_collections_is_read(folder: str, samovar_data: Path) -> None:
    count = 0
    for found in mails_in(samovar_data / folder):
        mail = parse(found.raw)
        assert not found.problem
        assert not [problem for problem in mail.problems if "could not be read" in problem], found.name
        assert_can_be_stored(mail)
        reply = visible_text(mail.text, mail.html)
        assert bool(reply.visible.strip()) == bool(reply.full.strip())
        assert json.dumps(explain(found.raw))
        count += 1

    assert count > 350


def test_html_of_real_mails_is_cleaned(samovar_data: Path) -> None:
    pages = [mail.html for found in mails_in(samovar_data / "public-mailbox") if (mail := parse(found.raw)).html]

    assert len(pages) > 250
    for page in pages:
        safe = sanitise(page).html
        assert not re.search(r"<(?:script|style|iframe|form|input|link|meta)|\son\w+=|src=\"(?!data:)", safe)


def test_we_see_what_other_authors_expect(samovar_data: Path) -> None:
    """The expectations of another library; where it differs, it gave up on a charset that we guess."""
    agreed = Counter[str]()
    with zipfile.ZipFile(samovar_data / "mail-messages" / "stalwartlabs__mail-parser.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        for name in names:
            expected = json.loads(archive.read(name))["parts"][0]["headers"]
            mail = parse(archive.read(name.replace(".json", ".eml")))
            agreed["from"] += people(expected, "from") in (
                [mail.from_.address],
                [""] * bool(not mail.from_.address),
                [],
            )
            agreed["to"] += people(expected, "to") == [person.address for person in mail.to]
            agreed["subject"] += (
                subject(expected).replace("\ufffd", "") == re.sub(r"[äöüß]", "", mail.subject)
                or subject(expected) == mail.subject
            )

    assert len(names) == 71
    assert min(agreed.values()) >= 68, agreed


def people(headers: list[dict[str, object]], name: str) -> list[str]:
    found: list[str] = []
    for header in headers:
        value = header["value"]
        if header["name"] == name and isinstance(value, dict) and "Address" in value:
            for group in value["Address"].get("Group", [{"addresses": value["Address"].get("List", [])}]):
                found += [person["address"] or "" for person in group["addresses"]]
    return found


def subject(headers: list[dict[str, object]]) -> str:
    values = [header["value"] for header in headers if header["name"] == "subject"]
    return " ".join((values[-1].get("Text") or "").split()) if values and isinstance(values[-1], dict) else ""


def test_bounces_and_automatic_answers_are_told_from_people(samovar_data: Path, record_property: Record) -> None:
    classes: dict[str, Counter[MailClass]] = {}
    named = Counter[str]()
    for found in mails_in(samovar_data / "bounces-and-auto-replies"):
        kind = found.name.rpartition("/")[2].partition("-")[0]
        if not found.name.endswith(".eml"):
            continue
        mail = parse(found.raw)
        mail_class = classify(mail)
        classes.setdefault(kind, Counter())[mail_class] += 1
        if bounce := find_bounce(mail, mail_class):
            named.update(name for name in ("recipient", "original_message_id", "action") if getattr(bounce, name))

    for kind, found_classes in sorted(classes.items()):
        record_property(kind, ", ".join(f"{name} {count}" for name, count in found_classes.most_common()))
    record_property("named in reports", ", ".join(f"{name} {count}" for name, count in named.most_common()))
    assert classes["rfc3834"] == {MailClass.AUTO_REPLY: 7}
    assert classes["arf"] == {MailClass.FEEDBACK_REPORT: 12, MailClass.AUTO_REPLY: 1}
    assert classes["is"] == {MailClass.HUMAN: 1}
    servers = sum((classes[kind] for kind in ("lhost", "rhost", "rfc3464", "make")), Counter[MailClass]())
    # The two are people who pass a bounce on.
    assert servers[MailClass.HUMAN] == 2
    assert servers[MailClass.BOUNCE] + servers[MailClass.DSN_DELAY] >= 0.99 * servers.total()
    assert named["action"] > 500
    assert named["recipient"] >= 0.98 * named["action"]
    assert named["original_message_id"] >= 0.8 * named["action"]


def test_nobody_in_a_real_mailbox_is_taken_for_a_machine(samovar_data: Path) -> None:
    found = Counter(classify(parse(mail.raw)) for mail in mails_in(samovar_data / "public-mailbox" / "easy-ham-1.zip"))

    # The three are a bounce, a refusal and a delay that mail servers sent to a list.
    assert found == {MailClass.LIST: 1691, MailClass.HUMAN: 804, MailClass.BOUNCE: 2, MailClass.DSN_DELAY: 1}


def test_new_text_is_trimmed_as_people_would(samovar_data: Path, record_property: Record) -> None:
    right, lost = 0, []
    with zipfile.ZipFile(samovar_data / "reply-parsing" / "discourse__email_reply_trimmer.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("emails/") and not name.endswith("/")]
        for name in names:
            text, expected = (
                archive.read(path).decode().replace("\r\n", "\n")
                for path in (name, name.replace("emails/", "trimmed/"))
            )
            shown = visible_text(text, "").visible
            right += without_blank_lines(shown) == without_blank_lines(expected)
            lost += [(name, word) for word in expected.split() if word not in shown.split()]

    record_property("cases with an exact answer", len(names))
    record_property("equal", f"{right} ({right / len(names):.0%})")
    record_property("words lost", len(lost))
    assert lost == []
    assert right >= 0.95 * len(names)


def without_blank_lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]

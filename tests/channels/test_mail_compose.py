"""Mails that we send are read by others as we meant them, and nothing in them can break out of its field."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.channels.mail.addresses import Address
from samovar.channels.mail.compose import CannotCompose, Draft, OutgoingFile, compose, kept_references
from samovar.channels.mail.parsing import parse

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def draft(**changes: object) -> Draft:
    given = {
        "from_": Address("Aurora Home", "help@example.org"),
        "to": (Address("Ann", "ann@example.com"),),
        "subject": "Your table",
        "text": "It is on its way.",
        "message_id": "m.1.abc@example.org",
        "date": AT,
    }
    return Draft(**{**given, **changes})  # type: ignore[arg-type]  # fields of the draft


def read_by_others(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_plain_answer_has_the_fields_that_keep_a_thread_together_and_no_others() -> None:
    raw = compose(draft(in_reply_to="q@example.com", references=("p@example.com", "q@example.com")))

    message = read_by_others(raw)
    assert dict(message.items()) == {
        "From": "Aurora Home <help@example.org>",
        "To": "Ann <ann@example.com>",
        "Subject": "Your table",
        "Date": "Sat, 21 Nov 2026 10:00:00 +0000",
        "Message-ID": "<m.1.abc@example.org>",
        "In-Reply-To": "<q@example.com>",
        "References": "<p@example.com> <q@example.com>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
    }
    assert message.get_content() == "It is on its way.\r\n"
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_everything_at_once_comes_back_as_it_was_given() -> None:
    files = (
        OutgoingFile("Счёт № 5.pdf", "application/pdf", b"%PDF\x00\xff"),
        OutgoingFile("a.png", "image/png", b"\x89", "p1"),
    )
    raw = compose(
        draft(
            from_=Address('Олег "Служба"', "help@пример.рф"),
            cc=(Address("Doe, Bob", "bob@example.com"), Address("", "c@example.com")),
            reply_to=(Address("", "help+c.1a.abcdefghijklmnop@example.org"),),
            subject="Re: Заказ № 5 " + "очень " * 30,
            text="Здравствуйте.\r\n.\nFrom here on\rall",
            html='<p>Здравствуйте<img src="cid:p1"></p>',
            attachments=files,
            extra={"Auto-Submitted": "auto-replied"},
        )
    )

    mail = parse(raw)

    assert mail.from_ == Address('Олег "Служба"', "help@xn--e1afmkfd.xn--p1ai")
    assert mail.cc == (Address("Doe, Bob", "bob@example.com"), Address("", "c@example.com"))
    assert [person.address for person in mail.reply_to] == ["help+c.1a.abcdefghijklmnop@example.org"]
    assert mail.subject == ("Re: Заказ № 5 " + "очень " * 30).strip()
    assert mail.text == "Здравствуйте.\n.\nFrom here on\nall\n"
    assert mail.html == '<p>Здравствуйте<img src="cid:p1"></p>\n'
    assert [(file.name, file.content, file.is_inline) for file in mail.attachments] == [
        ("a.png", b"\x89", True),
        ("Счёт № 5.pdf", b"%PDF\x00\xff", False),
    ]
    assert mail.headers.raw("auto-submitted") == "auto-replied"
    assert mail.problems == ()
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))


def test_the_same_draft_gives_the_same_bytes() -> None:
    given = draft(html="<p>a</p>", attachments=(OutgoingFile("a.pdf", "application/pdf", b"x"),))

    assert compose(given) == compose(given)


def test_ids_are_never_broken_in_two() -> None:
    references = tuple(f"{'r' * 200}{number}@example.com" for number in range(40))

    mail = parse(compose(draft(in_reply_to=references[-1], references=references)))

    assert mail.in_reply_to == (references[-1],)
    assert mail.references == (references[0], *references[-20:])


def test_short_threads_keep_all_references() -> None:
    assert kept_references(("a", "b", "a")) == ("a", "b")
    assert len(kept_references(tuple(map(str, range(21))))) == 21


BREAKS = [
    "\r\nBcc: x@evil.example",
    "\nBcc: x@evil.example\n\nbody",
    "\rBcc: x",
    "\x0bBcc: x",
    "\u2028Bcc: x",
    "\x00",
    '" <x@evil.example>, "',
]


@pytest.mark.parametrize("broken", BREAKS)
def test_nothing_in_a_name_or_a_subject_becomes_a_field(broken: str) -> None:
    raw = compose(
        draft(
            from_=Address(f"Ann{broken}", "help@example.org"),
            to=(Address(f"Bob{broken}", "bob@example.com"),),
            subject=f"Subject{broken}",
            extra={"X-Note": f"note{broken}"},
            attachments=(OutgoingFile(f"a{broken}.pdf", f"application/pdf{broken}", b"x"),),
        )
    )

    message = read_by_others(raw)
    assert [name.lower() for name in message] == (
        ["from", "to", "subject", "date", "message-id", "x-note", "mime-version", "content-type"]
    )
    assert [(str(person.addr_spec)) for person in message["from"].addresses] == ["help@example.org"]
    assert [(str(person.addr_spec)) for person in message["to"].addresses] == ["bob@example.com"]
    assert [part.get_content_type() for part in message.walk()][1] == "text/plain"


@pytest.mark.parametrize(
    "changes",
    [
        {"from_": Address("", "help@example.org\r\nBcc: x@y.z")},
        {"to": (Address("", "no address"),)},
        {"to": (Address("", "иван@example.com"),)},
        {"to": (Address("", f"a@{'ж' * 200}.рф"),)},
        {"message_id": "a@b>\r\nBcc: x"},
        {"message_id": ""},
        {"in_reply_to": "ж@example.com"},
        {"references": ("a b@c",)},
        {"extra": {"Bad name": "x"}},
        {"extra": {"Subject": "again"}},
        {"extra": {"X:": "x"}},
    ],
)
def test_what_cannot_stand_in_a_mail_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(CannotCompose):
        compose(draft(**changes))


@pytest.mark.parametrize("media_type", ["message/rfc822", "multipart/mixed", "nonsense", ""])
def test_files_of_odd_kinds_travel_as_files(media_type: str) -> None:
    [file] = parse(compose(draft(attachments=(OutgoingFile("", media_type, b"From: x\n\ny"),)))).attachments

    assert (file.name, file.media_type, file.content) == ("attachment", "application/octet-stream", b"From: x\n\ny")


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text(), st.text(st.characters(codec="utf-8")))
def test_any_text_can_be_sent_and_is_read_as_it_was(name: str, subject: str, text: str) -> None:
    raw = compose(draft(from_=Address(name, "help@example.org"), subject=subject, text=text))

    mail = parse(raw)

    assert mail.from_.address == "help@example.org"
    expected = parse(b"From: a@b.c\nContent-Type: text/plain; charset=utf-8\n\n" + text.encode()).text
    assert mail.text.split() == expected.split()

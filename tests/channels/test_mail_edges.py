"""What hardly any mail does, and some do on purpose: nothing of it is lost and nothing breaks."""

from datetime import UTC, datetime

import pytest

from samovar.channels.mail.bodies import LONGEST_TEXT
from samovar.channels.mail.headers import words_decoded
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.replies import visible_text
from samovar.channels.mail.reply_lines import MOST_CANDIDATES

ARRIVED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("line", ["One line of many.\n", "Letters without any end. "])
def test_a_text_of_many_megabytes_is_cut_and_kept_whole_beside(line: str) -> None:
    text = line * (5_000_000 // len(line))

    mail = parse(f"From: a@b.c\n\n{text}".encode(), ARRIVED)

    assert text.startswith(mail.text)
    assert len(mail.text) == LONGEST_TEXT
    assert [file.content for file in mail.attachments] == [text.encode()]


def test_a_word_whose_letters_end_in_the_middle_stays_as_it_is() -> None:
    assert words_decoded("Re: =?utf-8?b?!!!a?= and =?utf-8?b?0J7Qug==?=") == "Re: =?utf-8?b?!!!a?= and Ок"


def test_what_is_damaged_far_behind_does_not_change_how_the_beginning_is_read() -> None:
    text = "Hello. " * 4000

    mail = parse(f"From: a@b.c\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode() + b"\xff\xfe", ARRIVED)

    assert mail.text.startswith(text)


def test_a_file_that_was_damaged_on_its_way_is_kept_as_far_as_it_came() -> None:
    head = b"From: a@b.c\nContent-Type: application/pdf; name=plan.pdf\nContent-Transfer-Encoding: base64\n\n"

    mail = parse(head + b"JVBERg", ARRIVED)

    assert [(file.name, file.content) for file in mail.attachments] == [("plan.pdf", b"%PDF")]
    assert "damaged base64" in mail.problems


def test_parts_are_found_where_lines_end_as_on_an_old_mac() -> None:
    raw = b"From: a@b.c\rContent-Type: multipart/mixed; boundary=b\r\r--b\r\rone\r--b\r\rtwo\r--b--\r"

    assert parse(raw, ARRIVED).text.split() == ["one", "two"]


def test_a_mail_of_nothing_but_turns_is_read_to_its_end() -> None:
    text = "> quoted\nanswered\n" * (MOST_CANDIDATES + 5)

    assert visible_text(text, "").full == text

"""Any mail becomes facts: what it says, where it is broken, and never an error."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from samovar.channels.mail import parsing
from samovar.channels.mail.addresses import Address
from samovar.channels.mail.parsing import parse

ARRIVED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def part(content: str, media_type: str = "text/plain; charset=utf-8", *fields: str) -> str:
    return "\n".join([f"Content-Type: {media_type}", *fields, "", content])


def multipart(kind: str, *parts: str, boundary: str = "b1") -> bytes:
    body = "".join(f"--{boundary}\n{found}\n" for found in parts)
    return f"From: a@b.c\nContent-Type: multipart/{kind}; boundary={boundary}\n\n{body}--{boundary}--\n".encode()


def test_an_alternative_of_one_text_only_is_read_by_all() -> None:
    mail = parse(multipart("alternative", part("Only this")), ARRIVED)

    assert mail.text.strip() == "Only this"


def test_an_ordinary_mail_says_who_when_and_what() -> None:
    raw = (
        b"From: =?utf-8?b?0J7Qu9C10LM=?= <oleg@example.com>\r\n"
        b'To: "Service, Aurora" <help@example.org>, second@example.org\r\n'
        b"Cc: Third <third@example.org>\r\nReply-To: other@example.com\r\n"
        b"Subject: =?utf-8?q?=D0=97=D0=B0=D0=BA=D0=B0=D0=B7?= 5\r\n"
        b"Date: Sat, 21 Nov 2026 14:00:00 +0300\r\nMessage-ID: <id1@example.com>\r\nIn-Reply-To: <id0@example.org>\r\n"
        b"References: <first@example.org>\r\n <id0@example.org>\r\n"
        b"Delivered-To: help+x@example.org\r\n\r\nHello\r\nworld\r\n"
    )

    mail = parse(raw, ARRIVED)

    assert mail.from_ == Address("Олег", "oleg@example.com")
    assert mail.to == (Address("Service, Aurora", "help@example.org"), Address("", "second@example.org"))
    assert mail.cc == (Address("Third", "third@example.org"),)
    assert mail.reply_to == (Address("", "other@example.com"),)
    assert mail.delivered_to == ("help+x@example.org",)
    assert mail.subject == "Заказ 5"
    assert mail.sent_at == mail.date == datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
    assert mail.message_id == "id1@example.com"
    assert mail.in_reply_to == ("id0@example.org",)
    assert mail.references == ("first@example.org", "id0@example.org")
    assert (mail.text, mail.html, mail.attachments) == ("Hello\nworld\n", "", ())
    assert mail.sha256 == hashlib.sha256(raw).hexdigest()
    assert mail.problems == ()


@pytest.mark.parametrize(
    ("date", "sent_at", "sorted_at"),
    [
        ("Sat, 21 Nov 2026 11:00:00 +0000", at(21, 11), at(21, 11)),
        ("Sat, 21 Nov 2026 11:00:00 -1600", at(22, 3), ARRIVED),
        ("Sat, 21 Nov 2026 11:00:00 +1600", at(20, 19), at(20, 19)),
        ("Sat, 21 Nov 2026 11:00:00 +9900", at(21, 11), at(21, 11)),
        ("Fri, 31 Dec 2099 23:59:60 +0000", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), ARRIVED),
        ("Thu, 1 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC), ARRIVED),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None, ARRIVED),
        ("yesterday", None, ARRIVED),
        ("", None, ARRIVED),
    ],
)
def test_dates_are_kept_as_they_are_and_sorted_no_later_than_the_arrival(
    date: str, sent_at: datetime | None, sorted_at: datetime
) -> None:
    mail = parse(f"From: a@b.c\nDate: {date}\n\nx".encode(), ARRIVED)

    assert (mail.sent_at, mail.date, mail.date_header) == (sent_at, sorted_at, date)


def test_a_mail_without_a_date_is_dated_by_the_server_that_took_it() -> None:
    mail = parse(b"Received: from x by y; Sat, 21 Nov 2026 10:00:00 +0000\nFrom: a@b.c\n\nx", ARRIVED)

    assert mail.sent_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert "no date" in mail.problems


@pytest.mark.parametrize(
    ("field", "message_id"),
    [
        ("Message-ID: <a@b>", "a@b"),
        ("Message-Id:  a@b ", "a@b"),
        ("Message-ID: <a\n b@c>", "ab@c"),
        ("Message-ID: <a@b> (comment)", "a@b"),
        (f"Message-ID: <{'x' * 994}@b.c>", "x" * 994 + "@b.c"),
    ],
)
def test_ids_are_stripped(field: str, message_id: str) -> None:
    assert parse(f"From: a@b.c\n{field}\n\nx".encode()).message_id == message_id


@pytest.mark.parametrize("endless", ["x" * 2000, "ж" * 600])
def test_an_endless_id_is_kept_as_a_hash_wherever_it_is_named(endless: str) -> None:
    mail = parse(f"From: a@b.c\nMessage-ID: <{endless}@b>\nReferences: <{endless}@b> <{endless}@c>\n\nx".encode())

    assert len(mail.message_id) < 100
    assert mail.references[0] == mail.message_id != mail.references[1]


@pytest.mark.parametrize("field", ["X: y", "Message-ID:", "Message-ID: <>", "Message-ID: <  >"])
def test_a_mail_without_an_id_gets_one_made_of_its_bytes(field: str) -> None:
    raw = f"From: a@b.c\n{field}\n\nx".encode()

    mail = parse(raw)

    assert mail.message_id == f"{hashlib.sha256(raw).hexdigest()}@generated"
    assert "no message-id" in mail.problems


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>\n <c@d>", ("a@b", "c@d")),
        ('Your message of "Wed, 21 Aug" <a@b>', ("a@b",)),
        ("a@b c@d", ("a@b", "c@d")),
        ("<a@b> <a@b>", ("a@b",)),
        ("nothing here", ()),
        ("<>", ()),
    ],
)
def test_references_are_read_however_they_are_written(value: str, ids: tuple[str, ...]) -> None:
    assert parse(f"From: a@b.c\nReferences: {value}\n\nx".encode()).references == ids


def test_of_too_many_references_the_first_and_the_last_are_kept() -> None:
    value = " ".join(f"<{number}@x>" for number in range(600))

    references = parse(f"From: a@b.c\nReferences: {value}\n\nx".encode()).references

    assert (len(references), references[0], references[-1]) == (parsing.MOST_IDS, "0@x", "599@x")


def test_answers_of_outlook_have_one_thread_root() -> None:
    root = base64.b64encode(bytes(range(22))).decode()
    longer = base64.b64encode(bytes(range(27))).decode()

    first = parse(f"From: a@b.c\nThread-Index: {root}\n\nx".encode())
    second = parse(f"From: a@b.c\nThread-Index: {longer[:20]}\n {longer[20:]}\n\nx".encode())

    assert first.thread_root == second.thread_root == root
    assert parse(b"From: a@b.c\nThread-Index: A\n\nx").thread_root == ""


def test_alternatives_are_one_text_in_two_forms() -> None:
    mail = parse(multipart("alternative", part("plain"), part("<p>rich</p>", "text/html")))

    assert (mail.text, mail.html) == ("plain", "<p>rich</p>")


@pytest.mark.parametrize("plain", ["", " \n ", "Your mail program does not support HTML."])
def test_a_plain_text_that_says_nothing_gives_way_to_the_html(plain: str) -> None:
    mail = parse(multipart("alternative", part(plain), part("<p>rich</p>", "text/html")))

    assert (mail.text, mail.html) == ("", "<p>rich</p>")


def test_texts_one_after_the_other_are_one_text() -> None:
    mail = parse(multipart("mixed", part("<p>first</p>", "text/html"), part("footer <of> the list")))

    assert mail.text == "first\n\nfooter <of> the list"
    assert mail.html == "<p>first</p>\n<pre>footer &lt;of&gt; the list</pre>"


def test_files_are_kept_with_safe_names() -> None:
    picture = base64.b64encode(b"\x89PNG").decode()
    mail = parse(
        multipart(
            "mixed",
            part("text"),
            part(
                picture,
                "image/png",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=a.png",
            ),
            part("x", "text/plain; name*0*=utf-8''%D1%84%D0%B0; name*1*=%D0%B9%D0%BB.txt"),
            part("x", "text/plain", 'Content-Disposition: attachment; filename="=?utf-8?b?0YTQsNC50Ls=?=.doc"'),
            part("x", "application/pdf", 'Content-Disposition: attachment; filename="..\\..\\evil/../win.ini"'),
            part("x", "application/pdf", f"Content-Disposition: attachment; filename={'n' * 300}.pdf"),
            part("x", "application/pdf"),
            part("From: x@y.z\n\ninner", "message/rfc822"),
            part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"),
            part("", "application/ms-tnef; name=winmail.dat"),
            part("-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted"),
        )
    )

    assert [file.name for file in mail.attachments] == [
        "a.png",
        "файл.txt",
        "файл.doc",
        "win.ini",
        f"{'n' * 146}.pdf",
        "attachment-6.pdf",
        "attachment-7.eml",
        "attachment-8.ics",
        "winmail.dat",
        "attachment-10.bin",
    ]
    assert mail.attachments[0].content == b"\x89PNG"
    assert mail.attachments[0].size == 4
    assert mail.attachments[8].content == b""
    assert mail.text == "text"


def test_pictures_that_the_html_shows_are_no_files_beside_it() -> None:
    picture = part("AAAA", "image/png", "Content-ID: <p1>", "Content-Transfer-Encoding: base64")
    other = part("AAAA", "image/png", "Content-ID: <p2>", "Content-Transfer-Encoding: base64")

    mail = parse(multipart("related", part('<img src="cid:p1">', "text/html"), picture, other))

    assert [(file.content_id, file.is_inline) for file in mail.attachments] == [("p1", True), ("p2", False)]


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("X-UNKNOWN", "Привет, мир".encode(), "Привет, мир"),
        ("X-UNKNOWN", "Привет, это письмо".encode("koi8-r"), "Привет, это письмо"),
        ("X-UNKNOWN", "Привет, это письмо".encode("cp1251"), "Привет, это письмо"),
        ("us-ascii", "Müller".encode("cp1252"), "Müller"),
        ("utf-8", b"caf\xe9 au lait, s'il vous pla\xeet", "café au lait, s'il vous plaît"),
        ("utf-8", "Приветствую вас".encode()[:-1], "Приветствую ва\ufffd"),
        ("iso-8859-1", b"it\x92s", "it\u2019s"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("gb2312", "你好".encode("gb18030") + b"\xff", "你好\ufffd"),
        ("iso-2022-jp", "今日は".encode("iso-2022-jp"), "今日は"),
        ("punycode", b"abc-", "abc-"),
        ("zlib", b"plain", "plain"),
        ("utf-7", b"+2AA-x", "\ufffdx"),
        ("utf-8", b"nul\x00byte", "nul\ufffdbyte"),
        ("koi8-r", b"\x00", "\ufffd"),
    ],
)
def test_texts_are_read_whatever_their_charset(charset: str, data: bytes, text: str) -> None:
    assert parse(f"From: a@b.c\nContent-Type: text/plain; charset={charset}\n\n".encode() + data).text == text


def test_the_charset_of_html_may_stand_in_the_html() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Привет</p>'.encode("cp1251")

    assert "Привет" in parse(b"From: a@b.c\nContent-Type: text/html\n\n" + page).html


@pytest.mark.parametrize(
    ("encoding", "data", "text", "problem"),
    [
        ("quoted-printable", b"=D0=9F=D1=80=\n=D0=B8", "При", ""),
        ("base64", b"SGVs\nbG8=", "Hello", ""),
        ("base64", b"SGVsbG8", "Hello", "damaged base64"),
        ("base64", b"SGVsbG8=\n\ntrailing footer!", "Hello", None),
        ("x-uuencode", b"begin 644 a.txt\n%2&5L;&\\\n`\nend\n", "Hello", ""),
        ("base64", b"SGVsbG8=A", "Hello", None),
        ("base64", b"SGVsb", "Hel", "damaged base64"),
        ("x-uuencode", b"begin 644 a.txt\n%2&5L;&\\\n\xff\xff\n", "Hello", "damaged uuencoded part"),
        ("x-uuencode", b"no beginning", "no beginning", "uuencoded part without a beginning"),
        ("rot13", b"Hello", "Hello", "unknown transfer encoding rot13"),
        ("8bit", "Привет".encode(), "Привет", ""),
    ],
)
def test_transfer_encodings_are_undone(encoding: str, data: bytes, text: str, problem: str | None) -> None:
    fields = "From: a@b.c\nDate: Sat, 21 Nov 2026 11:00:00 +0000\nMessage-ID: <a@b>\n"
    fields += f"Content-Transfer-Encoding: {encoding}\n"
    mail = parse(fields.encode() + b"Content-Type: text/plain; charset=utf-8\n\n" + data)

    assert mail.text.startswith(text)
    if problem is not None:
        assert mail.problems == ((problem,) if problem else ())


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_line_ends_of_every_system_are_read(line_end: bytes) -> None:
    raw = multipart("mixed", part("one\ntwo"), part("x", "application/pdf; name=a.pdf")).replace(b"\n", line_end)

    mail = parse(raw)

    assert mail.text.split() == ["one", "two"]
    assert [file.name for file in mail.attachments] == ["a.pdf"]


@pytest.mark.parametrize(
    ("raw", "text", "problem"),
    [
        (b"", "", "no header: this is no mail"),
        (b"\n\n\n", "", "no header: this is no mail"),
        (b"just a text\nand more", "just a text\nand more", "a line in the header that is no field"),
        (
            b"From: a@b.c\nSubject: x\nThe text begins at once",
            "The text begins at once",
            "a line in the header that is no field",
        ),
        (b"From: a@b.c\nX: y\nstray line\nSubject: s\n\ntext", "text", "a line in the header that is no field"),
        (b"From x@y Sat Nov 21 10:00:00 2026\nFrom: a@b.c\n\ntext", "text", "no date"),
        (b"From: a@b.c\nContent-Type: multipart/mixed\n\ntext", "text", "multipart without parts: read as text"),
        (
            b"From: a@b.c\nContent-Type: multipart/mixed; boundary=wrong\n\n--right1\n\ntext\n--right1--",
            "text",
            "boundary missing or wrong: the likeliest one was used",
        ),
        (
            b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext",
            "text",
            "the last part is not closed",
        ),
        (b"From: a@b.c\nContent-Type: ;;;=\n\ntext", "text", "no date"),
        (b"From: a@b.c\nContent-Type: text\n\ntext", "text", "no date"),
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(raw: bytes, text: str, problem: str) -> None:
    mail = parse(raw)

    assert mail.text == text
    assert problem in mail.problems


def test_a_carriage_return_in_a_header_begins_no_new_field() -> None:
    mail = parse(b"From: a@b.c\nSubject: one\rBcc: x@y.z\n\ntext")

    assert mail.subject == "one Bcc: x@y.z"
    assert "bcc" not in mail.headers


def test_headers_in_eight_bits_are_guessed() -> None:
    mail = parse("From: Иван Петров <ivan@example.com>\nSubject: Жалоба на доставку\n\nx".encode("koi8-r"))

    assert (mail.from_.name, mail.subject) == ("Иван Петров", "Жалоба на доставку")


def test_ten_thousand_parts_and_a_thousand_levels_are_bounded() -> None:
    many = parse(multipart("mixed", *[part("x", "application/pdf") for _ in range(10_000)]))
    deep = b"From: a@b.c\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(1000)
    )
    nested = b"From: a@b.c\n" + b"Content-Type: message/rfc822\n\n" * 1000 + b"From: x@y.z\n\ninner"

    assert len(many.attachments) == 1000
    assert "too many parts: the last ones were not told apart" in many.problems
    assert "parts nested too deep or too many: the innermost are read as text" in parse(deep).problems
    assert [file.media_type for file in parse(nested).attachments] == ["message/rfc822"]


def test_a_header_without_end_is_cut() -> None:
    mail = parse(b"From: a@b.c\nSubject: " + b"x" * 3_000_000 + b"\nX: y\n\ntext")

    assert len(mail.subject) == parsing.LONGEST_SUBJECT
    assert "header longer than 1 MB: its end was not read" in mail.problems
    assert mail.text == "text"


def test_a_very_long_text_is_kept_whole_beside_its_beginning() -> None:
    mail = parse(b"From: a@b.c\n\n" + b"0123456789" * 150_000)

    assert len(mail.text) == 1_000_000
    assert [(file.name, file.size) for file in mail.attachments] == [("text.txt", 1_500_000)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_of_a_huge_mail_only_the_header_is_read(line_end: str) -> None:
    mail = parse(f"From: a@b.c{line_end}Subject: big{line_end * 2}".encode() + b"x" * parsing.LARGEST)

    assert (mail.subject, mail.text) == ("big", "")
    assert "mail larger than 60 MB: only its header was read" in mail.problems

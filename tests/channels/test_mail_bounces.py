"""A bounce says which of our messages was not delivered, to whom, and why."""

import pytest

from samovar.channels.mail.bounces import Bounce, find_bounce
from samovar.channels.mail.classes import classify
from samovar.channels.mail.parsing import parse


def bounce(raw: str) -> Bounce | None:
    mail = parse(raw.encode())
    return find_bounce(mail, classify(mail))


def report(status_part: str, enclosed: str = "", enclosed_type: str = "message/rfc822", text: str = "Sorry.") -> str:
    last = f"--b\nContent-Type: {enclosed_type}\n\n{enclosed}\n" if enclosed else ""
    return (
        "From: MAILER-DAEMON@mx.example\nTo: us@ours.example\n"
        "Content-Type: multipart/report; report-type=delivery-status;"
        f" boundary=b\n\n--b\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n{status_part}\n{last}--b--\n"
    )


def test_the_part_for_machines_is_read_first() -> None:
    found = bounce(
        report(
            "Reporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;ann@example.com\n"
            "Final-Recipient: rfc822; ann.box@example.com\nAction: failed\nStatus: 5.1.1 (no such user)\n"
            "Diagnostic-Code: smtp; 550 5.1.1\n no such user here",
            "Message-ID: <m.1.abc@ours.example>\nTo: ann@example.com\n\ntext",
        )
    )

    assert found == Bounce("ann@example.com", "5.1.1", "failed", "550 5.1.1 no such user here", "m.1.abc@ours.example")


@pytest.mark.parametrize("enclosed_type", ["text/rfc822-headers", "message/rfc822", "message/global"])
def test_our_message_is_named_by_what_came_back_of_it(enclosed_type: str) -> None:
    found = bounce(report("Final-Recipient: rfc822;a@b.c\nAction: failed", "Message-ID: <x@y>\n", enclosed_type))

    assert found and found.original_message_id == "x@y"


def test_of_several_recipients_the_one_that_failed_counts() -> None:
    found = bounce(
        report(
            "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;good@b.c\nAction: delivered\nStatus: 2.0.0\n\n"
            "Final-Recipient: rfc822;bad@b.c\nAction: failed\nStatus: 5.2.2"
        )
    )

    assert found and (found.recipient, found.status, found.action) == ("bad@b.c", "5.2.2", "failed")


def test_a_delay_is_reported_as_one() -> None:
    found = bounce(report("Final-Recipient: rfc822;a@b.c\nAction: delayed\nStatus: 4.4.1"))

    assert found and (found.action, found.status) == ("delayed", "4.4.1")


@pytest.mark.parametrize(
    ("text", "recipient", "status"),
    [
        ("<ann@example.com>:\nRemote host said: 550 5.1.1 no such user", "ann@example.com", "5.1.1"),
        ("Delivery failed for:\n  ann@example.com\n    SMTP error: 552 5.2.2 mailbox full", "ann@example.com", "5.2.2"),
        ("Your message to <ann@example.com> was rejected by 192.0.2.1", "ann@example.com", ""),
        ("Recipient: [SMTP:ann@example.com]", "", ""),
        ("RCPT TO:<ann@example.com>\n550 unknown", "ann@example.com", ""),
        ("Please write to <postmaster@mx.example>", "", ""),
    ],
)
def test_without_such_a_part_the_text_is_searched(text: str, recipient: str, status: str) -> None:
    found = bounce(f"From: MAILER-DAEMON@mx.example\nTo: us@ours.example\nSubject: failure notice\n\n{text}\n")

    assert found and (found.status, found.action) == (status, "failed")
    if recipient:
        assert found.recipient == recipient


@pytest.mark.parametrize(
    ("text", "fields", "message_id"),
    [
        ("--- Below is a copy.\n\nMessage-ID: <x@y>\nSubject: z", "", "x@y"),
        ("> Message-Id: <x@y>", "", "x@y"),
        ("nothing", "In-Reply-To: <p@q>\n", "p@q"),
        ("nothing", "", ""),
    ],
)
def test_our_message_is_searched_in_the_text_too(text: str, fields: str, message_id: str) -> None:
    found = bounce(f"From: MAILER-DAEMON@mx.example\n{fields}Subject: failure notice\n\n{text}\n")

    assert found and found.original_message_id == message_id


def test_what_the_server_says_in_its_own_fields_counts_before_the_text() -> None:
    failed = bounce("From: a@b.c\nX-Failed-Recipients: ann@example.com\n\n<other@example.com>: 550 no\n")
    named = bounce(report("Original-Message-ID: <m.1@ours.example>\n\nFinal-Recipient: rfc822;a@b.c\nAction: failed"))

    assert failed and failed.recipient == "ann@example.com"
    assert named and named.original_message_id == "m.1@ours.example"


def test_a_report_that_says_nothing_gives_way_to_the_text() -> None:
    found = bounce(report("Reporting-MTA: dns; mx", text="<ann@example.com>:\n550 5.1.1 unknown"))

    assert found and (found.recipient, found.status) == ("ann@example.com", "5.1.1")


def test_who_complained_is_the_one_we_wrote_to_if_nothing_else_says() -> None:
    raw = (
        "From: fbl@example.com\nSubject: complaint about message from 192.0.2.1\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nTo: {}\n\nx\n--b--\n"
    )
    one, two = bounce(raw.format("ann@example.com")), bounce(raw.format("ann@example.com, bob@example.com"))

    assert one and one.recipient == "ann@example.com"
    assert two and two.recipient == ""


def test_a_complaint_names_who_complained() -> None:
    found = bounce(
        "From: fbl@example.com\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\n"
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: <ann@example.com>\n--b\n"
        "Content-Type: message/rfc822\n\nMessage-ID: <x@y>\n\nz\n--b--\n"
    )

    assert found == Bounce("ann@example.com", "", "complaint", "", "x@y")


def test_a_persons_mail_is_no_bounce() -> None:
    assert bounce("From: ann@example.com\nSubject: Hello\n\nMessage-ID: <x@y> bounced, 550 5.1.1") is None

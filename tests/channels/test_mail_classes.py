"""What a machine wrote is told from what a person wrote; who sent it is believed only on our own server's word."""

import pytest

from samovar.channels.mail.classes import MailClass, classify
from samovar.channels.mail.parsing import parse
from samovar.channels.mail.senders import OwnPlaces
from samovar.channels.mail.verdicts import Verdict, verdict

REPORT = (
    "Content-Type: multipart/report; report-type={}; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: {}\n\n{}\n--b--\n"
)


def mail_class(fields: str, body: str = "Hello, where is my order?") -> MailClass:
    return classify(
        parse(f"From: Ann <ann@example.com>\n{fields}\n\n{body}".encode()), OwnPlaces.of(["desk@help.example.org"])
    )


@pytest.mark.parametrize(
    "fields",
    [
        "Subject: Where is my order",
        "Subject: Re: Automatic reply: Your order",
        "Subject: Out of office furniture",
        "Subject: Отпуск в июле",
        "Subject: Abwesenheit von Herrn Kern",
        "Subject: Fwd: Undelivered Mail Returned to Sender",
        "Subject: Delivery failed to arrive\nReferences: <a@b>",
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: OOF",
        "Precedence: first-class",
        "Return-Path: <ann@example.com>",
        "Message-ID: <m.12.wrong@help.example.org>",
    ],
)
def test_people_write_human_mail(fields: str) -> None:
    assert mail_class(fields) is MailClass.HUMAN


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your order",
        "Auto-Reply: Re: Your order",
        "Out of Office: Your order",
        "Out of the office",
        "Abwesenheitsnotiz: Bestellung",
        "Automatische Antwort: Bestellung",
        "Réponse automatique : commande",
        "Respuesta automática: pedido",
        "Risposta automatica: ordine",
        "Resposta automática: pedido",
        "Automatisch antwoord: bestelling",
        "Autosvar: order",
        "Automatiskt svar: order",
        "Automaattinen vastaus: tilaus",
        "Odpowiedź automatyczna: zamówienie",
        "Automatická odpověď: objednávka",
        "Automatikus válasz: rendelés",
        "Răspuns automat: comandă",
        "Автоответ: Ваш заказ",
        "Автоматический ответ: Ваш заказ",
        "Вне офиса: Ваш заказ",
        "Автоматична відповідь: замовлення",
        "Αυτόματη απάντηση: παραγγελία",
        "Otomatik yanıt: sipariş",
        "自动回复: 订单",
        "自動応答: 注文",
        "자동 회신: 주문",
    ],
)
def test_the_subjects_of_automatic_answers_are_known_in_many_languages(subject: str) -> None:
    assert mail_class(f"Subject: {subject}") is MailClass.AUTO_REPLY


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied (vacation)",
        'Auto-Submitted: auto-generated; owner-email="a@b.c"; vacation',
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Autoresponder: x",
        "X-MS-Exchange-Inbox-Rules-Loop: ann@example.com",
        "Precedence: auto_reply",
        "X-Precedence: auto_reply",
        "Delivered-To: Autoresponder",
        "X-Apple-Action: VACATION",
        REPORT.format(
            "disposition-notification", "message/disposition-notification", "Final-Recipient: rfc822;a@b.c"
        ).strip(),
    ],
)
def test_automatic_answers_are_known_by_their_fields(fields: str) -> None:
    assert mail_class(fields) is MailClass.AUTO_REPLY


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-notified; x",
        "X-Loop: help@example.org",
        "Message-ID: <m.1a.abcdefghijklmnop@help.example.org>",
        REPORT.format(
            "delivery-status", "message/delivery-status", "Final-Recipient: rfc822;a@b.c\nAction: delivered"
        ).strip(),
    ],
)
def test_what_programs_send_by_themselves_is_known(fields: str) -> None:
    assert mail_class(fields) is MailClass.AUTO_GENERATED


@pytest.mark.parametrize(
    "fields",
    [
        "List-Id: <l.example.org>",
        "List-Unsubscribe: <mailto:x@y>",
        "Precedence: bulk",
        "Precedence: junk",
        "Precedence: list",
    ],
)
def test_lists_are_known(fields: str) -> None:
    assert mail_class(fields) is MailClass.LIST


@pytest.mark.parametrize(
    ("sender", "fields", "body"),
    [
        ("Mail Delivery System <MAILER-DAEMON@mx.example>", "Subject: anything", "x"),
        ("MAILER-DAEMON", "Subject: failure notice", "x"),
        ("a@b.c", "X-Failed-Recipients: x@y.z", "x"),
        ("a@b.c", "Return-Path: <>\nSubject: odd", "x"),
        ("postmaster@b.c", "Subject: Недоставленное сообщение: заказ", "x"),
        ("postmaster@b.c", "Subject: odd", "550 5.1.1 User unknown"),
        ("a@b.c", "Subject: Undeliverable: order", "The user does not exist: 550 5.1.1 user unknown"),
        (
            "a@b.c",
            REPORT.format("delivery-status", "message/delivery-status", "Action: failed\nStatus: 5.1.1").strip(),
            "",
        ),
    ],
)
def test_bounces_are_known(sender: str, fields: str, body: str) -> None:
    assert classify(parse(f"From: {sender}\n{fields}\n\n{body}".encode())) is MailClass.BOUNCE


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        (
            "a@b.c",
            REPORT.format("delivery-status", "message/delivery-status", "Action: delayed\nStatus: 4.4.1").strip(),
        ),
        ("a@b.c", REPORT.format("delivery-status", "message/delivery-status", "Status: 4.4.1").strip()),
        ("MAILER-DAEMON@b.c", "Subject: Warning: message delayed 24 hours"),
        ("MAILER-DAEMON@b.c", "Subject: x\nAuto-Submitted: auto-generated (warning-timeout)"),
    ],
)
def test_delays_are_no_bounces_yet(sender: str, fields: str) -> None:
    assert classify(parse(f"From: {sender}\n{fields}\n\nx".encode())) is MailClass.DSN_DELAY


@pytest.mark.parametrize(
    "fields",
    [
        REPORT.format("feedback-report", "message/feedback-report", "Feedback-Type: abuse").strip(),
        "Subject: complaint about message from 192.0.2.1\n"
        + REPORT.format("x", "message/rfc822", "From: a@b.c").replace("report;", "mixed;").strip(),
    ],
)
def test_complaints_are_known(fields: str) -> None:
    assert mail_class(fields) is MailClass.FEEDBACK_REPORT


def test_notifications_in_json_are_read() -> None:
    body = r'{"Type":"Notification","Message":"{\"notificationType\":\"Bounce\"}"}'

    assert mail_class("Subject: AWS Notification Message", body) is MailClass.BOUNCE


OURS = "Authentication-Results: mx.ours.example; "


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("", "claimed"),
        (OURS + "dmarc=pass header.from=example.com", "verified"),
        ("Authentication-Results: MX.ours.example 1; dmarc=pass (p=none dis=none) header.from=example.com", "verified"),
        (OURS + "dmarc=pass header.from=other.example", "claimed"),
        (OURS + "dmarc=fail header.from=example.com; dkim=pass header.d=example.com", "failed"),
        (OURS + "dmarc=none; dkim=pass header.d=example.com", "verified"),
        (OURS + "dkim=pass header.i=@example.com", "verified"),
        (OURS + "spf=pass smtp.mailfrom=bounces@example.com", "verified"),
        (OURS + "spf=pass smtp.mailfrom=evil.example", "claimed"),
        (OURS + "dkim=pass header.d=com", "claimed"),
        (OURS + "dkim=pass header.d=evil-example.com", "claimed"),
        (OURS + "dkim=fail header.d=example.com", "claimed"),
        (OURS + "dkim=pass (a comment; dmarc=fail (nested)) header.d=example.com", "verified"),
        (OURS + 'dmarc=pass header.from="example.com"', "verified"),
        (OURS + 'spf=pass smtp.mailfrom="a; dmarc=pass header.from=example.com b"@evil.example; dmarc=fail', "failed"),
        (OURS + 'spf=pass smtp.mailfrom="a; dkim=pass header.d=example.com b"@evil.example', "claimed"),
        (OURS + 'spf=pass smtp.mailfrom="a\\"; dkim=pass header.d=example.com; b"@evil.example', "claimed"),
        (OURS + 'spf=pass smtp.mailfrom="bounces"@example.com', "verified"),
        (OURS + "spf=none (said \\); dmarc=pass header.from=example.com) smtp.mailfrom=x@evil.example", "claimed"),
        (OURS + "dkim=none (never ended; dmarc=pass header.from=example.com", "claimed"),
        (OURS + 'dkim=none reason="never ended; dmarc=pass header.from=example.com', "claimed"),
        ("Authentication-Results: evil.example; dmarc=pass header.from=example.com", "claimed"),
        ("Authentication-Results: dmarc=pass header.from=example.com", "claimed"),
        (OURS + "dmarc=fail\nAuthentication-Results: mx.ours.example; dmarc=pass header.from=example.com", "failed"),
        (OURS + "none", "claimed"),
        (OURS + "dmarc=pass header.from=example.com\nFrom: second@example.com", "claimed"),
    ],
)
def test_a_sender_is_verified_only_by_our_own_server(fields: str, found: str) -> None:
    mail = parse(f"From: Ann <ann@example.com>\n{fields}\n\nx".encode())

    assert verdict(mail, ["mx.ours.example"]) is Verdict(found)


def test_a_domain_answers_for_the_domains_below_it() -> None:
    mail = parse(f"From: ann@shop.example.com\n{OURS}dkim=pass header.d=example.com\n\nx".encode())

    assert verdict(mail, ["mx.ours.example"]) is Verdict.VERIFIED

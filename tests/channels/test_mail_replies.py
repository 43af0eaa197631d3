"""Of a mail, what its writer added is shown at first; what he quoted and how he signed is folded away, never lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.channels.mail.replies import visible_text
from samovar.channels.mail.signatures import is_device_signature

ANSWER = "Thank you, the table has arrived.\n\nOne leg is missing though."
QUOTE = "> Dear customer,\n> your table is on its way.\n>\n> Aurora Home"


def shown(text: str) -> str:
    return visible_text(text, "").visible


def shown_of_html(html: str) -> str:
    return visible_text("", html).visible


@pytest.mark.parametrize(
    "attribution",
    [
        "On Sat, 21 Nov 2026 at 10:00, Aurora Home <help@example.org> wrote:",
        "On Sat, 21 Nov 2026 at 10:00, Aurora Home <\nhelp@example.org> wrote:",
        "On Sat, 21 Nov 2026\nat 10:00,\nAurora Home <help@example.org>\nwrote:",
        "On 11/21/26 10:00, Aurora Home wrote:",
        "At 11/21/2026 08:32 PM, you wrote:",
        "Am Sa., 21. Nov. 2026 um 10:00 Uhr schrieb Aurora Home <help@example.org>:",
        "Am 21.11.2026 um 10:00 schrieb Aurora Home:",
        "Aurora Home <help@example.org> schrieb am Sa., 21. Nov. 2026\num 10:00 Uhr:",
        "Le sam. 21 nov. 2026 à 10:00, Aurora Home <help@example.org> a écrit :",
        "Le 21 nov. 2026 10:00, « Aurora Home »\n<help@example.org>\na écrit :",
        "El sáb, 21 nov 2026 a las 10:00, Aurora Home (<help@example.org>) escribió:",
        "Il giorno sab 21 nov 2026 alle ore 10:00 Aurora Home <help@example.org> ha scritto:",
        "Em sáb., 21 de nov. de 2026 às 10:00, Aurora Home <help@example.org> escreveu:",
        "Op za 21 nov. 2026 om 10:00 schreef Aurora Home <help@example.org>:",
        "Op 21 nov. 2026 om 10:00 heeft Aurora Home <help@example.org> het volgende geschreven:",
        "Den lör 21 nov. 2026 kl 10:00 skrev Aurora Home <help@example.org>:",
        "lør. 21. nov. 2026 kl. 10:00 skrev Aurora Home <help@example.org\n>:",
        "la 21. marrask. 2026 klo 10.00 Aurora Home (help@example.org) kirjoitti:",
        "sob., 21 lis 2026 o 10:00 Aurora Home <help@example.org> napisał(a):",
        "W dniu 21.11.2026 o 10:00, Aurora Home pisze:",
        "so 21. 11. 2026 v 10:00 odesílatel Aurora Home <help@example.org> napsal:",
        "Aurora Home <help@example.org> ezt írta (időpont: 2026. nov. 21., Szo, 10:00):",
        "În sâm., 21 nov. 2026 la 10:00, Aurora Home <help@example.org> a scris:",
        "сб, 21 нояб. 2026 г. в 10:00, Aurora Home <help@example.org>:",
        "суббота, 21 ноября 2026 г. пользователь Aurora Home написал:",
        "Суббота, 21 ноября 2026, 10:00 +03:00 от Aurora Home <help@example.org>:",
        '21.11.2026, 10:00, "Aurora Home" <help@example.org>:',
        "21 нояб. 2026 г., в 10:00, Aurora Home <help@example.org> написал(а):",
        "Вы писали 21 ноября 2026 г., 10:00:00:",
        "сб, 21 лист. 2026 р. о 10:00 Aurora Home <help@example.org> пише:",
        "На сб, 21.11.2026 г. в 10:00 Aurora Home <help@example.org> написа:",
        "Στις Σάβ 21 Νοε 2026 στις 10:00 π.μ., ο/η Aurora Home <help@example.org> έγραψε:",
        "Aurora Home <help@example.org>, 21 Kas 2026 Cmt, 10:00 tarihinde şunu yazdı:",
        "2026年11月21日(土) 10:00 Aurora Home <help@example.org>:",
        "在 2026年11月21日，上午10:00，Aurora Home <help@example.org> 写道：",
        "2026년 11월 21일 (토) 오전 10:00, Aurora Home <help@example.org>님이 작성:",
        "2026-11-21 10:00 GMT+03:00 Aurora Home <help@example.org>:",
        "---- On Sat, 21 Nov 2026 10:00:00 +0300 Aurora Home <help@example.org> wrote ----",
    ],
)
def test_a_quote_under_its_attribution_is_folded_away(attribution: str) -> None:
    assert shown(f"{ANSWER}\n\n{attribution}\n\n{QUOTE}\n") == ANSWER
    assert shown(f"{attribution}\n{QUOTE}\n\n{ANSWER}\n") == ANSWER


@pytest.mark.parametrize(
    "introduction",
    [
        "-----Original Message-----",
        "-------- Original Message --------",
        "*-------- Original Message --------*",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "-----Mensaje original-----",
        "-----Исходное сообщение-----",
        "-------- Пересылаемое сообщение --------",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "Начало переадресованного сообщения:",
        "From: Aurora Home <help@example.org>\nSent: Saturday, 21 November 2026 10:00\nTo: Ann\nSubject: Your table",
        "*From:* Aurora Home <help@example.org>\n*Sent:* Saturday\n*To:* Ann\n*Subject:* Your table",
        "________________________________\nFrom: Aurora Home <help@example.org>\nSent: Saturday\nTo: Ann",
        "Von: Aurora Home <help@example.org>\nGesendet: Samstag\nAn: Ann\nBetreff: Ihr Tisch",
        "De : Aurora Home <help@example.org>\nEnvoyé le : samedi\nÀ : Ann\nObjet : Votre table",
        "От: Aurora Home <help@example.org>\nОтправлено: 21 ноября 2026 г. 10:00\nКому: Анна\nТема: Ваш стол",
        "От кого: Aurora Home <help@example.org>\nКому: Анна\nДата: Суббота, 21 ноября 2026\nТема: Ваш стол",
        "Od: Aurora Home <help@example.org>\nWysłano: sobota\nDo: Anna\nTemat: Stół",
        "发件人: Aurora Home <help@example.org>\n发送时间: 2026年11月21日 10:00\n收件人: Ann\n主题: 桌子",
        "##- Please type your reply above this line -##",
        "Пожалуйста, напишите ответ выше этой строки",
    ],
)
def test_a_message_passed_on_whole_is_folded_away(introduction: str) -> None:
    assert shown(f"{ANSWER}\n\n{introduction}\n\nYour table is on its way.\n\nAurora Home\n") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"{ANSWER}\n\n> is it the left one?\n\nYes, the left one.",
        f"Hi,\nOn 21 Nov 2026 at 10:00, Ann <a@b.cd> wrote:\n{QUOTE}\n\nIt has arrived.",
        "On 21 Nov 2026 at 10:00, Ann <a@b.cd> wrote:\n> First?\n\nYes.\n\n> Second?\n\nNo.\n\n> Third?",
        "> You wrote this.\n\nAnd I say that.",
        "On the one hand it is nice.\nOn the other hand my wife wrote:\n\nIt is not.",
        "In your letter of 5 May your manager wrote:\n\nwe will refund you\n\nbut nothing came.",
        "I need this:\n-----\n2 chairs\n1 table\n-----\nThanks",
        "From: Moscow\nTo: Kazan\nDate: 5 May\n\nHow much is the delivery?",
        "Please write to ivan@example.com before 10:00:\n\nhe has the key.",
        "The order contains:\n-- two chairs\n-- one table",
        "Call me, here is the code:\n```\n--\n# not a signature\n```\nThanks.",
        "Sent from my desk, it is much easier than my phone.",
        "Hello,\n\nthe parcel was\nSent via DHL",
        "Отправлено Почтой России",
        QUOTE,
        "On 21 Nov 2026 at 10:00, Ann <a@b.cd> wrote:\n\nnothing of my own",
        "---------- Forwarded message ---------\nFrom: Ann <a@b.cd>\nDate: Saturday\nSubject: x\n\nLook at this.",
        "",
    ],
)
def test_in_doubt_everything_is_shown(text: str) -> None:
    found = visible_text(text, "")

    assert (found.visible, found.hidden_ranges) == (text, ())


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Doe\nPurchasing",
        "--\nAnn Doe",
        "—\nAnn Doe\nPurchasing",
        "_______________________________________________\nchairs mailing list\nchairs@example.org",
        "Sent from my iPhone",
        "Sent from my Galaxy S30, please excuse any typos.",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Envoyé depuis mon iPhone",
        "Enviado desde mi iPhone",
        "Verzonden met BlackBerry Work",
        "iPhoneから送信",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "----\nThis e-mail is confidential and intended solely for the addressee.",
    ],
)
def test_signatures_are_folded_away(signature: str) -> None:
    assert shown(f"{ANSWER}\n\n{signature}\n") == ANSWER
    assert shown(f"{ANSWER}\n\n{signature}\n\nOn 21 Nov 2026 at 10:00, A <a@b.cd> wrote:\n{QUOTE}\n") == ANSWER


@pytest.mark.parametrize(
    "line",
    ["Thanks!", "From my point of view this is wrong", "Sent by courier, tracking 12", "I got it from my phone", ""],
)
def test_what_people_write_is_no_signature_of_a_device(line: str) -> None:
    assert not is_device_signature(line)


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">On Sat, Aurora wrote:<blockquote class="gmail_quote">Dear Ann</blockquote></div>',
        '<div class="moz-cite-prefix">On 21.11.2026 10:00, A wrote:</div><blockquote type="cite">Dear Ann</blockquote>',
        '<div>On 21 Nov 2026, at 10:00, A &lt;a@b.cd&gt; wrote:</div><blockquote type="cite"><p>Dear</p></blockquote>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Aurora</div><div>Dear Ann</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Aurora</p></div><p>Dear Ann</p>',
        "<p><b>From:</b> Aurora &lt;a@b.cd&gt;<br><b>Sent:</b> Saturday<br><b>To:</b> A<br><b>Subject:</b> x</p>A",
        '<div class="yahoo_quoted">On Saturday, Aurora wrote: <p>Dear Ann</p></div>',
        '<blockquote class="protonmail_quote" type="cite">Dear Ann</blockquote>',
        '<hr id="zwchr" data-marker="__DIVIDER__"><div>Dear Ann</div>',
        '<div class="js-helper js-readmsg-msg"><p>Dear Ann</p></div>',
        '<div id="AppleMailSignature">Sent from my iPhone</div>',
        '<div class="gmail_signature">Ann Doe<br>Purchasing</div>',
    ],
)
def test_quotes_and_signatures_in_html_are_known_by_their_marks(quote: str) -> None:
    assert (
        shown_of_html(f"<html><body><div>It has arrived.</div><div><br></div>{quote}</body></html>")
        == "It has arrived."
    )


def test_answers_between_quotes_in_html_keep_the_quotes() -> None:
    html = (
        '<blockquote type="cite">First?</blockquote><p>Yes.</p><blockquote type="cite">Second?</blockquote><p>No.</p>'
    )

    assert shown_of_html(html).split() == ["First?", "Yes.", "Second?", "No."]


def test_a_mail_that_only_quotes_in_html_is_shown_whole() -> None:
    assert shown_of_html('<div class="gmail_quote">Dear Ann</div>') == "Dear Ann"


def test_the_plain_text_is_preferred() -> None:
    assert visible_text("plain", "<p>rich</p>").full == "plain"
    assert visible_text(" \n", "<p>rich</p>").full == "rich\n"


lines = st.sampled_from(
    [
        "Hello",
        "",
        "> quoted",
        "On 21 Nov 2026 at 10:00, Ann <a@b.cd> wrote:",
        "--",
        "-- ",
        "From: a@b.cd",
        "To: x",
        "Subject: y",
    ]
    + [
        "Sent: z",
        "Sent from my iPhone",
        "-----Original Message-----",
        "____",
        "```",
        "| bar",
        "wrote:",
        "Ann> hm",
        "\u200b",
        " x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(lines, max_size=25))
def test_nothing_is_ever_lost(found: list[str]) -> None:
    text = "\n".join(found)

    reply = visible_text(text, "")

    position = 0
    for begin, end in reply.hidden_ranges:
        assert position <= begin < end <= len(text)
        position = end
    assert reply.full == text
    assert bool(reply.visible.strip()) == bool(text.strip("\n \u200b")) or not reply.hidden_ranges

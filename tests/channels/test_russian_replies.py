"""Answers as Russian mail programs write them: what the person wrote is shown, word for word, and nothing else."""

import pytest

from samovar.channels.mail.replies import visible_text

QUOTE = "> Здравствуйте, Елена!\n> Ваш стол уже в пути.\n>\n> Аврора Дом"
SHOP = "Аврора Дом <help@aurora.example>"
BARE = "Здравствуйте, Елена!\nВаш стол уже в пути.\n\nАврора Дом"

# What the person wrote, and what their program put around it.
BELOW = {
    "yandex: day, time, name": (
        "Спасибо, стол пришёл.",
        f'21.11.2026, 10:00, "Аврора Дом" <help@aurora.example>:\n{QUOTE}',
    ),
    "yandex: without a name": ("Когда привезут?", f"21.11.2026, 10:00, help@aurora.example:\n{QUOTE}"),
    "yandex: comma and month": (
        "Когда привезут?",
        f"21 ноября 2026, 10:00, {SHOP}:\n{QUOTE}",
    ),
    "yandex: forwarded": (
        "Посмотрите, пожалуйста, что мне ответили.",
        "-------- Пересылаемое сообщение --------\n"
        f"21.11.2026, 10:00, {SHOP}:\n\n{BARE}\n-------- Конец пересылаемого сообщения --------",
    ),
    "yandex: phone": (
        "Да, подтверждаю.",
        f"Отправлено из мобильной Яндекс Почты\n\n21.11.2026, 10:00, {SHOP}:\n{QUOTE}",
    ),
    "yandex: phone with a link": ("Да, подтверждаю.", "--\nОтправлено из мобильного приложения Яндекс Почты"),
    "mail.ru: from": (
        "Не подошёл цвет.\n\nМожно поменять?",
        f"Суббота, 21 ноября 2026, 10:00 +03:00 от {SHOP}:\n{QUOTE}",
    ),
    "mail.ru: from, no address": ("Не подошёл цвет.", f"Пятница, 20 ноября 2026, 18:45 +03:00 от Аврора Дом:\n{QUOTE}"),
    "mail.ru: signed by the program": (
        "Не подошёл цвет.",
        "--\nЕлена Соколова\nОтправлено из Почты Mail.ru\n\n"
        f"Суббота, 21 ноября 2026, 10:00 +03:00 от help@aurora.example:\n{QUOTE}",
    ),
    "mail.ru: phone": ("Не подошёл цвет.", "Отправлено из мобильной Почты Mail.ru"),
    "mail.ru: phone, new words": ("Не подошёл цвет.", "Отправлено из Mail.ru для Android"),
    "mail.ru: forwarded": (
        "Это ваше письмо?",
        f"-------- Пересылаемое сообщение --------\nОт кого: {SHOP}\n"
        f"Кому: Елена <elena@mail.example>\nДата: Суббота, 21 ноября 2026, 10:00 +03:00\nТема: Ваш стол\n\n{BARE}",
    ),
    "outlook: header": (
        "Добрый день!\nСчёт получили, оплатим завтра.",
        f"From: {SHOP}\nSent: Saturday, November 21, 2026 10:00 AM\n"
        f"To: Елена <elena@mail.example>\nSubject: Ваш стол\n\n{BARE}",
    ),
    "outlook: russian header": (
        "Добрый день!\nСчёт получили, оплатим завтра.",
        f"От: {SHOP}\nОтправлено: 21 ноября 2026 г. 10:00\nКому: Елена <elena@mail.example>\nТема: Ваш стол\n\n{BARE}",
    ),
    "outlook: header with a copy": (
        "Счёт получили.",
        "От: Аврора Дом [mailto:help@aurora.example]\nОтправлено: 21 ноября 2026 г. 10:00\nКому: Елена\n"
        f"Копия: Пётр; Анна\nТема: RE: Ваш стол\nВажность: Высокая\n\n{BARE}",
    ),
    "outlook: line above the header": (
        "Счёт получили.",
        f"________________________________\nОт: {SHOP}\nОтправлено: 21 ноября 2026 г. 10:00\n"
        f"Кому: Елена\nТема: Ваш стол\n\n{BARE}",
    ),
    "outlook: original message": (
        "Счёт получили.",
        "-----Исходное сообщение-----\nОт: Аврора Дом\n"
        f"Отправлено: 21 ноября 2026 г. 10:00\nКому: Елена\nТема: Стол\n\n{BARE}",
    ),
    "outlook express": (
        "Счёт получили.",
        "----- Original Message ----- \nFrom: Аврора Дом\n"
        f"To: elena@mail.example\nSent: Saturday\nSubject: Стол\n\n{BARE}",
    ),
    "the bat": ("Завтра буду дома.", f"Вы писали 21 ноября 2026 г., 10:00:00:\n\n{QUOTE}"),
    "the bat: with a greeting above": (
        "Здравствуйте, Аврора.\n\nЗавтра буду дома.",
        f"Вы писали 21 ноября 2026 г., 10:00:00:\n\n{QUOTE}\n\n--\nС уважением,\n Елена  mailto:elena@mail.example",
    ),
    "gmail: short": (
        "Подойдёт любой день.",
        f"сб, 21 нояб. 2026 г. в 10:00, {SHOP}:\n\n{QUOTE}",
    ),
    "gmail: folded": (
        "Подойдёт любой день.",
        f"сб, 21 нояб. 2026 г. в 10:00, Аврора Дом и все её отделы <\nhelp@aurora.example>:\n\n{QUOTE}",
    ),
    "gmail: old": (
        "Подойдёт любой день.",
        f"21 ноября 2026 г., 10:00 пользователь {SHOP}\nнаписал:\n\n{QUOTE}",
    ),
    "gmail: forwarded": (
        "Вот что пришло.",
        f"---------- Forwarded message ---------\nОт: {SHOP}\nDate: сб, 21 нояб. 2026 г. в 10:00\n"
        f"Subject: Ваш стол\nTo: <elena@mail.example>\n\n\n{BARE}",
    ),
    "thunderbird": ("Номер заказа 20417.", f"21.11.2026 10:00, Аврора Дом пишет:\n{QUOTE}"),
    "thunderbird: with an address": ("Номер заказа 20417.", f"21.11.2026 10:00, help@aurora.example пишет:\n{QUOTE}"),
    "thunderbird: date behind": ("Номер заказа 20417.", f"Аврора Дом пишет 21.11.2026 10:00:\n{QUOTE}"),
    "apple: wrote": (
        "Хорошо.",
        f"> 21 нояб. 2026 г., в 10:00, {SHOP} написал(а):\n>\n{QUOTE}",
    ),
    "apple: folded over two lines": (
        "Хорошо.",
        f"21 нояб. 2026 г., в 10:00, Аврора Дом\n<help@aurora.example> написал(а):\n\n{QUOTE}",
    ),
    "apple: folded over three lines": (
        "Хорошо.",
        f"21 нояб. 2026 г., в 10:00,\n{SHOP}\nнаписал(а):\n\n{QUOTE}",
    ),
    "apple: folded over four lines": (
        "Хорошо.",
        f"21 нояб. 2026 г.,\nв 10:00,\nАврора Дом\n<help@aurora.example> написал(а):\n\n{QUOTE}",
    ),
    "iphone": (
        "Хорошо.",
        f"Отправлено с iPhone\n\n> 21 нояб. 2026 г., в 10:00, {SHOP} написал(а):\n>\n{QUOTE}",
    ),
    "ipad": ("Хорошо.", "Отправлено с iPad"),
    "android: samsung": ("Хорошо.", "Отправлено с моего Galaxy"),
    "android: telephone": ("Хорошо.", "Отправлено с моего смартфона Samsung Galaxy."),
    "android: k-9": ("Хорошо.", "Отправлено с устройства Android с помощью K-9 Mail. Извините за краткость."),
    "outlook for ios": ("Хорошо.", "Отправлено из Outlook для iOS<https://aka.ms/o0ukef>"),
    "outlook for android": ("Хорошо.", "Скачать Outlook для Android"),
    "signed with dashes": ("Пришлите счёт.", "-- \nС уважением,\nЕлена Соколова\n+7 999 123-45-67"),
    "signed, then quoted": (
        "Пришлите счёт.",
        f"--\nС уважением, Елена Соколова\nООО «Ромашка»\n\n21.11.2026 10:00, Аврора Дом пишет:\n{QUOTE}",
    ),
    "a helpdesk's line": ("Пришлите счёт.", f"Пожалуйста, напишите ответ выше этой строки\n\n{BARE}"),
    "apple: forwarded": (
        "Смотрите.",
        f"Начало переадресованного сообщения:\n\nОт: {SHOP}\nТема: Стол\nДата: 21 ноября 2026 г.\n\n{BARE}",
    ),
    "ukrainian gmail": ("Дякую!", f"сб, 21 лист. 2026 р. о 10:00 {SHOP} пише:\n\n{QUOTE}"),
}
# Where folding anything away would cost words of the person, or the sense of them.
WHOLE = {
    "answers between the lines": "> Какой цвет?\n\nБелый.\n\n> Какой размер?\n\nДва метра.",
    "answers behind an attribution": "21.11.2026 10:00, Аврора Дом пишет:\n"
    "> Какой цвет?\n\nБелый.\n\n> Какой размер?\n\nДва метра.",
    "with regards and a request": "Пришлите счёт.\n\nС уважением,\nЕлена\n\nИ ещё: нужна доставка на дачу.",
    "somebody wrote": "Ваш мастер написал:\n\nприеду завтра\n\nно не приехал.",
    "sent by post": "Отправлено Почтой России, номер 80088812345678.",
    "a date and a colon": "21.11.2026, 10:00, курьер Иван:\n\nпривёз не тот стол и уехал.",
    "a list of fields": "От: склад\nКому: дача\nКогда: 5 мая\n\nСколько стоит доставка?",
    "an order under a line": "Нужно:\n-----\n2 стула\n1 стол\n-----\nСпасибо",
    "only regards": "С уважением,\nЕлена",
}
HTML = {
    "mail.ru": (
        '<div>Не подошёл цвет.</div><div>&nbsp;</div><blockquote style="border-left:1px solid '
        '#0857A6;margin:10px;padding:0 0 0 10px;">Суббота, 21 ноября 2026, 10:00 +03:00 от Аврора Дом '
        '&lt;help@aurora.example&gt;:<br>&nbsp;<div id=""><div class="js-helper '
        'js-readmsg-msg"><div>Ваш стол уже в пути.</div></div></div></blockquote>'
    ),
    "mail.ru: with the signature": (
        '<div>Не подошёл цвет.</div><div data-signature-widget="container"><div '
        'data-signature-widget="content">С уважением,<br>Елена</div></div><div><blockquote '
        'style="border-left:1px solid">Суббота, 21 ноября 2026, 10:00 +03:00 от Аврора Дом:<div '
        'class="js-helper js-readmsg-msg">Стол в пути.</div></blockquote></div>'
    ),
    "yandex": (
        '<div>Не подошёл цвет.</div><div>&nbsp;</div><div>21.11.2026, 10:00, "Аврора Дом" '
        "&lt;help@aurora.example&gt;:</div><blockquote><div>Ваш стол уже в пути.</div></blockquote>"
    ),
    "yandex: cited": (
        "<div>Не подошёл цвет.</div><div> </div><div>21.11.2026, 10:00, Аврора Дом "
        '&lt;help@aurora.example&gt;:</div><blockquote type="cite"><div>Ваш стол уже в '
        "пути.</div></blockquote>"
    ),
    "yandex: phone": (
        "<div>Не подошёл цвет.</div><div>--</div><div>Отправлено из мобильного приложения Яндекс Почты</div>"
    ),
    "gmail": (
        '<div dir="ltr">Не подошёл цвет.</div><br><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">сб, 21 нояб. 2026 г. в 10:00, Аврора &lt;<a '
        'href="mailto:a@b.cd">a@b.cd</a>&gt;:<br></div><blockquote '
        'class="gmail_quote">Стол</blockquote></div>'
    ),
    "outlook": (
        '<p class="MsoNormal">Не подошёл цвет.</p><div style="border:none;border-top:solid #E1E1E1 '
        '1.0pt"><p><b>От:</b> Аврора Дом<br><b>Отправлено:</b> 21 ноября 2026 г. 10:00<br><b>Кому:</b> '
        "Елена<br><b>Тема:</b> Стол</p></div><p>Стол в пути</p>"
    ),
    "apple": (
        "<div>Не подошёл цвет.</div><div><br></div><div>Отправлено с iPhone</div><div><br><blockquote "
        'type="cite">21 нояб. 2026 г., в 10:00, Аврора Дом &lt;a@b.cd&gt; '
        'написал(а):<br><br></blockquote></div><blockquote type="cite"><div>Стол</div></blockquote>'
    ),
}


def test_there_are_enough_of_them() -> None:
    assert len(BELOW) + len(WHOLE) + len(HTML) >= 60


@pytest.mark.parametrize("name", BELOW)
def test_what_a_program_put_below_is_folded_away(name: str) -> None:
    written, below = BELOW[name]
    text = f"{written}\n\n{below}\n"

    found = visible_text(text, "")

    assert found.visible == written
    assert found.full == text


@pytest.mark.parametrize("name", WHOLE)
def test_what_a_person_wrote_stays_whole(name: str) -> None:
    found = visible_text(WHOLE[name], "")

    assert (found.visible, found.hidden_ranges) == (WHOLE[name], ())


@pytest.mark.parametrize("name", HTML)
def test_html_of_russian_programs_is_known(name: str) -> None:
    assert visible_text("", f"<html><body>{HTML[name]}</body></html>").visible.strip() == "Не подошёл цвет."

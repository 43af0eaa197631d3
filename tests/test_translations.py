"""Every text that people read has a Russian one, which Django really shows; the tool that keeps them is sound."""

import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from scripts import catalogues, texts, translations
from scripts.catalogues import Entry, Text

PACKAGE = translations.PACKAGE
CATALOGUES = sorted(PACKAGE.glob("*/locale/ru/LC_MESSAGES/django.po"))
ENGLISH_NEVER = {
    "exclamation mark": r"!(?!=)",
    "our word is conversation or request": r"(?i)\btickets?\b",
    "our word is customer": r"(?i)\bclients?\b",
    "an ellipsis is one character": r"\.\.\.",
}
RUSSIAN_NEVER = {
    "восклицательный знак": r"!(?!=)",
    "кавычки «ёлочки»": r'"',
    "пишем ё": r"(?i)\b(еще|ее|нее|учет|отчет|счет|учетн\w+|идет|ждет|дает|найдет|придет|пришел|вошел|нашел|ушел|"
    r"сохранен|решен|удален|включен|отключен|подключен|добавлен|желт\w+)\b",
    "вы со строчной буквы": r"(?<=[а-яё,:;] )(Вы|Вам|Вас|Ваш\w*)\b",
    "многоточие одним знаком": r"\.\.\.",
    "тире, а не дефис": r"(?<=\w) - (?=\w)",
    "наше слово — обращение": r"(?i)(?<!запись )\bразговор",
}
ONE_EACH = [
    Entry(Text("Plain"), ("Простой",)),
    Entry(Text("order", context="shop"), ("заказ",)),
    Entry(Text("%(n)s day", plural="%(n)s days"), ("%(n)s день", "%(n)s дня", "%(n)s дней")),
    Entry(Text('Two\nlines, a "quote", a \\ and a tab\t'), ("Две\nстроки, «кавычки», \\ и табуляция\t",)),
]


def test_every_text_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    code = translations.main(["--check"])

    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(PACKAGE).parts[0])
def test_django_shows_our_translation(path: Path) -> None:
    """Catalogues are merged: another app, ours or a library's, may have translated the same text otherwise."""
    with translation.override("ru"):
        for entry in catalogues.parse(path.read_text(encoding="utf-8")):
            assert _shown(entry.text) == entry.forms


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(PACKAGE).parts[0])
def test_texts_are_written_as_we_write(path: Path) -> None:
    wrong = []
    for entry in catalogues.parse(path.read_text(encoding="utf-8")):
        wrong += [(entry.text.english, reason) for reason in _against_the_style(entry)]
    assert not wrong


def _against_the_style(entry: Entry) -> Iterator[str]:
    """Yield what is not as the section on texts in CONTRIBUTING.md wants it."""
    english, russian = f"{entry.text.english} {entry.text.plural}", " ".join(entry.forms)
    for reason, pattern in ENGLISH_NEVER.items():
        if re.search(pattern, english):
            yield reason
    for reason, pattern in RUSSIAN_NEVER.items():
        if re.search(pattern, russian):
            yield reason


@pytest.mark.parametrize(
    ("english", "russian", "reason"),
    [
        ("Your text is safe", "Текст сохранён", None),
        ("Done!", "Готово", "exclamation mark"),
        ("Open tickets", "Ждут ответа", "our word is conversation or request"),
        ("a", "Готово!", "восклицательный знак"),
        ("a", 'Тема "Доставка"', "кавычки «ёлочки»"),
        ("a", "Еще одно письмо", "пишем ё"),
        ("a", "Если Вы уйдёте", "вы со строчной буквы"),
        ("a", "Вы уйдёте. Вы вернётесь", None),
        ("a", "Подождите...", "многоточие одним знаком"),
        ("a", "Письмо - не отправлено", "тире, а не дефис"),
        ("a", "Новый разговор", "наше слово — обращение"),
        ("a", "Запись разговоров", None),
    ],
)
def test_what_is_against_the_style_is_named(english: str, russian: str, reason: str | None) -> None:
    assert list(_against_the_style(Entry(Text(english), (russian,)))) == ([reason] if reason else [])


def _shown(text: Text) -> tuple[str, ...]:
    if not text.plural:
        # An empty context is another key than none.
        return (
            (translation.pgettext(text.context, text.english) if text.context else translation.gettext(text.english)),
        )
    if text.context:
        return tuple(translation.npgettext(text.context, text.english, text.plural, number) for number in (1, 2, 5))
    return tuple(translation.ngettext(text.english, text.plural, number) for number in (1, 2, 5))


def test_a_catalogue_survives_writing_and_reading() -> None:
    assert catalogues.parse(catalogues.render(ONE_EACH)) == sorted(ONE_EACH, key=lambda entry: entry.text)


def test_a_catalogue_is_sorted_and_names_no_lines_and_no_moments() -> None:
    written = catalogues.render(ONE_EACH)

    assert catalogues.render(list(reversed(ONE_EACH))) == written
    assert not re.search(r"^#:|Date:", written, re.M)


def test_gettext_reads_what_we_compile() -> None:
    read = gettext.GNUTranslations(io.BytesIO(catalogues.compiled(ONE_EACH)))

    assert read.gettext("Plain") == "Простой"
    assert read.pgettext("shop", "order") == "заказ"
    forms = [read.ngettext("%(n)s day", "%(n)s days", number) for number in (1, 2, 5, 11, 21, 104)]
    assert forms == [f"%(n)s {word}" for word in ("день", "дня", "дней", "дней", "день", "дня")]


def test_what_is_compiled_can_be_read_back() -> None:
    assert catalogues.decompiled(catalogues.compiled(ONE_EACH)) == catalogues.messages(ONE_EACH)


def test_a_file_that_is_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="no compiled catalogue"):
        catalogues.decompiled(b"something else")
    with pytest.raises(ValueError, match="cannot be read"):
        catalogues.parse('msgid "open\nmsgstr ""')


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        (Entry(Text("a"), ("",)), "is not translated"),
        (Entry(Text("a"), ("б",), is_fuzzy=True), "is marked as fuzzy"),
        (Entry(Text("%(n)s a", plural="%(n)s b"), ("%(n)s а", "%(n)s б")), "is not translated"),
        (Entry(Text("hello %(name)s"), ("привет",)), "has other placeholders: привет"),
        (Entry(Text("hello %(name)s"), ("привет %(nome)s",)), "has other placeholders: привет %(nome)s"),
        (Entry(Text("hello {name}"), ("привет {}",)), "has other placeholders: привет {}"),
        (Entry(Text("one day", plural="%(n)s days"), ("один день", "%(n)s дня", "%(n)s дней")), None),
        (Entry(Text("a\n"), ("б",)), "ends another line"),
        (Entry(Text("a"), ("\nб",)), "begins another line"),
        (Entry(Text("100% sure"), ("точно на 100%",)), None),
    ],
)
def test_mistakes_of_a_translation_are_named(entry: Entry, mistake: str | None) -> None:
    assert list(entry.mistakes()) == ([mistake] if mistake else [])


def test_a_new_text_is_added_empty_and_an_old_one_is_dropped() -> None:
    [plain, *_] = ONE_EACH

    merged = translations.merged([plain, Entry(Text("Gone"), ("Ушло",))], {plain.text, Text("New")})

    assert merged == [Entry(Text("New"), ("",)), plain]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("a")', {Text("a")}),
        ('label = gettext_lazy("a" "b")', {Text("ab")}),
        ('translation.ngettext("a", "b", n)', {Text("a", plural="b")}),
        ('pgettext_lazy("of a door", "open")', {Text("open", context="of a door")}),
        ('npgettext("c", "a", "b", n)', {Text("a", context="c", plural="b")}),
        ('other("a")', set()),
    ],
)
def test_texts_of_python_are_found(source: str, found: set[Text]) -> None:
    assert set(texts.of_python(source)) == found


@pytest.mark.parametrize("source", ["_(name)", '_(f"a {b}")', '_("a" + b)'])
def test_a_text_put_together_at_run_time_is_refused(source: str) -> None:
    with pytest.raises(texts.NoLiteral, match="line 1"):
        list(texts.of_python(source))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "a" %}', {Text("a")}),
        ('{% translate \'a b\' as x %}{% translate "b" context "c" %}', {Text("a b"), Text("b", context="c")}),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", {Text("Hello %(name)s")}),
        (
            "{% blocktranslate count n=n trimmed %}\n one\n{% plural %}\n {{ n }} of\n them\n{% endblocktranslate %}",
            {Text("one", plural="%(n)s of them")},
        ),
        ('{% include "ui/badge.html" with text=_("New") only %}', {Text("New")}),
        ('{{ name|default:_("nobody") }} {{ _("a") }}', {Text("nobody"), Text("a")}),
        ('<p title="_(x)">gettext</p>', set()),
    ],
)
def test_texts_of_templates_are_found(source: str, found: set[Text]) -> None:
    assert set(texts.of_template(source)) == found

"""Small rules of the parts that need no browser."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from samovar.ui import people
from samovar.ui.navigation import Entry, Menu, Section
from tests.sources import PACKAGE, templates

SPRITE = (PACKAGE / "ui" / "static" / "ui" / "icons.svg").read_text(encoding="utf-8")
SIGNS = set(re.findall(r'<symbol id="([a-z-]+)"', SPRITE))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Elena Sokolova", "ES"),
        ("Елена Соколова", "ЕС"),
        ("ёж", "Ё"),
        ("Anna Maria de la Cruz", "AM"),
        ("elena.s@mail.example", "EM"),
        ("  ", "?"),
        ("", "?"),
        ("*** 7", "7"),
        ("<script>", "?"),
        ("ß", "SS"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert people.initials(name) == initials


def test_the_tint_stays_the_same_for_the_same_person() -> None:
    assert [people.tone(number) for number in (1, 2, 3, 4, 5)] == ["2", "3", "4", "1", "2"]
    assert people.tone(None) == ""


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.stem)
def test_every_sign_that_a_template_names_is_drawn(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r'{%\s*icon\s+"([\w-]+)"', text) + re.findall(r'\sicon="([\w-]+)"', text)

    assert set(named) <= SIGNS


def test_a_sign_without_a_name_is_hidden_and_one_with_a_name_is_said() -> None:
    def drawn(tag: str) -> str:
        return Template("{% load ui %}" + tag).render(Context({"why": "Late <b>"}))

    assert 'aria-hidden="true"' in drawn('{% icon "inbox" %}')
    assert 'role="img" aria-label="Late &lt;b&gt;"' in drawn('{% icon "alert" label=why %}')


def test_the_bottom_bar_takes_four_places_at_most() -> None:
    entries = [Entry(label=str(number), url="/", is_on_phone=number != 2) for number in range(7)]

    assert [entry.label for entry in Menu(sections=[Section(entries=entries)]).places] == ["0", "1", "3", "4"]

"""The map of the keyboard, and keys of one's own."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

import samovar
from samovar.accounts.models import Company, Role, User
from samovar.desk.keys import CHANGEABLE, KEYS, OneKeyForTwo, own_keys, pressable
from tests import make

ROOT = Path(samovar.__file__).parent
# What stands in the text of a template, and what Python gives to one.
WRITTEN = re.compile(r'data-key="([^"{]+)"')
GIVEN = re.compile(r'key="(G [A-Z])"')


# The map that everybody is promised, as far as it is built.
PROMISED = {
    *(
        "J",
        "K",
        "/",
        "Enter",
        "R",
        "N",
        "Mod+Enter",
        "Mod+Shift+Enter",
        "E",
        "S",
        "A",
        "M",
        "X",
        "T",
        "P",
        "L",
        "[",
        "]",
    ),
    *("H", "Z", "Space", "?", "Escape", "1–9", "Mod+K", "G I", "G C"),
}
LISTED = re.compile(r"<dt>([^<]+)</dt><dd><kbd>([^<]+)</kbd></dd>")


@pytest.fixture
def olga(client: Client) -> User:
    """An agent who is signed in."""
    user = make.agent("olga")
    client.force_login(user)
    return user


def sent(**changed: str) -> dict[str, str]:
    """Return what the form of keys sends; the names are those of keys: ``E="D"``."""
    return {key.field: changed.get(name, name) for name, key in CHANGEABLE.items()}


def test_every_key_of_every_page_stands_in_the_map_and_nothing_else() -> None:
    texts = [path.read_text("utf-8") for path in ROOT.rglob("*.html")]
    found = {unescape(key) for text in texts for key in WRITTEN.findall(text)}
    found |= {key for path in ROOT.rglob("*.py") for key in GIVEN.findall(path.read_text("utf-8"))}

    # What the browser presses, what the scripts hear by themselves, and nine keys in one.
    assert found == set(KEYS) - {"1–9", "?", "Enter", "Mod+B", "Mod+I"}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("e", "E"),
        (" shift + p ", "Shift+P"),
        ("G i", "G I"),
        ("[", "["),
        ("space", "Space"),
        ("", ""),
        ("EE", None),
        ("Mod+E", None),
        ("7", None),
        ("?", None),
        ("G", "G"),
        ("G G G", None),
        ("И", None),
    ],
)
def test_what_is_a_key(typed: str, key: str | None) -> None:
    assert pressable(typed) == key


def test_only_what_differs_is_kept() -> None:
    assert own_keys({"E": "D", "Q": "", "R": "R"}) == {"E": "D", "Q": ""}


def test_two_things_can_change_places() -> None:
    assert own_keys({"E": "R", "R": "E"}) == {"E": "R", "R": "E"}


@pytest.mark.parametrize("wanted", [{"E": "R"}, {"Q": "G"}, {"E": "D", "R": "D"}])
def test_no_key_is_for_two_things(wanted: dict[str, str]) -> None:
    with pytest.raises(OneKeyForTwo):
        own_keys(wanted)


@pytest.mark.django_db
def test_a_person_changes_keys_and_takes_it_back(client: Client, olga: User) -> None:
    page = client.post("/keys/", sent(E="d", Q=""), follow=True).content.decode()

    assert User.objects.get().keys == {"E": "D", "Q": ""}
    assert 'data-own-keys="{&quot;E&quot;: &quot;D&quot;, &quot;Q&quot;: &quot;&quot;}"' in page
    undo = re.search(r'action="(/keys/\?undo=[^"]+)"', page)
    assert undo
    client.post(unescape(undo[1]))
    assert User.objects.get().keys == {}


@pytest.mark.django_db
def test_one_key_for_two_is_refused_beside_the_second_and_nothing_changes(client: Client, olga: User) -> None:
    answer = client.post("/keys/", sent(E="R"))

    assert answer.status_code == 422
    assert "R is already the key for “Reply”." in answer.content.decode()
    assert User.objects.get().keys == {}


@pytest.mark.django_db
def test_what_is_no_key_is_named(client: Client, olga: User) -> None:
    answer = client.post("/keys/", sent(E="F5"))

    assert answer.status_code == 422
    assert "Give a letter, Shift and a letter, G and a letter, or nothing." in answer.content.decode()


@pytest.mark.django_db
def test_the_keys_of_another_person_cannot_be_brought_back(client: Client, olga: User) -> None:
    client.post("/keys/", sent(E="D"))
    page = client.post("/keys/", sent(E="W"), follow=True).content.decode()
    undo = re.search(r'action="(/keys/\?undo=[^"]+)"', page)
    assert undo
    elena = make.agent("elena")
    client.force_login(elena)

    answer = client.post(unescape(undo[1]), follow=True)

    assert "This cannot be undone any more" in answer.content.decode()
    assert User.objects.get(pk=elena.pk).keys == {}


@pytest.mark.django_db
def test_delivered_keys_are_offered_and_saved_only_when_wished(client: Client, olga: User) -> None:
    olga.change_ways(keys={"E": "D"})

    page = client.get("/keys/?delivered").content.decode()

    assert re.search(r'name="key-45" value="E"', page)
    assert User.objects.get().keys == {"E": "D"}


def listed(client: Client) -> dict[str, str]:
    """Return all keys that a page tells when it is asked, each with what it does."""
    return {key: unescape(title) for title, key in LISTED.findall(client.get("/").content.decode())}


@pytest.mark.django_db
def test_every_promised_key_stands_among_all_keys(client: Client, olga: User) -> None:
    assert set(listed(client)) >= PROMISED
    assert set(listed(client)) == set(KEYS)


@pytest.mark.django_db
def test_all_keys_are_told_in_the_language_of_the_person(client: Client, olga: User) -> None:
    olga.change_ways(language="ru")

    assert listed(client)["Escape"] == "Выйти из поля, закрыть, назад"
    assert [title for title in listed(client).values() if not re.search("[а-яё]", title)] == []


@pytest.mark.django_db
def test_a_key_that_a_person_has_switched_off_is_not_told(client: Client, olga: User) -> None:
    olga.change_ways(keys={"Q": "", "E": "D"})
    assert set(listed(client)) == set(KEYS) - {"Q"}

    olga.change_ways(has_keys=False)
    assert set(listed(client)) == {key for key in KEYS if key.startswith("Mod+")} | {"Enter", "Escape"}


@pytest.mark.django_db
def test_keys_leave_with_the_part_that_they_belong_to(client: Client, olga: User) -> None:
    company = Company.objects.create(pk=1, name="Aurora")
    company.parts_off = ["causes", "macros", "promises", "steps", "experts"]
    company.save()

    gone = {"T", "Shift+T", "B", "Mod+/", "P", "Shift+P", "Y", "X"}
    assert set(listed(client)) == set(KEYS) - gone


@pytest.mark.django_db
def test_who_only_looks_is_told_of_no_key_that_changes_something(client: Client) -> None:
    client.force_login(make.user("oleg", role=Role.OBSERVER))

    told = set(listed(client))

    assert {"J", "/", "G C", "H", "Mod+K", "?"} <= told
    assert told.isdisjoint({"R", "N", "E", "S", "A", "M", "Z", "Space"})

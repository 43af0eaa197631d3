"""What the words between braces in a macro stand for."""

import pytest

from samovar.conversations.placeholders import KNOWN, fill, first_name, harmless, left_open, mistakes, question

VALUES = {"customer.first_name": "Elena", "customer.name": "", "brand.name": "Aurora Home"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{ customer.first_name }},", "Hello Elena,"),
        ("Hello {{customer.first_name}},", "Hello Elena,"),
        ('{{ customer.first_name | "there" }}', "Elena"),
        ('Hello {{ customer.name | "there" }},', "Hello there,"),
        ("Hello {{ customer.name | “there” }},", "Hello there,"),
        ("Здравствуйте, {{ customer.name | «друг» }}!", "Здравствуйте, друг!"),
        ('Hello{{ customer.name | "" }},', "Hello,"),
        ("Hello {{ customer.name }},", "Hello [customer.name?],"),
        ("Hello {{ customer.firs_name }},", "Hello [customer.firs_name?],"),
        ("{{ customer.name | there }}", "[customer.name | there?]"),
        ("{ customer.name } and {% if %} and {{}", "{ customer.name } and {% if %} and {{}"),
        ("{{ brand.name.upper }}", "[brand.name.upper?]"),
        ("{{ customer\n.name }}", "{{ customer\n.name }}"),
        ("", ""),
    ],
)
def test_a_word_is_replaced_by_what_it_stands_for(text: str, filled: str) -> None:
    assert fill(text, VALUES) == filled


def test_what_is_filled_in_is_never_read_as_a_placeholder_itself() -> None:
    assert fill("{{ customer.name }}", {"customer.name": "{{ brand.name }}"}) == "{{ brand.name }}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello [customer.name?], [customer.name?] of [brand.name?]", ["customer.name", "brand.name"]),
        ('Hello {{ customer.first_name | "there" }}', ["customer.first_name"]),
        ("Hello {{ whatever }}", ["whatever"]),
        ("Is it [this?] or [that.one?]", []),
        ("Hello Elena", []),
    ],
)
def test_what_was_left_open_is_found_in_a_text(text: str, names: list[str]) -> None:
    assert left_open(text) == names


def test_the_question_names_what_was_left_open() -> None:
    assert question(["customer.name"]) == "This was not filled in: customer.name"
    assert question(["customer.name", "brand.name"]) == "These were not filled in: customer.name, brand.name"


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_is_no_mistake(name: str) -> None:
    assert mistakes(f'{{{{ {name} }}}} and {{{{ {name} | "nobody" }}}}') == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ customer.firs_name }}", "Did you mean {{ customer.first_name }}?"),
        ("{{ Customer.Name }}", "Did you mean {{ customer.name }}?"),
        ("{{ zzz }}", "Below stands what can be written."),
        ("{{ }}", "cannot be read"),
        ("{{ customer.name | there }}", "cannot be read"),
        ("{{ customer.name", "ends with }}"),
        ("customer.name }}", "ends with }}"),
        ("{{ 7 * 7 }}", "cannot be read"),
        ("{{ agent.__class__ }}", "Nobody knows"),
        ("{{ agent.password }}", "Nobody knows"),
    ],
)
def test_what_nobody_knows_is_said_with_what_could_be_meant(text: str, said: str) -> None:
    [mistake] = mistakes(text)

    assert said in mistake


def test_the_same_mistake_is_said_once() -> None:
    assert len(mistakes("{{ zzz }} {{ zzz }}")) == 1


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("Elena Sokolova", "Elena Sokolova"),
        ("О’Хара-Петрова", "О’Хара-Петрова"),
        (" Elena\n\tSokolova ", "Elena Sokolova"),
        ("**Elena** [here](x)", "Elena here(x)"),
        ("<b>Elena</b>", "bElena/b"),
        ("# Elena", "Elena"),
        ("И.Иванов", "И. Иванов"),
        ("evil.example", "evil. example"),
        ("Order 20.418", "Order 20.418"),
        ("https://evil.example", ""),
        ("WWW.evil.example", ""),
        ("elena@mail.example", ""),
        ("Elena\u202elive", "Elenalive"),
        ("{{ brand.name }}", "brand. name"),
        ("E" * 201, ""),
        ("", ""),
    ],
)
def test_what_somebody_claims_to_be_called_is_made_harmless(claimed: str, shown: str) -> None:
    assert harmless(claimed) == shown


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Elena Sokolova", "Elena"),
        ("Елена", "Елена"),
        ("Sokolova, Elena", "Elena"),
        ("Анна-Мария Иванова", "Анна-Мария"),
        # Said, not guessed: whoever reads it sets it right.
        ("Соколова Елена Ивановна", "Соколова"),
        ("Sokolova,", "Sokolova"),
        ("J. Smith", ""),
        ("Dr. Smith", ""),
        ("А Иванов", ""),
        ("user42", ""),
        ("", ""),
        ("— —", ""),
    ],
)
def test_the_first_name_is_the_first_word(name: str, first: str) -> None:
    assert first_name(name) == first

"""Names, addresses, parameters and encoded words are read however mail programs write them."""

import pytest

from samovar.channels.mail.addresses import Address, addresses
from samovar.channels.mail.headers import parameters, words_decoded
from samovar.channels.mail.subjects import normalised_subject


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.c", [("", "a@b.c")]),
        ("<a@b.c>", [("", "a@b.c")]),
        ("Ann <a@b.c>", [("Ann", "a@b.c")]),
        ('"Doe, Ann" <a@b.c>', [("Doe, Ann", "a@b.c")]),
        ('"Ann \\"Star\\" Doe" <a@b.c>', [('Ann "Star" Doe', "a@b.c")]),
        ("a@b.c (Ann Doe)", [("Ann Doe", "a@b.c")]),
        ("Ann <a@b.c>, Bob <d@e.f>", [("Ann", "a@b.c"), ("Bob", "d@e.f")]),
        ("Ann <a@b.c>; Bob <d@e.f>", [("Ann", "a@b.c"), ("Bob", "d@e.f")]),
        ("a@b.c <other>", [("a@b.c", "other")]),
        ("<one> <a@b.c>", [("", "a@b.c")]),
        ('"Ann', [('"Ann', "")]),
        (", ".join(f"a{number}@b.c" for number in range(1500)), [("", f"a{number}@b.c") for number in range(1000)]),
        ("Friends: Ann <a@b.c>, d@e.f;", [("Ann", "a@b.c"), ("", "d@e.f")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?q?J=C3=BCrgen?= <a@b.c>", [("Jürgen", "a@b.c")]),
        ('"=?utf-8?q?J=C3=BCrgen?=" <a@b.c>', [("Jürgen", "a@b.c")]),
        ("support@bank.example <evil@example.com>", [("support@bank.example", "evil@example.com")]),
        ('"quoted@local"@b.c', [("", "quoted@local@b.c")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("MAILER-DAEMON <>", [("MAILER-DAEMON", "")]),
        ("Ann <mailto:a@b.c>", [("Ann", "a@b.c")]),
        ("<@relay.example:a@b.c>", [("", "a@b.c")]),
        ("Ann <a@b.c", [("Ann", "a@b.c")]),
        ("a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        ("", []),
        (",,;", []),
    ],
)
def test_addresses_are_found(value: str, found: list[tuple[str, str]]) -> None:
    assert [(person.name, person.address) for person in addresses(value)] == found


def test_an_address_knows_its_halves() -> None:
    assert (Address("", "Ann@Example.ORG").local_part, Address("", "Ann@Example.ORG").domain) == ("ann", "example.org")
    assert Address("Ann", "").domain == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?b?0J/RgNC4?=", "При"),
        ("=?utf-8?q?a_b=3F?= c", "a b? c"),
        ("=?utf-8?b?0J/R?= =?utf-8?b?gNC4?=", "При"),
        ("=?iso-8859-1?q?caf=E9?= =?utf-8?q?_=E2=82=AC?=", "café €"),
        ("=?utf-8*en?q?hi?=", "hi"),
        ("=?x-unknown?q?=D0=9F?=", "П"),
        ("=?utf-8?b?####?=", ""),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q?unclosed", "=?utf-8?q?unclosed"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?iso-8859-1?Q?Frösche?=", "Frösche"),
        ("=?x-unknown?Q?Frösche?=", "Frösche"),
        ("=?utf-8?b?0J/RgNC4A?=", "При"),
    ],
)
def test_encoded_words_are_read(value: str, text: str) -> None:
    assert words_decoded(value) == text


@pytest.mark.parametrize(
    ("value", "main", "given"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('TEXT/Plain ;Charset="utf-8" ; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ("attachment; filename=two words.pdf", "attachment", {"filename": "two words.pdf"}),
        ('attachment; filename="a;b.pdf"', "attachment", {"filename": "a;b.pdf"}),
        ('attachment; filename="open', "attachment", {"filename": "open"}),
        ("attachment; filename*=utf-8'ru'%D1%84.txt", "attachment", {"filename": "ф.txt"}),
        ("attachment; filename*1=b.txt; filename*0=a", "attachment", {"filename": "ab.txt"}),
        ("attachment; filename*0*=koi8-r''%C1; filename*1=b", "attachment", {"filename": "аb"}),
        ("attachment", "attachment", {}),
        ("", "", {}),
    ],
)
def test_parameters_are_put_together(value: str, main: str, given: dict[str, str]) -> None:
    found = parameters(value)

    assert (found.value, found.given) == (main, given)


@pytest.mark.parametrize(
    ("subject", "normalised"),
    [
        ("Заказ 5", "заказ 5"),
        ("Re: Заказ 5", "заказ 5"),
        ("RE: Fwd: AW: Ответ: Заказ 5", "заказ 5"),
        ("Re[2]: Order", "order"),
        ("Re(3): Order", "order"),
        ("Re^2: Order", "order"),
        ("[list] Re: [help] Order", "order"),
        ("Отв: Пересл: Заказ", "заказ"),
        ("回复: Order", "order"),
        ("SV: VB: Antw: Order (2)", "order"),
        ("Re:", ""),
        ("[only a tag]", "[only a tag]"),
        ("Regarding: my order", "regarding: my order"),
        ("Rest: money", "rest: money"),
        ("", ""),
    ],
)
def test_subjects_are_compared_without_what_programs_add(subject: str, normalised: str) -> None:
    assert normalised_subject(subject) == normalised

"""Settings from the environment: a wrong one is named together with what would be right."""

from pathlib import Path

import pytest

from samovar.lib import env


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMOVAR_TEST", raising=False)


@pytest.mark.parametrize(("raw", "read"), [("", "fallback"), ("   ", "fallback"), (" a b ", "a b")])
def test_a_text_loses_its_outer_blanks_and_an_empty_one_is_the_default(
    monkeypatch: pytest.MonkeyPatch, raw: str, read: str
) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", raw)

    assert env.text("SAMOVAR_TEST", "fallback") == read


def test_a_missing_variable_is_the_default() -> None:
    assert env.text("SAMOVAR_TEST") == ""
    assert env.number("SAMOVAR_TEST", 7) == 7
    assert env.flag("SAMOVAR_TEST", True) is True
    assert env.flag("SAMOVAR_TEST", False) is False


@pytest.mark.parametrize(("raw", "read"), [("1", 1), (" 65535 ", 65535)])
def test_a_number_within_its_limits_is_read(monkeypatch: pytest.MonkeyPatch, raw: str, read: int) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", raw)

    assert env.number("SAMOVAR_TEST", 8000, 1, 65535) == read


@pytest.mark.parametrize("raw", ["0", "65536", "-1", "eight", "8.5", "1e3"])
def test_a_number_that_cannot_be_used_is_named_with_its_limits(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", raw)

    with pytest.raises(env.WrongSetting, match=f"SAMOVAR_TEST is '{raw}'.*from 1 to 65535"):
        env.number("SAMOVAR_TEST", 8000, 1, 65535)


@pytest.mark.parametrize(
    ("raw", "read"),
    [("yes", True), ("On", True), ("1", True), ("TRUE", True), ("no", False), ("off", False), ("0", False)],
)
def test_yes_and_no_are_read_in_common_words(monkeypatch: pytest.MonkeyPatch, raw: str, read: bool) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", raw)

    assert env.flag("SAMOVAR_TEST", not read) is read


def test_another_word_is_neither_yes_nor_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", "maybe")

    with pytest.raises(env.WrongSetting, match="SAMOVAR_TEST is 'maybe'.*yes or no"):
        env.flag("SAMOVAR_TEST", False)


def test_networks_are_read_with_blanks_or_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", "10.0.0.5, 192.168.1.7/24 fd00::/8")

    assert [str(network) for network in env.networks("SAMOVAR_TEST")] == ["10.0.0.5/32", "192.168.1.0/24", "fd00::/8"]


def test_no_network_is_trusted_without_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMOVAR_TEST", raising=False)

    assert env.networks("SAMOVAR_TEST") == []


def test_what_is_no_network_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMOVAR_TEST", "10.0.0.5 everybody")

    with pytest.raises(env.WrongSetting, match="SAMOVAR_TEST holds 'everybody'.*10.0.0.0/24"):
        env.networks("SAMOVAR_TEST")


def test_the_home_is_absolute_wherever_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMOVAR_HOME", "here")

    assert env.home() == tmp_path / "here"


@pytest.mark.parametrize(("user", "home"), [(0, "/var/lib/samovar"), (1000, "/somebody/.local/share/samovar")])
def test_without_a_setting_the_home_suits_who_starts_it(monkeypatch: pytest.MonkeyPatch, user: int, home: str) -> None:
    monkeypatch.delenv("SAMOVAR_HOME", raising=False)
    monkeypatch.setenv("HOME", "/somebody")
    monkeypatch.setattr("os.geteuid", lambda: user)

    assert env.home() == Path(home)

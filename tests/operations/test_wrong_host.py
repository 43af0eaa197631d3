"""Who comes by a name that we do not answer to is told which setting is missing."""

import logging

import pytest
from django.test import Client

from samovar.operations import failing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failing, "_told", set())


@pytest.mark.parametrize("host", ["192.168.1.20:8000", "desk.aurora.example", "no host at all"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "This address is not known here"), ("ru", "Этот адрес здесь не знают")]
)
def test_the_page_names_the_host_and_the_setting(client: Client, host: str, language: str, words: str) -> None:
    answer = client.get("/", headers={"Host": host, "Accept-Language": language})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page and host in page and "SAMOVAR_HOSTS" in page


def test_the_host_is_shown_as_words_and_not_without_end(client: Client) -> None:
    page = client.get("/", headers={"Host": "<img src=x>" + "y" * 500}).content.decode()

    assert "&lt;img src=x&gt;" in page and "<img" not in page
    assert "y" * 101 not in page


def test_it_is_logged_once(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            client.get("/", headers={"Host": "desk.aurora.example"})

    told = [record for record in caplog.records if "SAMOVAR_HOSTS" in record.getMessage()]
    assert len(told) == 1
    assert "desk.aurora.example" in told[0].getMessage()


def test_robots_do_not_fill_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for number in range(failing.MOST_TOLD + 5):
            client.get("/", headers={"Host": f"guess{number}.example"})

    told = [record for record in caplog.records if "SAMOVAR_HOSTS" in record.getMessage()]
    assert len(told) == failing.MOST_TOLD

"""Samovar as an app of its own: what a browser is told about it."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from samovar.accounts.models import Company
from tests import make

pytestmark = pytest.mark.django_db


def test_the_app_bears_the_name_of_the_company_and_opens_the_inbox(client: Client) -> None:
    Company.objects.create(pk=1, name="Aurora Home")

    told = client.get("/manifest.webmanifest").json()

    assert (told["name"], told["start_url"], told["scope"], told["display"]) == ("Aurora Home", "/", "/", "standalone")
    assert [place["url"] for place in told["shortcuts"]] == ["/conversations/new/", "/for-me/"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


def test_every_icon_of_the_app_has_the_size_that_is_said(client: Client) -> None:
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        with Image.open(str(finders.find(icon["src"].removeprefix("/static/")))) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_app_speaks_the_language_of_the_person(client: Client) -> None:
    olga = make.agent("olga")
    olga.change_ways(language="ru")
    client.force_login(olga)

    told = client.get("/manifest.webmanifest", headers={"Accept-Language": "en"}).json()

    assert told["lang"] == "ru"
    assert [place["name"] for place in told["shortcuts"]] == ["Новое обращение", "Для меня"]


def test_the_service_worker_looks_after_all_addresses_and_is_always_the_newest(client: Client) -> None:
    answer = client.get("/service-worker.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"
    # One program in one piece: nothing is loaded by it.
    assert "importScripts" not in answer.text and "import " not in answer.text


def test_pages_say_whose_they_are_and_each_session_has_a_word_of_its_own(client: Client) -> None:
    olga, elsewhere = make.agent("olga"), Client()
    client.force_login(olga)
    elsewhere.force_login(olga)

    words = [one.get("/").headers["X-Kept-For"] for one in (client, elsewhere, client)]

    assert words[0] == words[2] != words[1]
    assert "X-Kept-For" not in Client().get("/accounts/login/").headers
    assert "X-Kept-For" not in client.post("/accounts/logout/").headers

"""Pages for when something is wrong: in the reader's language, with what to do, without a stack."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation
from django.views.defaults import server_error

from tests import make

pytestmark = pytest.mark.django_db


@login_not_required
def _broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


urlpatterns = [path("broken/", _broken, name="account_login")]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [("/no/such/page/", 404, "Здесь ничего нет"), ("/people/", 403, "Вам сюда нельзя")],
)
def test_what_is_missing_or_forbidden_is_said_in_the_language_of_the_reader(
    client: Client, address: str, status: int, words: str
) -> None:
    olga = make.agent("olga")
    olga.change_ways(language="ru")
    client.force_login(olga)

    response = client.get(address)

    assert response.status_code == status
    assert words in response.content.decode()


def test_a_form_from_a_page_that_was_open_too_long_changes_nothing_and_says_so() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.agent("olga"))

    response = client.post("/profile/", {"name": "Somebody else"})

    assert response.status_code == 403
    assert "Nothing was changed" in response.content.decode()


@override_settings(ROOT_URLCONF="tests.ui.test_error_pages")
def test_a_mistake_of_ours_shows_no_details() -> None:
    make.admin()

    response = Client(raise_request_exception=False).get("/broken/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_the_page_of_a_mistake_speaks_russian() -> None:
    with translation.override("ru"):
        assert "Ошибка на нашей стороне" in server_error(RequestFactory().get("/")).content.decode()

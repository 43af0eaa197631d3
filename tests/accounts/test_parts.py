"""A company says how large it is; the parts that it does without leave menus and pages, and nothing is lost."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from samovar.accounts.models import AuditEntry, Company, User
from samovar.accounts.parts import PARTS, off_for
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> User:
    """An administrator who is signed in."""
    user = make.admin()
    client.force_login(user)
    return user


def test_a_small_company_is_offered_less_and_takes_it_back(client: Client, anna: User) -> None:
    page = client.post("/company/parts/", {"size": "small"}, follow=True).content.decode()

    assert (Company.objects.get().size, Company.objects.get().parts_off) == ("small", off_for("small"))
    assert "brands" in off_for("small")
    assert 'href="/brands/"' not in page
    undo = re.search(r'action="(/company/parts/\?undo=[^"]+)"', page)
    assert undo
    assert 'href="/brands/"' in client.post(unescape(undo[1]), follow=True).content.decode()
    assert (Company.objects.get().size, Company.objects.get().parts_off) == ("", [])
    assert AuditEntry.objects.filter(action="parts-chosen").count() == 2


def test_single_parts_are_switched(client: Client, anna: User) -> None:
    wanted = [name for name in PARTS if name not in ("causes", "promises")]

    page = client.post("/company/parts/", {"part": wanted}, follow=True).content.decode()

    assert Company.objects.get().parts_off == ["causes", "promises"]
    for gone in ("/causes/", "/promises/", "?view=without-cause", "?view=promised"):
        assert gone not in page
    assert "?view=ideas" in page


def test_an_undo_that_we_did_not_sign_changes_nothing(client: Client, anna: User) -> None:
    page = client.post("/company/parts/?undo=made-up", follow=True).content.decode()

    assert "This cannot be undone any more" in page
    assert not Company.objects.exclude(parts_off=[]).exists()


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("causes", 'data-key="T"'),
        ("ideas", "Mark as an idea"),
        ("promises", 'data-key="P"'),
        ("steps", 'data-key="Shift+P"'),
        ("macros", 'data-key="B"'),
        ("outside", "/asking/"),
        ("experts", 'data-key="X"'),
        ("experts", "expert-menu"),
        ("experts", "/experts/?side"),
        ("restrictions", "/restrictions/new/"),
    ],
)
def test_a_conversation_shows_what_is_switched_on(client: Client, anna: User, part: str, shown: str) -> None:
    address = make.conversation().get_absolute_url()
    assert shown in client.get(address).content.decode()

    Company.choose_parts("", [part], by=anna)

    assert shown not in client.get(address).content.decode()


def test_the_palette_offers_only_what_is_switched_on(client: Client, anna: User) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "palette-results",
        "HX-Current-URL": f"http://testserver{make.conversation().get_absolute_url()}",
    }
    assert "Set the cause" in client.get("/search/?q=cause", headers=headers).content.decode()

    Company.choose_parts("", ["causes", "ideas"], by=anna)

    assert "Set the cause" not in client.get("/search/?q=cause", headers=headers).content.decode()
    assert "Mark as an idea" not in client.get("/search/?q=idea", headers=headers).content.decode()


def test_who_has_signed_in_brings_the_parts_along(
    client: Client, anna: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/company/parts/")
    user = User.objects.get(pk=anna.pk)

    with django_assert_num_queries(1):
        assert user.parts["causes"]
        assert user.parts["brands"]


def test_only_administrators_choose(client: Client) -> None:
    client.force_login(make.lead("lena"))

    assert client.post("/company/parts/", {"size": "small"}).status_code == 403
    assert client.get("/company/parts/").status_code == 403


def test_a_person_chooses_how_dense_pages_are(client: Client, anna: User) -> None:
    page = client.post("/profile/", {"name": "Anna Petrova", "density": "compact"}, follow=True).content.decode()

    assert 'data-density="compact"' in page
    assert client.post("/profile/", {"name": "Anna Petrova", "density": "huge"}).status_code == 422

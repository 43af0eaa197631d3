"""Two people have one form of settings open: the first saves, and the second is told before anything is overwritten."""

from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Calendar, Company, Team
from samovar.conversations.models import Cause, Tag
from samovar.customers.models import Organisation
from tests import make

pytestmark = pytest.mark.django_db
Fields = dict[str, list[str]]


class Forms(HTMLParser):
    """What a browser would send of each form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Fields] = []
        self.targets: list[str] = []
        self.choice = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a form has in it."""
        given = dict(attrs)
        if tag == "form":
            self.found.append({})
            self.targets.append(given.get("action") or "")
        elif tag == "select":
            self.choice = given["name"] or ""
        elif tag == "option" and "selected" in given:
            self._note(self.choice, given["value"] or "")
        elif tag == "input" and given.get("name") and (given.get("type") != "checkbox" or "checked" in given):
            self._note(given["name"] or "", given.get("value") or ("on" if given.get("type") == "checkbox" else ""))

    def _note(self, name: str, value: str) -> None:
        if self.found:
            self.found[-1].setdefault(name, []).append(value)


def fields_of(page: bytes, name: str) -> Fields:
    """Return what the browser would send of the form that has a field of this name."""
    [form] = [one for one in Forms(page.decode()).found if name in one and "csrfmiddlewaretoken" in one]
    return form


def target_of(page: bytes, name: str, address: str) -> str:
    """Return where a browser would send the form that has a field of this name, on a page at this address."""
    forms = Forms(page.decode())
    [target] = [to for to, one in zip(forms.targets, forms.found, strict=True) if name in one]
    return urljoin(address, target)


def opened(address: str, field: str) -> tuple[Client, Fields]:
    client = Client()
    client.force_login(make.admin())
    return client, fields_of(client.get(address).content, field)


def organisation() -> tuple[str, Callable[[], str]]:
    found = make.organisation("Aurora")
    address = reverse("organisation_details", args=[found.pk])
    return address, lambda: Organisation.objects.get(pk=found.pk).name


def team() -> tuple[str, Callable[[], str]]:
    found = make.team("Aurora")
    return reverse("team", args=[found.pk]), lambda: Team.objects.get(pk=found.pk).name


def tag() -> tuple[str, Callable[[], str]]:
    found = make.tag("Aurora")
    return reverse("tag", args=[found.pk]), lambda: Tag.objects.get(pk=found.pk).name


def cause() -> tuple[str, Callable[[], str]]:
    found = make.cause("Aurora")
    return reverse("cause", args=[found.pk]), lambda: Cause.objects.get(pk=found.pk).name


@pytest.mark.parametrize("setting", [organisation, team, tag, cause])
def test_of_two_who_name_it_the_second_sees_the_first_name_and_decides(setting: Callable[[], Any]) -> None:
    address, name = setting()
    (anna, annas), (oleg, olegs) = opened(address, "name"), opened(address, "name")
    anna.post(address, annas | {"name": "Boreas"})

    refused = oleg.post(address, olegs | {"name": "Cirrus"})

    assert refused.status_code == 422
    assert "somebody has changed it to “Boreas”" in refused.content.decode()
    assert name() == "Boreas"
    again = fields_of(refused.content, "name")
    assert again["name"] == ["Cirrus"]
    assert oleg.post(address, again).status_code == 302
    assert name() == "Cirrus"


@pytest.mark.parametrize("setting", [organisation, team, tag, cause])
def test_a_name_that_was_left_alone_does_not_come_back(setting: Callable[[], Any]) -> None:
    address, name = setting()
    (anna, annas), (oleg, olegs) = opened(address, "name"), opened(address, "name")
    anna.post(address, annas | {"name": "Boreas"})

    assert oleg.post(address, olegs).status_code == 302

    assert name() == "Boreas"


def test_of_two_who_change_other_fields_of_an_organisation_both_are_kept() -> None:
    address, _name = organisation()
    (anna, annas), (oleg, olegs) = opened(address, "name"), opened(address, "name")

    anna.post(address, annas | {"domain": "aurora.example"})
    oleg.post(address, olegs | {"name": "Boreas"})

    found = Organisation.objects.get()
    assert (found.name, found.domain) == ("Boreas", "aurora.example")


@pytest.mark.parametrize("of_team", [False, True])
def test_of_two_who_decide_the_hours_of_a_day_the_second_sees_the_first_ones(of_team: bool) -> None:
    care = make.team("Care") if of_team else None
    Calendar.objects.all().decide(care, "Europe/Moscow", [[["09:00", "18:00"]]] * 7, by=None)
    address = reverse("team_calendar", args=[care.pk]) if care else reverse("company_calendar")
    (anna, annas), (oleg, olegs) = opened(address, "day_0"), opened(address, "day_0")
    anna.post(address, annas | {"day_0": "8-12", "day_1": "10-16"})

    refused = oleg.post(address, olegs | {"day_0": "7-11", "day_2": ""})

    assert refused.status_code == 422
    assert "somebody has changed it to “08:00–12:00”" in refused.content.decode()
    assert Calendar.objects.get(team=care).week[2] == [["09:00", "18:00"]]
    again = fields_of(refused.content, "day_0")
    assert again["day_0"] == ["7-11"]
    assert oleg.post(address, again).status_code == 302
    week = Calendar.objects.get(team=care).week
    assert week[:3] == [[["07:00", "11:00"]], [["10:00", "16:00"]], []]


def test_of_two_who_name_the_company_the_second_sees_the_first_name() -> None:
    Company.objects.create(pk=1, name="Aurora")
    (anna, annas), (oleg, olegs) = opened(reverse("people"), "company"), opened(reverse("people"), "company")
    anna.post(reverse("company"), annas | {"company": "Boreas"})

    refused = oleg.post(reverse("company"), olegs | {"company": "Cirrus"})

    assert refused.status_code == 422
    assert "somebody has changed it to “Boreas”" in refused.content.decode()
    assert Company.current_name() == "Boreas"
    assert oleg.post(reverse("company"), fields_of(refused.content, "company")).status_code == 302
    assert Company.current_name() == "Cirrus"


@pytest.mark.parametrize("of_team", [False, True])
def test_undoing_hours_takes_back_nothing_that_came_later(of_team: bool) -> None:
    care = make.team("Care") if of_team else None
    before = [[["09:00", "18:00"]]] * 7
    Calendar.objects.all().decide(care, "Europe/Moscow", before, by=None)
    address = reverse("team_calendar", args=[care.pk]) if care else reverse("company_calendar")
    (anna, annas), (oleg, olegs) = opened(address, "day_0"), opened(address, "day_0")
    said = anna.post(address, annas | {"day_0": "8-12"}, follow=True)
    undo = next(one.extra_tags for one in said.context["messages"])
    oleg.post(address, olegs | {"day_1": "10-16"})

    assert anna.post(undo).status_code == 302

    assert Calendar.objects.get(team=care).week[:2] == [before[0], [["10:00", "16:00"]]]
    # Where somebody has changed just that, it says so.
    anna.post(address, fields_of(anna.get(address).content, "day_0") | {"day_0": "7-11"})
    refused = anna.post(undo)
    assert refused.status_code == 422
    assert "somebody has changed it to “07:00–11:00”" in refused.content.decode()
    assert Calendar.objects.get(team=care).week[0] == [["07:00", "11:00"]]
    # With that in sight it is taken back all the same, by the form as it stands on that page.
    again = target_of(refused.content, "day_0", undo)
    assert anna.post(again, fields_of(refused.content, "day_0") | {"day_0": "6-10"}).status_code == 302
    assert Calendar.objects.get(team=care).week[:2] == [[["06:00", "10:00"]], [["10:00", "16:00"]]]


def test_a_team_that_got_hours_of_its_own_meanwhile_keeps_them() -> None:
    care = make.team("Care")
    address = reverse("team_calendar", args=[care.pk])
    (anna, annas), (oleg, olegs) = opened(address, "day_0"), opened(address, "day_0")
    anna.post(address, annas | {"has_own": "on", "day_0": "8-12"})

    oleg.post(address, olegs)

    assert Calendar.objects.get(team=care).week[0] == [["08:00", "12:00"]]


def test_who_was_put_into_an_empty_team_is_not_forgotten_when_its_name_is_refused() -> None:
    make.team("Boreas")
    care, olga = make.team("Care"), make.agent("olga")
    address = reverse("team", args=[care.pk])
    anna, annas = opened(address, "name")
    refused = anna.post(address, annas | {"name": "Boreas", "members": [str(olga.pk)]})

    anna.post(address, fields_of(refused.content, "name") | {"name": "Care"})

    assert list(care.members.all()) == [olga]


def test_no_words_instead_of_some_are_told_too() -> None:
    address, _name = organisation()
    anna, annas = opened(address, "name")
    anna.post(address, annas | {"domain": "aurora.example"})
    (anna, annas), (oleg, olegs) = opened(address, "name"), opened(address, "name")
    anna.post(address, annas | {"domain": ""})

    refused = oleg.post(address, olegs | {"domain": "boreas.example"})

    assert "somebody has emptied it" in refused.content.decode()
    assert Organisation.objects.get().domain == ""


@pytest.mark.parametrize("setting", [tag, cause])
def test_an_undone_name_does_not_take_back_what_somebody_else_has_called_it_since(setting: Callable[[], Any]) -> None:
    address, name = setting()
    anna, annas = opened(address, "name")
    page = anna.post(address, annas | {"name": "Boreas"}, follow=True).content.decode()
    [undo] = [unescape(part.partition('"')[0]) for part in page.split('action="') if part.startswith(f"{address}?")]
    oleg, olegs = opened(address, "name")
    oleg.post(address, olegs | {"name": "Cirrus"})

    refused = anna.post(undo)

    assert "somebody has changed it to “Cirrus”" in refused.content.decode()
    assert name() == "Cirrus"
    oleg.post(address, olegs | {"name": "Boreas", "initial-name": "Cirrus"})
    anna.post(undo)
    assert name() == "Aurora"


def test_what_is_sent_without_a_page_is_taken_as_it_is() -> None:
    address, name = tag()
    anna, _annas = opened(address, "name")

    anna.post(address, {"name": "Boreas"})

    assert name() == "Boreas"

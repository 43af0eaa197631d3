"""Working hours as they are typed, decided, shown and taken back."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from samovar.accounts import first_run
from samovar.accounts.models import AuditEntry, Calendar, Role, Team
from samovar.accounts.working_hours import NotUnderstood, overlapping, shown, understood, usual_week
from samovar.lib import clock
from tests import make

HTMX = {"HX-Request": "true"}
# A Tuesday; noon in Moscow.
NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("  ", ""),
        ("9-18", "09:00–18:00"),
        ("9–13, 14–18", "09:00–13:00, 14:00–18:00"),
        ("14-18; 9:30-13", "09:30–13:00, 14:00–18:00"),
        ("9.30 — 13.15 и 14-18", "09:30–13:15, 14:00–18:00"),
        ("9-13 and 14-18", "09:00–13:00, 14:00–18:00"),
        ("22-6", "22:00–06:00"),
        ("0-24", "00:00–24:00"),
        ("18-24", "18:00–24:00"),
        ("18-0", "18:00–24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, read: str) -> None:
    assert shown(understood(typed)) == read
    assert shown(understood(shown(understood(typed)))) == read


@pytest.mark.parametrize(
    "typed", ["closed", "9", "9-", "9-25", "9:60-18", "9-9", "24-6", "9-18-20", "9-10," * 9, "٩-١٨", "9-18 h"]
)
def test_what_is_no_list_of_hours_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        understood(typed)


@pytest.mark.parametrize(
    ("days", "late"),
    [
        ({}, None),
        ({0: "9-13, 13-18"}, None),
        ({0: "9-14, 13-18"}, 0),
        ({2: "22-6", 3: "6-9"}, None),
        ({2: "22-6", 3: "5-9"}, 3),
        # The night of a Sunday runs into the Monday.
        ({6: "22-6", 0: "5-9"}, 0),
        ({6: "0-24", 0: "0-24"}, None),
    ],
)
def test_hours_that_overlap_are_found_on_the_day_where_they_begin(days: dict[int, str], late: int | None) -> None:
    assert overlapping([understood(days.get(weekday, "")) for weekday in range(7)]) == late


@pytest.mark.django_db
def test_everybody_works_from_monday_to_friday_until_somebody_decides_otherwise() -> None:
    team = make.team()

    assert Calendar.objects.all().of_team(team).week == usual_week()
    assert Calendar.objects.all().of_team(None).week == usual_week()
    assert not Calendar.objects.exists()


@pytest.mark.django_db
def test_the_first_run_takes_the_time_zone_of_the_browser(client: Client) -> None:
    client.cookies["time_zone"] = "Asia/Novosibirsk"
    typed = {"company": "Aurora", "name": "Anna", "email": "anna@aurora.example", "password": "a samovar of brass"}

    client.post("/welcome/", {**typed, "code": first_run.setup_code()})

    assert Calendar.objects.get(is_default=True).time_zone == "Asia/Novosibirsk"


@pytest.mark.django_db
def test_a_lead_decides_when_the_company_works_and_takes_it_back(client: Client) -> None:
    client.force_login(lead := make.lead())

    answer = client.post("/working-hours/company/", {"time_zone": "Europe/Samara", "day_0": "9-13, 14-18"}, follow=True)

    known = Calendar.objects.get()
    assert (known.time_zone, known.week[:2]) == ("Europe/Samara", [[["09:00", "13:00"], ["14:00", "18:00"]], []])
    entry = AuditEntry.objects.get(action="hours-changed")
    assert (entry.by, entry.subject_name) == (lead, "The company")
    assert entry.after["monday"] == "09:00–13:00, 14:00–18:00"
    [message] = answer.context["messages"]
    client.post(message.extra_tags)
    known.refresh_from_db()
    assert (known.time_zone, known.week) == ("UTC", usual_week())


@pytest.mark.django_db
def test_a_team_has_hours_of_its_own_or_those_of_the_company(client: Client) -> None:
    client.force_login(make.lead())
    team, other = make.team("Night shift"), make.team("Day shift")
    Calendar.objects.all().decide(None, "Europe/Moscow", usual_week(), by=None)
    address = f"/working-hours/teams/{team.pk}/"

    client.post(address, {"time_zone": "Europe/Berlin", "day_5": "22-6", "has_own": "on"})

    assert Calendar.objects.all().of_team(team).week[5] == [["22:00", "06:00"]]
    assert Calendar.objects.all().of_team(other).time_zone == "Europe/Moscow"
    answer = client.post(address, {"time_zone": "Europe/Berlin", "day_5": "22-6"}, follow=True)
    assert Calendar.objects.all().of_team(team).time_zone == "Europe/Moscow"
    *_earlier, message = answer.context["messages"]
    client.post(message.extra_tags)
    assert Calendar.objects.all().of_team(team).week[5] == [["22:00", "06:00"]]
    assert AuditEntry.objects.filter(action="hours-changed", subject_name="Night shift").count() == 3


@pytest.mark.django_db
def test_leaving_to_the_company_what_it_has_already_changes_nothing(client: Client) -> None:
    Calendar.objects.all().leave_to_company(make.team(), by=make.lead())

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day_1": "nine to six"}, "Write it as 9–18, or 9–13, 14–18."),
        ({"day_1": "9-14, 13-18"}, "These hours begin before others have ended."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_day(client: Client, typed: dict[str, str], said: str) -> None:
    client.force_login(make.lead())

    answer = client.post("/working-hours/company/", {"time_zone": "Europe/Moscow", **typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Calendar.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"day_1": "9-18"}, "Open now, until 18:00"),
        ({"day_1": "14-18"}, "Closed now, opens 14:00"),
        ({"day_3": "10-12"}, "Closed now, opens Thu, 26 November, 10:00"),
        ({}, "Never open"),
        ({"day_1": "9 to"}, "Not all hours can be read yet."),
    ],
)
def test_what_the_hours_mean_now_is_said_before_they_are_saved(
    client: Client, given: dict[str, str], said: str
) -> None:
    client.force_login(make.lead())

    with clock.standing_at(NOON):
        answer = client.get("/working-hours/company/", {"time_zone": "Europe/Moscow", **given}, headers=HTMX)

    assert said in answer.content.decode()
    assert not Calendar.objects.exists()


@pytest.mark.django_db
def test_the_preview_of_a_team_without_hours_of_its_own_is_that_of_the_company(client: Client) -> None:
    client.force_login(make.lead())
    Calendar.objects.all().decide(None, "Europe/Moscow", usual_week(), by=None)
    given = {"time_zone": "Europe/Moscow", "day_1": "14-18"}

    with clock.standing_at(NOON):
        answer = client.get(f"/working-hours/teams/{make.team().pk}/", given, headers=HTMX)

    assert "Open now, until 18:00" in answer.content.decode()


@pytest.mark.django_db
def test_the_list_says_who_works_when(client: Client) -> None:
    client.force_login(make.lead())
    night = make.team("Night shift")
    make.team("Day shift")
    Calendar.objects.all().decide(night, "Europe/Berlin", [[["22:00", "06:00"]], *[[]] * 6], by=None)
    Team.objects.create(name="Old shift").retire(by=make.admin())

    text = client.get("/working-hours/").content.decode()

    assert "Mon 22:00–06:00" in text
    assert "Mon–Fri 09:00–18:00" in text
    assert text.count("As the company") == 1
    assert "Old shift" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AGENT, Role.OBSERVER, Role.EXPERT])
def test_only_leads_and_administrators_decide_hours(client: Client, role: Role) -> None:
    client.force_login(make.user(role=role))

    assert client.get("/working-hours/").status_code == 403
    assert client.post("/working-hours/company/", {"time_zone": "UTC"}).status_code == 403
    assert client.post(f"/working-hours/teams/{make.team().pk}/", {"time_zone": "UTC"}).status_code == 403

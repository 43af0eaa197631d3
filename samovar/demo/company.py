"""The staff, the teams, the addresses and the words of the demo company."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.hashers import make_password
from django.db import transaction

from samovar.accounts.models import Company, Team, User
from samovar.conversations.models import Inbox, Tag
from samovar.demo.grammar import Somebody
from samovar.demo.subjects import EXTRA_TAGS, SUBJECTS
from samovar.demo.vocabulary import LANGUAGES, table

# Everybody of the staff signs in with it; it is printed at the end and stands in the documentation.
PASSWORD = "aurora-home-demo"
DOMAIN = "aurora.example"


@dataclass(frozen=True)
class Colleague:
    """A member of staff as letters name them, by language."""

    user: User
    team: str
    names: Mapping[str, Somebody]


@dataclass(frozen=True)
class Cast:
    """All whom a conversation needs on our side."""

    staff: Mapping[str, list[Colleague]]
    inboxes: Mapping[str, Inbox]
    tags: Mapping[str, Tag]

    @cached_property
    def writers(self) -> dict[str, list[Colleague]]:
        """By team, those who write to customers; the first of them leads."""
        return {team: [one for one in people if one.user.can_answer] for team, people in self.staff.items()}


@transaction.atomic
def found() -> None:
    """Make the company, unless it is there: once made, nothing of it is changed."""
    given = table("company")
    Company.objects.get_or_create(pk=1, defaults={"name": given["name"]})
    for inbox in given["inbox"]:
        Inbox.objects.get_or_create(
            address=inbox["address"], defaults={"name": inbox["name"], "sender_name": given["name"]}
        )
    for name in (*(subject.tag for subject in SUBJECTS), *EXTRA_TAGS):
        Tag.objects.get_or_create(name=name)
    password = make_password(PASSWORD)
    for key, rows in given["staff"].items():
        team = Team.objects.get_or_create(name=given["teams"][key])[0]
        for box, name, _russian, _sex, role, title in rows:
            user = User(email=f"{box}@{DOMAIN}", name=name, role=role, title=title, password=password)
            if not User.objects.filter(email=user.email).exists():
                user.save(force_insert=True)
                user.teams.add(team)


def cast() -> Cast:
    """Return everybody, from the database."""
    given = table("company")
    users = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    inboxes = {inbox.address: inbox for inbox in Inbox.objects.all()}
    return Cast(
        staff={
            key: [colleague(users[f"{row[0]}@{DOMAIN}"], key, row) for row in rows]
            for key, rows in given["staff"].items()
        },
        inboxes={inbox["key"]: inboxes[inbox["address"]] for inbox in given["inbox"]},
        tags={tag.name: tag for tag in Tag.objects.all()},
    )


def colleague(user: User, team: str, row: list[str]) -> Colleague:
    """Return a member of staff from their row in the file of the company."""
    _box, english, russian, sex, _role, _title = row
    names = {
        language: Somebody(full.split()[0], full, sex == "w")
        for language, full in zip(LANGUAGES, (english, russian), strict=True)
    }
    return Colleague(user, team, names)

"""The staff, the teams, the addresses and the words of the demo company."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from samovar.accounts.models import Company, Team, User
from samovar.channels.models import ChannelAccount
from samovar.conversations.models import Cause, Inbox, Macro, SavedView, Tag
from samovar.conversations.models.saved_view import Naming
from samovar.customers.models import Customer
from samovar.demo.grammar import Somebody
from samovar.demo.subjects import EXTRA_TAGS, SUBJECTS
from samovar.demo.vocabulary import LANGUAGES, table

# Everybody of the staff signs in with it where nobody else does; it is printed and stands in the documentation.
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
    causes: Mapping[str, Cause]

    @cached_property
    def writers(self) -> dict[str, list[Colleague]]:
        """By team, those who write to customers; the first of them leads."""
        return {team: [one for one in people if one.user.can_answer] for team, people in self.staff.items()}


@transaction.atomic
def found() -> str | None:
    """Make the company, unless it is there: once made, nothing of it is changed.

    Returns the password of whom it made, None when everybody was there. In an installation of its own it is the one
    that stands in the documentation; where others work already it is a new one, which nobody can look up later.
    """
    given = table("company")
    is_alone = not (User.objects.exists() or Customer.objects.exists() or ChannelAccount.objects.exists())
    Company.objects.get_or_create(pk=1, defaults={"name": given["name"]})
    for inbox in given["inbox"]:
        Inbox.objects.get_or_create(
            address=inbox["address"], defaults={"name": inbox["name"], "sender_name": given["name"]}
        )
    for name in (*(subject.tag for subject in SUBJECTS), *EXTRA_TAGS):
        Tag.objects.get_or_create(name=name)
    password = PASSWORD if is_alone else secrets.token_urlsafe(12)
    sealed, are_new = make_password(password), False
    for key, rows in given["staff"].items():
        team = Team.objects.get_or_create(name=given["teams"][key])[0]
        for box, name, _russian, _sex, role, title in rows:
            user = User(email=f"{box}@{DOMAIN}", name=name, role=role, title=title, password=sealed)
            if not User.objects.filter(email=user.email).exists():
                user.save(force_insert=True)
                user.teams.add(team)
                are_new = True
    _found_macros()
    _found_views()
    return password if are_new else None


def _found_macros() -> None:
    """Make what everybody writes again and again, worded by whoever leads first."""
    given = table("company")["staff"]["service"]
    lead = User.objects.get(email=f"{given[0][0]}@{DOMAIN}")
    tags = {tag.name: str(tag.pk) for tag in Tag.objects.all()}
    causes = {cause.key: str(cause.pk) for cause in Cause.objects.exclude(key="")}
    known = set(Macro.objects.values_list("name", flat=True))
    for row in table("macros")["macro"]:
        if row["name"] not in known:
            steps = [
                [kind, (causes if kind == "cause" else tags).get(value, value)] for kind, value in row.get("steps", [])
            ]
            macro = Macro(**{**row, "steps": steps}, changed_by=lead, changed_at=timezone.now())
            macro.save()


def _found_views() -> None:
    """Save the lists that the company looks at every day, for everybody or for a team."""
    given = table("company")
    lead = User.objects.get(email=f"{given['staff']['service'][0][0]}@{DOMAIN}")
    tags = {tag.name: str(tag.pk) for tag in Tag.objects.all()}
    known = set(SavedView.objects.values_list("name", flat=True))
    for row in given["view"]:
        if row["name"] not in known:
            team = Team.objects.get(name=given["teams"][row["team"]]) if "team" in row else None
            codes = [f"{kind}:{tags.get(value, value)}" for kind, value in row["filters"]]
            SavedView.objects.all().make(Naming(name=row["name"], team=team), codes, row.get("order", ""), by=lead)


def open_accounts() -> list[User]:
    """Return the members of staff as whom everybody can sign in who has read the documentation."""
    users = list(User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True))
    # They were made with one seal, so that one look is enough for all of them.
    opened = {sealed for sealed in {user.password for user in users} if check_password(PASSWORD, sealed)}
    return [user for user in users if user.password in opened]


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
        causes={cause.key: cause.now for cause in Cause.objects.in_order()},
    )


def colleague(user: User, team: str, row: list[str]) -> Colleague:
    """Return a member of staff from their row in the file of the company."""
    _box, english, russian, sex, _role, _title = row
    names = {
        language: Somebody(full.split()[0], full, sex == "w")
        for language, full in zip(LANGUAGES, (english, russian), strict=True)
    }
    return Colleague(user, team, names)

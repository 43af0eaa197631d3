"""Makes what tests need, with believable defaults: ``make.agent("olga")``, ``make.user(role=Role.LEAD)``.

Every function goes through the verbs of the app, so that what it makes is what a person would have made.
"""

from itertools import count

from samovar.accounts.models import Role, User

PASSWORD = "a long enough password"
_numbers = count(1)


def user(name: str = "", *, role: str = Role.AGENT, password: str | None = None) -> User:
    """Make a member of staff called ``<name>@aurora.example``; give ``PASSWORD`` to whoever has to type it.

    Hashing a password takes longer than most tests, so by default there is none; ``client.force_login`` is the way in.
    """
    name = name or f"person{next(_numbers)}"
    return User.objects.create(email=f"{name}@aurora.example", name=name.title(), role=role, password=password)


def agent(name: str = "") -> User:
    """Make a member of staff who answers customers."""
    return user(name, role=Role.AGENT)


def lead(name: str = "") -> User:
    """Make a team lead."""
    return user(name, role=Role.LEAD)


def admin(name: str = "") -> User:
    """Make an administrator."""
    return user(name, role=Role.ADMIN)

"""Makes what tests need, with believable defaults: ``make.agent("olga")``, ``make.user(role=Role.LEAD)``.

Every function goes through the verbs of the app, so that what it makes is what a person would have made.
"""

from itertools import count

from samovar.accounts.models import Role, User

PASSWORD = "a long enough password"
_numbers = count(1)


def user(name: str = "", *, role: str = Role.AGENT) -> User:
    """Make a member of staff who signs in by ``<name>@aurora.example`` and ``PASSWORD``."""
    name = name or f"person{next(_numbers)}"
    return User.objects.create(email=f"{name}@aurora.example", name=name.title(), role=role, password=PASSWORD)


def agent(name: str = "") -> User:
    """Make a member of staff who answers customers."""
    return user(name, role=Role.AGENT)


def lead(name: str = "") -> User:
    """Make a team lead."""
    return user(name, role=Role.LEAD)


def admin(name: str = "") -> User:
    """Make an administrator."""
    return user(name, role=Role.ADMIN)

"""The first run: whoever holds the setup code names the company and becomes its first administrator."""

import secrets as randomness

from django.conf import settings
from django.db import IntegrityError, transaction

from samovar.accounts.errors import AlreadyBegun
from samovar.accounts.models import Brand, Calendar, Company, Role, User
from samovar.accounts.models.audit import Action, record
from samovar.lib import secrets

PURPOSE = "setup-code"
# Without letters and digits that look alike.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
PARTS, PART_LENGTH = 2, 4


def is_needed() -> bool:
    """Tell whether nobody can sign in yet."""
    return not User.objects.exists()


def setup_code() -> str:
    """Return the code that proves access to this machine, such as ``K7PQ-M3XW``; made when first asked."""
    return secrets.kept(PURPOSE, _new_code)


def is_right(code: str) -> bool:
    """Compare what was typed with the setup code; case, blanks and dashes do not matter, and neither does time."""
    return randomness.compare_digest(_plain(code).encode(), _plain(setup_code()).encode())


def begin(*, company: str, name: str, email: str, password: str, time_zone: str = "") -> User:
    """Make the company and its first administrator and forget the setup code; of two who try, one wins.

    It works from Monday to Friday in ``time_zone`` until somebody decides otherwise.

    Raises AlreadyBegun when there is anybody.
    """
    try:
        with transaction.atomic():
            Company.objects.create(pk=Company.ONLY, name=company)
            Brand.objects.all().default()
            if not is_needed():
                raise AlreadyBegun
            user = User.objects.create(email=email, name=name, role=Role.ADMIN, password=password)
            record(Action.COMPANY_BEGUN, user, user, after={"company": company})
            Calendar.objects.create(is_default=True, time_zone=time_zone or settings.TIME_ZONE)
            transaction.on_commit(lambda: secrets.forget(PURPOSE))
    except IntegrityError as error:
        raise AlreadyBegun from error
    return user


def _new_code() -> str:
    parts = ["".join(randomness.choice(ALPHABET) for _ in range(PART_LENGTH)) for _ in range(PARTS)]
    return "-".join(parts)


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()

"""``samovar user …``: people from the command line."""

import pytest
from typer.testing import CliRunner, Result

from samovar.accounts.commands import app
from samovar.accounts.models import Role, User
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "warm oak table 7"


def _user(*arguments: str, typed: str = f"{PASSWORD}\n") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def test_somebody_is_made_with_a_role_and_a_password() -> None:
    result = _user("create", "Olga@Aurora.example", "--name", "Ольга Белова", "--role", "lead", "--password-stdin")

    assert result.exit_code == 0, result.output
    olga = User.objects.get()
    assert (olga.email, olga.name, olga.role) == ("olga@aurora.example", "Ольга Белова", Role.LEAD)
    assert olga.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "typed", "reason"),
    [
        (["create", "olga@aurora.example", "--name", "Olga"], "", "--password-stdin"),
        (["create", "olga@aurora.example", "--name", "Olga", "--password-stdin"], "short\n", "too short"),
        (["create", "no address", "--name", "Olga", "--password-stdin"], f"{PASSWORD}\n", "valid email"),
        (["create", "anna@aurora.example", "--name", "Anna", "--password-stdin"], f"{PASSWORD}\n", "already exists"),
        (["password", "who@aurora.example", "--password-stdin"], f"{PASSWORD}\n", "Nobody signs in with"),
        (["create", "o@aurora.example", "--name", "O", "--role", "owner", "--password-stdin"], "", "owner"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(arguments: list[str], typed: str, reason: str) -> None:
    make.admin("anna")

    result = _user(*arguments, typed=typed)

    assert result.exit_code != 0
    assert reason in " ".join(result.output.split())
    assert User.objects.count() == 1


def test_a_new_password_replaces_the_old_one() -> None:
    make.user("olga", password=make.PASSWORD)

    assert _user("password", "OLGA@aurora.example", "--password-stdin").exit_code == 0
    assert User.objects.get().check_password(PASSWORD)

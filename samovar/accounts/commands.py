"""``samovar user …``: members of staff from the command line."""

import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rich.console import Console

from samovar.accounts import second_factor, single_sign_on
from samovar.accounts.models import Role, User

app = typer.Typer(name="user", no_args_is_help=True, help="Members of staff.")
say = Console(stderr=True, highlight=False, soft_wrap=True).print

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def create(
    email: str,
    name: Annotated[str, typer.Option(help="How colleagues and customers see them.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
    password_stdin: FromStdin = False,
) -> None:
    """Make a member of staff who can sign in."""
    _check(lambda: validate_email(email))
    if User.objects.with_email(email):
        _refuse(f"{email} already exists. Set a new password with: samovar user password {email} --password-stdin")
    password = _password(password_stdin, User(email=email, name=name))
    user = User.objects.add(by=None, email=email, name=name, role=role, password=password)
    say(f"{user.name} ({user.email}) can sign in as {role.value}.")


@app.command()
def password(email: str, password_stdin: FromStdin = False) -> None:
    """Set somebody's password; ends all their sessions."""
    user = _known(email)
    user.change_password(_password(password_stdin, user))
    say(f"The new password of {user.name} is set.")


@app.command("forget-factor")
def forget_factor(email: str) -> None:
    """Forget somebody's second factor, passkeys and recovery codes, because all is lost; ends all their sessions."""
    user = _known(email)
    second_factor.take_away(user, by=None)
    say(f"{user.name} signs in by password alone now.")


@app.command("allow-passwords")
def allow_passwords() -> None:
    """Let everybody sign in by password again, because the company's single sign-on lets nobody in."""
    single_sign_on.demand([], by=None)
    say("Everybody can sign in by password again.")


def _known(email: str) -> User:
    user = User.objects.with_email(email)
    if user is None:
        _refuse(f"Nobody signs in with {email}. Make them with: samovar user create {email} --name NAME --role ROLE")
    return user


def _password(is_from_stdin: bool, user: User) -> str:
    if not is_from_stdin:
        _refuse("Give the password on standard input and say --password-stdin: it would stay in the shell's history.")
    typed = sys.stdin.readline().rstrip("\r\n")
    _check(lambda: validate_password(typed, user))
    return typed


def _check(rule: Callable[[], object]) -> None:
    try:
        rule()
    except ValidationError as error:
        _refuse(" ".join(error.messages))


def _refuse(text: str) -> NoReturn:
    say(text)
    raise typer.Exit(1)

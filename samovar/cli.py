"""The command line: ``samovar …``. Each command lives in the ``commands.py`` of the app that it belongs to.

A ``commands.py`` holds ``app = typer.Typer()``; its commands appear here by themselves, in groups of their own
(``samovar db …``) where it adds such. Before a command runs, the database is started and brought up to date, unless
the command is marked ``without_database``.
"""

import functools
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn

import django
import typer
from django.apps import apps
from django.core.management import execute_from_command_line
from django.utils.module_loading import module_has_submodule
from rich.console import Console

from samovar.lib.commands import needs_database, say, without_database
from samovar.lib.errors import Trouble
from samovar.lib.fence import Fence, reason
from samovar.lib.processes import settle
from samovar.operations import readiness

# Commands that are processes of an installation: the settings give each its own limits.
ROLES = ("web", "live", "work")
# What a mail server pipes mail into: told to try again, it keeps the mail.
PIPES = (("mail", "deliver"),)
TRY_AGAIN, WRONG_USE, USAGE = 75, 64, 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
@without_database
def manage(context: typer.Context) -> None:
    """Run one of Django's own commands."""
    execute_from_command_line(["samovar manage", *context.args])


@app.callback()
def prepare() -> None:
    """Samovar: customer service for a whole company."""


def main() -> None:
    """Run the command that was typed; what a person can mend is said in a sentence, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
    if sys.argv[1:2] and sys.argv[1] in ROLES:
        os.environ.setdefault("SAMOVAR_ROLE", sys.argv[1])
    if tuple(sys.argv[1:3]) not in PIPES:
        _run(is_pipe=False)
    with Fence() as fence:
        _run(is_pipe=True)
    # A folder that this user may not read, or a disk that is not there: nobody's mail may be lost by that.
    if fence.error is not None:
        say(f"The mail was not stored, try again later: {reason(fence.error)}")
    sys.exit(TRY_AGAIN)


def _run(*, is_pipe: bool) -> NoReturn:
    try:
        django.setup()
        mount()
        sys.exit(app())
    except SystemExit as end:
        # Mail servers give up a mail at most other codes; this one says what is wrong.
        sys.exit(WRONG_USE if is_pipe and end.code == USAGE else end.code)
    except Trouble as trouble:
        Console(stderr=True).print(str(trouble), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(TRY_AGAIN if is_pipe else 1)


def mount() -> None:
    """Add the commands of every app that has some; a ``Typer`` without a name adds them at the top."""
    for config in apps.get_app_configs():
        if config.name.startswith("samovar.") and module_has_submodule(config.module, "commands"):
            app.add_typer(import_module(f"{config.name}.commands").app)
    _give_database(app)


def _give_database(group: typer.Typer) -> None:
    for command in group.registered_commands:
        if command.callback is not None and needs_database(command.callback):
            command.callback = _after_ensuring(command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            _give_database(inner.typer_instance)


def _after_ensuring(command: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(command)
    def run(*args: object, **kwargs: object) -> object:
        readiness.ensure(say)
        settle()
        return command(*args, **kwargs)

    return run

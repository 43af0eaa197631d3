"""The command line: ``samovar …``. Each command lives in the ``commands.py`` of the app that it belongs to."""

import os
import sys

import django
import typer
from django.core.management import execute_from_command_line

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def manage(context: typer.Context) -> None:
    """Run one of Django's own commands."""
    execute_from_command_line(["samovar manage", *context.args])


@app.callback()
def prepare() -> None:
    """Samovar: customer service for a whole company."""


def main() -> None:
    """Run the command that was typed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samovar.settings")
    django.setup()
    sys.exit(app())

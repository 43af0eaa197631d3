"""The command line: ``samovar …``. Each command lives in the ``commands.py`` of the app that it belongs to."""

import os
import sys
from importlib import import_module

import django
import typer
from django.apps import apps
from django.core.management import execute_from_command_line
from django.utils.module_loading import module_has_submodule

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
    mount()
    sys.exit(app())


def mount() -> None:
    """Add the commands of every app that has some; a ``Typer`` without a name adds them at the top."""
    for config in apps.get_app_configs():
        if config.name.startswith("samovar.") and module_has_submodule(config.module, "commands"):
            app.add_typer(import_module(f"{config.name}.commands").app)

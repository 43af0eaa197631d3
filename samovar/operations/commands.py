"""Commands of the operator; each group has a module of its own."""

import typer

from samovar.operations import database, keeping, serving

app = typer.Typer()
for part in (serving.app, database.app, keeping.app):
    app.add_typer(part)

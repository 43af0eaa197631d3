"""Commands of the operator; each group has a module of its own."""

import typer

from samovar.operations import database, keeping, records, serving

app = typer.Typer()
for part in (serving.app, database.app, keeping.app, records.app):
    app.add_typer(part)

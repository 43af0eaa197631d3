"""Commands of the operator; each group has a module of its own."""

import typer

from samovar.operations import database, doctor, keeping, records, serving, units

app = typer.Typer()
for part in (serving.app, units.app, database.app, doctor.app, keeping.app, records.app):
    app.add_typer(part)

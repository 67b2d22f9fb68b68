"""`tenring migrate`: the tables of the web application's database as this version needs them."""

from __future__ import annotations

import click

from tenring.commands.output import as_json, errors_explained, print_json, settings_of
from tenring.commands.serve import require_web
from tenring.language import T


@click.command("migrate")
@as_json
@click.pass_context
def migrate(context: click.Context, *, as_json: bool) -> None:
    """Bring the database of the web application up to date; `tenring serve` does it itself unless told not to.

    Several may be started at once: one works, the others wait. A database of a newer version is refused.

    Example: tenring migrate
    """
    with errors_explained():
        require_web()
        from tenring.web.serve import prepare  # noqa: PLC0415 - Django is loaded only by who needs it

        steps = prepare(settings_of(context))
    if as_json:
        print_json({"steps": steps})
        return
    click.echo(
        T("The database is up to date: {count} steps were taken", count=steps)
        if steps
        else T("The database is up to date")
    )

"""`tenring worker`: what takes long for the web application, in a process of its own."""

from __future__ import annotations

import click

from tenring.commands.output import errors_explained, settings_of
from tenring.commands.serve import require_web


@click.command("worker")
@click.option("--beside", type=int, metavar="PID", help="End when this parent process has ended.")
@click.option("--no-migrate", is_flag=True, help="Do not change the tables: `tenring migrate` did, else it ends.")
@click.pass_context
def worker(context: click.Context, *, beside: int | None, no_migrate: bool) -> None:
    """Screen what visitors of the web application sent, until interrupted; `tenring serve` starts one itself.

    Example: tenring worker
    """
    with errors_explained():
        require_web()
        from tenring.web.serve import work  # noqa: PLC0415 - Django is loaded only by who serves

        work(settings_of(context), beside=beside, migrate=not no_migrate)

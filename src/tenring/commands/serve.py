"""`tenring serve`: the web application on this machine."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

import click

from tenring.commands.output import errors_explained, settings_of
from tenring.exceptions import UnusableInputError
from tenring.language import T

_NEEDED = "django"


def require_web() -> None:
    """Require the extra `tenring[web]`.

    Raises:
        UnusableInputError: it is not installed.
    """
    if find_spec(_NEEDED) is None:
        do = T("Install it: pip install 'tenring[web]'")
        raise UnusableInputError(T("the web application is not installed"), do=do)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Interface to listen on; 0.0.0.0: all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: any free one.")
@click.option("--threads", type=click.IntRange(min=1), default=8, show_default=True, help="Requests answered at once.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes side by side.")
@click.option("--no-worker", is_flag=True, help="Do not start a worker beside: `tenring worker` runs elsewhere.")
@click.option("--no-migrate", is_flag=True, help="Do not change the tables: `tenring migrate` did, else it ends.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.pass_context
def serve(context: click.Context, /, *, host: str, port: int, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Serve the web application until interrupted (Ctrl+C), and print its address.

    Example: tenring serve --port 8080 --no-browser
    """
    with errors_explained():
        require_web()
        from tenring.web.serve import Address  # noqa: PLC0415 - Django is loaded only by who serves
        from tenring.web.serve import serve as serve_until_interrupted  # noqa: PLC0415 - likewise

        serve_until_interrupted(
            Address(
                *(host, port, given["threads"]),
                worker=not given["no_worker"],
                processes=given["processes"],
                migrate=not given["no_migrate"],
            ),
            settings=settings_of(context),
            tell=lambda address: click.echo(T("Tenring is at {address} (stop with Ctrl+C)", address=address)),
            browser=not given["no_browser"] and sys.stdout.isatty(),
        )

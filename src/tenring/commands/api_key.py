"""`tenring api-key`: keys for the API of the web application, until people have accounts there."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import click
from rich.table import Table

from tenring.commands.operator import ready, who
from tenring.commands.output import DATE, as_json, console, errors_explained, print_json
from tenring.language import T

#: The scopes of `tenring.web.api.scopes`, which cannot be imported before Django is set up.
SCOPES = ("match", "jobs", "issue")


@click.group("api-key")
def api_key() -> None:
    """Keys for the API: make one, list them, take one back.

    Example: tenring api-key list
    """


@api_key.command("new")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do (repeatable).")
@click.option("--until", type=DATE, help="Last day on which it opens anything (default: until it is revoked).")
@as_json
@click.pass_context
def new(context: click.Context, /, *, name: str, scopes: tuple[str, ...], as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Make a key called NAME and print it. It is shown this once: only a hash of it is kept.

    Example: tenring api-key new webshop --scope match --scope jobs
    """
    with errors_explained():
        settings = ready(context)
        from tenring.web.api import actions  # noqa: PLC0415 - Django is set up now
        from tenring.web.api.scopes import scopes_of  # noqa: PLC0415 - likewise

        last = given["until"]
        expires = datetime.combine(last + timedelta(days=1), time()).astimezone() if last else None
        key, text = actions.new_key(name, scopes_of(scopes), who=who(settings), expires_at=expires)
    if as_json:
        print_json({"id": str(key.id), "name": key.name, "scopes": key.scopes, "key": text})
        return
    click.echo(text)
    click.echo(T("Keep it now: it is not shown again. Its id is {id}.", id=key.id), err=True)


@api_key.command("list")
@as_json
@click.pass_context
def list_keys(context: click.Context, /, *, as_json: bool) -> None:
    """List all keys: what they may do, and whether they still open anything.

    Example: tenring api-key list --json
    """
    with errors_explained():
        ready(context)
        from tenring.web.api.models import ApiKey  # noqa: PLC0415 - Django is set up now

        keys = list(ApiKey.objects.all())
    names = ("name", "beginning", "scopes", "created_at", "expires_at", "revoked_at", "is_live")
    if as_json:
        print_json([{"id": str(key.id)} | {name: getattr(key, name) for name in names} for key in keys])
        return
    table = Table(box=None, pad_edge=False)
    for heading in (T("id"), T("name"), T("begins with"), T("scopes"), T("made on"), T("does it open")):
        table.add_column(heading, overflow="fold")
    for key in keys:
        state = T("taken back") if key.revoked_at else T("expired") if not key.is_live else _opening(key)
        made = key.created_at.date().isoformat()
        table.add_row(str(key.id), key.name, key.beginning, " ".join(key.scopes), made, state)
    console().print(table)


@api_key.command("revoke")
@click.argument("id_", metavar="ID")
@as_json
@click.pass_context
def revoke(context: click.Context, /, *, id_: str, as_json: bool) -> None:
    """Take a key back: at once it opens nothing any more. What was done with it stays in the log.

    Example: tenring api-key revoke 6f1c1b52-0000-4000-8000-000000000001
    """
    with errors_explained():
        settings = ready(context)
        from tenring.web.api import actions  # noqa: PLC0415 - Django is set up now

        key = actions.revoke(id_, who=who(settings))
    if as_json:
        print_json({"id": str(key.id), "name": key.name, "revoked_at": key.revoked_at})
        return
    click.echo(T("Revoked: {key}", key=str(key)))


def _opening(key: Any) -> str:  # noqa: ANN401 - a key, whose type needs Django
    """Whether a key that was not revoked and has not expired opens anything."""
    from tenring.web.api.actions import opens  # noqa: PLC0415 - Django is set up now

    return T("live") if opens(key) else T("opens nothing: whoever made it does not belong here any more")

"""`tenring user`: accounts of the web application, made and mended by whoever runs the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from tenring import language as speech
from tenring.commands.operator import ready, who
from tenring.commands.output import as_json, console, errors_explained, print_json
from tenring.language import LANGUAGES, T

if TYPE_CHECKING:
    from tenring.web.accounts.models import User


@click.group("user")
def user() -> None:
    """Accounts of the web application: make one, list them, help somebody back in, close one.

    Example: tenring user list
    """


def _base(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that print a link."""
    return click.option(
        "--base", help="Where people reach the server, such as https://green.example.org (from TENRING_HOSTS)."
    )(function)


@user.command("new")
@click.argument("address")
@click.option("--name", default="", help="What the person is called.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of their e-mail (the one of this command).")
@click.option("--ask-password", is_flag=True, help="Ask for a password here, unseen, instead of printing a link.")
@_base
@as_json
@click.pass_context
def new(context: click.Context, /, *, address: str, name: str, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Make an account for ADDRESS and print a link with which its owner sets a password: once, within two days.

    The first account of a server is made this way.

    Example: tenring user new anna@example.org --name "Anna Li"
    """
    with errors_explained():
        settings = ready(context)
        from tenring.web.accounts import operating  # noqa: PLC0415 - Django is set up now

        password = _asked() if given["ask_password"] else None
        tag = given["language"] or speech.current()
        made = operating.new(address, name=name, language=tag, password=password, by=who(settings))
        link = None if password else operating.link(made, base=given["base"] or operating.base_of(settings))
    _tell(made, link, as_json=as_json)


@user.command("list")
@as_json
@click.pass_context
def list_users(context: click.Context, /, *, as_json: bool) -> None:
    """List all accounts: whose they are, when they were used, what they are guarded by.

    Example: tenring user list --json
    """
    with errors_explained():
        ready(context)
        from tenring.web.accounts import operating  # noqa: PLC0415 - Django is set up now

        rows = operating.listed()
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for heading in (T("address"), T("name"), T("made on"), T("last signed in"), T("guarded by"), T("state")):
        table.add_column(heading, overflow="fold")
    for row in rows:
        state = T("open") if row["is_open"] else T("closed")
        days = [str(row[name].date()) if row[name] else "" for name in ("made_at", "last_signed_in_at")]
        table.add_row(row["address"], row["name"], *days, " ".join(row["guarded_by"]), state)
    console().print(table)


@user.command("reset")
@click.argument("address")
@click.option("--second-steps", is_flag=True, help="Remove passkeys, one-time codes and recovery codes, too.")
@_base
@as_json
@click.pass_context
def reset(context: click.Context, /, *, address: str, second_steps: bool, as_json: bool, base: str | None) -> None:
    """Sign somebody out everywhere, make their password worthless, and print a link with which they set another one.

    Be sure that it is they who ask: who has the link has the account.

    Example: tenring user reset anna@example.org --second-steps
    """
    with errors_explained():
        settings = ready(context)
        from tenring.web.accounts import operating  # noqa: PLC0415 - Django is set up now

        found = operating.reset(address, second_steps=second_steps, by=who(settings))
        link = operating.link(found, base=base or operating.base_of(settings))
    _tell(found, link, as_json=as_json)


@user.command("disable")
@click.argument("address")
@click.option("--why", required=True, help="Kept in the log of the account.")
@as_json
@click.pass_context
def disable(context: click.Context, /, *, address: str, why: str, as_json: bool) -> None:
    """Close an account: its owner is signed out at once, and neither they nor their keys get in. Nothing is deleted.

    Example: tenring user disable anna@example.org --why "left the office"
    """
    _switch(context, address, on=False, why=why, as_json=as_json)


@user.command("enable")
@click.argument("address")
@click.option("--why", default="", help="Kept in the log of the account.")
@as_json
@click.pass_context
def enable(context: click.Context, /, *, address: str, why: str, as_json: bool) -> None:
    """Open an account again that was closed.

    Example: tenring user enable anna@example.org
    """
    _switch(context, address, on=True, why=why, as_json=as_json)


def _switch(context: click.Context, address: str, *, on: bool, why: str, as_json: bool) -> None:
    with errors_explained():
        settings = ready(context)
        from tenring.web.accounts import operating  # noqa: PLC0415 - Django is set up now

        found = operating.switch(address, on=on, why=why, by=who(settings))
    if as_json:
        print_json({"address": found.email, "is_open": found.is_active})
        return
    text = T("Open again: {address}", address=found.email) if on else T("Closed: {address}", address=found.email)
    click.echo(text)


def _tell(found: User, link: str | None, *, as_json: bool) -> None:
    """Say what was made; the link goes to standard output alone, so that it can be passed on."""
    if as_json:
        print_json({"address": found.email, "name": found.get_full_name(), "link": link})
    elif link is None:
        click.echo(T("The account of {address} is ready.", address=found.email))
    else:
        click.echo(link)
        note = T("Give this link to {address}: it sets a password, once, within two days.", address=found.email)
        click.echo(note, err=True)


def _asked() -> str:
    """A password, typed twice and not shown."""
    return str(click.prompt(T("Password"), hide_input=True, confirmation_prompt=T("Once more"), err=True))

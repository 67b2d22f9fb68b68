"""`tenring status`: what became of issued licences, and the signed lists in which others see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from tenring.commands.output import DATE, as_json, console, errors_explained, print_json, settings_of
from tenring.commands.passphrase import name_of, now, passphrase, passphrase_option, who_option
from tenring.exceptions import IssueError
from tenring.language import T
from tenring.model.licence import Status
from tenring.proof.keys.kept import KeyPurpose
from tenring.proof.keys.store import KeyStore
from tenring.proof.status import Change, Place, StatusBook, publish_status
from tenring.proof.status.publish import VALID_FOR, Form, signs_with
from tenring.proof.status.purposes import status_word

Command = Callable[..., Any]
#: What an issuer says of a licence: the states of the Tenring feed.
_STATES = (Status.ACTIVE, Status.SUSPENDED, Status.WITHDRAWN, Status.SUPERSEDED, Status.EXPIRED)

_number = click.argument("number")
_issuer = click.option("--issuer", metavar="DID", help="Whose licence, when several issuers have this number.")


@click.group("status")
def status() -> None:
    """Suspend, withdraw and restore issued licences, and publish it in signed status lists.

    Example: tenring status show CN-2026-0042
    """


@status.command("set")
@_number
@click.argument("state", type=click.Choice([str(state) for state in _STATES]))
@click.option("--reason", required=True, help="The reason, in your words; it is published in the status record.")
@click.option("--since", type=DATE, help="First day on which it holds (default: from now on).")
@click.option("--credential", metavar="ID", help="Only this credential of the licence (default: all of them).")
@_issuer
@who_option
@as_json
@click.pass_context
def set_(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Record what became of a licence; withdrawn, superseded and expired cannot be undone.

    Example: tenring status set CN-2026-0042 suspended --reason "inspection of 20 November"
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        changes = StatusBook(settings.status_book).set(
            given["number"],
            Status(given["state"]),
            reason=given["reason"],
            who=name_of(settings, given["who"]),
            at=at,
            since=_begin(given["since"]),
            issuer=given["issuer"],
            credential=given["credential"],
        )
    if given["as_json"]:
        print_json(changes)
        return
    for change in changes:
        state = status_word(change.status)
        click.echo(
            T("{credential}: {state} since {day}", credential=change.credential, state=state, day=change.since.date())
        )
    click.echo(T("It counts for others when the lists are published: tenring status publish"))


def _begin(since: date | None) -> datetime | None:
    return datetime.combine(since, time(), UTC) if since else None


@status.command("show")
@_number
@_issuer
@as_json
@click.pass_context
def show(context: click.Context, *, number: str, issuer: str | None, as_json: bool) -> None:
    """Show what became of a licence, and its places in the status lists.

    Example: tenring status show CN-2026-0042 --json
    """
    with errors_explained():
        book = StatusBook(settings_of(context).status_book)
        history, places = book.history(number, issuer=issuer), book.places(number, issuer=issuer)
    if as_json:
        print_json([_facts(name, history[name], places[name]) for name in history])
        return
    for name, changes in history.items():
        click.echo(T("{credential}: {state}", credential=name, state=status_word(_state(changes))))
        if changes:
            table = Table(T("status"), T("since"), T("why"), T("who"), T("recorded"))
            for change in changes:
                days = change.since.date().isoformat(), change.at.date().isoformat()
                cells = (status_word(change.status), days[0], change.reason, change.who, days[1])
                table.add_row(*map(Text, cells))
            console().print(table)
        for place in places[name]:
            click.echo(f"  {place.purpose}: {place.address}#{place.index}")


def _state(changes: list[Change]) -> Status:
    return changes[-1].status if changes else Status.ACTIVE


def _facts(name: str, changes: list[Change], places: tuple[Place, ...]) -> dict[str, object]:
    return {"credential": name, "status": _state(changes), "changes": changes, "places": places}


@status.command("publish")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The root folder of the web server of the lists' host.",
)
@click.option("--key", required=True, help="The key that signs: of the issuer, for issuing or for status lists.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=VALID_FOR.days,
    show_default=True,
    help="How long the lists can be relied on: as long as an old copy could be shown.",
)
@click.option(
    "--form",
    type=click.Choice([str(form) for form in Form]),
    help="JSON with a proof, or a token (default: json, for P-256 keys jwt).",
)
@click.option(
    "--index",
    is_flag=True,
    help="Also publish what names all status records, for bundles of others: anybody can then read all of them.",
)
@passphrase_option
@as_json
@click.pass_context
def publish(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Sign and publish all status lists of an issuer, and the records of what changed. Do it daily.

    Example: tenring status publish --out public --key issuing-1
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        store = KeyStore(settings.keys)
        key = store.key(given["key"])
        if key.purpose is KeyPurpose.ROOT:
            raise IssueError(T("{name} is a root key and signs the trust list only", name=key.name))
        book = StatusBook(settings.status_book)
        book.require_lists(key.controller)
        signer = store.signer(key.name, passphrase(settings, given["passphrase_file"]))
        form = Form(given["form"]) if given["form"] else None
        done = publish_status(
            book, key.controller, given["out"], sign=signs_with(signer, at, form), at=at,
            valid_for=timedelta(days=given["days"]), index=given["index"],
        )  # fmt: skip
    if given["as_json"]:
        print_json(done)
        return
    for address, path in done.lists.items():
        click.echo(f"{address}: {path}")
    click.echo(
        T(
            "{lists} lists and {records} status records; publish again before {day}",
            lists=len(done.lists),
            records=len(done.records),
            day=done.until.date(),
        )
    )

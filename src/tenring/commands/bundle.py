"""`tenring bundle`: all that a verifier needs without a network, in one signed file; daily deltas; pinned standards."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from tenring.commands.output import Exit, as_json, console, errors_explained, print_json, settings_of
from tenring.commands.passphrase import now, passphrase, passphrase_option
from tenring.exceptions import MaterialError, UnusableInputError
from tenring.language import T
from tenring.proof.bundle import Bundle, Collected, SeenBundles, apply_delta, collect, open_bundle, write_bundle
from tenring.proof.bundle.open import open_index
from tenring.proof.keys.store import KeyStore
from tenring.proof.material import Held
from tenring.proof.moment import moment
from tenring.proof.network import NetworkMaterial
from tenring.proof.securing import add_proof
from tenring.proof.served import Served
from tenring.proof.sources import sources
from tenring.proof.standards import STANDARDS, Standards
from tenring.proof.strict import JsonObject
from tenring.proof.trust.roots import Roots, read_roots
from tenring.settings import Settings


@click.group("bundle", invoke_without_command=True)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--key", help="The key that signs it: one that the pinned roots name for bundles.")
@click.option("--since", type=click.Path(path_type=Path), help="Write only what changed since this bundle.")
@click.option("--served", multiple=True, metavar="ADDRESS=FOLDER", help="A folder of yours that is served at https://…")
@click.option("--fresh-for", type=int, default=2, show_default=True, help="Days for which it may be relied on.")
@passphrase_option
@as_json
@click.pass_context
def bundle(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Write trust list, identity anchors, DID documents, status lists, contexts and schemas to one signed file.

    What is not in a folder of yours is fetched from its publisher.

    Example: tenring bundle --out today.zip --key bundles --served https://network.example=public
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(context)
    with errors_explained():
        if not given["out"] or not given["key"]:
            do = T("Say it with --out FILE --key NAME; `tenring bundle --help` has all options")
            raise UnusableInputError(T("it is not said where to write the bundle, and which key signs it"), do=do)
        roots = read_roots(settings.roots_file)
        secret = passphrase(settings, given["passphrase_file"], prompt=T("Passphrase of {key}", key=given["key"]))
        signer = KeyStore(settings.keys).signer(given["key"], secret)
        folders = [Served.read(text) for text in given["served"]]
        since = open_index(given["since"], roots, now()) if given["since"] else None
        at = _moment_after(since)
        collected = _collected(settings, roots, folders, at)
        write_bundle(
            given["out"],
            collected.documents.values(),
            network=roots.network,
            made=at,
            fresh_until=at + timedelta(days=given["fresh_for"]),
            sign=lambda document: add_proof(document, signer, created=at),
            since=since,
        )
        opened = open_index(given["out"], roots, at)
    _tell(opened, collected, as_json=given["as_json"])
    if collected.missing:
        raise SystemExit(Exit.NEGATIVE)


def _moment_after(since: Bundle | None) -> datetime:
    """Now, to the second, which is what orders bundles: one made in the very second of `since` waits for the next."""
    at = now().replace(microsecond=0)
    if since is None or at != since.index.made:
        return at
    at += timedelta(seconds=1)
    time.sleep(max((at - now()).total_seconds(), 0))
    return at


def _collected(settings: Settings, roots: Roots, folders: Iterable[Served], at: datetime) -> Collected:
    """All that the trust list leads to, and everything in folders of one's own."""
    folders = list(folders)
    found = collect(sources(settings, served=folders, network=True), roots, at, Standards(settings))
    own = {held.address: held for folder in folders for held in folder.all()}
    return replace(found, documents=own | found.documents)


def _tell(opened: Bundle, collected: Collected, *, as_json: bool) -> None:
    stored = len(opened.archive.entries) - 1
    if as_json:
        facts: JsonObject = {"path": opened.archive.path, "documents": len(opened.index.documents), "stored": stored}
        print_json(
            facts | {"made": opened.index.made, "fresh_until": opened.index.fresh_until, "missing": collected.missing}
        )
        return
    click.echo(
        T(
            "{path}: {count} documents, {stored} of them in the file; it may be relied on until {until}",
            path=opened.archive.path,
            count=len(opened.index.documents),
            stored=stored,
            until=moment(opened.index.fresh_until),
        )
    )
    for address, why in collected.missing.items():
        click.echo(T("Missing: {address}: {why}", address=address, why=why), err=True)


@bundle.command("show")
@click.argument("path", type=click.Path(path_type=Path))
@as_json
@click.pass_context
def show(context: click.Context, *, path: Path, as_json: bool) -> None:
    """Check the signature of a bundle and list what is in it, and until when each document may be relied on.

    Example: tenring bundle show today.zip
    """
    settings = settings_of(context)
    with errors_explained():
        at = now()
        opened = open_bundle(path, read_roots(settings.roots_file), at, seen=SeenBundles.of(settings))
        found = [held for address in sorted(opened.index.documents) if (held := opened.find(address))]
    if as_json:
        print_json([_facts(held, at) for held in found])
        return
    table = Table(T("address"), T("bytes"), T("got"), T("fresh until"))
    for held in found:
        until = moment(held.fresh_until or held.got)
        table.add_row(
            Text(held.address), f"{len(held.body):,}", moment(held.got), Text(until, "" if held.fresh(at) else "red")
        )
    console().print(table)
    if at > opened.index.fresh_until:
        click.echo(T("It is stale: nothing that rests on it is valid. Get a newer one."), err=True)
        raise SystemExit(Exit.NEGATIVE)


def _facts(held: Held, at: datetime) -> dict[str, object]:
    facts = {"address": held.address, "bytes": len(held.body), "got": held.got, "fresh_until": held.fresh_until}
    return facts | {"fresh": held.fresh(at)}


@bundle.command("apply")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("delta", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The whole bundle to write; it may be BASE."
)
@click.pass_context
def apply(context: click.Context, *, base: Path, delta: Path, out: Path) -> None:
    """Put a delta on the bundle that it builds on.

    Example: tenring bundle apply monday.zip tuesday-delta.zip --out tuesday.zip
    """
    settings = settings_of(context)
    with errors_explained():
        opened = apply_delta(base, delta, out, roots=read_roots(settings.roots_file), at=now())
    click.echo(
        T(
            "{path}: {count} documents, as of {made}",
            path=out,
            count=len(opened.index.documents),
            made=moment(opened.index.made),
        )
    )


@bundle.command("standards")
@click.pass_context
def standards(context: click.Context) -> None:
    """Fetch the contexts and schemas of W3C and UN/CEFACT from their publishers, and keep those with the known hash.

    Example: tenring bundle standards
    """
    settings = settings_of(context)
    refused = 0
    kept = Standards(settings)
    with errors_explained():
        at_hand = [standard.address for standard in STANDARDS if kept.find(standard.address)]
    network = NetworkMaterial(settings)
    for standard in STANDARDS:
        if standard.address in at_hand:
            click.echo(T("{address}: at hand", address=standard.address))
            continue
        try:
            held = network.find(standard.address)
            if held is not None:
                kept.keep(held)
                click.echo(T("{address}: fetched", address=standard.address))
        except MaterialError as error:
            refused += 1
            click.echo(str(error), err=True)
    if refused:
        raise SystemExit(Exit.NEGATIVE)

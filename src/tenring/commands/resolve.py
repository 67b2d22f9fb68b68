"""`tenring resolve`: from a product's identifier to its certificates, passport and criteria."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.criteria import library_of, today
from tenring.commands.output import DATE, Exit, as_json, console, errors_explained, print_json, settings_of
from tenring.exceptions import SnapshotError
from tenring.language import T
from tenring.proof.digital_link import GS1, resolver_base
from tenring.proof.resolver import Found, Resolver, read_address
from tenring.proof.resolver.answer import relations_of
from tenring.proof.resolver.issued import IssuedLinks
from tenring.proof.resolver.links import Source
from tenring.proof.resolver.noted import NotedLinks
from tenring.proof.resolver.register import RegisterLinks
from tenring.register.snapshot import Snapshot
from tenring.rulebook.publish.names import Publication


@click.command()
@click.argument("what")
@click.option("--link-type", help="Only this relation: certificate, passport, criteria, dcc, dpp, gs1:… or an address.")
@click.option("--at", "base", help="Public address of the resolver that would answer (default: that of GS1).")
@click.option(
    "--credentials", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of issued ones."
)
@click.option("--links", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML file of more links.")
@click.option("--criteria", "criteria", help="Address at which the criteria are published (criteria publish --base).")
@click.option("--on", type=DATE, help="Day for which licences are given their status (default: today).")
@as_json
@click.pass_context
def resolve(context: click.Context, /, *, what: str, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Find the certificates, passport and criteria of a product, as an identity resolver would answer.

    WHAT is a GTIN, a GS1 Digital Link, or an address that ends with /licence/PROGRAMME/NUMBER or
    /product/BRAND/MODEL. With --json: the linkset (RFC 9264). Exit code 1: nothing is known.

    Example: tenring resolve 02900000200265 --link-type certificate
    """
    with errors_explained():
        asked, day = read_address(what), given["on"] or today()
        resolver = Resolver(given["base"] or GS1, tuple(_sources(context, given)))
        relations = relations_of(given["link_type"]) if given["link_type"] else None
        found = _only(resolver.find(asked, day), relations)
        content = resolver.linkset(asked, day, relations)
    if as_json:
        print_json(content)
    else:
        _print(found)
    context.exit(Exit.DONE if found else Exit.NEGATIVE)


def _sources(context: click.Context, given: dict[str, Any]) -> Iterator[Source]:
    settings = settings_of(context)
    if given["credentials"]:
        yield IssuedLinks.read(given["credentials"])
    if given["links"]:
        yield NotedLinks.read(given["links"])
    catalogue = Catalogue(settings.catalog)
    try:
        snapshot = Snapshot.open(settings)
    except SnapshotError:
        if given["credentials"] or given["links"]:
            return
        raise
    publication = None
    if given["criteria"]:
        publication = Publication(
            library_of(context), catalogue.programmes, given["on"] or today(), f"{resolver_base(given['criteria'])}/"
        )
    pages = resolver_base(given["base"]) if given["base"] else None
    yield RegisterLinks(snapshot, catalogue.programmes, pages, catalogue.brands, publication)


def _only(found: Found, relations: tuple[str, ...] | None) -> Found:
    """What is found, of some relations only."""
    if relations is None:
        return found
    return Found({relation: links for relation, links in found.links.items() if relation in relations})


def _print(found: Found) -> None:
    if not found:
        click.echo(T("Nothing is known about it."))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (T("link type"), T("title"), T("address")):
        table.add_column(heading, overflow="fold")
    for relation, links in found.links.items():
        for link in links:
            table.add_row(relation.removeprefix("https://ref.gs1.org/voc/"), link.title, link.href)
    console().print(table)

"""`tenring resolve`: from a product's identifier to its certificates, passport and criteria."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.commands.criteria import today
from tenring.commands.output import DATE, Exit, as_json, console, errors_explained, print_json, settings_of
from tenring.language import T
from tenring.proof.resolver import Found, read_address
from tenring.proof.resolver.answer import relations_of
from tenring.proof.resolver.place import AtHand, resolver_of


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
        at_hand = AtHand(given["base"], given["credentials"], given["links"], given["criteria"])
        resolver = resolver_of(settings_of(context), at_hand, day)
        relations = relations_of(given["link_type"]) if given["link_type"] else None
        found = resolver.find(asked, day).only(relations)
        content = resolver.linkset(asked, day, relations)
    if as_json:
        print_json(content)
    else:
        _print(found)
    context.exit(Exit.DONE if found else Exit.NEGATIVE)


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

"""`tenring labels`: which labels a product could earn, and what evidence is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.criteria import library_of, today
from tenring.commands.judged import WORDS
from tenring.commands.output import DATE, Exit, as_json, console, print_json, settings_of
from tenring.commands.planned import print_plan
from tenring.exceptions import UnusableInputError
from tenring.language import T, in_language
from tenring.rulebook.evidence import read_product
from tenring.rulebook.judge import Judged
from tenring.rulebook.labels import Asked, Chance, labels_of
from tenring.rulebook.library import Library
from tenring.rulebook.plan import Reach, plan
from tenring.rulebook.prices import NO_PRICES, read_prices


@click.command()
@click.argument("product", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--economy", "economies", multiple=True, help="Only labels that are at home in this economy (repeatable)."
)
@click.option("--category", help="Category of the product (default: its own, or all criteria about what was measured).")
@click.option("--on", type=DATE, help="Day of the question (default: today).")
@click.option(
    "--want", "wanted", multiple=True, metavar="ID", help="The cheapest extra tests for these criteria (repeatable)."
)
@click.option(
    "--prices",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --want: a CSV file property,method,price,currency,days. Without it each test counts one.",
)
@as_json
@click.pass_context
def labels(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    *,
    product: Path,
    economies: tuple[str, ...],
    category: str | None,
    on: date | None,
    wanted: tuple[str, ...],
    prices: Path | None,
    as_json: bool,
) -> None:
    """Show which labels a product could earn: what is met, what is missing, what stands in the way.

    PRODUCT is a YAML file with values, units, methods and documents. Judged are the criteria in force on the day for
    its category, or, where none is given, all that ask for something that was measured. Exit code 1: none are met.

    With --want it is which extra tests cost least, so that, with good results, all of these labels' criteria would be
    shown; and what no test can mend. Exit code 1: one of them is out of reach of this product.

    Example: tenring labels product.yml --economy CN --economy EU
    """
    if prices is not None and not wanted:
        raise UnusableInputError(T("--prices needs --want"), do=T("Name the criteria: --want <programme>/<category>"))
    library, day = library_of(context), on or today()
    given = read_product(product, library.properties)
    if wanted:
        priced = read_prices(prices, library.properties) if prices else NO_PRICES
        found_plan = plan(given, [library.named(name, day) for name in wanted], day, library, priced)
        print_json(found_plan) if as_json else print_plan(found_plan, library)
        out_of_reach = any(one.reach is Reach.BEYOND for one in found_plan.labels)
        raise SystemExit(Exit.NEGATIVE if out_of_reach else Exit.DONE)
    programmes = Catalogue(settings_of(context).catalog).programmes
    asked = Asked(day, economies, category)
    found = labels_of(given, library, programmes, asked)
    if as_json:
        print_json(found)
    else:
        _print(found, library)
    raise SystemExit(Exit.DONE if any(one.overall is Judged.MET for one in found) else Exit.NEGATIVE)


def _print(found: tuple[Chance, ...], library: Library) -> None:
    if not found:
        click.echo(T("No criteria in the catalogue ask for what is in the file."))
        return
    titles = {one.id: in_language(one.titles) for one in library.revisions}
    table = Table(box=None, pad_edge=False)
    for heading in (T("criteria"), T("economy"), T("answer"), T("clauses met"), T("stands in the way"), T("missing")):
        table.add_column(heading, overflow="fold")
    for one in found:
        missing = ", ".join(dict.fromkeys(need.quantity for need in one.missing))
        unchecked = T("not checked: {clauses}", clauses=", ".join(one.not_checked)) if one.not_checked else ""
        lacking = "; ".join(text for text in (missing, unchecked) if text)
        name = f"{one.criteria} {titles[one.criteria]}"
        table.add_row(name, one.economy, T(WORDS[one.overall]), str(one.met), ", ".join(one.not_met), lacking)
    console().print(table)

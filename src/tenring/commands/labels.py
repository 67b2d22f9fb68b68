"""`tenring labels`: which labels a product could earn, and what evidence is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.criteria import library_of, today
from tenring.commands.judged import WORDS
from tenring.commands.output import DATE, Exit, as_json, console, print_json, settings_of
from tenring.exceptions import UnusableInputError
from tenring.language import T, in_language
from tenring.rulebook.evidence import Product, read_product
from tenring.rulebook.judge import Judged, Result, judge
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Revision
from tenring.rulebook.trace import Missing

#: From what a product has to what it cannot have.
_ORDER = (Judged.MET, Judged.NOT_SHOWN, Judged.NOT_CHECKED, Judged.NOT_MET)


@dataclass(frozen=True)
class Chance:
    """What one label's criteria say of a product: what stands in the way, what is missing, what cannot be checked."""

    criteria: str
    programme: str
    economy: str
    overall: Judged
    grade: str | None
    met: int
    not_met: tuple[str, ...]
    not_shown: tuple[str, ...]
    not_checked: tuple[str, ...]
    missing: tuple[Missing, ...]


@click.command()
@click.argument("product", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--economy", "economies", multiple=True, help="Only labels that are at home in this economy (repeatable)."
)
@click.option("--category", help="Category of the product (default: its own, or all criteria about what was measured).")
@click.option("--on", type=DATE, help="Day of the question (default: today).")
@as_json
@click.pass_context
def labels(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    *,
    product: Path,
    economies: tuple[str, ...],
    category: str | None,
    on: date | None,
    as_json: bool,
) -> None:
    """Show which labels a product could earn: what is met, what is missing, what stands in the way.

    PRODUCT is a YAML file with values, units, methods and documents. Judged are the criteria in force on the day for
    its category, or, where none is given, all that ask for something that was measured. Exit code 1: none are met.

    Example: tenring labels product.yml --economy CN --economy EU
    """
    library, day = library_of(context), on or today()
    given = read_product(product, library.properties)
    homes = {name: one.home() for name, one in Catalogue(settings_of(context).catalog).programmes.items()}
    wanted, named = frozenset(economy.upper() for economy in economies), category or given.about.get("category")
    known = in_force(library, day)
    _must_be_known(wanted, frozenset(one for revision in known for one in homes[revision.programme]))
    if named is not None:
        _must_be_known(frozenset({named}), frozenset(one for revision in known for one in revision.categories))
    concerned = [
        revision
        for revision in known
        if (not wanted or homes[revision.programme] & wanted) and concerns(revision, given, named)
    ]
    found = chances(((revision, judge(given, revision, day, library)) for revision in concerned), homes)
    if as_json:
        print_json(found)
    else:
        _print(found, library)
    raise SystemExit(Exit.DONE if any(one.overall is Judged.MET for one in found) else Exit.NEGATIVE)


def _must_be_known(asked: frozenset[str], known: frozenset[str]) -> None:
    """Refuse economies or categories without criteria: the answer would be nothing, and look like one."""
    for name in sorted(asked - known):
        near = get_close_matches(name, known, n=5) or sorted(known)
        what = T("no criteria in force are for {name!r}", name=name)
        raise UnusableInputError(what, do=T("There are criteria for: {names}", names=", ".join(near)))


def in_force(library: Library, day: date) -> list[Revision]:
    """One revision of each criteria, the one to judge by on a day."""
    names = dict.fromkeys(one.criteria for one in library.revisions)
    return [found for name in names if (found := library.find(name, day)) is not None]


def concerns(revision: Revision, product: Product, category: str | None) -> bool:
    """Whether criteria are for a category; without one, whether they ask for something that was measured."""
    if category is not None:
        return category in revision.categories
    measured = {(one.property, one.of) for one in product.measurements}
    return any((one.property, one.of) in measured for one in revision.quantities)


def chances(results: Iterable[tuple[Revision, Result]], homes: dict[str, frozenset[str]]) -> tuple[Chance, ...]:
    """The labels, those that are met first, then those that lack least; what asks nothing of it is left out."""
    found = [
        Chance(
            criteria=revision.id,
            programme=revision.programme,
            economy=", ".join(sorted(homes[revision.programme])),
            overall=result.overall,
            grade=result.grade,
            met=len(_clauses(result, Judged.MET)),
            not_met=_clauses(result, Judged.NOT_MET),
            not_shown=_clauses(result, Judged.NOT_SHOWN),
            not_checked=_clauses(result, Judged.NOT_CHECKED),
            missing=result.missing,
        )
        for revision, result in results
        if result.overall is not Judged.NOT_APPLICABLE
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.overall), len(one.missing), one.criteria)))


def _clauses(result: Result, judgement: Judged) -> tuple[str, ...]:
    return tuple(one.clause for one in result.judgements if one.judgement is judgement)


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

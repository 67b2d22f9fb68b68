"""Which labels a product could earn: what is met, what is missing, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from tenring.catalogue.programmes import Programme
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.rulebook.evidence import Product
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


@dataclass(frozen=True)
class Asked:
    """Which labels are meant: in force on a day, at home in some economies (none: any), for a category."""

    on: date
    economies: Iterable[str] = ()
    category: str | None = None
    """None: the product's own, else all criteria about what was measured."""
    wider: tuple[str, ...] = ()
    """Categories above it, whose criteria count as well."""


def labels_of(
    product: Product, library: Library, programmes: Mapping[str, Programme], asked: Asked
) -> tuple[Chance, ...]:
    """What the criteria that were asked for say of a product, best first.

    Raises:
        UnusableInputError: no criteria in force are for an economy or the category asked for.
    """
    homes = {name: one.home() for name, one in programmes.items()}
    return chances(results_of(product, library, programmes, asked), homes)


def results_of(
    product: Product, library: Library, programmes: Mapping[str, Programme], asked: Asked
) -> tuple[tuple[Revision, Result], ...]:
    """Every revision that was asked for with what it says of a product, in the order of the library.

    Raises:
        UnusableInputError: as `labels_of`.
    """
    homes = {name: one.home() for name, one in programmes.items()}
    wanted = frozenset(economy.upper() for economy in asked.economies)
    category = asked.category or product.about.get("category")
    known = in_force(library, asked.on)
    _must_be_known(wanted, frozenset(one for revision in known for one in homes[revision.programme]))
    categories = frozenset({category, *asked.wider} if category is not None else ())
    there = frozenset(one for revision in known for one in revision.categories)
    if categories and not categories & there:
        _must_be_known(frozenset({category or ""}), there)
    return tuple(
        (revision, judge(product, revision, asked.on, library))
        for revision in known
        if (not wanted or homes[revision.programme] & wanted) and concerns(revision, product, categories)
    )


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


def concerns(revision: Revision, product: Product, categories: frozenset[str]) -> bool:
    """Whether criteria are for one of these categories; without any, whether they ask for what was measured."""
    if categories:
        return not categories.isdisjoint(revision.categories)
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

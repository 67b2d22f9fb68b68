"""What the criteria of a category ask to be measured or stated: once for each measurand, by how many programmes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from tenring.rulebook.amounts import amount
from tenring.rulebook.dates import taken_on
from tenring.rulebook.expressions import Aggregate, Compare, Constant, Quantity, quantities, walk
from tenring.rulebook.labels import in_force
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Revision


@dataclass(frozen=True)
class AskedFor:
    """One measurand, with what the criteria say of how it is reported."""

    property: str
    of: str
    at: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    """Who asks for it, in alphabetical order."""
    methods: tuple[str, ...]
    units: tuple[str, ...]
    """As limits print them."""
    documents: tuple[str, ...]
    """Kinds of evidence that clauses ask for."""
    items: tuple[str, ...]
    """Names of values that are wanted one by one: substances, samples."""

    def quantity(self) -> Quantity:
        """The measurand, without methods."""
        return Quantity(self.property, self.of, self.at)


@dataclass
class _Found:
    programmes: set[str] = field(default_factory=set)
    methods: dict[str, None] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)
    items: dict[str, None] = field(default_factory=dict)


def criteria_for(library: Library, categories: Iterable[str], on: date) -> tuple[Revision, ...]:
    """The revisions in force on a day for any of these categories, taken on that day."""
    wanted = frozenset(categories)
    found = (one for one in in_force(library, on) if not wanted.isdisjoint(one.categories))
    return tuple(taken_on(one, on, library.find) for one in found)


def asked_for(revisions: Iterable[Revision]) -> tuple[AskedFor, ...]:
    """What these revisions, taken on a day, ask for: first what most programmes ask for, then by name."""
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], _Found] = {}
    for revision in revisions:
        for clause in revision.clauses:
            for quantity in dict.fromkeys(one for part in clause.parts for one in quantities(part)):
                key = (quantity.property, quantity.of, quantity.at)
                _note(found.setdefault(key, _Found()), quantity, revision, clause)
    asked = (
        AskedFor(*key, tuple(sorted(one.programmes)), *map(tuple, (one.methods, one.units, one.documents, one.items)))
        for key, one in found.items()
    )
    return tuple(sorted(asked, key=lambda one: (-len(one.programmes), one.property, one.of, one.at)))


def _note(found: _Found, quantity: Quantity, revision: Revision, clause: Clause) -> None:
    found.programmes.add(revision.programme)
    found.methods |= dict.fromkeys(quantity.methods)
    if quantity in set(quantities(clause.requires)):
        found.documents |= dict.fromkeys(needed.kind for way in clause.shown_by for needed in way)
    for node in (node for part in clause.parts for node in walk(part)):
        if isinstance(node, Aggregate) and node.quantity == quantity:
            found.items |= dict.fromkeys(node.items)
        if isinstance(node, Compare) and quantity in set(quantities(node.left)):
            found.units |= dict.fromkeys(_units(node))


def _units(compare: Compare) -> list[str]:
    """The units of limits, as they are printed."""
    found = []
    for node in walk(compare.right):
        if isinstance(node, Constant) and node.printed:
            try:
                found.append(amount(node.printed).unit)
            except ValueError:
                continue
    return [one for one in found if one]

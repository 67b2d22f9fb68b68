"""Where a term or condition stands in a clause: that decides which evidence counts for it, and what the unknown is.

It follows `rulebook.evaluate`: rules of evidence concern the values on the left of a requirement; gates, tables, limits
and facts about the product take any evidence; in a limit the unknown begins at 0 where it cannot be negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tenring.rulebook.expressions import Choice, Compare, Given, Node, Quantity, children
from tenring.rulebook.revision import Clause, Needed

Rule = tuple[tuple[Needed, ...], ...]


@dataclass(frozen=True)
class Place:
    """Whether it is in a limit, and the rule of evidence that holds there (empty: any evidence will do)."""

    in_limit: bool = False
    rule: Rule = ()


def placed(clause: Clause, *, shown: bool) -> Iterator[tuple[Node, Place]]:
    """Every node of a clause with its place, parents first; without `shown` no rule of evidence holds anywhere."""
    rule = clause.shown_by if shown else ()
    for node in (clause.requires, *(grade.requires for grade in clause.grades)):
        yield from _placed(node, Place(rule=rule))
    if clause.points is not None:
        yield from _placed(clause.points, Place(rule=rule))
    for node in (clause.applies, clause.waived_by):
        yield from _placed(node, Place())


def _placed(node: Node, place: Place) -> Iterator[tuple[Node, Place]]:
    yield node, place
    match node:
        case Compare(left, _, right):
            yield from _placed(left, Place(rule=place.rule))
            yield from _placed(right, Place(in_limit=True))
        case Choice() | Given():
            for one in children(node):
                yield from _placed(one, Place(in_limit=place.in_limit))
        case _:
            for one in children(node):
                yield from _placed(one, place)


def asked_for(nodes: Iterable[tuple[Node, Place]]) -> Iterator[tuple[Quantity, Rule]]:
    """Every quantity that nodes look at, with the rule of evidence that holds there."""
    for node, place in nodes:
        quantity = getattr(node, "quantity", None)
        if isinstance(quantity, Quantity):
            yield quantity, place.rule


#: Property, subject and conditions of a quantity, the methods that count for it, and the rule of evidence.
Slot = tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...], Rule]


def slot_of(quantity: Quantity, rule: Rule, *, shown: bool) -> Slot:
    """What is measured, and how it must be shown; for a register's own values any method and document counts."""
    if not shown:
        return quantity.property, quantity.of, quantity.at, (), ()
    return quantity.property, quantity.of, quantity.at, quantity.methods, rule

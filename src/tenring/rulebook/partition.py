"""Do the rows of a table part the products? Gaps and overlaps are looked for in cells that cover everything.

Each thing that rows look at is an axis: the words of a property, or a number with the limits it is compared with (a
point at each limit, one between each two, one beyond each end). Conditions cannot change within such a cell, so that
testing one point of each is a proof, not a sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product
from math import prod

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.expressions import (
    All,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Disclosed,
    Given,
    Is,
    Node,
    Quantity,
    Term,
    Value,
    needed,
    walk,
)
from tenring.rulebook.intervals import compared, point
from tenring.rulebook.truth import Truth, at_least

MOST_CELLS = 200_000
#: Stands for every word that no row names, where a property's words are not a closed list.
ANOTHER = "another word"

Axis = Quantity | Term
Cell = Mapping[Axis, str | Decimal]


@dataclass(frozen=True)
class Fault:
    """A product that a table leaves out (no rows), counts twice (two rows), or that cannot be proven either way."""

    rows: tuple[int, ...]
    cell: str


def faults(table: Choice, applies: Condition, properties: Properties) -> Iterator[Fault]:
    """The first gap and the first overlap of a table whose rows must part the products to which `applies` holds."""
    axes = _axes(table, properties)
    if axes is None or prod(len(points) for points in axes.values()) > MOST_CELLS:
        yield Fault((0,), "")
        return
    seen: set[bool] = set()
    for points in product(*axes.values()):
        cell = dict(zip(axes, points, strict=True))
        rows = tuple(number for number, row in enumerate(table.rows) if _truth(row.when, cell) is Truth.TRUE)
        wrong = len(rows) > 1 or (not rows and table.otherwise is None)
        if not wrong or bool(rows) in seen or _truth(applies, cell) is Truth.FALSE:
            continue
        seen.add(bool(rows))
        yield Fault(rows[:2], _described(cell))


def _axes(table: Choice, properties: Properties) -> dict[Axis, tuple[str | Decimal, ...]] | None:
    """What rows look at, with a point for each cell; None where something cannot be divided into cells."""
    words: dict[Axis, set[str]] = {}
    limits: dict[Axis, set[Decimal]] = {}
    for node in (node for row in table.rows for node in walk(row.when)):
        if isinstance(node, Is):
            words.setdefault(node.quantity, set()).update(node.values)
        elif isinstance(node, Disclosed):
            words.setdefault(node.quantity, set())
        elif isinstance(node, Compare):
            if not isinstance(node.right, Constant):
                return None
            limits.setdefault(node.left, set()).add(node.right.value)
        elif not isinstance(node, All | AnyOf | AtLeast) and _is_condition_of_a_row(node):
            return None
    axes: dict[Axis, tuple[str | Decimal, ...]] = {
        quantity: _words(quantity, found, properties)
        for quantity, found in words.items()
        if isinstance(quantity, Quantity)
    }
    return axes | {term: _points(sorted(found)) for term, found in limits.items()}


def _is_condition_of_a_row(node: Node) -> bool:
    """Whether a node is a condition that cells do not know (terms inside comparisons are their axes)."""
    return type(node).__name__ in {"Has", "NotDetected", "Holds", "Excludes", "Unread", "Dated", "Meets"}


def _words(quantity: Quantity, named: set[str], properties: Properties) -> tuple[str, ...]:
    definition = properties.properties[quantity.property]
    if definition.is_a == "flag":
        return ("false", "true")
    closed = definition.values or definition.scale
    return tuple(closed) or (*sorted(named), ANOTHER)


def _points(limits: list[Decimal]) -> tuple[Decimal, ...]:
    between = [number for low, high in pairwise(limits) for number in (low, (low + high) / 2)]
    return (limits[0] - 1, *between, limits[-1], limits[-1] + 1)


def _truth(condition: Condition, cell: Cell) -> Truth:
    """The truth of a condition in a cell; what is no axis is unknown."""
    match condition:
        case Compare(left, operator, Constant(limit)) if left in cell:
            return compared(point(Decimal(cell[left])), operator, point(limit))
        case Is(quantity, values, negated) if quantity in cell:
            return Truth.TRUE if (cell[quantity] in values) is not negated else Truth.FALSE
        case Given(inner):
            return _truth(inner, cell)
        case All() | AnyOf() | AtLeast():
            return at_least(needed(condition), (_truth(one, cell) for one in condition.conditions))
        case _:
            return Truth.NOT_SHOWN


def _described(cell: Cell) -> str:
    return ", ".join(f"{_axis_name(axis)} = {_point(value)}" for axis, value in cell.items())


def _axis_name(axis: Axis) -> str:
    if isinstance(axis, Quantity):
        return axis.key
    return axis.quantity.key if isinstance(axis, Value) else "the formula"


def _point(value: str | Decimal) -> str:
    return plain_number(value) if isinstance(value, Decimal) else value

"""Columns that rest on columns: the layers of one query, each expression computed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tenring.rulebook.bulk.digits import Digits, widest


@dataclass(frozen=True)
class Sql:
    """A column or a literal, and from which layer on it is there (0: literals and columns of the table itself)."""

    text: str
    layer: int = 0


@dataclass(frozen=True)
class Number:
    """A term as SQL: the ends of its interval (null: unbounded), and how far it is known (see `truth.Truth`).

    `open_high`: whether the upper end itself is not reached; None: it always is.
    """

    low: Sql
    high: Sql
    state: Sql
    digits: Digits
    bounded_low: bool = True
    """Whether `low` is never null; likewise `high`."""
    bounded_high: bool = True
    open_high: Sql | None = None
    weak: frozenset[str] = frozenset()
    """Columns of the facts that say whether its values are not shown as the clause asks (`evaluate.Reading.weak`)."""


@dataclass
class Columns:
    """The columns of one query. An expression that was there before is not computed again."""

    layers: list[dict[str, str]] = field(default_factory=list)
    _known: dict[str, Sql] = field(default_factory=dict)

    def add(self, expression: str, *parts: Sql) -> Sql:
        """The column for an expression over `parts`."""
        if expression not in self._known:
            layer = max((part.layer for part in parts), default=0) + 1
            while len(self.layers) < layer:
                self.layers.append({})
            name = f"x{len(self._known)}"
            self.layers[layer - 1][name] = expression
            self._known[expression] = Sql(name, layer)
        return self._known[expression]

    def query(self, base: str, select: str) -> str:
        """`select` over the columns of `base` and all those of the layers."""
        tables, before = [], base
        for number, layer in enumerate(self.layers, 1):
            columns = ", ".join(f"{expression} AS {name}" for name, expression in layer.items())
            tables.append(f"layer_{number} AS (SELECT *, {columns} FROM {before})")
            before = f"layer_{number}"
        head = f"WITH {', '.join(tables)} " if tables else ""
        return f"{head}SELECT {select} FROM {before}"


def fitted(part: Sql, own: Digits, digits: Digits) -> str:
    """A number in the type of `digits`, which are no fewer than its own."""
    return part.text if own == digits else f"CAST({part.text} AS {digits.type})"


def extreme(function: str, parts: Iterable[str]) -> str:
    """`least` or `greatest` of one or more, leaving out what is null."""
    found = list(dict.fromkeys(parts))
    return found[0] if len(found) == 1 else f"{function}({', '.join(found)})"


def either(parts: Iterable[str]) -> str:
    """At least one of them is true."""
    found = list(dict.fromkeys(parts))
    return " OR ".join(f"({part})" for part in found) if found else "FALSE"


def both(parts: Iterable[str]) -> str:
    """All of them are true."""
    found = list(dict.fromkeys(parts))
    return " AND ".join(f"({part})" for part in found) if found else "TRUE"


def least_state(columns: Columns, states: Iterable[Sql]) -> Sql:
    """The least known of several states."""
    found = [one for one in dict.fromkeys(states) if one.text != "3"]
    if not found:
        return Sql("3")
    if len(found) == 1:
        return found[0]
    return columns.add(f"least({', '.join(one.text for one in found)})", *found)


def weak_of(numbers: Iterable[Number]) -> frozenset[str]:
    """Where any of several numbers is not shown as asked."""
    return frozenset[str]().union(*(one.weak for one in numbers))


def common(numbers: Iterable[Number]) -> Digits:
    """The digits that hold each of several numbers."""
    return widest(one.digits for one in numbers)

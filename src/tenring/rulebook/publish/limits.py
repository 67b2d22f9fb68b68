"""The single limits inside a requirement, for formats that know numbers and no logic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.expressions import (
    Aggregate,
    All,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Dated,
    Given,
    Operator,
    Quantity,
    Row,
    Term,
    Unread,
    UnreadNumber,
    Value,
    walk,
)
from tenring.rulebook.revision import Clause


@dataclass(frozen=True)
class Limit:
    """One measurand compared with one number."""

    quantity: Quantity
    operator: Operator
    value: Decimal
    """In the unit of the property, multiplied by `factor`."""
    printed: str
    compared: Compare
    """The comparison of just these two."""
    how: str = "value"
    """`value`, or how many values become one (`maximum`, `mean` …)."""
    factor: Decimal = Decimal(1)
    case: Row | None = None
    """The row of a table that it stands in."""
    since: date | None = None
    """The day from which it counts, where the document sets several."""
    alternative: bool = False
    """It is one of several ways, so that it does not bind everybody."""

    @property
    def binds(self) -> bool:
        """Whether whoever meets the requirement keeps this limit, always."""
        return not (self.alternative or self.case or self.since)


def limits_of(condition: Condition) -> tuple[Limit, ...]:
    """Every limit of one measurand inside a condition, in the order written; sums and formulae are none of these."""
    return tuple(_limits(condition))


def left_open(clause: Clause) -> tuple[str, ...]:
    """What a clause cannot decide: numbers and requirements not read, or that no number decides; each once."""
    nodes = (node for part in clause.parts for node in walk(part))
    return tuple(dict.fromkeys(node.reason for node in nodes if isinstance(node, Unread | UnreadNumber)))


def _limits(condition: Condition) -> Iterator[Limit]:
    match condition:
        case Compare(Value() | Aggregate() as left, operator, right):
            yield from _compared(left, operator, right)
        case All(parts):
            for part in parts:
                yield from _limits(part)
        case AnyOf(parts) | AtLeast(_, parts):
            alone = len(parts) == 1
            for part in parts:
                yield from (replace(one, alternative=one.alternative or not alone) for one in _limits(part))
        case Given(inner):
            yield from _limits(inner)
        case Dated(since):
            for day, part in since:
                yield from (replace(one, since=day) for one in _limits(part))
        case _:
            return


def _compared(left: Value | Aggregate, operator: Operator, right: Term) -> Iterator[Limit]:
    for number, row, open_row in _numbers(right):
        yield Limit(
            quantity=left.quantity,
            operator=operator,
            value=number.value,
            printed=number.printed,
            compared=Compare(left, operator, number),
            how=left.how if isinstance(left, Aggregate) else "value",
            factor=left.factor,
            case=row,
            alternative=open_row,
        )


def _numbers(term: Term) -> Iterator[tuple[Constant, Row | None, bool]]:
    """The numbers a limit may be: each with its row, and whether it only counts where no row does."""
    if isinstance(term, Constant):
        yield term, None, False
    elif isinstance(term, Choice):
        for row in term.rows:
            if isinstance(row.then, Constant):
                yield row.then, row, False
        if isinstance(term.otherwise, Constant):
            yield term.otherwise, None, True


def in_unit(limit: Limit, properties: Properties) -> tuple[str, str]:
    """Number and unit of a limit as text: in the property's unit, or as printed where a formula has another.

    A day is written as a day, without a unit.
    """
    definition = properties.properties[limit.quantity.property]
    if definition.is_a == "date":
        return date.fromordinal(int(limit.value)).isoformat(), ""
    if limit.factor != 1:
        return limit.printed or plain_number(limit.value), ""
    unit = "" if limit.how == "count" else (definition.unit or "")
    return plain_number(limit.value), unit

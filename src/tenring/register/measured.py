"""Licences by what was measured: ranges of properties in a category, and the licences within some of them, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.register.lookup import Database
from tenring.register.snapshot import VALID_ON

MOST_RANGES = 8


@dataclass(frozen=True)
class Span:
    """A property that licences of a category state as a number: how many, from what to what."""

    property: str
    unit: str
    licences: int
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Range:
    """A property within limits, both inclusive; None: open."""

    property: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True)
class Order:
    """By which property, and whether the largest comes first."""

    property: str
    descending: bool = False


@dataclass(frozen=True)
class Within:
    """How many licences there are, and the ids of the page asked for."""

    total: int
    ids: tuple[str, ...]


#: One row = one property of the category that is a number in at least two licences.
_SPANS = """
SELECT property, any_value(unit), count(DISTINCT licence_id) AS licences, min(value), max(value)
FROM properties JOIN licences USING (licence_id)
WHERE category = $category AND value IS NOT NULL
GROUP BY property
HAVING count(DISTINCT unit) <= 1 AND min(value) < max(value)
ORDER BY licences DESC, property
"""


def spans(db: Database, category: str) -> list[Span]:
    """The properties that licences of a category state as numbers, the most frequent first."""
    return [
        Span(name, unit or "", licences, least, most)
        for name, unit, licences, least, most in db.execute(_SPANS, {"category": category}).fetchall()
    ]


@dataclass(frozen=True)
class Wanted:
    """What to look for in a category: ranges that all hold, an order, other filters, and the ids to stay among.

    `among` are the licences that a search for words found, in its order; None: all.
    """

    category: str
    on: date
    ranges: Sequence[Range] = ()
    order: Order | None = None
    programme: str | None = None
    economy: str | None = None
    among: Sequence[str] | None = None
    limit: int = 20
    offset: int = 0


def within(db: Database, wanted: Wanted) -> Within:
    """The licences of a category, active on a day, whose measured properties lie within ranges.

    A licence that does not state a property is not within its range: not known is not met.

    Raises:
        UnusableInputError: too many ranges.
    """
    if len(wanted.ranges) > MOST_RANGES:
        raise UnusableInputError(T("at most {count} properties can be asked for at once", count=MOST_RANGES))
    values: dict[str, object] = {"day": wanted.on, "category": wanted.category}
    conditions = ["category = $category"]
    for name in ("programme", "economy"):
        if found := getattr(wanted, name):
            values[name] = found
            conditions.append(f"{name} = ${name}")
    for number, one in enumerate(wanted.ranges):
        conditions.append(_range(number, one, values))
    joined, order = "", "coalesce(valid_from, active_from) DESC NULLS LAST, licence_id"
    if wanted.among is not None:
        values["among"] = list(wanted.among)
        conditions.append("list_contains($among, licence_id)")
        order = "list_position($among, licence_id)"
    if wanted.order:
        values["by"] = wanted.order.property
        joined = (
            "LEFT JOIN (SELECT licence_id, min(value) AS by_value FROM properties WHERE property = $by GROUP BY 1) "
            "USING (licence_id)"
        )
        order = f"by_value {'DESC' if wanted.order.descending else 'ASC'} NULLS LAST, licence_id"
    found_sql = f"SELECT licence_id, valid_from, active_from FROM ({VALID_ON}) WHERE {' AND '.join(conditions)}"
    rows = db.execute(
        f"SELECT licence_id, count(*) OVER () FROM ({found_sql}) {joined} ORDER BY {order} "
        f"LIMIT {wanted.limit:d} OFFSET {wanted.offset:d}",
        values,
    ).fetchall()
    return Within(rows[0][1] if rows else 0, tuple(id_ for id_, _ in rows))


def _range(number: int, one: Range, values: dict[str, object]) -> str:
    """The condition of one range; its values are added to `values`."""
    parts = [f"property = $property{number}"]
    values[f"property{number}"] = one.property
    for name, sign, limit in (("least", ">=", one.at_least), ("most", "<=", one.at_most)):
        if limit is not None:
            values[f"{name}{number}"] = limit
            parts.append(f"value {sign} ${name}{number}")
    return f"licence_id IN (SELECT licence_id FROM properties WHERE {' AND '.join(parts)})"

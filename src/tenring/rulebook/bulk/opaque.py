"""Functions that are no arithmetic (tanh, a ratio): computed in Decimals, once for each set of arguments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

import pyarrow as pa

from tenring.model.sql import Engine, Step
from tenring.rulebook.bulk.columns import Columns, Number, Sql, either, least_state, weak_of
from tenring.rulebook.bulk.conditions import Conditions
from tenring.rulebook.bulk.digits import Digits, digits_of, widest
from tenring.rulebook.bulk.facts import Facts
from tenring.rulebook.bulk.places import Place
from tenring.rulebook.bulk.terms import Placed
from tenring.rulebook.expressions import Node, Opaque, Value
from tenring.rulebook.functions import FUNCTIONS
from tenring.rulebook.intervals import point, rescaled

#: Results with more digits are left to `judge`: what is computed with them would not fit.
_MOST_DECIMALS, _MOST_WHOLE = 30, 18
_INFINITE = Decimal("Infinity")


@dataclass(frozen=True)
class End:
    """One end of a function: which end of each argument it takes, and what an unbounded one stands for."""

    term: Opaque | Value
    is_high: bool

    @property
    def takes_high(self) -> tuple[bool, ...]:
        """For each argument, whether its high end gives this end."""
        term = self.term
        directions = (term.factor,) if isinstance(term, Value) else FUNCTIONS[term.function].directions
        return tuple((direction > 0) == self.is_high for direction in directions)

    def value(self, numbers: list[Decimal]) -> Decimal:
        """The end, of the ends that it takes."""
        if isinstance(self.term, Value):
            return rescaled(point(numbers[0]), self.term.factor).low
        definition = FUNCTIONS[self.term.function]
        return definition.compute(*(max(one, least) for one, least in zip(numbers, definition.least, strict=True)))


def functions_of(clauses: Iterable[Iterable[tuple[Node, Place]]]) -> list[tuple[Opaque | Value, Place]]:
    """Every function and every value in another unit than its own with its place, those that others rest on first."""
    found: dict[tuple[Opaque | Value, Place], None] = {}
    for nodes in clauses:
        ours = [
            (node, place)
            for node, place in nodes
            if isinstance(node, Opaque) or (isinstance(node, Value) and node.factor not in {0, 1})
        ]
        found |= dict.fromkeys(reversed(ours))
    return list(found)


@dataclass
class Functions:
    """The functions that were computed, and the table that has them beside the facts."""

    engine: Engine
    facts: Facts
    base: str
    known: dict[Placed, Number] = field(default_factory=dict)

    def compute(self, term: Opaque | Value, place: Place) -> None:
        """Make the table `bulk_function_<n>`: both ends for each product, and whether `judge` has to decide instead.

        Raises:
            TooWideError: an argument is not SQL's.
        """
        number, conditions = len(self.known), Conditions(Columns(), self.facts, self.known)
        conditions.terms.place = place
        if isinstance(term, Value):
            arguments = [conditions.terms.measured(term)]
            if arguments[0].digits.times(digits_of(term.factor)).is_compared_whole:
                return
        else:
            arguments = [conditions.number(one) for one in term.terms]
        state = least_state(conditions.columns, (one.state for one in arguments))
        ends = {"low": End(term, is_high=False), "high": End(term, is_high=True)}
        selected = [
            f"CAST({(one.high if high else one.low).text} AS {one.digits.type}) AS {name}{place}"
            for name, end in ends.items()
            for place, (one, high) in enumerate(zip(arguments, end.takes_high, strict=True))
        ]
        near = either(one.text for one in conditions.near)
        select = ", ".join(["product", f"{state.text} AS state", f"{near} AS near", *selected])
        self.engine.run([Step(f"bulk_arguments_{number}", conditions.columns.query(self.base, select))])
        for name, end in ends.items():
            _tabulate(self.engine, end, f"{name}_{number}", [one.digits for one in arguments])
        digits = _digits(self.engine, number)
        self.engine.run([_joined(number, len(arguments), digits)])
        self.engine.drop(f"bulk_arguments_{number}", f"bulk_low_{number}", f"bulk_high_{number}")
        low, high, known = (Sql(f"f{number}_{part}") for part in ("low", "high", "state"))
        found = Number(low, high, known, digits, bounded_low=False, bounded_high=False)
        is_open = arguments[0].open_high if isinstance(term, Value) and term.factor > 0 else None
        self.known[term, place] = replace(found, open_high=is_open, weak=weak_of(arguments))
        self.base += f" JOIN bulk_function_{number} USING (product)"


def _tabulate(engine: Engine, end: End, name: str, digits: list[Digits]) -> None:
    """The table `bulk_<name>`: each set of arguments and its value."""
    side, number = name.split("_")
    columns = [f"{side}{place}" for place in range(len(digits))]
    fields = [
        pa.field(column, pa.decimal128(max(one.whole + one.decimals, 1), one.decimals))
        for column, one in zip(columns, digits, strict=True)
    ]
    schema = pa.schema(
        [
            *fields,
            pa.field("value", pa.string()),
            pa.field("odd", pa.bool_()),
            pa.field("whole", pa.int64()),
            pa.field("decimals", pa.int64()),
        ]
    )
    query = f"SELECT DISTINCT {', '.join(columns)} FROM bulk_arguments_{number}"
    engine.apply(f"bulk_{name}", query, partial(values_of, end=end, schema=schema), schema)


def values_of(batch: pa.RecordBatch, *, end: End, schema: pa.Schema) -> pa.RecordBatch:
    """The value of a function for each row of arguments; null: unbounded, `odd`: not for SQL."""
    columns = [column.to_pylist() for column in batch.columns]
    found = [_value(arguments, end) for arguments in zip(*columns, strict=True)]
    results = zip(*found, strict=True) if found else ((), (), (), ())
    arrays = [
        *batch.columns,
        *(pa.array(list(values), field.type) for values, field in zip(results, list(schema)[-4:], strict=True)),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _value(arguments: tuple[Decimal | None, ...], end: End) -> tuple[str | None, bool, int, int]:
    numbers = [
        (_INFINITE if high else -_INFINITE) if one is None else one
        for one, high in zip(arguments, end.takes_high, strict=True)
    ]
    value = end.value(numbers)
    if not value.is_finite():
        is_odd = value.is_nan() or (value > 0) is not end.is_high
        return None, is_odd, 1, 0
    digits = value.as_tuple()
    exponent = digits.exponent if isinstance(digits.exponent, int) else 0
    whole, decimals = max(len(digits.digits) + exponent, 1), max(-exponent, 0)
    is_odd = whole > _MOST_WHOLE or decimals > _MOST_DECIMALS
    return (None, True, 1, 0) if is_odd else (f"{value:f}", False, whole, decimals)


def _digits(engine: Engine, number: int) -> Digits:
    rows = engine.rows(
        f"SELECT max(whole), max(decimals) FROM bulk_low_{number} UNION ALL "
        f"SELECT max(whole), max(decimals) FROM bulk_high_{number}"
    )
    return widest(Digits(whole or 1, decimals or 0) for whole, decimals in rows)


def _joined(number: int, count: int, digits: Digits) -> Step:
    def join(name: str) -> str:
        same = " AND ".join(
            f"given.{name}{place} IS NOT DISTINCT FROM {name}_ones.{name}{place}" for place in range(count)
        )
        return f"JOIN bulk_{name}_{number} AS {name}_ones ON {same}"

    return Step(
        f"bulk_function_{number}",
        f"""
        SELECT given.product, given.state AS f{number}_state,
               CAST(low_ones.value AS {digits.type}) AS f{number}_low,
               CAST(high_ones.value AS {digits.type}) AS f{number}_high,
               given.near OR low_ones.odd OR high_ones.odd AS f{number}_odd
        FROM bulk_arguments_{number} AS given {join("low")} {join("high")}
        """,
    )

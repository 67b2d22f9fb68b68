"""What a table of values has for the quantities of a revision: a row for each product, columns for each quantity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa

from tenring.model.sql import Engine, Step, quoted, table_of
from tenring.rulebook.bulk.columns import Number, Sql, either
from tenring.rulebook.bulk.digits import Digits
from tenring.rulebook.bulk.table import BETWEEN_WORDS
from tenring.rulebook.bulk.terms import unknown
from tenring.rulebook.expressions import (
    Aggregate,
    Disclosed,
    Has,
    Holds,
    Is,
    Node,
    NotDetected,
    Quantity,
    Value,
    walk,
)

#: Decimals that a number of the table may have, and digits before the point.
_DECIMALS, _WHOLE = 12, 16
#: Digits of decimals in 64 bits, and of those of the table.
_NARROW, _WIDTH = 18, _DECIMALS + _WHOLE
_SPLIT = quoted(BETWEEN_WORDS)


@dataclass(frozen=True)
class Profile:
    """What values of a quantity look like, over all products."""

    digits: Digits = Digits(1, 0)  # noqa: RUF009 - frozen
    numbers: int = 0
    unbounded_low: bool = False
    unbounded_high: bool = False
    has_open: bool = False
    words: int = 0
    has_several_words: bool = False
    rows: int = 0


@dataclass(frozen=True)
class Words:
    """The words of a quantity as SQL; `column` None: no product has any."""

    column: str | None
    several: bool = False

    @property
    def known(self) -> str:
        """Whether a product has words that do not contradict each other."""
        return f"{self.column} IS NOT NULL" if self.column else "FALSE"

    def has_any(self, values: Iterable[str]) -> str:
        """One of the words is one of these."""
        if not self.several:
            return self.only(values)
        return either(self._has(value) for value in sorted(values))

    def has_all(self, values: Iterable[str]) -> str:
        """All of these are among the words."""
        return " AND ".join(self._has(value) for value in sorted(values)) or "TRUE"

    def only(self, values: Iterable[str]) -> str:
        """Every word is one of these."""
        listed = sorted(values)
        if self.column is None or (not listed and not self.several):
            return "FALSE"
        if not self.several:
            return f"{self.column} IN ({', '.join(quoted(value) for value in listed)})"
        count = " + ".join(f"CASE WHEN {self._has(value)} THEN 1 ELSE 0 END" for value in listed) or "0"
        return f"{self.column} = '' OR {count} = len(string_split({self.column}, {_SPLIT}))"

    def _has(self, value: str) -> str:
        if self.column is None:
            return "FALSE"
        if not self.several:
            return f"{self.column} = {quoted(value)}"
        return f"list_contains(string_split({self.column}, {_SPLIT}), {quoted(value)})"


Slot = tuple[str, str, tuple[tuple[str, str], ...]]


def slot_of(quantity: Quantity) -> Slot:
    """What is measured, without the methods: for a register's own values any method counts."""
    return quantity.property, quantity.of, quantity.at


@dataclass
class Facts:
    """The quantities of a revision: their places in the table, and what was found there."""

    slots: Mapping[Slot, int]
    profiles: Mapping[int, Profile]
    labels: Mapping[Holds, str]
    aggregates: Mapping[Aggregate, tuple[str, Profile]] = field(default_factory=dict)

    def _found(self, quantity: Quantity) -> tuple[int, Profile]:
        slot = self.slots[slot_of(quantity)]
        return slot, self.profiles.get(slot, Profile())

    def number(self, quantity: Quantity) -> Number:
        """The numbers of a quantity; of several reports what holds them all."""
        slot, profile = self._found(quantity)
        return _number(f"q{slot}", profile) if profile.numbers else unknown(2)

    def words(self, quantity: Quantity) -> Words:
        """The words of a quantity."""
        slot, profile = self._found(quantity)
        return Words(f"q{slot}_words" if profile.words else None, profile.has_several_words)

    def detection(self, quantity: Quantity) -> tuple[str, str, Number]:
        """Whether there is a value, whether something was found, and the detection limits as the high end."""
        slot, profile = self._found(quantity)
        if not profile.rows:
            return "FALSE", "FALSE", unknown(2)
        return f"q{slot}_known", f"q{slot}_found", self.number(quantity)

    def known(self, quantity: Quantity) -> str:
        """Whether there is any value."""
        slot, profile = self._found(quantity)
        return f"q{slot}_known" if profile.rows else "FALSE"

    def held(self, label: Holds) -> str:
        """Whether a label is held."""
        return self.labels.get(replace(label, negated=False), "FALSE")

    def aggregate(self, term: Aggregate) -> Number | None:
        """One number out of the named values of each report; None: not in SQL."""
        found = self.aggregates.get(term)
        if found is None:
            return None
        name, profile = found
        return _number(name, profile) if profile.numbers else unknown(2)


def _number(name: str, profile: Profile) -> Number:
    return Number(
        Sql(f"{name}_low"),
        Sql(f"{name}_high"),
        Sql(f"{name}_state"),
        profile.digits,
        bounded_low=False,
        bounded_high=False,
        open_high=Sql(f"{name}_open") if profile.has_open else None,
    )


def survey(engine: Engine, values: str, quantities: Iterable[Quantity]) -> tuple[dict[Slot, int], dict[int, Profile]]:
    """Find the places of quantities in the table `values`, and what stands there.

    Makes the tables `bulk_wanted` (which property, subject and conditions count for which quantity), `bulk_products`
    and `bulk_placed` (the values that count, with the numbers of their products and quantities).
    """
    slots = {slot: place for place, slot in enumerate(dict.fromkeys(slot_of(one) for one in quantities))}
    names = ", ".join(quoted(name) for name in sorted({slot[0] for slot in slots})) or "''"
    query = (
        f"SELECT DISTINCT property, subject, conditions FROM {values} WHERE property IN ({names}) "
        "ORDER BY property, subject, conditions"
    )
    wanted = [
        (property_, subject, at, place)
        for property_, subject, at in engine.rows(query)
        for (name, of, conditions), place in slots.items()
        if (property_, subject) == (name, of) and conditions_hold(json.loads(at), conditions)
    ]
    columns = [("property", pa.string()), ("subject", pa.string()), ("conditions", pa.string()), ("slot", pa.int64())]
    engine.add("bulk_wanted", table_of(columns, wanted))
    profiles = {int(row[0]): _profile(row) for row in engine.rows(_survey_query(values))}
    engine.run(_placed(values, max((one.digits.whole for one in profiles.values()), default=1)))
    for slot, decimals in engine.rows(_decimals_query(profiles)):
        digits = Digits(profiles[slot].digits.whole, int(decimals))
        profiles[slot] = replace(profiles[slot], digits=digits)
    return slots, profiles


def conditions_hold(at: Mapping[str, str], conditions: Iterable[tuple[str, str]]) -> bool:
    """Whether a value was measured under all these conditions."""
    return all(at.get(name) == text for name, text in conditions)


def _survey_query(values: str) -> str:
    is_number = "words IS NULL AND item IS NULL"
    several = f"words = '' OR contains(words, {_SPLIT})"
    return f"""
        SELECT slot, min(low) AS lowest, max(low) AS low_most, min(high) AS high_least, max(high) AS highest,
               sum(CASE WHEN {is_number} THEN 1 ELSE 0 END) AS numbers,
               sum(CASE WHEN {is_number} AND low IS NULL THEN 1 ELSE 0 END) AS unbounded_low,
               sum(CASE WHEN {is_number} AND high IS NULL THEN 1 ELSE 0 END) AS unbounded_high,
               sum(CASE WHEN open_high THEN 1 ELSE 0 END) AS open_ones,
               count(words) AS words,
               sum(CASE WHEN {several} THEN 1 ELSE 0 END) AS several_words,
               count(*) AS all_rows
        FROM {values} JOIN bulk_wanted USING (property, subject, conditions)
        GROUP BY slot
    """


def _profile(row: tuple[Any, ...]) -> Profile:
    numbers, low, high, opens, words, several, rows = row[5:]
    ends = [abs(int(end)) for end in row[1:5] if end is not None]
    whole = len(str(max(ends, default=0)))
    return Profile(Digits(whole, _DECIMALS), numbers, low > 0, high > 0, opens > 0, words, several > 0, rows)


def _placed(values: str, whole: int) -> tuple[Step, Step]:
    """Products by number, and their values by quantity, in as few bits as their digits allow."""
    width = _NARROW if whole + _DECIMALS <= _NARROW else _WIDTH
    products = f"""
        SELECT product, row_number() OVER (ORDER BY product) AS number
        FROM (SELECT DISTINCT product FROM {values}) AS ones
    """
    placed = f"""
        SELECT number, slot, CAST(low AS DECIMAL({width}, {_DECIMALS})) AS low,
               CAST(high AS DECIMAL({width}, {_DECIMALS})) AS high, open_high, not_detected, words, item
        FROM {values} JOIN bulk_wanted USING (property, subject, conditions) JOIN bulk_products USING (product)
    """
    return Step("bulk_products", products), Step("bulk_placed", placed)


def _decimals_query(profiles: Mapping[int, Profile]) -> str:
    """How many decimals the numbers of each quantity really have."""
    whole = max((one.digits.whole for one in profiles.values()), default=1)
    width = _NARROW if whole + _DECIMALS <= _NARROW else _WIDTH
    other = f"CASE WHEN high = low THEN 0 ELSE {_decimals('high', width)} END"
    return f"SELECT slot, max(greatest({_decimals('low', width)}, {other})) FROM bulk_placed GROUP BY slot"


def _decimals(column: str, width: int) -> str:
    steps = " ".join(
        f"WHEN {column} = CAST({column} AS DECIMAL({width}, {digits})) THEN {digits}" for digits in (0, 2, 4, 6, 9)
    )
    return f"CASE WHEN {column} IS NULL THEN 0 {steps} ELSE {_DECIMALS} END"


# one row for each product


def pivot(facts: Facts, nodes: Iterable[Node]) -> Step:
    """The table `bulk_facts`: one row for each product, with the columns that `Facts` names.

    Each quantity is put together by itself and joined: so the work grows with the rows, not with rows times columns.
    """
    columns: dict[int, dict[str, tuple[str, str]]] = {}
    for node in nodes:
        for slot, name, expression, missing in _columns(node, facts):
            columns.setdefault(slot, {})[name] = (expression, missing)
    select, joins = ["product"], []
    for slot, own in columns.items():
        listed = ", ".join(f"{expression} AS {name}" for name, (expression, _) in own.items())
        one = f"SELECT number, {listed} FROM bulk_placed WHERE slot = {slot} GROUP BY number"
        joins.append(f" LEFT JOIN ({one}) AS of_{slot} USING (number)")
        select += [
            f"coalesce(of_{slot}.{name}, {missing}) AS {name}" if missing else f"of_{slot}.{name} AS {name}"
            for name, (_, missing) in own.items()
        ]
    return Step("bulk_facts", f"SELECT {', '.join(select)} FROM bulk_products{''.join(joins)}")


def _columns(root: Node, facts: Facts) -> Iterator[tuple[int, str, str, str]]:
    """Quantity, name, aggregate, and what stands where a product has none (empty: nothing)."""
    for node in walk(root):
        quantity = getattr(node, "quantity", None)
        if not isinstance(quantity, Quantity) or isinstance(node, Aggregate):
            continue
        slot = facts.slots[slot_of(quantity)]
        profile = facts.profiles.get(slot, Profile())
        if isinstance(node, Value | NotDetected) and profile.numbers:
            for name, expression, missing in _number_columns(profile):
                yield slot, f"q{slot}_{name}", expression, missing
        if isinstance(node, Is | Has) and profile.words:
            yield slot, f"q{slot}_words", "CASE WHEN min(words) = max(words) THEN min(words) END", ""
        if isinstance(node, Disclosed | NotDetected) and profile.rows:
            yield slot, f"q{slot}_known", "count(*) > 0", "FALSE"
        if isinstance(node, NotDetected) and profile.rows:
            yield slot, f"q{slot}_found", "bool_or(NOT not_detected)", "FALSE"


def _number_columns(profile: Profile) -> Iterator[tuple[str, str, str]]:
    is_number, type_ = "words IS NULL AND item IS NULL", profile.digits.type
    mixed = profile.numbers != profile.rows
    low, high = (f"CASE WHEN {is_number} THEN {end} END" if mixed else end for end in ("low", "high"))
    lowest, highest = f"CAST(min({low}) AS {type_})", f"CAST(max({high}) AS {type_})"
    if profile.unbounded_low:
        lowest = f"CASE WHEN coalesce(bool_or({is_number} AND low IS NULL), FALSE) THEN NULL ELSE {lowest} END"
    if profile.unbounded_high:
        highest = f"CASE WHEN coalesce(bool_or({is_number} AND high IS NULL), FALSE) THEN NULL ELSE {highest} END"
    yield "low", lowest, ""
    yield "high", highest, ""
    yield "state", f"CASE WHEN count(CASE WHEN {is_number} THEN 1 END) > 0 THEN 3 ELSE 2 END" if mixed else "3", "2"
    if profile.has_open:
        closed = f"max(CASE WHEN {is_number} AND NOT open_high THEN high END)"
        yield "open", f"coalesce({closed} < max({high}), TRUE)", "TRUE"


# labels


def labels_held(nodes: Iterable[Node]) -> tuple[Holds, ...]:
    """The labels that conditions ask for."""
    found = (node for root in nodes for node in walk(root) if isinstance(node, Holds))
    return tuple(dict.fromkeys(replace(one, negated=False) for one in found))


def label_step(number: int, label: Holds, labels: str, on: date) -> Step:
    """The table `bulk_label_<number>`: the products that hold a label on a day."""
    programmes = ", ".join(quoted(one) for one in sorted(label.programmes))
    category = "" if label.category is None else f"AND category = {quoted(label.category)}"
    day = f"DATE '{on.isoformat()}'"
    return Step(
        f"bulk_label_{number}",
        f"""
        SELECT DISTINCT product, TRUE AS label_{number}
        FROM {labels}
        WHERE programme IN ({programmes}) {category} AND subject = {quoted(label.of)}
          AND since <= {day} AND (until IS NULL OR until >= {day})
        """,
    )

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
from tenring.rulebook.bulk.places import Place, Rule, Slot, slot_of
from tenring.rulebook.bulk.shown import CANDIDATES, Shown
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


@dataclass
class Facts:
    """The quantities of a revision: their places in the table, and what was found there."""

    slots: Mapping[Slot, int]
    profiles: Mapping[int, Profile]
    labels: Mapping[Holds, str]
    from_zero: frozenset[str] = frozenset()
    """The properties whose numbers are never negative."""
    shown: bool = False
    """Whether rules of evidence hold: see `table.DOCUMENTS`."""
    aggregates: Mapping[Aggregate, tuple[str, Profile]] = field(default_factory=dict)

    def slot(self, quantity: Quantity, rule: Rule) -> tuple[int, Profile]:
        """The place of a quantity that is asked for under a rule of evidence."""
        slot = self.slots[slot_of(quantity, rule, shown=self.shown)]
        return slot, self.profiles.get(slot, Profile())

    def number(self, quantity: Quantity, rule: Rule) -> Number:
        """The numbers of a quantity; of several reports what holds them all."""
        slot, profile = self.slot(quantity, rule)
        if not profile.numbers:
            return unknown(2)
        return replace(_number(f"q{slot}", profile), weak=self.weak(quantity, rule))

    def words(self, quantity: Quantity, rule: Rule) -> Words:
        """The words of a quantity."""
        slot, profile = self.slot(quantity, rule)
        return Words(f"q{slot}_words" if profile.words else None, profile.has_several_words)

    def detection(self, quantity: Quantity, rule: Rule) -> tuple[str, str, Number]:
        """Whether there is a value, whether something was found, and the detection limits as the high end."""
        slot, profile = self.slot(quantity, rule)
        if not profile.rows:
            return "FALSE", "FALSE", unknown(2)
        return f"q{slot}_known", f"q{slot}_found", self.number(quantity, rule)

    def known(self, quantity: Quantity, rule: Rule) -> str:
        """Whether there is any value."""
        slot, profile = self.slot(quantity, rule)
        return f"q{slot}_known" if profile.rows else "FALSE"

    def weak(self, quantity: Quantity, rule: Rule) -> frozenset[str]:
        """The column that says whether the values of a quantity are not shown as the rule asks; without one, none."""
        slot, profile = self.slot(quantity, rule)
        return frozenset({f"q{slot}_weak"} if self.shown and rule and profile.rows else ())

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


def survey(engine: Engine, values: str, slots: Mapping[Slot, int], shown: Shown | None = None) -> dict[int, Profile]:
    """Find what stands in the table `values` for each of the slots.

    Makes the tables `bulk_wanted` (which property, subject and conditions count for which slot, and with rules of
    evidence which method), `bulk_products` and `bulk_placed` (the values that count, with the numbers of their products
    and slots).
    """
    names = ", ".join(quoted(name) for name in sorted({slot[0] for slot in slots})) or "''"
    keys = ("property", "subject", "conditions") + (("method",) if shown else ())
    query = f"SELECT DISTINCT {', '.join(keys)} FROM {values} WHERE property IN ({names}) ORDER BY {', '.join(keys)}"
    wanted = [
        (property_, subject, at, *method, place)
        for property_, subject, at, *method in engine.rows(query)
        for slot, place in slots.items()
        if (property_, subject) == slot[:2]
        and conditions_hold(json.loads(at), slot[2])
        and (shown is None or shown.accepts(method[0], slot))
    ]
    engine.add("bulk_wanted", table_of([*((name, pa.string()) for name in keys), ("slot", pa.int64())], wanted))
    joined = f"{values} JOIN bulk_wanted USING ({', '.join(keys)})"
    profiles = {int(row[0]): _profile(row) for row in engine.rows(_survey_query(joined))}
    engine.run(_placed(values, joined, max((one.digits.whole for one in profiles.values()), default=1), shown))
    for slot, decimals in engine.rows(_decimals_query(profiles)):
        digits = Digits(profiles[slot].digits.whole, int(decimals))
        profiles[slot] = replace(profiles[slot], digits=digits)
    return profiles


def conditions_hold(at: Mapping[str, str], conditions: Iterable[tuple[str, str]]) -> bool:
    """Whether a value was measured under all these conditions."""
    return all(at.get(name) == text for name, text in conditions)


def _survey_query(joined: str) -> str:
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
        FROM {joined}
        GROUP BY slot
    """


def _profile(row: tuple[Any, ...]) -> Profile:
    numbers, low, high, opens, words, several, rows = row[5:]
    ends = [abs(int(end)) for end in row[1:5] if end is not None]
    whole = len(str(max(ends, default=0)))
    return Profile(Digits(whole, _DECIMALS), numbers, low > 0, high > 0, opens > 0, words, several > 0, rows)


def _placed(values: str, joined: str, whole: int, shown: Shown | None) -> Iterator[Step]:
    """Products by number, and their values by slot, in as few bits as their digits allow."""
    width = _NARROW if whole + _DECIMALS <= _NARROW else _WIDTH
    products = f"""
        SELECT product, row_number() OVER (ORDER BY product) AS number
        FROM (SELECT DISTINCT product FROM {values}) AS ones
    """
    placed = f"""
        SELECT number, slot, CAST(low AS DECIMAL({width}, {_DECIMALS})) AS low,
               CAST(high AS DECIMAL({width}, {_DECIMALS})) AS high, open_high, not_detected, words, item
               {f", {shown.column()} AS is_shown" if shown else ""}
        FROM {joined} JOIN bulk_products USING (product)
    """
    yield Step("bulk_products", products)
    yield Step(CANDIDATES if shown else "bulk_placed", placed)
    if shown:
        yield shown.kept()


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


def pivot(facts: Facts, nodes: Iterable[tuple[Node, Place]]) -> Step:
    """The table `bulk_facts`: one row for each product, with the columns that `Facts` names.

    Each quantity is put together by itself and joined: so the work grows with the rows, not with rows times columns.
    """
    columns: dict[int, dict[str, tuple[str, str]]] = {}
    for node, place in nodes:
        for slot, name, expression, missing in _columns(node, place.rule, facts):
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


def _columns(node: Node, rule: Rule, facts: Facts) -> Iterator[tuple[int, str, str, str]]:
    """Slot, name, aggregate, and what stands where a product has none (empty: nothing)."""
    quantity = getattr(node, "quantity", None)
    if not isinstance(quantity, Quantity) or isinstance(node, Aggregate):
        return
    slot, profile = facts.slot(quantity, rule)
    if isinstance(node, Value | NotDetected) and profile.numbers:
        for name, expression, missing in _number_columns(profile):
            yield slot, f"q{slot}_{name}", expression, missing
    if isinstance(node, Is | Has) and profile.words:
        yield slot, f"q{slot}_words", "CASE WHEN min(words) = max(words) THEN min(words) END", ""
    if isinstance(node, Disclosed | NotDetected) and profile.rows:
        yield slot, f"q{slot}_known", "count(*) > 0", "FALSE"
    if isinstance(node, NotDetected) and profile.rows:
        yield slot, f"q{slot}_found", "bool_or(NOT not_detected)", "FALSE"
    for name in facts.weak(quantity, rule):
        yield slot, name, "bool_or(NOT is_shown)", "FALSE"


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
    found = (node for node in nodes if isinstance(node, Holds))
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

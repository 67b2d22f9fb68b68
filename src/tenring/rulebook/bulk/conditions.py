"""Conditions as SQL: four truths as whole numbers, "all" the least and "any" the greatest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tenring.rulebook.bulk.columns import Columns, Number, Sql, both, either, fitted, least_state
from tenring.rulebook.bulk.digits import Digits, digits_of, literal, widest
from tenring.rulebook.bulk.places import Place, Rule
from tenring.rulebook.bulk.terms import NULL, Placed, Terms
from tenring.rulebook.expressions import (
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Disclosed,
    Excludes,
    Given,
    Has,
    Holds,
    Is,
    NotDetected,
    Operator,
    Quantity,
    Term,
    Unread,
    needed,
)

if TYPE_CHECKING:
    from tenring.rulebook.bulk.facts import Facts


@dataclass
class Conditions:
    """Compiles the conditions and terms of one query."""

    columns: Columns
    facts: Facts
    computed: Mapping[Placed, Number]
    near: list[Sql] = field(default_factory=list)
    """Where two numbers differ by so little that `judge` has to decide: see `_too_close`."""
    _done: dict[tuple[Condition, Rule], Sql] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.terms = Terms(self.columns, self.facts, self.truth, self.computed)

    def truth(self, condition: Condition) -> Sql:
        """The truth of a condition: 3 true, 2 not shown, 1 not checked, 0 false.

        Raises:
            TooWideError: SQL cannot say it exactly.
        """
        placed = (condition, self.rule)
        if placed not in self._done:
            self._done[placed] = _COMPILERS[type(condition)](self, condition)
        return self._done[placed]

    @property
    def rule(self) -> Rule:
        """The rule of evidence that holds for what is compiled now."""
        return self.terms.place.rule

    def under(self, rule: Rule) -> AbstractContextManager[None]:
        """What is compiled meanwhile has to be shown so."""
        return self.terms.at(Place(rule=rule))

    def number(self, term: Term) -> Number:
        """A term; see `Terms.number`."""
        return self.terms.number(term)

    def compare(self, condition: Compare) -> Sql:
        """Two terms compared."""
        left, right = self.sides(condition)
        return self.compared(left, condition.operator, right)

    def sides(self, condition: Compare) -> tuple[Number, Number]:
        """The value and the limit of a comparison."""
        with self.under(self.rule):
            left = self.number(condition.left)
        with self.terms.at(Place(in_limit=True)):
            return left, self.number(condition.right)

    def compared(self, left: Number, operator: Operator, right: Number) -> Sql:
        """Two numbers compared (`intervals.compared`); an open answer is as little known as they are."""
        digits = widest((left.digits, right.digits))
        if operator in {"==", "!="}:
            true, false = _equal(left, right, digits)
            true, false = (true, false) if operator == "==" else (false, true)
        else:
            low, high = (left, right) if operator in {"<", "<="} else (right, left)
            true, false = _below(low, high, digits, strict=operator in {"<", ">"})
        if not (left.digits.is_compared_whole and right.digits.is_compared_whole):
            self._note_close_ones(left, right)
        state = least_state(self.columns, (left.state, right.state))
        rest = "2" if state.text == "3" else f"least(2, {state.text})"
        opens = [one.open_high for one in (left, right) if one.open_high]
        parts = (left.low, left.high, right.low, right.high, state, *opens)
        return self.columns.add(f"CASE WHEN {true} THEN {_met(left.weak)} WHEN {false} THEN 0 ELSE {rest} END", *parts)

    def _note_close_ones(self, left: Number, right: Number) -> None:
        pairs = [(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
        ends = [(one, other) for one, other in pairs if one is not NULL and other is not NULL]
        if ends:
            digits = widest((left.digits, right.digits))
            close = either(_too_close(fitted(a, left.digits, digits), fitted(b, right.digits, digits)) for a, b in ends)
            parts = (part for pair in ends for part in pair)
            self.near.append(self.columns.add(f"coalesce({close}, FALSE)", *parts))

    def is_word(self, condition: Is) -> Sql:
        """A word is one of these."""
        words = self.facts.words(condition.quantity, self.rule)
        holds = f"NOT ({words.has_any(condition.values)})" if condition.negated else words.only(condition.values)
        return self._settled(words.known, holds, condition.quantity)

    def has_words(self, condition: Has) -> Sql:
        """A set has some of these words."""
        words = self.facts.words(condition.quantity, self.rule)
        holds = {
            "any": words.has_any(condition.values),
            "all": words.has_all(condition.values),
            "none": f"NOT ({words.has_any(condition.values)})",
        }[condition.which]
        return self._settled(words.known, holds, condition.quantity)

    def _settled(self, known: str, holds: str, quantity: Quantity) -> Sql:
        met = _met(self.facts.weak(quantity, self.rule))
        return self.columns.add(f"CASE WHEN NOT ({known}) THEN 2 WHEN {holds} THEN {met} ELSE 0 END")

    def not_detected(self, condition: NotDetected) -> Sql:
        """The report says "not detected", by a limit low enough."""
        known, found, number = self.facts.detection(condition.quantity, self.rule)
        met = _met(self.facts.weak(condition.quantity, self.rule))
        limit, high, beyond = condition.detection_limit, number.high.text, ""
        if limit is not None:
            digits = widest((number.digits, digits_of(limit)))
            wide = (
                "TRUE"
                if number.high is NULL
                else f"{fitted(number.high, number.digits, digits)} > {literal(limit, digits)}"
            )
            beyond = f"WHEN {high} IS NULL OR {wide} THEN 2 "
        return self.columns.add(f"CASE WHEN NOT ({known}) THEN 2 WHEN {found} THEN 0 {beyond}ELSE {met} END")

    def disclosed(self, condition: Disclosed) -> Sql:
        """Any value is known."""
        known = self.facts.known(condition.quantity, self.rule)
        if condition.negated:
            return self.columns.add(f"CASE WHEN {known} THEN 0 ELSE 3 END")
        met = _met(self.facts.weak(condition.quantity, self.rule))
        return self.columns.add(f"CASE WHEN {known} THEN {met} ELSE 2 END")

    def holds_label(self, condition: Holds) -> Sql:
        """A label is held."""
        held = self.facts.held(condition)
        return self.columns.add(f"CASE WHEN {'NOT ' if condition.negated else ''}({held}) THEN 3 ELSE 0 END")

    def excludes(self, _condition: Excludes) -> Sql:
        """Substances that must not be there: the table of values has none."""
        return Sql("2")

    def given(self, condition: Given) -> Sql:
        """A fact, free of the rules of evidence."""
        with self.under(()):
            return self.truth(condition.condition)

    def unread(self, _condition: Unread) -> Sql:
        """What cannot be applied."""
        return Sql("1")

    def group(self, group: All | AnyOf | AtLeast) -> Sql:
        """The `count`-th greatest of the truths (`truth.at_least`)."""
        count, parts = needed(group), [self.truth(one) for one in group.conditions]
        if count <= 0:
            return Sql("3")
        if count > len(parts):
            return Sql("0")
        if len(parts) == 1:
            return parts[0]
        texts = [part.text for part in parts]
        if count in {1, len(parts)}:
            function = "greatest" if count == 1 else "least"
            return self.columns.add(f"{function}({', '.join(texts)})", *parts)
        ranks = " ".join(f"WHEN {_count_of(texts, rank)} >= {count} THEN {rank}" for rank in (3, 2, 1))
        return self.columns.add(f"CASE {ranks} ELSE 0 END", *parts)


def _met(weak: frozenset[str]) -> str:
    """The truth of what holds: not shown where its values are not shown as asked."""
    return f"CASE WHEN {either(sorted(weak))} THEN 2 ELSE 3 END" if weak else "3"


def _too_close(one: str, other: str) -> str:
    """Whether numbers differ, but perhaps not in the digits that are compared.

    Equal numbers and those that are further apart compare as their first digits do. A float decides nothing here but
    whether to look closer.
    """
    double = f"CAST({other} AS DOUBLE)"
    tolerance = f"1e-12 * greatest({double}, -{double})"
    return both([f"{one} <> {other}", f"CAST({one} AS DOUBLE) - {double} BETWEEN -{tolerance} AND {tolerance}"])


def _count_of(truths: list[str], rank: int) -> str:
    return "(" + " + ".join(f"CASE WHEN {truth} >= {rank} THEN 1 ELSE 0 END" for truth in truths) + ")"


def _below(left: Number, right: Number, digits: Digits, *, strict: bool) -> tuple[str, str]:
    """Where every number of the left is below every one of the right, and where none is."""
    ends = _ends(left, right, digits)
    if strict:
        true = f"{ends['left_high']} < {ends['right_low']}"
        if left.open_high:
            true = either([true, both([f"{ends['left_high']} = {ends['right_low']}", left.open_high.text])])
        return true, f"{ends['left_low']} >= {ends['right_high']}"
    false = f"{ends['left_low']} > {ends['right_high']}"
    if right.open_high:
        false = either([false, both([f"{ends['left_low']} = {ends['right_high']}", right.open_high.text])])
    return f"{ends['left_high']} <= {ends['right_low']}", false


def _equal(left: Number, right: Number, digits: Digits) -> tuple[str, str]:
    ends = _ends(left, right, digits)
    apart = either([f"{ends['left_high']} < {ends['right_low']}", f"{ends['right_high']} < {ends['left_low']}"])
    names = ("left_low", "left_high", "right_low")
    same = both(f"{ends[name]} = {ends['right_high']}" for name in names)
    return same, apart


def _ends(left: Number, right: Number, digits: Digits) -> dict[str, str]:
    return {
        f"{side}_{name}": "NULL" if end is NULL else fitted(end, number.digits, digits)
        for side, number in (("left", left), ("right", right))
        for name, end in (("low", number.low), ("high", number.high))
    }


_COMPILERS: dict[type, Callable[..., Sql]] = {
    Compare: Conditions.compare,
    Is: Conditions.is_word,
    Has: Conditions.has_words,
    NotDetected: Conditions.not_detected,
    Disclosed: Conditions.disclosed,
    Holds: Conditions.holds_label,
    Excludes: Conditions.excludes,
    Given: Conditions.given,
    Unread: Conditions.unread,
    All: Conditions.group,
    AnyOf: Conditions.group,
    AtLeast: Conditions.group,
}

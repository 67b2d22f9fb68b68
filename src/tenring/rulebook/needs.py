"""What evidence a clause still needs: which tests could show it, each alternative kept, nothing that no test can mend.

A need is written over tests that are still to be made, and says when they suffice if their results are good. The
judge decides what is known already; a need only looks at what the judge leaves open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import cast

from tenring.rulebook.evaluate import Circumstances, find, judge_condition, method_accepted, read
from tenring.rulebook.evidence import DENSITY
from tenring.rulebook.expressions import (
    CONDITIONS,
    Aggregate,
    All,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Excludes,
    Given,
    Holds,
    IngredientSum,
    Quantity,
    Term,
    Unread,
    UnreadNumber,
    Value,
    children,
    quantities,
)
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.trace import Why
from tenring.rulebook.truth import Truth


@dataclass(frozen=True, order=True)
class ExtraTest:
    """One value to find out: of what, under which conditions, by which method (empty: by any, or by saying so)."""

    property: str
    of: str = "product"
    at: tuple[tuple[str, str], ...] = ()
    method: str = ""
    part: str = ""
    """Which of several of the kind `of`; empty: of each."""

    def quantity(self) -> Quantity:
        """What is measured, with the method if there is one."""
        return Quantity(self.property, self.of, self.at, (self.method,) if self.method else ())


@dataclass(frozen=True)
class OneOf:
    """Any one of these tests is enough; of none: no test is."""

    tests: frozenset[ExtraTest]


@dataclass(frozen=True)
class Several:
    """At least so many of the needs."""

    count: int
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Points:
    """Needs that are worth points, so many of which must be reached."""

    at_least: Decimal
    worth: tuple[tuple[Decimal, Need], ...]


Need = OneOf | Several | Points

NOTHING = Several(0)
IMPOSSIBLE = OneOf(frozenset())


def every(needs: Iterable[Need]) -> Need:
    """All of the needs."""
    kept = tuple(dict.fromkeys(one for one in needs if one != NOTHING))
    if IMPOSSIBLE in kept:
        return IMPOSSIBLE
    return kept[0] if len(kept) == 1 else Several(len(kept), kept)


def one_of(needs: Iterable[Need]) -> Need:
    """One of the needs, whichever."""
    found = tuple(dict.fromkeys(needs))
    if NOTHING in found:
        return NOTHING
    kept = tuple(one for one in found if one != IMPOSSIBLE)
    if not kept:
        return IMPOSSIBLE
    if all(isinstance(one, OneOf) for one in kept):
        return OneOf(frozenset(test for one in kept if isinstance(one, OneOf) for test in one.tests))
    return kept[0] if len(kept) == 1 else Several(1, kept)


def so_many_of(count: int, needs: Iterable[Need]) -> Need:
    """At least `count` of the needs; those that need nothing count."""
    found = tuple(needs)
    missing = count - sum(one == NOTHING for one in found)
    kept = tuple(one for one in found if one not in {NOTHING, IMPOSSIBLE})
    if missing <= 0:
        return NOTHING
    if missing > len(kept):
        return IMPOSSIBLE
    return every(kept) if missing == len(kept) else one_of(kept) if missing == 1 else Several(missing, kept)


def suffices(tests: frozenset[ExtraTest], need: Need) -> bool:
    """Whether these tests, with good results, are all that is needed."""
    match need:
        case OneOf(enough):
            return bool(enough & tests)
        case Several(count, needs):
            return sum(suffices(tests, one) for one in needs) >= count
        case Points(at_least, worth):
            return sum((points for points, one in worth if suffices(tests, one)), Decimal(0)) >= at_least


def tests_in(need: Need) -> frozenset[ExtraTest]:
    """Every test that a need names."""
    match need:
        case OneOf(tests):
            return tests
        case Several(_, needs):
            return frozenset(test for one in needs for test in tests_in(one))
        case Points(_, worth):
            return frozenset(test for _, one in worth for test in tests_in(one))


def is_possible(need: Need) -> bool:
    """Whether any tests at all are enough."""
    return suffices(tests_in(need), need)


@dataclass(frozen=True)
class Pool:
    """The tests that may be made: conditions for each (property, subject), methods for each property."""

    conditions: Mapping[tuple[str, str], tuple[tuple[tuple[str, str], ...], ...]]
    methods: Mapping[str, tuple[str, ...]]


def pool_of(revisions: Iterable[Revision], given: Circumstances, offered: Iterable[tuple[str, str]] = ()) -> Pool:
    """The tests that some clause of the revisions accepts, and those by methods that somebody offers.

    Args:
        revisions: as they stand on the day (`dates.taken_on`).
        given: for the properties and the equivalences of methods.
        offered: property and method of further tests: those that have a price.
    """
    conditions: dict[tuple[str, str], set[tuple[tuple[str, str], ...]]] = defaultdict(set)
    methods: dict[str, set[str]] = defaultdict(set)
    for revision in revisions:
        for clause in revision.clauses:
            asked_by = {method for way in clause.shown_by for needed in way for method in needed.methods}
            for quantity in (one for part in clause.parts for one in quantities(part)):
                conditions[quantity.property, quantity.of].add(quantity.at)
                methods[quantity.property] |= {*quantity.methods, *asked_by}
    for same in given.properties.declared:
        methods[same.property] |= {same.method, same.for_method} - {"any"}
    for name, method in offered:
        methods[name] |= {method} - {""}
    return Pool(
        {key: tuple(sorted(found)) for key, found in conditions.items()},
        {name: tuple(sorted(found)) for name, found in methods.items()},
    )


@dataclass(frozen=True)
class Needs:
    """What clauses of criteria need for one product on one day."""

    given: Circumstances
    pool: Pool
    reasons: dict[ExtraTest, Why] = field(default_factory=dict)
    """What is wrong with the evidence that there is, for each test that was named."""

    def clause(self, clause: Clause) -> tuple[Need, bool]:
        """What a clause of a revision taken on the day needs, and whether that relies on its not applying.

        What is open of whether it applies is needed, and then taken to be so, unless it could not be shown then.
        """
        names = self.given.product.parts(clause.subject)
        if not names:
            return self._clause(clause, self.given, "")
        each = [
            self._clause(clause, replace(self.given, product=self.given.product.only(clause.subject, name)), name)
            for name in names
        ]
        return every(need for need, _ in each), any(relies for _, relies in each)

    def _clause(self, clause: Clause, given: Circumstances, part: str) -> tuple[Need, bool]:
        gate = judge_condition(clause.applies, given).truth
        if gate is Truth.FALSE:
            return NOTHING, False
        asked = IMPOSSIBLE if clause.source.mark == "unverified" else self._asked(clause, given, part)
        writer = _Writer(self, clause.subject, part)
        if gate is Truth.TRUE:
            return asked, False
        applying = every((writer.condition(clause.applies, given), asked))
        if is_possible(applying):
            return applying, False
        return writer.facts(clause.applies, given), True

    def _asked(self, clause: Clause, given: Circumstances, part: str) -> Need:
        ruled = replace(given, rule=clause.shown_by)
        writer = _Writer(self, clause.subject, part)
        return one_of((writer.condition(clause.requires, ruled), writer.condition(clause.waived_by, given)))

    def points(self, clause: Clause) -> tuple[Decimal, Need]:
        """What an optional clause may be worth, and what that needs."""
        assert clause.points is not None  # noqa: S101 - the caller looked
        need, relies = self.clause(clause)
        ruled = replace(self.given, rule=clause.shown_by)
        high = read(clause.points, ruled).interval.high
        stepped = _Writer(self, clause.subject, "").term(clause.points, ruled)
        return high, IMPOSSIBLE if relies else every((need, stepped))


@dataclass(frozen=True)
class _Writer:
    """Writes the needs of conditions and terms of one clause, for one part of its subject."""

    needs: Needs
    subject: str
    part: str

    def condition(self, condition: Condition, given: Circumstances) -> Need:
        """What makes a condition hold."""
        match condition:
            case All(parts):
                return every([self.condition(one, given) for one in parts])
            case AnyOf(parts):
                return one_of([self.condition(one, given) for one in parts])
            case AtLeast(count, parts):
                return so_many_of(count, [self.condition(one, given) for one in parts])
            case Given(inner):
                return self.condition(inner, given.unruled)
            case _:
                return self._leaf(condition, given)

    def _leaf(self, condition: Condition, given: Circumstances) -> Need:
        trace = judge_condition(condition, given)
        if trace.truth.known or isinstance(condition, Unread | Holds):
            return NOTHING if trace.truth is Truth.TRUE else IMPOSSIBLE
        if isinstance(condition, Compare):
            return self._compared(condition, given)
        if isinstance(condition, Excludes):
            return self._excluded(condition, given)
        quantity = next(quantities(condition))
        return self._tests(quantity, given, trace.why)

    def _compared(self, condition: Compare, given: Circumstances) -> Need:
        """All values that are missing; where none is, those that are only known within bounds."""
        sides = ((condition.left, given.of_value), (condition.right, given.of_limit))
        found = every([self.term(term, each) for term, each in sides])
        if found != NOTHING:
            return found
        vague = every([self._vague(term, each) for term, each in sides])
        return IMPOSSIBLE if vague == NOTHING else vague

    def _excluded(self, condition: Excludes, given: Circumstances) -> Need:
        found = find(condition.quantity, given)
        why = Why.ITEMS_MISSING if found.measurements and not found.weak else found.why
        complete = self._tests(condition.quantity, given, Why.NOT_SHOWN_AS_ASKED if found.weak else why)
        if not found.measurements:
            return complete
        open_ = [one.when for one in condition.derogations if not judge_condition(one.when, given.unruled).truth.known]
        return one_of((complete, every([self.condition(one, given.unruled) for one in open_]) if open_ else IMPOSSIBLE))

    def term(self, term: Term, given: Circumstances) -> Need:
        """The values that a number needs and that are not there, or not shown as asked."""
        match term:
            case Constant():
                return NOTHING
            case UnreadNumber():
                return IMPOSSIBLE
            case Value(quantity) | Aggregate(quantity) | IngredientSum(quantity):
                return self._value(term, quantity, given)
            case Choice():
                return self._choice(term, given.unruled)
            case _:
                return every([self.term(one, given) for one in _terms_below(term)])

    def _value(self, term: Value | Aggregate | IngredientSum, quantity: Quantity, given: Circumstances) -> Need:
        reading = read(term, given)
        if reading.state is Truth.TRUE and not reading.weak:
            return NOTHING
        why = Why.NOT_SHOWN_AS_ASKED if reading.state is Truth.TRUE else reading.traces[0].why
        return IMPOSSIBLE if why is Why.NOT_IN_TABLE else self._tests(quantity, given, why)

    def _vague(self, term: Term, given: Circumstances) -> Need:
        """The values that are known, but not exactly."""
        if isinstance(term, Value | Aggregate | IngredientSum):
            interval = read(term, given).interval
            exact = interval.low == interval.high
            return NOTHING if exact else self._tests(term.quantity, given, Why.WITHIN_BOUNDS)
        return every([self._vague(one, given) for one in _terms_below(term)])

    def _choice(self, term: Choice, given: Circumstances) -> Need:
        """Which row counts, and what its number needs."""
        open_: list[Need] = []
        facts: list[Need] = []
        sure: list[Need] = []
        for row in term.rows:
            truth = judge_condition(row.when, given).truth
            if truth is Truth.TRUE:
                sure.append(self.term(row.then, given))
            elif truth is not Truth.FALSE:
                open_.append(every((self.condition(row.when, given), self.term(row.then, given))))
                facts.append(self.facts(row.when, given))
            if sure and term.hit in {"only", "first"}:
                break
        if term.hit in {"least", "greatest"} and sure:
            return every((*sure, *facts))
        last = sure or ([self.term(term.otherwise, given)] if term.otherwise is not None else [])
        return one_of((*open_, *(every((*facts, one)) for one in last)))

    def facts(self, condition: Condition, given: Circumstances) -> Need:
        """Everything that is open in a condition, whichever way it then goes."""
        match condition:
            case All(parts) | AnyOf(parts) | AtLeast(_, parts):
                return every([self.facts(one, given) for one in parts])
            case Given(inner):
                return self.facts(inner, given.unruled)
            case _:
                return self._leaf(condition, given) if not judge_condition(condition, given).truth.known else NOTHING

    def _tests(self, quantity: Quantity, given: Circumstances, why: Why) -> Need:
        """The tests that show a quantity as a clause asks."""
        pool = self.needs.pool
        part = self.part if quantity.of == self.subject else ""
        found = {
            ExtraTest(quantity.property, quantity.of, at, method, part)
            for at in pool.conditions.get((quantity.property, quantity.of), ())
            if set(quantity.at) <= set(at)
            for method in ("", *pool.methods.get(quantity.property, ()))
            if _counts(method, quantity, given)
        }
        if why is Why.NEEDS_DENSITY:
            found.add(ExtraTest(DENSITY, quantity.of, part=part))
        for test in found:
            self.needs.reasons.setdefault(test, why)
        return OneOf(frozenset(found))


def _terms_below(term: Term) -> Iterator[Term]:
    """The terms of a sum, a product, a rounded number; of a table, those of its rows."""
    for one in children(term):
        if not isinstance(one, CONDITIONS):
            yield cast("Term", one)


def _counts(method: str, quantity: Quantity, given: Circumstances) -> bool:
    """Whether a value by a method counts for a quantity, and can be shown as the clause asks."""
    if not method_accepted(method or None, quantity, given):
        return False
    return not given.rule or any(
        all(not needed.methods or method in needed.methods for needed in way) for way in given.rule
    )

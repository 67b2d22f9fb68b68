"""The cheapest extra tests for the labels that are wanted: which, what they cost, and what no test can mend.

Sought are the tests that, with good results, let every clause that must be met be shown. What counts, in this order:
tests without a price (where there are no prices: all tests), the sum of prices, statements that need no laboratory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tenring.catalogue.properties import Properties
from tenring.language import N
from tenring.rulebook.compare import logic
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, judge_condition
from tenring.rulebook.evidence import Product
from tenring.rulebook.judge import Judged, Judgement, Result, judge_taken
from tenring.rulebook.library import Library
from tenring.rulebook.needs import (
    IMPOSSIBLE,
    NOTHING,
    ExtraTest,
    Need,
    Needs,
    OneOf,
    Points,
    Several,
    every,
    is_possible,
    pool_of,
    suffices,
    tests_in,
)
from tenring.rulebook.prices import NO_PRICES, Prices
from tenring.rulebook.revision import Clause, Needed, PointsRule, Revision
from tenring.rulebook.trace import Why

#: Prices are added as whole numbers of the smallest amount that may be written.
_SMALLEST = Decimal("0.0001")


class Reach(StrEnum):
    """What the tests of a plan do for a label, if their results are good."""

    MET = "met"
    """Nothing is missing: every clause that must be met is met already."""
    NOT_ASKED = "not_asked"
    """No clause must be met by this product: that says nothing of the label."""
    SHOWN = "shown"
    """Every clause that must be met would be shown."""
    OPEN = "open"
    """All that tests can show would be shown; clauses remain that cannot be checked here."""
    BEYOND = "beyond"
    """A value that is known breaks a limit: no test mends that, only another product."""


#: What is said of a label; only its programme awards it.
REACHES = {
    Reach.MET: N("every clause that must be met is met by the evidence given"),
    Reach.NOT_ASKED: N("no clause of these criteria must be met by this product; that says nothing of the label"),
    Reach.SHOWN: N("with good results, every clause that must be met would be shown"),
    Reach.OPEN: N("with good results, what can be checked here would be shown; only the programme can say the rest"),
    Reach.BEYOND: N("out of reach of this product: a value that is known breaks a limit, and no test mends that"),
}


class Bar(StrEnum):
    """Why no test settles a clause."""

    BEYOND = "beyond"
    UNREAD = "unread"
    POINTS = "points"


BARS = {
    Bar.BEYOND: N("a value that is known breaks the limit"),
    Bar.UNREAD: N("it cannot be checked here: its text was not verified, not read, or is no matter of numbers"),
    Bar.POINTS: N("not enough points can be reached"),
}


@dataclass(frozen=True)
class Barred:
    """A clause (empty: the points) that no test settles."""

    clause: str
    bar: Bar


@dataclass(frozen=True)
class Serves:
    """A clause that a test helps to show, and the documents that it asks for: alternatives, each needed as a whole."""

    criteria: str
    clause: str
    documents: tuple[tuple[Needed, ...], ...]
    is_sure: bool
    """Whether it is known that the clause applies; else it is taken to."""


@dataclass(frozen=True)
class PlannedTest:
    """A test to make, why the evidence that there is does not do, what it costs, and what it is for."""

    test: ExtraTest
    why: Why
    is_statement: bool
    """It says what the product is or has; no laboratory is needed."""
    price: Decimal | None
    days: int | None
    serves: tuple[Serves, ...]

    @property
    def is_sure(self) -> bool:
        """Whether some clause that asks for it is known to apply."""
        return any(one.is_sure for one in self.serves)


@dataclass(frozen=True)
class LabelPlan:
    """One wanted label: what its criteria say now, what the tests do for it, and what they cannot."""

    criteria: str
    now: Judged
    reach: Reach
    barred: tuple[Barred, ...]
    relies: tuple[str, ...]
    """Clauses that could only be settled by not applying to the product."""


@dataclass(frozen=True)
class Plan:
    """The cheapest tests for all wanted labels together."""

    on: date
    labels: tuple[LabelPlan, ...]
    tests: tuple[PlannedTest, ...]
    cost: Decimal
    """Sum of the prices that are known."""
    currency: str
    without_price: int
    """Tests that nobody has a price for; statements that need no laboratory do not count."""
    days: int | None
    """The longest of the times that are known: tests can be made beside each other."""
    considered: int
    """Tests that were chosen from."""
    proven: bool
    """Whether it is proven that no other choice costs less."""


def plan(product: Product, wanted: Iterable[Revision], on: date, library: Library, prices: Prices = NO_PRICES) -> Plan:
    """The cheapest extra tests that let all the wanted labels be shown.

    A label that no test can bring into reach, because a value breaks a limit, is told and needs no tests.
    """
    taken = {one.id: taken_on(one, on, library.find) for one in wanted}
    offered = list(prices.of)
    pool = pool_of(taken.values(), Circumstances(product, library.properties, "", on), offered)
    sides = [_Side(product, one, on, library, Needs(_given(product, one, on, library), pool)) for one in taken.values()]
    asked = [one for one in sides if one.reach is not Reach.BEYOND]
    whole = every(need for one in asked for need in one.needs)
    known = {test: why for one in sides for test, why in one.writer.reasons.items()}
    chosen, proven = _cheapest(whole, prices, library.properties)
    tests = tuple(_planned(test, known[test], asked, prices, library.properties) for test in chosen)
    return Plan(
        on=on,
        labels=tuple(one.label for one in sides),
        tests=tests,
        cost=sum((one.price for one in tests if one.price is not None), Decimal(0)),
        currency=prices.currency,
        without_price=sum(one.price is None and not one.is_statement for one in tests),
        days=max((one.days for one in tests if one.days is not None), default=None),
        considered=len(tests_in(whole)),
        proven=proven,
    )


def _given(product: Product, revision: Revision, on: date, library: Library) -> Circumstances:
    return Circumstances(product, library.properties, revision.criteria, on)


class _Side:
    """One wanted label, its criteria taken on the day."""

    def __init__(self, product: Product, taken: Revision, on: date, library: Library, writer: Needs) -> None:
        self.revision, self.writer = taken, writer
        self.result: Result = judge_taken(product, taken, on, library)
        self.by_clause: dict[str, Need] = {}
        self.barred: list[Barred] = []
        self.relies: list[str] = []
        self.open_gates: set[str] = set()
        for clause, judgement in zip(taken.clauses, self.result.judgements, strict=True):
            if clause.role == "mandatory":
                self._mandatory(clause, judgement)
        for rule in taken.points:
            self._points(rule)

    def _mandatory(self, clause: Clause, judgement: Judgement) -> None:
        need, relies = self.writer.clause(clause)
        if not judge_condition(clause.applies, self.writer.given).truth.known:
            self.open_gates.add(clause.id)
        if is_possible(need):
            self.by_clause[clause.id] = need
            self.relies += [clause.id] if relies else []
        else:
            bar = Bar.BEYOND if judgement.judgement is Judged.NOT_MET else Bar.UNREAD
            self.barred.append(Barred(clause.id, bar))

    def _points(self, rule: PointsRule) -> None:
        """The points are one need: which optional clauses earn them is open."""
        counted = [
            clause
            for clause in self.revision.clauses
            if clause.points is not None and (clause.id in rule.clauses if rule.clauses else clause.role == "optional")
        ]
        worth = tuple(self.writer.points(clause) for clause in counted)
        need = Points(rule.at_least, tuple(one for one in worth if one[1] != IMPOSSIBLE))
        if is_possible(need):
            self.by_clause[""] = NOTHING if suffices(frozenset(), need) else need
        else:
            self.barred.append(Barred("", Bar.POINTS))

    @property
    def needs(self) -> list[Need]:
        """What all clauses need."""
        return list(self.by_clause.values())

    @property
    def reach(self) -> Reach:
        """What tests can do for it."""
        bars = {one.bar for one in self.barred}
        if self.result.overall is Judged.NOT_MET or Bar.BEYOND in bars or Bar.POINTS in bars:
            return Reach.BEYOND
        if bars:
            return Reach.OPEN
        if any(one != NOTHING for one in self.needs):
            return Reach.SHOWN
        return Reach.NOT_ASKED if self.result.overall is Judged.NOT_APPLICABLE else Reach.MET

    @property
    def label(self) -> LabelPlan:
        """What is told of it."""
        return LabelPlan(
            self.revision.id, self.result.overall, self.reach, tuple(self.barred), tuple(dict.fromkeys(self.relies))
        )

    def serves(self, test: ExtraTest) -> Iterable[Serves]:
        """The clauses that a test helps to show."""
        for name, need in self.by_clause.items():
            if test in tests_in(need):
                clause = self.revision.clause(name)
                documents = clause.shown_by if clause else ()
                yield Serves(self.revision.id, name, documents, is_sure=name not in self.open_gates)


def is_statement(test: ExtraTest, properties: Properties) -> bool:
    """Whether a value is said and not measured: what the product is or has, by no method."""
    return not test.method and properties.properties[test.property].is_a not in {"number", "class"}


def _planned(test: ExtraTest, why: Why, sides: list[_Side], prices: Prices, properties: Properties) -> PlannedTest:
    price = prices.price(test)
    return PlannedTest(
        test=test,
        why=why,
        is_statement=is_statement(test, properties),
        price=price.price if price else None,
        days=price.days if price else None,
        serves=tuple(one for side in sides for one in side.serves(test)),
    )


def _cheapest(need: Need, prices: Prices, properties: Properties) -> tuple[tuple[ExtraTest, ...], bool]:
    """The tests that cost least, and whether that is proven."""
    tests = sorted(tests_in(need))
    if not tests:
        return (), True
    costs = {str(place): cost(test, prices, properties) for place, test in enumerate(tests)}
    flags = {test: logic.flag(str(place)) for place, test in enumerate(tests)}
    names, proven = logic.cheapest(_encoded(need, flags), costs)
    return tuple(tests[int(name)] for name in names), proven


def cost(test: ExtraTest, prices: Prices, properties: Properties) -> tuple[int, int, int]:
    """What a test adds to what is counted: a test without a price, its price, a statement."""
    price = prices.price(test)
    if price is not None:
        return 0, int(price.price / _SMALLEST), 0
    stated = is_statement(test, properties)
    return int(not stated), 0, int(stated)


def _encoded(need: Need, flags: Mapping[ExtraTest, logic.Bool]) -> logic.Bool:
    match need:
        case OneOf(tests):
            return logic.any_of(flags[one] for one in sorted(tests))
        case Several(count, needs):
            return logic.at_least(count, [_encoded(one, flags) for one in needs])
        case Points(at_least, worth):
            return logic.weighted(at_least, [(points, _encoded(one, flags)) for points, one in worth])

"""Terms and conditions written in the unknowns of a world: each condition as when it surely and when it possibly holds.

The two differ only where a limit was not read or a fact is not disclosed. An implication is asked of what the first
document possibly lets pass and the second surely does, so that no unread limit ever makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from tenring.rulebook.compare import logic
from tenring.rulebook.compare.logic import FALSE, TRUE, Bool, Real, all_of, any_of, either, number, opposite
from tenring.rulebook.compare.measurands import Group
from tenring.rulebook.compare.world import OpaqueUnknown, SubstanceUnknowns, World, aggregated
from tenring.rulebook.expressions import (
    Aggregate,
    All,
    Amount,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Derogation,
    Disclosed,
    Excludes,
    Given,
    Has,
    Holds,
    IngredientSum,
    Is,
    Match,
    Maximum,
    Minimum,
    Multiply,
    NotDetected,
    Opaque,
    Operator,
    Quantity,
    Rounded,
    Sum,
    Term,
    Unread,
    UnreadNumber,
    Value,
    depends_on_numbers,
    needed,
)
from tenring.rulebook.revision import Clause, PointsRule

_HALF = Fraction(1, 2)
_FOLDS: dict[type, Callable[[list[Fraction]], Fraction]] = {
    Sum: lambda values: sum(values, Fraction(0)),
    Minimum: min,
    Maximum: max,
}


@dataclass(frozen=True)
class Holding:
    """When a condition surely holds, and when it possibly does."""

    sure: Bool
    possible: Bool

    @property
    def settled(self) -> Bool:
        """When it is one or the other."""
        return TRUE if self.sure is self.possible else any_of((self.sure, opposite(self.possible)))


@dataclass(frozen=True)
class Number:
    """A term, and when its value is known."""

    value: Real
    known: Bool = TRUE


@dataclass(frozen=True)
class Asked:
    """A clause: when it lets a product pass (met, waived or not applicable), and when it applies at all."""

    clause: Clause
    passes: Holding
    applies: Holding
    functions: tuple[OpaqueUnknown, ...] = ()
    """The functions that it computes."""


class Encoder:
    """Writes one document in the unknowns of a world."""

    def __init__(self, world: World, side: str) -> None:
        self._world, self._side = world, side
        self._is_asked = False
        """Whether what is written is required of a product, and not what decides whether something applies to it."""

    def clause(self, clause: Clause) -> Asked:
        """A clause as it lets products pass."""
        self._world.used.clear()
        return replace(self._clause(clause), functions=tuple(self._world.used.values()))

    def _clause(self, clause: Clause) -> Asked:
        gate = self.condition(clause.applies)
        with self._asking(is_asked=True):
            asked, waived = self.condition(clause.requires), self.condition(clause.waived_by)
        sure = any_of((asked.sure, waived.sure))
        possible = sure if _same(asked, waived) else any_of((asked.possible, waived.possible))
        if gate.sure is TRUE and gate.possible is TRUE:
            return Asked(clause, Holding(sure, possible), gate)
        passes = any_of((opposite(gate.possible), all_of((gate.sure, sure))))
        if gate.sure is gate.possible and sure is possible:
            return Asked(clause, Holding(passes, passes), gate)
        return Asked(clause, Holding(passes, any_of((opposite(gate.sure), possible))), gate)

    @contextmanager
    def _asking(self, *, is_asked: bool) -> Iterator[None]:
        before, self._is_asked = self._is_asked, is_asked
        try:
            yield
        finally:
            self._is_asked = before

    def points(self, rule: PointsRule, clauses: tuple[Asked, ...]) -> Holding:
        """A rule of points; points are earned by clauses that apply and are met."""
        low: Real = number(0)
        high: Real = number(0)
        for one in clauses:
            counted = one.clause.id in rule.clauses if rule.clauses else one.clause.role == "optional"
            if counted and one.clause.points is not None:
                worth = self.term(one.clause.points)
                sure = all_of((one.applies.sure, one.passes.sure, worth.known))
                low = low + either(sure, worth.value, number(0))
                high = high + either(all_of((one.applies.possible, one.passes.possible)), worth.value, number(0))
        enough = number(rule.at_least)
        return Holding(low >= enough, high >= enough)

    def condition(self, condition: Condition) -> Holding:
        """A condition."""
        return _CONDITIONS[type(condition)](self, condition)

    def term(self, term: Term) -> Number:
        """A term."""
        return _TERMS[type(term)](self, term)

    def _group(self, quantity: Quantity) -> Group:
        return self._world.measurands.group(self._side, quantity)

    def _leaf(self, holds: Bool, known: Bool) -> Holding:
        if known is TRUE:
            return Holding(holds, holds)
        return Holding(all_of((known, holds)), any_of((opposite(known), holds)))

    # conditions

    def _compare(self, one: Compare) -> Holding:
        left, right = self.term(one.left), self.term(one.right)
        return self._leaf(_compared(left.value, one.operator, right.value), all_of((left.known, right.known)))

    def _is(self, one: Is) -> Holding:
        group = self._group(one.quantity)
        words, place = self._world.words_of(group), self._world.word(group)
        found = any_of(place == at for at, word in enumerate(words) if word in one.values)
        return self._leaf(opposite(found) if one.negated else found, self._world.known(group))

    def _has(self, one: Has) -> Holding:
        group = self._group(one.quantity)
        each = [self._world.has(group, word) for word in sorted(one.values)]
        holds = {"any": any_of(each), "all": all_of(each), "none": opposite(any_of(each))}[one.which]
        return self._leaf(holds, self._world.known(group))

    def _not_detected(self, one: NotDetected) -> Holding:
        group = self._group(one.quantity)
        undetected, limit = self._world.detection(group)
        sure = undetected
        if one.detection_limit is not None:
            sure = all_of((undetected, limit <= number(one.detection_limit)))
        known = self._world.known(group)
        return Holding(all_of((known, sure)), any_of((opposite(known), undetected)))

    def _disclosed(self, one: Disclosed) -> Holding:
        """What is not disclosed does not pass where it has to be; a gate that rests on it is open (`evaluate`)."""
        known = self._world.known(self._group(one.quantity))
        holds = opposite(known) if one.negated else known
        return Holding(holds, holds if one.negated or self._is_asked else TRUE)

    def _holds(self, one: Holds) -> Holding:
        held = any_of(self._world.held(programme, one.category, one.of) for programme in sorted(one.programmes))
        holds = opposite(held) if one.negated else held
        return Holding(holds, holds)

    def _excludes(self, one: Excludes) -> Holding:
        group = self._group(one.quantity)
        with self._asking(is_asked=False):
            whens = {derogation.id: self.condition(derogation.when) for derogation in one.derogations}
        sure, possible = [], []
        for substance in self._world.listed(group):
            absent = opposite(substance.present)
            breaks = [self._breaks(substance, one, group, when) for when in (
                {name: holding.sure for name, holding in whens.items()},
                {name: holding.possible for name, holding in whens.items()},
            )]  # fmt: skip
            sure.append(any_of((absent, opposite(breaks[0]))))
            possible.append(any_of((absent, opposite(breaks[1]))))
        both = all_of(sure)
        settled = all(holding.sure is holding.possible for holding in whens.values())
        return Holding(both, both if settled else all_of(possible))

    def _breaks(self, substance: SubstanceUnknowns, one: Excludes, group: Group, whens: dict[str, Bool]) -> Bool:
        """Whether a substance is meant, beyond the amount, and not derogated."""
        match = one.match
        in_role = self._placed(substance.role, self._world.roles_of(group), match.roles) if match.roles else TRUE
        freed = [
            (derogation.match.hazards, all_of((self._concerned(substance, derogation, group), whens[derogation.id])))
            for derogation in one.derogations
        ]
        left = [
            all_of(
                (substance.hazards[hazard], *(opposite(off) for taken, off in freed if not taken or hazard in taken))
            )
            for hazard in sorted(match.hazards)
        ]
        named = self._named(substance, match, group)
        left.append(all_of((named, *(opposite(off) for taken, off in freed if not taken))))
        beyond = either_bool(substance.added, _beyond(substance, one.added), _beyond(substance, one.carried))
        return all_of((beyond, in_role, any_of(left)))

    def _named(self, substance: SubstanceUnknowns, match: Match, group: Group) -> Bool:
        if not (match.hazards or match.cas or match.names):
            return TRUE
        known = self._world.vocabulary[group]
        return any_of((
            self._placed(substance.cas, tuple(known.cas), match.cas),
            self._placed(substance.name, tuple(known.names), match.names),
        ))  # fmt: skip

    def _concerned(self, substance: SubstanceUnknowns, derogation: Derogation, group: Group) -> Bool:
        known, match = self._world.vocabulary[group], derogation.match
        return all_of((
            self._placed(substance.role, self._world.roles_of(group), match.roles) if match.roles else TRUE,
            self._placed(substance.cas, tuple(known.cas), match.cas) if match.cas else TRUE,
            self._placed(substance.name, tuple(known.names), match.names) if match.names else TRUE,
        ))  # fmt: skip

    def _placed(self, place: Real, words: tuple[str, ...], wanted: frozenset[str]) -> Bool:
        return any_of(place == at for at, word in enumerate(words) if word in wanted)

    def _grouped(self, one: All | AnyOf | AtLeast) -> Holding:
        parts = [self.condition(part) for part in one.conditions]
        joined = {All: all_of, AnyOf: any_of}.get(type(one), lambda found: logic.at_least(needed(one), list(found)))
        sure = joined([part.sure for part in parts])
        return Holding(sure, sure if _same(*parts) else joined([part.possible for part in parts]))

    def _given(self, one: Given) -> Holding:
        return self.condition(one.condition)

    def _unread(self, _one: Unread) -> Holding:
        return Holding(FALSE, TRUE)

    # terms

    def _constant(self, one: Constant) -> Number:
        return Number(number(one.value))

    def _value(self, one: Value) -> Number:
        group = self._group(one.quantity)
        return Number(_times(self._world.value(group), one.factor), self._world.known(group))

    def _aggregate(self, one: Aggregate) -> Number:
        group = self._group(one.quantity)
        if one.items and one.how != "percentile":
            found = aggregated(one.how, [self._world.item(group, name) for name in one.items])
        else:
            found = self._world.aggregate(group, one)
        return Number(_times(found, one.factor), self._world.known(group))

    def _ingredients(self, one: IngredientSum) -> Number:
        group = self._group(one.quantity)
        return Number(_times(self._world.ingredient_sum(group, one.table, one.column), one.factor))

    def _sum(self, one: Sum) -> Number:
        parts = [self.term(part) for part in one.terms]
        return Number(sum((part.value for part in parts), number(0)), all_of(part.known for part in parts))

    def _multiply(self, one: Multiply) -> Number:
        left, right = (one.right, one.left) if depends_on_numbers(one.left) else (one.left, one.right)
        other = self.term(right)
        if not _is_cased(left):
            first = self.term(left)
            return Number(first.value * other.value, all_of((first.known, other.known)))
        cases = self._cases(left)
        found = number(cases[-1][1]) * other.value
        for when, factor in reversed(cases[:-1]):
            found = either(when, number(factor) * other.value, found)
        return Number(found, all_of((self.term(left).known, other.known)))

    def _cases(self, term: Term) -> list[tuple[Bool, Fraction]]:
        """A term without measured numbers as the constants it may be; the last one counts where no other does."""
        match term:
            case Constant(value):
                return [(TRUE, Fraction(value))]
            case UnreadNumber():
                return [(TRUE, Fraction(0))]  # its value is not known, whatever stands for it
            case Choice(rows, otherwise, "only" | "first"):
                found: list[tuple[Bool, Fraction]] = []
                for row in rows:
                    with self._asking(is_asked=False):
                        gate = self.condition(row.when).sure
                    found += [(all_of((gate, when)), value) for when, value in self._cases(row.then)]
                return [*found, *self._cases(otherwise or Constant(Decimal(0)))]
            case Sum(terms) | Minimum(terms) | Maximum(terms):
                how = _FOLDS[type(term)]
                return self._crossed(terms, how)
            case Multiply(left, right):
                return self._crossed((left, right), lambda pair: pair[0] * pair[1])
            case _:
                message = f"a factor of type {type(term).__name__} has no cases"
                raise ValueError(message)

    def _crossed(
        self, terms: tuple[Term, ...], how: Callable[[list[Fraction]], Fraction]
    ) -> list[tuple[Bool, Fraction]]:
        found: list[tuple[Bool, list[Fraction]]] = [(TRUE, [])]
        for term in terms:
            cases = self._cases(term)
            earlier: list[Bool] = []
            exclusive = []
            for when, value in cases:
                exclusive.append((all_of((when, *(opposite(one) for one in earlier))), value))
                earlier.append(when)
            found = [(all_of((a, b)), [*values, value]) for a, values in found for b, value in exclusive]
        return [(when, how(values)) for when, values in found]

    def _extreme(self, one: Minimum | Maximum) -> Number:
        parts = [self.term(part) for part in one.terms]
        how = "minimum" if isinstance(one, Minimum) else "maximum"
        return Number(aggregated(how, [part.value for part in parts]), all_of(part.known for part in parts))  # type: ignore[arg-type]

    def _rounded(self, one: Rounded) -> Number:
        inner = self.term(one.term)
        scale = number(Fraction(10) ** one.digits)
        return Number(_whole(inner.value * scale, one.direction) / scale, inner.known)

    def _choice(self, one: Choice) -> Number:
        with self._asking(is_asked=False):
            gates = [self.condition(row.when) for row in one.rows]
        thens = [self.term(row.then) for row in one.rows]
        last = self.term(one.otherwise) if one.otherwise is not None else Number(number(0), FALSE)
        if one.hit in {"least", "greatest"}:
            return _strictest(gates, thens, last, least=one.hit == "least")
        value, known = last.value, last.known
        for gate, then in zip(reversed(gates), reversed(thens), strict=True):
            value = either(gate.sure, then.value, value)
            known = all_of((gate.settled, either_bool(gate.sure, then.known, known)))
        return Number(value, known)

    def _opaque(self, one: Opaque) -> Number:
        parts = [self.term(part) for part in one.terms]
        found = self._world.function(one.function, tuple(part.value for part in parts))
        return Number(found, all_of(part.known for part in parts))

    def _unread_number(self, _one: UnreadNumber) -> Number:
        return Number(number(0), FALSE)


def _is_cased(term: Term) -> bool:
    """Whether a term is one of a few constants, which the solver takes more easily than a product."""
    if isinstance(term, Choice):
        rows = [row.then for row in term.rows] + ([term.otherwise] if term.otherwise else [])
        return term.hit in {"only", "first"} and all(_is_cased(one) for one in rows)
    if isinstance(term, Sum | Minimum | Maximum):
        return all(_is_cased(one) for one in term.terms)
    if isinstance(term, Multiply):
        return _is_cased(term.left) and _is_cased(term.right)
    return isinstance(term, Constant | UnreadNumber)


def _same(*parts: Holding) -> bool:
    return all(part.sure is part.possible for part in parts)


def either_bool(when: Bool, then: Bool, otherwise: Bool) -> Bool:
    """One condition or another."""
    if then is otherwise:
        return then
    return all_of((any_of((opposite(when), then)), any_of((when, otherwise))))


def _times(value: Real, factor: Decimal) -> Real:
    return value if factor == 1 else number(factor) * value


def _compared(left: Real, operator: Operator, right: Real) -> Bool:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case "!=":
            return left != right


def _whole(value: Real, direction: str) -> Real:
    """A number rounded to a whole one as the document says; a half goes away from 0, or to the even number."""
    half = number(_HALF)
    match direction:
        case "down":
            return either(value >= 0, logic.floor(value), -logic.floor(-value))
        case "up":
            return either(value >= 0, -logic.floor(-value), logic.floor(value))
        case "half_even":
            near, twice = logic.floor(value + half), logic.floor((value + half) / 2) * 2
            return either(all_of((near == value + half, near != twice)), near - 1, near)
        case _:
            return either(value >= 0, logic.floor(value + half), -logic.floor(half - value))


def _strictest(gates: list[Holding], thens: list[Number], last: Number, *, least: bool) -> Number:
    """The least (greatest) of the rows that count; where none does, what is otherwise."""
    value, known, counted = last.value, last.known, FALSE
    for gate, then in zip(gates, thens, strict=True):
        stricter = then.value < value if least else then.value > value
        value = either(all_of((gate.sure, any_of((opposite(counted), stricter)))), then.value, value)
        if_counted = all_of((then.known, any_of((opposite(counted), known))))
        known = all_of((gate.settled, either_bool(gate.sure, if_counted, known)))
        counted = any_of((counted, gate.sure))
    return Number(value, known)


def _beyond(substance: SubstanceUnknowns, limit: Amount | None) -> Bool:
    if limit is None:
        return FALSE
    share = number(limit.percent)
    return substance.share > share if limit.operator == "<=" else substance.share >= share


_CONDITIONS: dict[type, Callable[..., Holding]] = {
    Compare: Encoder._compare,  # noqa: SLF001 - its own table
    Is: Encoder._is,  # noqa: SLF001
    Has: Encoder._has,  # noqa: SLF001
    NotDetected: Encoder._not_detected,  # noqa: SLF001
    Disclosed: Encoder._disclosed,  # noqa: SLF001
    Holds: Encoder._holds,  # noqa: SLF001
    Excludes: Encoder._excludes,  # noqa: SLF001
    All: Encoder._grouped,  # noqa: SLF001
    AnyOf: Encoder._grouped,  # noqa: SLF001
    AtLeast: Encoder._grouped,  # noqa: SLF001
    Given: Encoder._given,  # noqa: SLF001
    Unread: Encoder._unread,  # noqa: SLF001
}

_TERMS: dict[type, Callable[..., Number]] = {
    Constant: Encoder._constant,  # noqa: SLF001
    Value: Encoder._value,  # noqa: SLF001
    Aggregate: Encoder._aggregate,  # noqa: SLF001
    IngredientSum: Encoder._ingredients,  # noqa: SLF001
    Sum: Encoder._sum,  # noqa: SLF001
    Multiply: Encoder._multiply,  # noqa: SLF001
    Minimum: Encoder._extreme,  # noqa: SLF001
    Maximum: Encoder._extreme,  # noqa: SLF001
    Rounded: Encoder._rounded,  # noqa: SLF001
    Choice: Encoder._choice,  # noqa: SLF001
    Opaque: Encoder._opaque,  # noqa: SLF001
    UnreadNumber: Encoder._unread_number,  # noqa: SLF001
}

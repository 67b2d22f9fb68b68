"""The meaning of the language: terms become intervals, conditions become one of four truths, both with their trace.

This is the definition that the other readers are tested against. What is unknown spreads no further than it must: a
sum of points with one open criterion lies between two numbers, and may be enough all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.evidence import Measurement, Product, Proof, Substance
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
    Quantity,
    Rounded,
    Row,
    Sum,
    Term,
    Unread,
    UnreadNumber,
    Value,
)
from tenring.rulebook.functions import FUNCTIONS
from tenring.rulebook.intervals import (
    UNKNOWN,
    Interval,
    added,
    compared,
    greatest,
    hull,
    least,
    mean,
    measured,
    multiplied,
    point,
    rescaled,
    rounded,
    times,
)
from tenring.rulebook.revision import Needed
from tenring.rulebook.trace import Trace, Why
from tenring.rulebook.truth import Truth, at_least


@dataclass(frozen=True)
class Circumstances:
    """Everything an answer depends on besides the condition itself."""

    product: Product
    properties: Properties
    criteria: str
    """`programme/category`: equivalences of methods are declared by criteria."""
    on: date
    rule: tuple[tuple[Needed, ...], ...] = ()
    """Evidence that the clause asks for; it concerns what is required, not the gates and limits."""
    trusted: bool = False
    """Values count as shown, whoever states them and by whatever method: a register's own."""
    in_limit: bool = False
    """A limit is read: what is unknown in it is at least 0 where it cannot be negative (a count, a mass, a power)."""

    @property
    def of_limit(self) -> Circumstances:
        """The same for the limit of a comparison."""
        return replace(self, rule=(), in_limit=True)

    @property
    def of_value(self) -> Circumstances:
        """The same for what is compared with a limit: there the unknown is unknown, and has to be shown."""
        return replace(self, in_limit=False) if self.in_limit else self

    @property
    def unruled(self) -> Circumstances:
        """The same without the rule of evidence: for gates, tables and limits."""
        return replace(self, rule=()) if self.rule else self


@dataclass(frozen=True)
class Reading:
    """A term's value: within which bounds, how far it is known, whether it is shown as asked, and how it came about."""

    interval: Interval
    state: Truth = Truth.TRUE
    weak: bool = False
    traces: tuple[Trace, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class Found:
    """What the evidence has for a quantity; empty with a reason where nothing fits."""

    measurements: tuple[Measurement, ...]
    why: Why = Why.HOLDS
    weak: bool = False

    @property
    def printed(self) -> str:
        """The values as reported."""
        return "; ".join(one.printed for one in self.measurements)


# which evidence counts


def find(quantity: Quantity, given: Circumstances) -> Found:
    """The measurements of a quantity: its property, subject, conditions and methods; those shown as asked, if any."""
    found = given.product.by_subject.get((quantity.property, quantity.of), ())
    if not found:
        return Found((), Why.NO_EVIDENCE)
    found = tuple(one for one in found if all(one.at.get(name) == text for name, text in quantity.at))
    if not found:
        return Found((), Why.OTHER_CONDITIONS)
    if not given.trusted:
        found = tuple(one for one in found if method_accepted(one.method, quantity, given))
    if not found:
        return Found((), Why.OTHER_METHOD)
    found = tuple(one for one in found if not one.needs_density)
    if not found:
        return Found((), Why.NEEDS_DENSITY)
    if given.trusted or not given.rule:
        return Found(found)
    shown = tuple(one for one in found if _shown(one, given))
    return Found(shown or found, weak=not shown)


def method_accepted(method: str | None, quantity: Quantity, given: Circumstances) -> bool:
    """Whether a value by a method counts: the clause accepts it, or its criteria declare it the same."""
    if not quantity.methods or method in quantity.methods:
        return True
    return any(
        given.criteria in same.scope
        and same.property == quantity.property == (same.for_property or same.property)
        and (same.since is None or same.since <= given.on)
        and (same.until is None or given.on <= same.until)
        and _leads(method, same.method, same.for_method, quantity, both_ways=same.both_ways)
        for same in given.properties.declared
    )


def _leads(method: str | None, one: str, other: str, quantity: Quantity, *, both_ways: bool) -> bool:
    forth = method == one and other in quantity.methods
    return forth or (both_ways and method == other and one in quantity.methods)


def _shown(one: Measurement, given: Circumstances) -> bool:
    return any(
        all(any(_fits(proof, needed, one, given.on) for proof in one.proofs) for needed in way) for way in given.rule
    )


def _fits(proof: Proof, needed: Needed, one: Measurement, on: date) -> bool:
    return (
        proof.kind == needed.kind
        and (not needed.methods or one.method in needed.methods)
        and (proof.accredited or not needed.accredited)
        and (not needed.issuers or proof.issuer in needed.issuers)
        and (needed.samples is None or (proof.samples or 0) >= needed.samples)
        and _young_enough(proof, needed, on)
    )


def _young_enough(proof: Proof, needed: Needed, on: date) -> bool:
    if proof.date is None:
        return needed.max_age_days is None
    oldest = date.min if needed.max_age_days is None else on - timedelta(days=needed.max_age_days)
    return oldest <= proof.date <= on


# terms


def read(term: Term, given: Circumstances) -> Reading:
    """The value of a term."""
    return _READERS[type(term)](term, given)


def _constant(term: Constant, _given: Circumstances) -> Reading:
    return Reading(point(term.value), printed=term.printed)


def _unread_number(term: UnreadNumber, _given: Circumstances) -> Reading:
    trace = Trace("unread", Truth.NOT_CHECKED, Why.UNREAD, detail=term.reason)
    return Reading(UNKNOWN, Truth.NOT_CHECKED, traces=(trace,))


def _nothing(quantity: Quantity, why: Why, interval: Interval = UNKNOWN, detail: str | None = None) -> Reading:
    state = Truth.NOT_CHECKED if why in {Why.NOT_IN_TABLE, Why.NO_ROW} else Truth.NOT_SHOWN
    return Reading(interval, state, traces=(Trace("value", state, why, quantity.key, detail=detail),))


def _within(interval: Interval, quantity: Quantity, given: Circumstances) -> Interval:
    """In a limit, what has no lower end begins at 0 if the property does."""
    if not given.in_limit or interval.low.is_finite() or interval.high < 0:
        return interval
    definition = given.properties.properties.get(quantity.property)
    is_from_zero = definition is not None and definition.never_negative
    return replace(interval, low=Decimal(0)) if is_from_zero else interval


def _known(quantity: Quantity, found: Found, interval: Interval) -> Reading:
    trace = Trace("value", Truth.TRUE, Why.HOLDS, quantity.key, given=found.printed, value=str(interval))
    return Reading(interval, weak=found.weak, traces=(trace,), printed=found.printed)


def _value(term: Value, given: Circumstances) -> Reading:
    found = find(term.quantity, given)
    numbers = [one.number for one in found.measurements if one.number is not None]
    if not numbers:
        why = found.why if not found.measurements else Why.NO_EVIDENCE
        return _nothing(term.quantity, why, rescaled(_within(UNKNOWN, term.quantity, given), term.factor))
    return _known(term.quantity, found, rescaled(_within(hull(numbers), term.quantity, given), term.factor))


def _aggregate(term: Aggregate, given: Circumstances) -> Reading:
    found = find(term.quantity, given)
    named = [one.named for one in found.measurements if one.named is not None]
    single = [one.number for one in found.measurements if one.number is not None]
    if not named and not (single and not term.items):
        return _nothing(term.quantity, found.why if not found.measurements else Why.ITEMS_MISSING)
    results = [aggregated(term, [number]) for number in single] if not term.items else []
    for values in named:
        if absent := [item for item in term.items if item not in values]:
            return _nothing(term.quantity, Why.ITEMS_MISSING, detail=", ".join(absent))
        chosen = [values[item] for item in term.items] if term.items else list(values.values())
        results.append(aggregated(term, chosen))
    return _known(term.quantity, found, rescaled(hull(results), term.factor))


def aggregated(term: Aggregate, values: list[Interval]) -> Interval:
    """One number out of several; of none, the count and the sum are 0 and nothing else is known."""
    if term.how == "count":
        return point(Decimal(len(values)))
    if term.how == "sum":
        return added(values)
    if not values:
        return UNKNOWN
    if term.how == "mean":
        return mean(values)
    if term.how == "percentile":
        return _percentile(values, term.percent or Decimal(100))
    return greatest(values) if term.how == "maximum" else least(values)


def _percentile(values: list[Interval], percent: Decimal) -> Interval:
    """The smallest value that at least `percent` % of all do not exceed."""
    rank = max(ceil(percent * len(values) / 100), 1) - 1
    return Interval(sorted(one.low for one in values)[rank], sorted(one.high for one in values)[rank])


def _ingredient_sum(term: IngredientSum, given: Circumstances) -> Reading:
    found = find(term.quantity, given)
    if not found.measurements:
        return _nothing(term.quantity, found.why)
    numbers, sums = dict(term.numbers), []
    for one in found.measurements:
        parts: list[Interval] = []
        for substance in one.substances or ():
            if substance.share is None:
                return _nothing(term.quantity, Why.ITEMS_MISSING, detail=substance.name or substance.cas)
            number = numbers.get(substance.cas or "")
            if number is None:
                return _nothing(term.quantity, Why.NOT_IN_TABLE, detail=substance.name or substance.cas)
            parts.append(point(substance.share * number))
        sums.append(added(parts))
    return _known(term.quantity, found, times(hull(sums), term.factor))


def _combined(readings: Iterable[Reading], interval: Interval) -> Reading:
    parts = list(readings)
    return Reading(
        interval,
        min((one.state for one in parts), default=Truth.TRUE),
        any(one.weak for one in parts),
        tuple(trace for one in parts for trace in one.traces),
    )


def _sum(term: Sum, given: Circumstances) -> Reading:
    parts = [read(one, given) for one in term.terms]
    return _combined(parts, added(one.interval for one in parts))


def _multiply(term: Multiply, given: Circumstances) -> Reading:
    left, right = read(term.left, given), read(term.right, given)
    if isinstance(term.left, Constant):
        return _combined((left, right), times(right.interval, term.left.value))
    return _combined((left, right), multiplied(left.interval, right.interval))


def _minimum(term: Minimum, given: Circumstances) -> Reading:
    parts = [read(one, given) for one in term.terms]
    return _combined(parts, least([one.interval for one in parts]))


def _maximum(term: Maximum, given: Circumstances) -> Reading:
    parts = [read(one, given) for one in term.terms]
    return _combined(parts, greatest([one.interval for one in parts]))


def _rounded(term: Rounded, given: Circumstances) -> Reading:
    inner = read(term.term, given)
    return replace(inner, interval=rounded(inner.interval, term.digits, term.direction))


def _opaque(term: Opaque, given: Circumstances) -> Reading:
    definition = FUNCTIONS[term.function]
    parts = [read(one, given) for one in term.terms]
    lows, highs = [], []
    for part, direction, lowest in zip(parts, definition.directions, definition.least, strict=True):
        low, high = max(part.interval.low, lowest), max(part.interval.high, lowest)
        lows.append(low if direction > 0 else high)
        highs.append(high if direction > 0 else low)
    return _combined(parts, Interval(definition.compute(*lows), definition.compute(*highs)))


@dataclass(frozen=True)
class _Candidate:
    """A row that counts or may count."""

    row: Row | None
    sure: bool
    gate: Trace | None
    reading: Reading


def _choice(term: Choice, given: Circumstances) -> Reading:
    given = given.unruled
    candidates = _candidates(term, given)
    if not candidates:
        return Reading(UNKNOWN, Truth.NOT_CHECKED, traces=(Trace("table", Truth.NOT_CHECKED, Why.NO_ROW),))
    bounds = _extreme(candidates, term.hit) if term.hit in {"least", "greatest"} else None
    interval = bounds or hull(one.reading.interval for one in candidates)
    gates = [one.gate for one in candidates if one.gate is not None and not one.sure]
    state = min((*(one.reading.state for one in candidates), *(gate.truth for gate in gates)))
    labels = " | ".join(one.row.label for one in candidates if one.row is not None and one.row.label)
    why = Why.HOLDS if state.known else gates[0].why if gates else Why.UNREAD
    row = Trace("table", state, why, detail=labels or None, value=str(interval), parts=tuple(gates))
    traces = tuple(trace for one in candidates for trace in one.reading.traces)
    printed = candidates[0].reading.printed if len(candidates) == 1 else ""
    return Reading(interval, state, traces=(row, *traces), printed=printed)


def _candidates(term: Choice, given: Circumstances) -> list[_Candidate]:
    """The rows that count or may count, in order, with `otherwise` where none is sure to."""
    found: list[_Candidate] = []
    one_only = term.hit in {"only", "first"}
    for row in term.rows:
        gate = judge_condition(row.when, given)
        if gate.truth is not Truth.FALSE:
            found.append(_Candidate(row, gate.truth is Truth.TRUE, gate, read(row.then, given)))
        if one_only and gate.truth is Truth.TRUE:
            return found
    if any(one.sure for one in found):
        return found
    if term.otherwise is not None:
        found.append(_Candidate(None, not found, None, read(term.otherwise, given)))
    elif found and term.hit != "only":  # the rows of an `only` table leave no product out
        found.append(_Candidate(None, sure=False, gate=None, reading=Reading(UNKNOWN, Truth.NOT_CHECKED)))
    return found


def _extreme(candidates: list[_Candidate], hit: str) -> Interval:
    """The least (greatest) of the rows that count; rows that only may count can only make it stricter."""
    sure = [one.reading.interval for one in candidates if one.sure]
    everything = [one.reading.interval for one in candidates]
    if not sure:
        return hull(everything)
    if hit == "least":
        return Interval(min(one.low for one in everything), min(one.high for one in sure))
    return Interval(max(one.low for one in sure), max(one.high for one in everything))


_READERS: dict[type, Callable[..., Reading]] = {
    Constant: _constant,
    UnreadNumber: _unread_number,
    Value: _value,
    Aggregate: _aggregate,
    IngredientSum: _ingredient_sum,
    Sum: _sum,
    Multiply: _multiply,
    Minimum: _minimum,
    Maximum: _maximum,
    Rounded: _rounded,
    Choice: _choice,
    Opaque: _opaque,
}


# conditions


def judge_condition(condition: Condition, given: Circumstances) -> Trace:
    """The truth of a condition, with its trace."""
    return _JUDGES[type(condition)](condition, given)


def _settled(what: str, truth: Truth, quantity: Quantity, found: Found, limit: str) -> Trace:
    """A leaf whose value is known; true but not shown as asked is not shown."""
    why = Why.HOLDS if truth is Truth.TRUE else Why.FAILS
    if truth is Truth.TRUE and found.weak:
        truth, why = Truth.NOT_SHOWN, Why.NOT_SHOWN_AS_ASKED
    return Trace(what, truth, why, quantity.key, given=found.printed, limit=limit)


def _compare(condition: Compare, given: Circumstances) -> Trace:
    left, right = sides(condition, given)
    truth, why = compared(measured(left.interval), condition.operator, measured(right.interval)), Why.HOLDS
    if truth is Truth.FALSE:
        why = Why.FAILS
    elif truth is Truth.TRUE and left.weak:
        truth, why = Truth.NOT_SHOWN, Why.NOT_SHOWN_AS_ASKED
    elif not truth.known:
        truth, why = _open(left, right)
    simple = len(left.traces) == 1 and left.traces[0].what == "value"
    return Trace(
        "compare",
        truth,
        why,
        left.traces[0].quantity if simple else None,
        given=left.printed or None,
        value=str(left.interval) if left.interval.bounded else None,
        operator=condition.operator,
        limit=right.printed or str(right.interval),
        detail=left.traces[0].detail if simple else None,
        parts=() if simple and not right.traces else (*left.traces, *right.traces),
    )


def sides(condition: Compare, given: Circumstances) -> tuple[Reading, Reading]:
    """The value and the limit of a comparison."""
    right = condition.right
    return read(condition.left, given.of_value), read(right, given if isinstance(right, Constant) else given.of_limit)


def _open(left: Reading, right: Reading) -> tuple[Truth, Why]:
    """Why a comparison is not settled."""
    state = min(left.state, right.state)
    if state is Truth.TRUE:
        return Truth.NOT_SHOWN, Why.WITHIN_BOUNDS
    reasons = [trace.why for trace in (*left.traces, *right.traces) if trace.truth is state]
    return state, reasons[0] if reasons else Why.WITHIN_BOUNDS


def _words(quantity: Quantity, given: Circumstances) -> tuple[Found, frozenset[str] | None]:
    """The words of a quantity; None where there are none or two reports disagree."""
    found = find(quantity, given)
    words = {one.words for one in found.measurements if one.words is not None}
    if len(words) > 1:
        return replace(found, why=Why.CONTRADICTORY), None
    return (found, next(iter(words))) if words else (found, None)


def _no_words(what: str, quantity: Quantity, found: Found, limit: str) -> Trace:
    why = Why.NO_EVIDENCE if found.why is Why.HOLDS else found.why
    return Trace(what, Truth.NOT_SHOWN, why, quantity.key, given=found.printed or None, limit=limit)


def _is(condition: Is, given: Circumstances) -> Trace:
    found, words = _words(condition.quantity, given)
    limit = ("none of " if condition.negated else "") + ", ".join(sorted(condition.values))
    if words is None:
        return _no_words("is", condition.quantity, found, limit)
    holds = not words & condition.values if condition.negated else words <= condition.values
    return _settled("is", Truth.TRUE if holds else Truth.FALSE, condition.quantity, found, limit)


def _has(condition: Has, given: Circumstances) -> Trace:
    found, words = _words(condition.quantity, given)
    limit = f"{condition.which} of " + ", ".join(sorted(condition.values))
    if words is None:
        return _no_words("has", condition.quantity, found, limit)
    holds = {
        "any": bool(words & condition.values),
        "all": condition.values <= words,
        "none": not words & condition.values,
    }[condition.which]
    return _settled("has", Truth.TRUE if holds else Truth.FALSE, condition.quantity, found, limit)


def _not_detected(condition: NotDetected, given: Circumstances) -> Trace:
    found = find(condition.quantity, given)
    needed = condition.detection_limit
    limit = "not detected" + ("" if needed is None else f", detection limit at most {plain_number(needed)}")
    if not found.measurements:
        return Trace("not_detected", Truth.NOT_SHOWN, found.why, condition.quantity.key, limit=limit)
    if any(not one.not_detected for one in found.measurements):
        return _settled("not_detected", Truth.FALSE, condition.quantity, found, limit)
    limits = [one.number.high for one in found.measurements if one.number is not None]
    if needed is not None and (not limits or max(limits) > needed):
        return Trace(
            "not_detected", Truth.NOT_SHOWN, Why.WITHIN_BOUNDS, condition.quantity.key, found.printed, limit=limit
        )
    return _settled("not_detected", Truth.TRUE, condition.quantity, found, limit)


def _disclosed(condition: Disclosed, given: Circumstances) -> Trace:
    found = find(condition.quantity, given)
    if condition.negated:
        truth = Truth.FALSE if found.measurements else Truth.TRUE
        return _settled("undisclosed", truth, condition.quantity, found, "not known")
    if not found.measurements:
        return Trace("disclosed", Truth.NOT_SHOWN, found.why, condition.quantity.key)
    return _settled("disclosed", Truth.TRUE, condition.quantity, found, "disclosed")


def _holds(condition: Holds, given: Circumstances) -> Trace:
    """Labels are all those that are held: one that is not listed is not held."""
    held = [
        one
        for one in given.product.labels
        if one.programme in condition.programmes
        and condition.category in {None, one.category}
        and one.of == condition.of
        and one.since <= given.on
        and (one.until is None or given.on <= one.until)
    ]
    truth = Truth.TRUE if bool(held) is not condition.negated else Truth.FALSE
    return Trace(
        "holds",
        truth,
        Why.HOLDS if truth is Truth.TRUE else Why.FAILS,
        given=", ".join(f"{one.programme} {one.number or ''}".strip() for one in held) or None,
        limit=", ".join(sorted(condition.programmes)),
    )


def _excludes(condition: Excludes, given: Circumstances) -> Trace:
    found = find(condition.quantity, given)
    if not found.measurements:
        return Trace("excludes", Truth.NOT_SHOWN, found.why, condition.quantity.key)
    whens = {one.id: judge_condition(one.when, given.unruled) for one in condition.derogations}
    parts = tuple(
        _substance(substance, condition, whens) for one in found.measurements for substance in one.substances or ()
    )
    broken = tuple(part for part in parts if part.truth is not Truth.TRUE)
    truth = min((part.truth for part in parts), default=Truth.TRUE)
    if truth is Truth.TRUE:
        return _settled("excludes", truth, condition.quantity, found, "none of those excluded")
    return Trace("excludes", truth, broken[0].why, condition.quantity.key, found.printed, parts=broken)


def _substance(one: Substance, condition: Excludes, whens: dict[str, Trace]) -> Trace:
    """Whether one substance is allowed: not meant, derogated, or below the amount."""
    name = one.name or one.cas or "?"
    beyond = _beyond(one.share, condition.added if one.added else condition.carried)
    hazards, named = _meant(one, condition.match)
    if beyond is Truth.FALSE or not (hazards or named):
        return Trace("substance", Truth.TRUE, Why.HOLDS, detail=name)
    most, fewest = _after(one, hazards, condition.derogations, whens, named=named)
    open_gates = tuple(trace for trace in whens.values() if not trace.truth.known)
    if not most:
        return Trace("substance", Truth.TRUE, Why.HOLDS, detail=name)
    if fewest and beyond is Truth.TRUE:
        return Trace("substance", Truth.FALSE, Why.FAILS, detail=f"{name}: {', '.join(sorted(fewest))}")
    why = open_gates[0].why if open_gates and not fewest else Why.ITEMS_MISSING
    return Trace("substance", Truth.NOT_SHOWN, why, detail=f"{name}: {', '.join(sorted(most))}", parts=open_gates)


def _meant(one: Substance, match: Match) -> tuple[frozenset[str], bool]:
    """The excluded hazards of a substance, and whether it is meant by CAS or name. An unknown role may be any role."""
    if match.roles and one.role is not None and one.role not in match.roles:
        return frozenset(), False
    listed = one.cas in match.cas or one.name in match.names
    everything = not (match.hazards or match.cas or match.names)
    return one.hazards & match.hazards, listed or everything


def _after(
    one: Substance,
    hazards: frozenset[str],
    derogations: tuple[Derogation, ...],
    whens: dict[str, Trace],
    *,
    named: bool,
) -> tuple[frozenset[str], frozenset[str]]:
    """What is left of a substance's exclusion after the derogations in force, and after the open ones as well."""
    left = hazards | ({one.cas or one.name or "it"} if named else frozenset())
    most, fewest = left, left
    for derogation in derogations:
        if not _concerned(one, derogation.match):
            continue
        taken = derogation.match.hazards or left
        truth = whens[derogation.id].truth
        most = most - taken if truth is Truth.TRUE else most
        fewest = fewest - taken if truth is not Truth.FALSE else fewest
    return most, fewest


def _concerned(one: Substance, match: Match) -> bool:
    return (
        (not match.roles or one.role in match.roles)
        and (not match.cas or one.cas in match.cas)
        and (not match.names or one.name in match.names)
    )


def _beyond(share: Decimal | None, limit: Amount | None) -> Truth:
    """Whether a share is beyond an amount; an unknown share of something that is there is beyond none at all."""
    if limit is None:
        return Truth.FALSE
    if share is None:
        return Truth.TRUE if limit.percent == 0 else Truth.NOT_SHOWN
    beyond = share > limit.percent if limit.operator == "<=" else share >= limit.percent
    return Truth.TRUE if beyond else Truth.FALSE


def _group(what: str, count: int, conditions: tuple[Condition, ...], given: Circumstances) -> Trace:
    parts = tuple(judge_condition(one, given) for one in conditions)
    truth = at_least(count, (part.truth for part in parts))
    deciding = [part.why for part in parts if part.truth is truth]
    why = deciding[0] if deciding and truth is not Truth.TRUE else Why.HOLDS if truth is Truth.TRUE else Why.FAILS
    return Trace(what, truth, why, parts=parts)


def _all(condition: All, given: Circumstances) -> Trace:
    return _group("all_of", len(condition.conditions), condition.conditions, given)


def _any(condition: AnyOf, given: Circumstances) -> Trace:
    return _group("any_of", 1, condition.conditions, given)


def _at_least(condition: AtLeast, given: Circumstances) -> Trace:
    return _group(f"at_least_{condition.count}_of", condition.count, condition.conditions, given)


def _given(condition: Given, given: Circumstances) -> Trace:
    return judge_condition(condition.condition, given.unruled)


def _unread(condition: Unread, _given: Circumstances) -> Trace:
    return Trace(condition.kind, Truth.NOT_CHECKED, Why(condition.kind), detail=condition.reason)


_JUDGES: dict[type, Callable[..., Trace]] = {
    Compare: _compare,
    Is: _is,
    Has: _has,
    NotDetected: _not_detected,
    Disclosed: _disclosed,
    Holds: _holds,
    Excludes: _excludes,
    All: _all,
    AnyOf: _any,
    AtLeast: _at_least,
    Given: _given,
    Unread: _unread,
}

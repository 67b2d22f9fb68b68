"""Terms as SQL: the arithmetic of `rulebook.intervals` and `rulebook.evaluate` over the two ends of each number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tenring.rulebook.bulk.columns import (
    Columns,
    Number,
    Sql,
    both,
    common,
    either,
    extreme,
    fitted,
    least_state,
    weak_of,
)
from tenring.rulebook.bulk.digits import Digits, TooWideError, digits_of, literal
from tenring.rulebook.bulk.places import Place
from tenring.rulebook.expressions import (
    Aggregate,
    Choice,
    Condition,
    Constant,
    IngredientSum,
    Maximum,
    Minimum,
    Multiply,
    Opaque,
    Rounded,
    Sum,
    Term,
    UnreadNumber,
    Value,
)

if TYPE_CHECKING:
    from tenring.rulebook.bulk.facts import Facts

NULL = Sql("NULL")
#: A term and where it stands.
Placed = tuple[Term, Place]


def unknown(state: int) -> Number:
    """Nothing is known of it, for lack of evidence (2) or of a limit (1)."""
    return Number(NULL, NULL, Sql(str(state)), Digits(1, 0), bounded_low=False, bounded_high=False)


def constant(number: Decimal) -> Number:
    """A number of the document."""
    digits = digits_of(number)
    text = Sql(literal(number))
    return Number(text, text, Sql("3"), digits)


@dataclass(frozen=True)
class Candidate:
    """A number that counts, where `when` holds; `gate` is the truth that decides about it, if it may be open."""

    number: Number
    when: Sql = Sql("TRUE")  # noqa: RUF009 - frozen
    gate: Sql | None = None

    def counted(self, text: str) -> str:
        """The text where it counts, else null."""
        return text if self.when.text == "TRUE" else f"CASE WHEN {self.when.text} THEN {text} END"


@dataclass
class Terms:
    """Compiles terms; `condition` compiles the gates of tables, `computed` has what was computed before."""

    columns: Columns
    facts: Facts
    condition: Callable[[Condition], Sql]
    computed: Mapping[Placed, Number]
    place: Place = Place()  # noqa: RUF009 - frozen
    """Where what is compiled now stands."""
    _done: dict[Placed, Number] = field(default_factory=dict)

    def number(self, term: Term) -> Number:
        """A term as columns, where it stands now: in a limit or not.

        Raises:
            TooWideError: SQL has no number of so many digits, or no form of this term.
        """
        placed = (term, self.place)
        if placed not in self._done:
            self._done[placed] = _COMPILERS[type(term)](self, term)
        return self._done[placed]

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """What is compiled meanwhile stands elsewhere."""
        before, self.place = self.place, place
        try:
            yield
        finally:
            self.place = before

    def constant(self, term: Constant) -> Number:
        """A number of the document."""
        return constant(term.value)

    def unread(self, _term: UnreadNumber) -> Number:
        """A number that nobody has read."""
        return unknown(1)

    def value(self, term: Value) -> Number:
        """A measured number."""
        return self._rescaled(term, self.measured(term))

    def measured(self, term: Value) -> Number:
        """A measured number in its own unit; in a limit from 0 on, where it has no lower end (`evaluate._within`)."""
        found = self.facts.number(term.quantity, self.place.rule)
        if not self.place.in_limit or term.quantity.property not in self.facts.from_zero:
            return found
        nothing = literal(Decimal(0), found.digits)
        if found.low is NULL and found.high is NULL:
            return replace(found, low=Sql(nothing), bounded_low=True)
        low, high = found.low.text, found.high.text
        is_from_zero = both([f"{low} IS NULL", either([f"{high} IS NULL", f"{high} >= 0"])])
        text = f"CASE WHEN {is_from_zero} THEN {nothing} ELSE {low} END"
        return replace(found, low=self.columns.add(text, found.low, found.high))

    def aggregate(self, term: Aggregate) -> Number:
        """One number out of several."""
        found = self.facts.aggregate(term)
        if found is None:
            message = f"{term.how} of several values"
            raise TooWideError(message)
        return self._rescaled(term, found)

    def _rescaled(self, term: Value | Aggregate, one: Number) -> Number:
        """A number in another unit, to the digits that are compared (`intervals.rescaled`)."""
        if (term, self.place) in self.computed:
            return self.computed[term, self.place]
        found = self.times(one, term.factor)
        if term.factor != 1 and not found.digits.is_compared_whole:
            message = "a unit with a factor without end"
            raise TooWideError(message)
        return found

    def ingredients(self, _term: IngredientSum) -> Number:
        """A sum over a list of substances: the table of values has none."""
        return unknown(2)

    def function(self, term: Opaque) -> Number:
        """A function that was computed before."""
        if (term, self.place) not in self.computed:
            message = f"{term.function} of numbers that SQL does not hold"
            raise TooWideError(message)
        return self.computed[term, self.place]

    def times(self, one: Number, factor: Decimal) -> Number:
        """A number times a constant (`intervals.times`)."""
        if factor == 1:
            return one
        if factor == 0:
            return replace(constant(Decimal(0)), state=one.state, weak=one.weak)
        low, high = (one.low, one.high) if factor > 0 else (one.high, one.low)
        digits = one.digits.times(digits_of(factor))
        ends = (self._product(low, factor, digits), self._product(high, factor, digits))
        bounded = (one.bounded_low, one.bounded_high) if factor > 0 else (one.bounded_high, one.bounded_low)
        is_open = one.open_high if factor > 0 else None
        return Number(*ends, one.state, digits, *bounded, open_high=is_open, weak=one.weak)

    def _product(self, end: Sql, factor: Decimal, digits: Digits) -> Sql:
        if end is NULL:
            return NULL
        own = Digits(digits.whole - digits_of(factor).whole, digits.decimals - digits_of(factor).decimals)
        return self.columns.add(_product(end.text, own, literal(factor), digits_of(factor)), end)

    def sum(self, term: Sum) -> Number:
        """All terms added."""
        return self.added([self.number(one) for one in term.terms])

    def added(self, parts: list[Number]) -> Number:
        """Numbers added (`intervals.added`)."""
        if not parts:
            return constant(Decimal(0))
        digits = common(parts).summed(len(parts))
        opens = [one.open_high for one in parts if one.open_high is not None]
        return Number(
            self._added([(one.low, one.digits) for one in parts], digits),
            self._added([(one.high, one.digits) for one in parts], digits),
            least_state(self.columns, (one.state for one in parts)),
            digits,
            all(one.bounded_low for one in parts),
            all(one.bounded_high for one in parts),
            self.columns.add(either(one.text for one in opens), *opens) if opens else None,
            weak_of(parts),
        )

    def _added(self, ends: list[tuple[Sql, Digits]], digits: Digits) -> Sql:
        if any(end is NULL for end, _ in ends):
            return NULL
        (first, own), *rest = ends
        text = fitted(first, own, digits)
        for end, own in rest:
            text = f"CAST({text} + {fitted(end, own, digits)} AS {digits.type})"
        return self.columns.add(text, *(end for end, _ in ends))

    def multiply(self, term: Multiply) -> Number:
        """Two factors (`intervals.multiplied`)."""
        left, right = self.number(term.left), self.number(term.right)
        state = least_state(self.columns, (left.state, right.state))
        if isinstance(term.left, Constant):
            return replace(self.times(right, term.left.value), state=state, weak=weak_of((left, right)))
        digits = left.digits.times(right.digits)
        ends = (left.low, left.high, right.low, right.high)
        finite = self._finite_products(left, right, digits)
        low, high = extreme("least", finite), extreme("greatest", finite)
        bounded = left.bounded_low and left.bounded_high and right.bounded_low and right.bounded_high
        if not bounded:
            down, up = _unbounded_products(left, right)
            low, high = f"CASE WHEN {down} THEN NULL ELSE {low} END", f"CASE WHEN {up} THEN NULL ELSE {high} END"
        columns = [self.columns.add(text, *ends) for text in (low, high)]
        return Number(columns[0], columns[1], state, digits, bounded, bounded, weak=weak_of((left, right)))

    def _finite_products(self, left: Number, right: Number, digits: Digits) -> list[str]:
        """The four products of the ends; null where one is unbounded, but nothing times anything is nothing."""
        found: list[str] = []
        for one in dict.fromkeys((left.low, left.high)):
            for other in dict.fromkeys((right.low, right.high)):
                product = _product(one.text, left.digits, other.text, right.digits)
                found.append(
                    f"CASE WHEN {one.text} = 0 OR {other.text} = 0 THEN CAST(0 AS {digits.type}) ELSE {product} END"
                )
        return found

    def minimum(self, term: Minimum) -> Number:
        """The least of the terms."""
        parts = [self.number(one) for one in term.terms]
        digits, every = common(parts), [Candidate(one) for one in parts]
        state = least_state(self.columns, (one.state for one in parts))
        low, high = self._outer_low(every, digits), self._inner("least", every, digits)
        bounded = (all(one.bounded_low for one in parts), any(one.bounded_high for one in parts))
        return Number(low, high, state, digits, *bounded, weak=weak_of(parts))

    def maximum(self, term: Maximum) -> Number:
        """The greatest of the terms."""
        parts = [self.number(one) for one in term.terms]
        digits, every = common(parts), [Candidate(one) for one in parts]
        state = least_state(self.columns, (one.state for one in parts))
        low, high = self._inner("greatest", every, digits), self._outer_high(every, digits)
        bounded = (any(one.bounded_low for one in parts), all(one.bounded_high for one in parts))
        is_open = self._open(high, every, digits)
        return Number(low, high, state, digits, *bounded, open_high=is_open, weak=weak_of(parts))

    def rounded(self, term: Rounded) -> Number:
        """Both ends rounded."""
        one = self.number(term.term)
        if term.digits < 0:
            message = "a number rounded to tens or more"
            raise TooWideError(message)
        digits = Digits(one.digits.whole + 1, term.digits)
        low, high = (
            NULL if end is NULL else self.columns.add(_rounded_text(end.text, one.digits, digits, term.direction), end)
            for end in (one.low, one.high)
        )
        return replace(one, low=low, high=high, digits=digits, open_high=None)

    def choice(self, term: Choice) -> Number:
        """The number of the row that counts; tables take any evidence."""
        with self.at(Place(in_limit=self.place.in_limit)):
            gates = [self.condition(row.when) for row in term.rows]
            numbers = [self.number(row.then) for row in term.rows]
            rest = unknown(1) if term.otherwise is None else self.number(term.otherwise)
        if term.hit in {"only", "first"}:
            return self._hull(self._one_row(term, gates, numbers, rest))
        return self._strictest(term, gates, numbers, rest)

    def _one_row(self, term: Choice, gates: list[Sql], numbers: list[Number], rest: Number) -> list[Candidate]:
        """The rows up to the first that is sure to count, and the rest where none is (`evaluate._candidates`)."""
        sure = " ".join(f"WHEN {gate.text} = 3 THEN {place}" for place, gate in enumerate(gates))
        stop = self.columns.add(f"CASE {sure} ELSE {len(gates)} END", *gates) if gates else Sql("0")
        found = [
            Candidate(number, self.columns.add(f"{gate.text} <> 0 AND {stop.text} >= {place}", gate, stop), gate)
            for place, (gate, number) in enumerate(zip(gates, numbers, strict=True))
        ]
        if term.hit == "only" and term.otherwise is None and gates:  # its rows leave no product out
            none = both(f"{gate.text} = 0" for gate in gates)
            return [*found, Candidate(rest, self.columns.add(none, *gates))]
        return [*found, Candidate(rest, self.columns.add(f"{stop.text} = {len(gates)}", stop))]

    def _hull(self, candidates: list[Candidate]) -> Number:
        digits = common(one.number for one in candidates)
        low, high = self._outer_low(candidates, digits), self._outer_high(candidates, digits)
        return Number(
            low,
            high,
            self._state(candidates),
            digits,
            all(one.number.bounded_low for one in candidates),
            all(one.number.bounded_high for one in candidates),
            self._open(high, candidates, digits),
        )

    def _state(self, candidates: list[Candidate]) -> Sql:
        """The least known of the rows that may count and of what decides about them."""
        texts, parts = ["3"], []
        for one in candidates:
            states = [one.number.state, *([one.gate] if one.gate else [])]
            texts += [f"CASE WHEN {one.when.text} THEN {state.text} END" for state in states if state.text != "3"]
            parts += [*states, one.when]
        return Sql("3") if len(texts) == 1 else self.columns.add(extreme("least", texts), *parts)

    def _strictest(self, term: Choice, gates: list[Sql], numbers: list[Number], rest: Number) -> Number:
        """Of all rows that count the least or greatest; those that only may count can but make it stricter."""
        rows = [
            Candidate(number, self.columns.add(f"{gate.text} <> 0", gate), gate)
            for gate, number in zip(gates, numbers, strict=True)
        ]
        none = self.columns.add(both(f"{gate.text} <> 3" for gate in gates), *gates)
        hull = self._hull([*rows, Candidate(rest, none)])
        if not rows:
            return hull
        surely = [
            Candidate(number, self.columns.add(f"{gate.text} = 3", gate))
            for gate, number in zip(gates, numbers, strict=True)
        ]
        return self._stricter(term, rows, surely, none, hull)

    def _stricter(
        self, term: Choice, rows: list[Candidate], surely: list[Candidate], none: Sql, hull: Number
    ) -> Number:
        if term.hit == "least":
            ends = (self._outer_low(rows, hull.digits), self._inner("least", surely, hull.digits))
        else:
            ends = (self._inner("greatest", surely, hull.digits), self._outer_high(rows, hull.digits))
        low, high = (
            self.columns.add(f"CASE WHEN {none.text} THEN {other.text} ELSE {own.text} END", none, own, other)
            for own, other in zip(ends, (hull.low, hull.high), strict=True)
        )
        is_open = hull.open_high and self.columns.add(f"{none.text} AND {hull.open_high.text}", none, hull.open_high)
        return replace(hull, low=low, high=high, bounded_low=False, bounded_high=False, open_high=is_open)

    # ends of several numbers

    def _inner(self, function: str, candidates: list[Candidate], digits: Digits) -> Sql:
        """The least high end, or the greatest low end: an unbounded one never is, unless all are."""
        ends = [one.number.high if function == "least" else one.number.low for one in candidates]
        texts = [
            one.counted(fitted(end, one.number.digits, digits))
            for one, end in zip(candidates, ends, strict=True)
            if end is not NULL
        ]
        return self.columns.add(extreme(function, texts), *ends, *(one.when for one in candidates)) if texts else NULL

    def _outer_low(self, candidates: list[Candidate], digits: Digits) -> Sql:
        return self._outer("least", [(one, one.number.low, one.number.bounded_low) for one in candidates], digits)

    def _outer_high(self, candidates: list[Candidate], digits: Digits) -> Sql:
        return self._outer("greatest", [(one, one.number.high, one.number.bounded_high) for one in candidates], digits)

    def _outer(self, function: str, ends: list[tuple[Candidate, Sql, bool]], digits: Digits) -> Sql:
        """The least low end, or the greatest high end: null where one of those that count is unbounded."""
        unbounded = [
            one.when.text if end is NULL else both([one.when.text, f"{end.text} IS NULL"])
            for one, end, bounded in ends
            if not bounded
        ]
        counted = [one.counted(fitted(end, one.number.digits, digits)) for one, end, _ in ends if end is not NULL]
        if not counted:
            return NULL
        found = extreme(function, counted)
        text = f"CASE WHEN {either(unbounded)} THEN NULL ELSE {found} END" if unbounded else found
        return self.columns.add(text, *(end for _, end, _ in ends), *(one.when for one, _, _ in ends))

    def _open(self, high: Sql, candidates: list[Candidate], digits: Digits) -> Sql | None:
        """Whether none of those that count reaches the greatest high end (`intervals.hull`)."""
        if all(one.number.open_high is None for one in candidates) or high is NULL:
            return None
        closed, parts = ["NULL"], [high]
        for one in candidates:
            number, is_open = one.number, one.number.open_high
            if number.high is not NULL:
                text = fitted(number.high, number.digits, digits)
                closed.append(one.counted(f"CASE WHEN NOT {is_open.text} THEN {text} END" if is_open else text))
            parts += [number.high, one.when, *([is_open] if is_open else [])]
        most = self.columns.add(extreme("greatest", closed), *parts)
        return self.columns.add(f"coalesce({most.text} < {high.text}, TRUE)", most, high)


#: Products of numbers of so many digits are computed in 64 bits, and overflow.
_NARROW = 18


def _product(left: str, own: Digits, right: str, other: Digits) -> str:
    digits = own.times(other)
    is_narrow = max(own.whole + own.decimals, other.whole + other.decimals) <= _NARROW
    wide = f"DECIMAL({_NARROW + 1}, {own.decimals})"
    of_left = wide if is_narrow and digits.whole + digits.decimals > _NARROW else own.type
    return f"CAST(CAST({left} AS {of_left}) * CAST({right} AS {other.type}) AS {digits.type})"


def _unbounded_products(left: Number, right: Number) -> tuple[str, str]:
    """Where the least of the four products is minus infinity, and where the greatest is infinity."""
    down, up = [], []
    for one, other in ((left, right), (right, left)):
        low, high = f"{one.low.text} IS NULL", f"{one.high.text} IS NULL"
        above = f"{other.high.text} > 0 OR {other.high.text} IS NULL"
        below = f"{other.low.text} < 0 OR {other.low.text} IS NULL"
        down += [both([low, above]), both([high, below])]
        up += [both([high, above]), both([low, below])]
    return either(down), either(up)


def _rounded_text(text: str, own: Digits, digits: Digits, direction: str) -> str:
    """A decimal with fewer decimals; a cast rounds ties away from 0."""
    if own.decimals <= digits.decimals:
        return f"CAST({text} AS {digits.type})"
    nearest = f"CAST({text} AS {digits.type})"
    if direction == "half_up":
        return nearest
    wide = Digits(own.whole + 1, own.decimals)
    step = literal(Decimal(1).scaleb(-digits.decimals), digits)
    back = f"CAST(CASE WHEN {text} >= 0 THEN {nearest} - {step} ELSE {nearest} + {step} END AS {digits.type})"
    forth = f"CAST(CASE WHEN {text} >= 0 THEN {nearest} + {step} ELSE {nearest} - {step} END AS {digits.type})"
    size, rounded = _size(text, wide), _size(nearest, wide)
    if direction == "down":
        return f"CASE WHEN {rounded} > {size} THEN {back} ELSE {nearest} END"
    if direction == "up":
        return f"CASE WHEN {rounded} < {size} THEN {forth} ELSE {nearest} END"
    return _half_even(nearest, back, (size, rounded), digits, wide)


def _size(text: str, digits: Digits) -> str:
    return f"greatest(CAST({text} AS {digits.type}), CAST(-({text}) AS {digits.type}))"


def _half_even(nearest: str, back: str, sizes: tuple[str, str], digits: Digits, wide: Digits) -> str:
    """Ties, which `nearest` took away from 0, go back where that made an odd digit."""
    if digits.whole + digits.decimals > _DIGITS_OF_BIGINT:
        message = "a number rounded to even"
        raise TooWideError(message)
    size, rounded = sizes
    half = literal(Decimal(5).scaleb(-digits.decimals - 1), wide)
    units = literal(Decimal(1).scaleb(digits.decimals))
    whole = f"CAST({nearest} * {units} AS BIGINT)"
    return f"CASE WHEN {rounded} - {size} = {half} AND ({whole} // 2) * 2 <> {whole} THEN {back} ELSE {nearest} END"


_DIGITS_OF_BIGINT = 18


_COMPILERS: dict[type, Callable[..., Number]] = {
    Constant: Terms.constant,
    UnreadNumber: Terms.unread,
    Value: Terms.value,
    Aggregate: Terms.aggregate,
    IngredientSum: Terms.ingredients,
    Sum: Terms.sum,
    Multiply: Terms.multiply,
    Minimum: Terms.minimum,
    Maximum: Terms.maximum,
    Rounded: Terms.rounded,
    Choice: Terms.choice,
    Opaque: Terms.function,
}

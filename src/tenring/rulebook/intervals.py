"""Numbers known within bounds: a measured value is a point, "not detected" reaches from 0, the unknown is unbounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

from tenring.rulebook.amounts import plain_number
from tenring.rulebook.expressions import Operator, Rounding
from tenring.rulebook.truth import Truth

_INFINITE = Decimal("Infinity")
#: Enough for sums and products of measured values to be exact.
EXACT = Context(prec=50)
#: More digits than any measurement has.
_MEASURED = Context(prec=15)

_DIRECTIONS: dict[Rounding, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "up": ROUND_UP,
}


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`; with `open_high` the upper end itself is not reached ("below 0.5")."""

    low: Decimal
    high: Decimal
    open_high: bool = False

    def __str__(self) -> str:
        if self.low == self.high:
            return plain_number(self.low)
        return f"{plain_number(self.low)} … {'below ' if self.open_high else ''}{plain_number(self.high)}"

    @property
    def bounded(self) -> bool:
        """Whether anything at all is known."""
        return self.low.is_finite() or self.high.is_finite()


UNKNOWN = Interval(-_INFINITE, _INFINITE)


def point(number: Decimal) -> Interval:
    """One number."""
    return Interval(number, number)


def hull(intervals: Iterable[Interval]) -> Interval:
    """What holds all of them."""
    found = list(intervals)
    high = max(one.high for one in found)
    return Interval(min(one.low for one in found), high, all(one.open_high for one in found if one.high == high))


def times(one: Interval, factor: Decimal) -> Interval:
    """All numbers of an interval times a number."""
    if factor >= 0:
        return Interval(_product(one.low, factor), _product(one.high, factor), one.open_high and factor > 0)
    return Interval(_product(one.high, factor), _product(one.low, factor))


def rescaled(one: Interval, factor: Decimal) -> Interval:
    """An interval in another unit."""
    return one if factor == 1 else measured(times(one, factor))


def measured(one: Interval) -> Interval:
    """An interval to 15 significant digits: beyond them is only the noise of factors without end, such as 1/6.4516."""
    return Interval(_MEASURED.plus(one.low), _MEASURED.plus(one.high), one.open_high)


def added(intervals: Iterable[Interval]) -> Interval:
    """Sums of a number of each; of none it is 0."""
    low, high, is_open = Decimal(0), Decimal(0), False
    for one in intervals:
        low, high, is_open = EXACT.add(low, one.low), EXACT.add(high, one.high), is_open or one.open_high
    return Interval(low, high, is_open)


def mean(intervals: list[Interval]) -> Interval:
    """The mean of a number of each; the sum is divided, so that the mean of equal numbers is that number."""
    total, count = added(intervals), Decimal(len(intervals))
    return Interval(EXACT.divide(total.low, count), EXACT.divide(total.high, count), total.open_high)


def multiplied(left: Interval, right: Interval) -> Interval:
    """Products of a number of each."""
    ends = [_product(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(ends), max(ends))


def _product(left: Decimal, right: Decimal) -> Decimal:
    return Decimal(0) if 0 in (left, right) else EXACT.multiply(left, right)


def least(intervals: list[Interval]) -> Interval:
    """The least number of each."""
    return Interval(min(one.low for one in intervals), min(one.high for one in intervals))


def greatest(intervals: list[Interval]) -> Interval:
    """The greatest number of each; open above where all that reach its end are."""
    high = max(one.high for one in intervals)
    return Interval(
        max(one.low for one in intervals), high, all(one.open_high for one in intervals if one.high == high)
    )


def rounded(one: Interval, digits: int, direction: Rounding) -> Interval:
    """Both ends rounded: rounding keeps the order of numbers."""
    return Interval(_round(one.low, digits, direction), _round(one.high, digits, direction))


def _round(number: Decimal, digits: int, direction: Rounding) -> Decimal:
    if number.is_infinite():
        return number
    return number.quantize(Decimal(1).scaleb(-digits), rounding=_DIRECTIONS[direction], context=EXACT)


def compared(left: Interval, operator: Operator, right: Interval) -> Truth:
    """Whether every number of the left compares so with every one of the right: true; none with none: false.

    What lies between is `NOT_SHOWN`.
    """
    match operator:
        case "<" | "<=":
            return _below(left, right, strict=operator == "<")
        case ">" | ">=":
            return _below(right, left, strict=operator == ">")
        case "==" | "!=":
            return _equal(left, right, negated=operator == "!=")


def _below(left: Interval, right: Interval, *, strict: bool) -> Truth:
    if left.high < right.low or (left.high == right.low and (not strict or left.open_high)):
        return Truth.TRUE
    beyond = left.low >= right.high if strict or right.open_high else left.low > right.high
    return Truth.FALSE if beyond else Truth.NOT_SHOWN


def _equal(left: Interval, right: Interval, *, negated: bool) -> Truth:
    if left.high < right.low or right.high < left.low:
        return Truth.TRUE if negated else Truth.FALSE
    if left.low == left.high == right.low == right.high:
        return Truth.FALSE if negated else Truth.TRUE
    return Truth.NOT_SHOWN

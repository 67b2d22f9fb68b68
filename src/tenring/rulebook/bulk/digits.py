"""How many digits a decimal of SQL needs, so that no step ever rounds or overflows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

#: Numbers are compared to so many significant digits (`intervals.measured`).
COMPARED = 15
#: Engines hold 38 digits; one is left for the carry that they reserve when they add or multiply.
MOST = 37


class TooWideError(ValueError):
    """A number has more digits than SQL holds: the clause has to be judged by hand."""


@dataclass(frozen=True)
class Digits:
    """At most `whole` digits before the point and `decimals` after it."""

    whole: int
    decimals: int

    def __post_init__(self) -> None:
        if self.whole + self.decimals > MOST:
            message = f"a number of {self.whole} + {self.decimals} digits"
            raise TooWideError(message)

    @property
    def is_compared_whole(self) -> bool:
        """Whether no digit is left out when such numbers are compared."""
        return self.whole + self.decimals <= COMPARED

    @property
    def type(self) -> str:
        """The type of SQL that holds them."""
        return f"DECIMAL({max(self.whole + self.decimals, 1)}, {self.decimals})"

    def times(self, other: Digits) -> Digits:
        """Of a product."""
        return Digits(self.whole + other.whole, self.decimals + other.decimals)

    def summed(self, count: int) -> Digits:
        """Of a sum of `count` such numbers."""
        return Digits(self.whole + len(str(count)), self.decimals)


def digits_of(number: Decimal) -> Digits:
    """Of one finite number."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - the number is finite
    shown = len(digits) + exponent
    return Digits(max(shown, 0), max(-exponent, 0))


def widest(all_of: Iterable[Digits]) -> Digits:
    """What holds a number of each; nothing holds 0."""
    found = list(all_of)
    return Digits(max((one.whole for one in found), default=1), max((one.decimals for one in found), default=0))


def literal(number: Decimal, digits: Digits | None = None) -> str:
    """A decimal of SQL with exactly this value."""
    return f"CAST('{number:f}' AS {(digits or digits_of(number)).type})"

"""A treemap: rectangles as large as their amounts, as near to squares as they can be.

The layout is that of Bruls, Huizing and van Wijk, Squarified Treemaps (2000): amounts are laid, the largest first, in
rows along the shorter side of what is left; a row takes another one as long as its worst rectangle becomes no longer.
It is worked out in fractions: however small an amount is, its rectangle lies inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Rectangle:
    """A place in the picture, in its own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class _Place:
    """A rectangle, exactly."""

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction


def squarified(amounts: Sequence[float | Decimal], *, width: int, height: int) -> list[Rectangle]:
    """A rectangle for each amount (positive, the largest first); together they fill the whole.

    Raises:
        ValueError: an amount is not positive, or larger than the one before it.
    """
    if any(amount <= 0 for amount in amounts) or list(amounts) != sorted(amounts, reverse=True):
        message = "amounts of a treemap are positive, the largest first"
        raise ValueError(message)
    if not amounts:
        return []
    exact = [Fraction(amount) for amount in amounts]
    scale = Fraction(width * height) / sum(exact, Fraction(0))
    areas = [amount * scale for amount in exact]
    left = _Place(Fraction(0), Fraction(0), Fraction(width), Fraction(height))
    placed: list[_Place] = []
    while areas:
        count = _row(areas, min(left.width, left.height))
        row, left = _laid(areas[:count], left)
        placed += row
        areas = areas[count:]
    return [Rectangle(float(one.x), float(one.y), float(one.width), float(one.height)) for one in placed]


def _row(areas: Sequence[Fraction], side: Fraction) -> int:
    """How many of the areas make the best row along a side."""
    count = 1
    while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
        count += 1
    return count


def _worst(areas: Sequence[Fraction], side: Fraction) -> Fraction:
    """The largest ratio of the sides of a row's rectangles: that of its largest or of its smallest."""
    square = (sum(areas, Fraction(0)) / side) ** 2
    return max(square / areas[-1], areas[0] / square)


def _laid(areas: Sequence[Fraction], left: _Place) -> tuple[list[_Place], _Place]:
    """The rectangles of a row along the shorter side, and what is left beside it."""
    upright = left.width >= left.height
    thickness = sum(areas, Fraction(0)) / (left.height if upright else left.width)
    row, start = [], Fraction(0)
    for area in areas:
        length = area / thickness
        if upright:
            row.append(_Place(left.x, left.y + start, thickness, length))
        else:
            row.append(_Place(left.x + start, left.y, length, thickness))
        start += length
    if upright:
        return row, _Place(left.x + thickness, left.y, left.width - thickness, left.height)
    return row, _Place(left.x, left.y + thickness, left.width, left.height - thickness)

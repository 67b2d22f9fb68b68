"""A timeline of licences as shapes: the page draws them, so that a licence's page needs no drawing engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

#: The picture's own units: narrow, so that its texts stay readable on a phone.
WIDTH, ROW, BAR, TOP, BOTTOM = 460, 38, 14, 4, 22
#: Labels of years need so much room each.
_YEAR = 44


@dataclass(frozen=True)
class Stretch:
    """A licence in one status from a day until before another."""

    row: str
    label: str
    status: str
    name: str
    start: date
    end: date


@dataclass(frozen=True)
class Bar:
    """A stretch as a shape."""

    x: float
    y: float
    width: float
    status: str
    name: str


@dataclass(frozen=True)
class Label:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """Shapes in a picture of `WIDTH` by `height`; without bars there is nothing to draw."""

    height: float
    bars: tuple[Bar, ...]
    rows: tuple[Label, ...]
    years: tuple[Label, ...]
    today: float | None
    statuses: tuple[tuple[str, str], ...]
    """Each status that occurs, with its name: the legend."""
    width: int = WIDTH


def timeline(stretches: Sequence[Stretch], today: date) -> Timeline:
    """Place stretches on one axis of time, one row for each licence."""
    rows = list({one.row: one.label for one in stretches}.items())
    height = TOP + ROW * len(rows) + BOTTOM
    if not stretches:
        return Timeline(height, (), (), (), None, ())
    first, last = min(one.start for one in stretches), max(one.end for one in stretches)
    scale = WIDTH / max((last - first).days, 1)

    def x(day: date) -> float:
        return round((day - first).days * scale, 1)

    tops = {row: TOP + ROW * number for number, (row, _) in enumerate(rows)}
    return Timeline(
        height=height,
        bars=tuple(
            Bar(x(one.start), tops[one.row] + ROW - BAR - 4, max(x(one.end) - x(one.start), 1), one.status, one.name)
            for one in stretches
        ),
        rows=tuple(Label(0, tops[row] + 13, label) for row, label in rows),
        years=tuple(_years(first, last, x, height)),
        today=x(today) if first <= today <= last else None,
        statuses=tuple({one.status: one.name for one in stretches}.items()),
    )


def _years(first: date, last: date, x: Callable[[date], float], height: float) -> Iterator[Label]:
    """The first of January of as many years as there is room for."""
    starts = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    step = max(1, -(-len(starts) * _YEAR // WIDTH))
    for day in starts[::step]:
        if x(day) <= WIDTH - _YEAR / 2:
            yield Label(x(day), height - 6, str(day.year))

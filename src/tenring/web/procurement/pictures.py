"""Pictures of what is kept of screenings: the green share over time, and a treemap of spend.

The line is drawn by Altair in the colours that the style sheet repaints in the dark; the treemap is shapes that the
page draws itself. Each page has a table with the same figures below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt

from tenring.language import T
from tenring.screening.kept import Tally
from tenring.screening.report.pictures import PALETTE, rendered, unlike
from tenring.screening.report.treemap import Rectangle, squarified

#: The picture's own units: narrow, so that its texts stay readable on a phone.
WIDTH, HEIGHT = 460, 320
#: Height of a tile's label; a tile that has less room than `_ROOM` has none.
LABEL = 18
_ROOM = (56, 34)
#: Units that a sign of a label takes; one of a Chinese, Japanese or Korean text takes twice as many.
_SIGN = 6.6
_WIDE_FROM = 0x2E80
#: Categories in the picture; the smallest are together in one tile.
MOST_TILES = 24
_KEPT = 128


@dataclass(frozen=True)
class Point:
    """A green share at one place in time, between the least and the most that it can be; None: not defined."""

    name: str
    least: float | None
    most: float | None


@lru_cache(maxsize=_KEPT)
def over_time(points: tuple[Point, ...]) -> str:
    """The green share over time as a line, with a band up to what it would be if all that is not known were green."""
    names = unlike([one.name for one in points])
    data = [
        {"name": name, "place": place, "least": one.least, "most": one.most}
        for place, (name, one) in enumerate(zip(names, points, strict=True))
        if one.least is not None
    ]
    labels = alt.Axis(labelAngle=0, labelLimit=max(340 // max(len(names), 1), 40), ticks=False, labelPadding=6)
    x = alt.X("name:N", sort=names, title=None, scale=alt.Scale(domain=names, type="point", padding=0.3), axis=labels)
    y_axis = alt.Axis(format="%", tickCount=4, domain=False, ticks=False)
    y = alt.Y("least:Q", title=None, scale=alt.Scale(domainMin=0), axis=y_axis)
    known = alt.Chart(alt.InlineData(values=data))
    band = known.mark_rule(strokeWidth=12, color=PALETTE["unclassified"], opacity=0.55).encode(x=x, y=y, y2="most:Q")
    line = known.mark_line(color=PALETTE["green"], strokeWidth=2).encode(x=x, y=y)
    dots = known.mark_circle(color=PALETTE["green"], size=70, opacity=1).encode(x=x, y=y)
    return rendered(alt.layer(band, line, dots).properties(width=WIDTH - 80, height=190))


@dataclass(frozen=True)
class Strip:
    """A part of a tile: one verdict, as wide as its share."""

    verdict: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tile:
    """One category: its rectangle, its strips, and the label that fits it (empty: none does)."""

    name: str
    label: str
    place: Rectangle
    strips: tuple[Strip, ...]


@dataclass(frozen=True)
class Treemap:
    """Tiles in a picture of `width` by `height`; `verdicts`: those that occur, the legend."""

    tiles: tuple[Tile, ...]
    verdicts: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def treemap(tallies: Mapping[str, Tally]) -> Treemap:
    """A tile for each name with a positive amount, divided by what of it had which verdict.

    Negative amounts (refunds) have no area: a verdict or category with more refunds than purchases is left out.
    """
    shown = sorted(
        ((name, positive) for name, tally in tallies.items() if (positive := _positive(tally)).total > 0),
        key=lambda one: (-one[1].total, one[0]),
    )
    shown = _together(shown)
    places = squarified([tally.total for _, tally in shown], width=WIDTH, height=HEIGHT)
    tiles = tuple(_tile(name, tally, place) for (name, tally), place in zip(shown, places, strict=True))
    used = {strip.verdict for tile in tiles for strip in tile.strips}
    return Treemap(tiles, tuple(verdict for verdict in PALETTE if verdict in used))


def _positive(tally: Tally) -> Tally:
    return Tally({verdict: amount for verdict, amount in tally.by_verdict.items() if amount > 0})


def _together(shown: Sequence[tuple[str, Tally]]) -> list[tuple[str, Tally]]:
    """The largest, and one for all others, in the order of a treemap."""
    largest, rest = list(shown[: MOST_TILES - 1]), shown[MOST_TILES - 1 :]
    if len(rest) <= 1:
        return [*largest, *rest]
    others = Tally({verdict: sum(tally.of(verdict) for _, tally in rest) for verdict in PALETTE})  # type: ignore[misc]  # Decimals
    others = _positive(others)
    return sorted([*largest, (T("{count} others", count=len(rest)), others)], key=lambda one: -one[1].total)


def _tile(name: str, tally: Tally, place: Rectangle) -> Tile:
    inner = Rectangle(place.x + 1, place.y + 1, max(place.width - 2, 0.5), max(place.height - 2, 0.5))
    has_label = inner.width >= _ROOM[0] and inner.height >= _ROOM[1]
    top = inner.y + (LABEL if has_label else 0)
    height = inner.height - (LABEL if has_label else 0)
    strips, x = [], inner.x
    for verdict in PALETTE:
        width = inner.width * float(tally.of(verdict) / tally.total)
        if width > 0:
            strips.append(Strip(verdict, round(x, 1), round(top, 1), round(width, 1), round(height, 1)))
        x += width
    return Tile(name, _fitting(name, inner.width - 8) if has_label else "", inner, tuple(strips))


def _fitting(text: str, room: float) -> str:
    """As much of a text as there is room for."""
    taken = 0.0
    for place, sign in enumerate(text):
        taken += _SIGN * (2 if ord(sign) >= _WIDE_FROM else 1)
        if taken > room:
            return text[: max(place - 1, 1)] + "…"
    return text

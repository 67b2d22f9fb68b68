"""Pictures of the register as SVG, drawn on the server; each page has a table with the same figures below it.

They are drawn in light colours that the style sheet repaints in the dark, as the report's pictures are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from tenring.register.figures import Moment
from tenring.screening.report.pictures import FONT, INK, LINE, unlike

PAPER, GREEN, GREY = "#fbfcfa", "#1f7a4d", "#8b97a3"
#: A picture's own units, narrow so that its texts stay readable on a phone.
_WIDTH, _ROW = 480, 30
_LABEL = 150
#: Outline of the land without any border: where programmes are, and no statement on who owns what.
_LAND = Path(__file__).with_name("land.json")
_KEPT = 256
#: What is dropped from an SVG: words for readers of screens (the page has its own for the whole picture), and
#: coordinates finer than a tenth of a unit.
_SAID = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
_DRAWN = re.compile(r' (?:d|transform|x1|x2|y1|y2)="[^"]*"')
_FINE = re.compile(r"(\d\.\d)\d+")


@dataclass(frozen=True)
class Mark:
    """One limit on a strip: whose, which side of it is good, how much."""

    row: str
    limit: float
    is_upper: bool


@dataclass(frozen=True)
class Place:
    """An economy on the map."""

    name: str
    longitude: float
    latitude: float
    licences: int


@lru_cache(maxsize=_KEPT)
def over_time(moments: tuple[Moment, ...], title: str) -> str:
    """Active licences over the years, as an area."""
    data = [{"day": one.day.isoformat(), "active": one.active} for one in moments]
    chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_area(line={"color": GREEN, "strokeWidth": 2}, color=GREEN, fillOpacity=0.18)
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%Y", tickCount=6, grid=False, domain=False)),
            y=alt.Y("active:Q", title=title, axis=alt.Axis(tickCount=4, domain=False, ticks=False, format="~s")),
        )
    )
    return _svg(chart, height=190, label=60)


@lru_cache(maxsize=_KEPT)
def strip(marks: tuple[Mark, ...], title: str) -> str:
    """Each programme's limit on one axis: the triangle points to what is allowed."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    labels = unlike([_short(row) for row in rows])
    shown = dict(zip(rows, labels, strict=True))
    data = [
        {"row": shown[mark.row], "limit": mark.limit, "side": "upper" if mark.is_upper else "lower"} for mark in marks
    ]
    side = alt.Shape(
        "side:N",
        scale=alt.Scale(domain=["upper", "lower"], range=["triangle-left", "triangle-right"]),
        legend=None,
    )
    chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_point(size=110, filled=True, opacity=1, color=GREEN)
        .encode(
            x=alt.X("limit:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5, domain=False)),
            y=alt.Y("row:N", sort=labels, title=None, axis=_labels(grid=True)),
            shape=side,
        )
    )
    return _svg(chart, height=_ROW * len(rows))


@lru_cache(maxsize=_KEPT)
def world(places: tuple[Place, ...]) -> str:
    """Circles where economies with registers are, as large as they have licences, over the land without borders."""
    land = (
        alt.Chart(alt.InlineData(values=_land(), format={"property": "features", "type": "json"}))
        .mark_geoshape(fill=LINE, stroke=LINE, strokeWidth=0.4)
        .project("equalEarth")
    )
    data = [{"name": p.name, "longitude": p.longitude, "latitude": p.latitude, "licences": p.licences} for p in places]
    points = alt.Chart(alt.InlineData(values=data)).encode(longitude="longitude:Q", latitude="latitude:Q")
    circles = points.mark_circle(opacity=0.8, stroke=PAPER, strokeWidth=1).encode(
        color=alt.condition("datum.licences > 0", alt.value(GREEN), alt.value(GREY)),
        size=alt.Size("licences:Q", scale=alt.Scale(type="sqrt", range=[25, 900]), legend=None),
    )
    return _svg(alt.layer(land, circles), height=235, label=0)


@lru_cache(maxsize=1)
def _land() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_LAND.read_text(encoding="utf-8"))
    return found


def _labels(*, grid: bool = False) -> alt.Axis:
    return alt.Axis(
        labelLimit=_LABEL - 12, minExtent=_LABEL, maxExtent=_LABEL, ticks=False, domain=False, labelPadding=8, grid=grid
    )


def _short(text: str) -> str:
    """A label that fits its room; wide characters take twice theirs."""
    room = 0
    for place, sign in enumerate(text):
        room += 2 if ord(sign) > 0x2E80 else 1  # noqa: PLR2004 - where CJK blocks begin
        if room > 20:  # noqa: PLR2004 - characters of `_LABEL` units at the size of labels
            return text[:place] + "…"
    return text


def _svg(chart: Any, *, height: int, label: int = _LABEL) -> str:  # noqa: ANN401 - any of Altair's charts
    """The chart as SVG without size and background: the page decides both."""
    styled = chart.properties(width=_WIDTH - label, height=height)
    styled = styled.configure(font=FONT, background="transparent", padding=4).configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK, titleColor=INK, gridColor=LINE, domainColor=LINE, tickColor=LINE,
        labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    ).configure_legend(labelColor=INK, labelFontSize=12)  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    unsized = re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg)
    return _DRAWN.sub(lambda found: _FINE.sub(r"\1", found[0]), _SAID.sub("", unsized))

"""The report's pictures: SVG made by Altair and vl-convert, without a browser and without a request to anywhere.

A picture is drawn in the light colours of `PALETTE`; the page's style sheet repaints these very colours in the dark,
so an SVG also works alone. Axis texts have fixed room: the server need not have the reader's fonts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from tenring import language
from tenring.model.text import is_cjk, words
from tenring.screening.drawing import svg_of
from tenring.screening.report.wording import verdict_name

#: Colour of each answer in light, as in style.css. Told apart by lightness too, for print and for colour-blind readers.
PALETTE = {
    "green": "#1f7a4d",
    "recognised": "#4aa3a0",
    "lapsed": "#e0a33a",
    "missed": "#b5483a",
    "none_available": "#8b97a3",
    "out_of_scope": "#c5cdca",
    "unclassified": "#a394bd",
}
INK, LINE = "#24302b", "#d8e0db"

#: Chinese first among the fallbacks: the reader's system font of the same name as in style.css.
FONT = "system-ui, 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
#: The font in which texts are measured: a CJK font takes ten times as long, and the reader's is another one anyway.
_MEASURED = "sans-serif"

#: Width of a picture's own units. Narrow, so that its texts stay readable on a phone.
WIDTH, LABELS, ROW_HEIGHT = 460, 150, 26
LABEL_CHARACTERS = {"en": 22, "zh": 12}

#: Large amounts on an axis, as each language shortens them (Vega expressions).
SHORT_NUMBERS = {
    "en": "replace(format(datum.value, '~s'), 'G', 'B')",
    "zh": (
        "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, '~r') + '亿'"
        " : abs(datum.value) >= 1e4 ? format(datum.value / 1e4, '~r') + '万' : format(datum.value, '~r')"
    ),
}


@dataclass(frozen=True)
class Bar:
    """One piece of a bar: which row it is in, what it shows (a verdict), how much."""

    row: str
    verdict: str
    amount: float


def rows_picture(bars: Sequence[Bar], *, rows: Sequence[str], unit: str, legend: bool = True) -> str:
    """Horizontal stacked bars, one for each row, in the order given. `unit` names the amounts' axis.

    No `legend` where the rows are the verdicts themselves.
    """
    labels = unlike([_short(row) for row in rows])
    chart = (
        alt.Chart(_data(bars, dict(zip(rows, labels, strict=True))))
        .mark_bar(height={"band": 0.68})
        .encode(
            x=alt.X("amount:Q", title=unit, stack="zero", axis=_amount_axis()),
            y=alt.Y("row:N", sort=labels, title=None, scale=alt.Scale(domain=labels), axis=_row_axis()),
            color=_colours(bars, legend=legend),
            order=alt.Order("rank:Q"),
        )
        .properties(width=WIDTH - LABELS - 20, height=ROW_HEIGHT * max(len(rows), 1))
    )
    return rendered(chart)


def months_picture(bars: Sequence[Bar], *, rows: Sequence[str], unit: str) -> str:
    """Upright stacked bars, one for each month, in the order given."""
    angle = 0 if len(rows) <= 6 else -90  # noqa: PLR2004 - more labels than this do not fit side by side
    axis = alt.Axis(labelAngle=angle, labelLimit=80, ticks=False, labelPadding=6, minExtent=70 if angle else 24)
    chart = (
        alt.Chart(_data(bars, {month: month for month in rows}))
        .mark_bar(width={"band": 0.7})
        .encode(
            x=alt.X("row:N", sort=list(rows), title=None, scale=alt.Scale(domain=list(rows)), axis=axis),
            y=alt.Y("amount:Q", title=unit, stack="zero", axis=_amount_axis()),
            color=_colours(bars),
            order=alt.Order("rank:Q"),
        )
        .properties(width=WIDTH - 80, height=190)
    )
    return rendered(chart)


@dataclass(frozen=True)
class Circle:
    """One of the ten circles: its place in a square of 100, and the radius of its filling (0 to `RING_RADIUS`)."""

    x: float
    y: float
    filling: float


RING_RADIUS = 9.0


def ring(share: float | None) -> list[Circle]:
    """Ten circles around a centre, each a tenth of the whole; the filled area shows how much of a tenth is reached."""
    tenths = 0.0 if share is None else min(max(share, 0.0), 1.0) * 10
    circles = []
    for number in range(10):
        angle = math.radians(36 * number - 90)
        part = min(max(tenths - number, 0.0), 1.0)
        circles.append(
            Circle(
                x=round(50 + 36 * math.cos(angle), 2),
                y=round(50 + 36 * math.sin(angle), 2),
                filling=round(RING_RADIUS * math.sqrt(part), 2),
            )
        )
    return circles


def unlike(labels: Sequence[str]) -> list[str]:
    """The labels with numbers where two would be the same: equal labels would share one bar."""
    seen: dict[str, int] = {}
    unlike = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        unlike.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return unlike


def _data(bars: Iterable[Bar], labels: dict[str, str]) -> alt.InlineData:
    ranks = {verdict: rank for rank, verdict in enumerate(PALETTE)}
    return alt.InlineData(
        values=[
            {
                "row": labels[bar.row],
                "verdict": verdict_name(bar.verdict),
                "rank": ranks[bar.verdict],
                "amount": bar.amount,
            }
            for bar in bars
        ]
    )


def _colours(bars: Sequence[Bar], *, legend: bool = True) -> alt.Color:
    """The legend names the verdicts that occur, in their fixed order."""
    used = [verdict for verdict in PALETTE if any(bar.verdict == verdict for bar in bars)]
    scale = alt.Scale(domain=[verdict_name(verdict) for verdict in used], range=[PALETTE[verdict] for verdict in used])
    shown = alt.Legend(
        title=None, orient="top", columns=4, columnPadding=12, symbolType="circle", labelLimit=100, offset=10
    )
    return alt.Color("verdict:N", scale=scale, legend=shown if legend and used else None)


def _amount_axis() -> alt.Axis:
    short = SHORT_NUMBERS.get(language.current(), SHORT_NUMBERS["en"])
    return alt.Axis(labelExpr=short, tickCount=4, grid=True, domain=False, ticks=False)


def _row_axis() -> alt.Axis:
    return alt.Axis(
        labelLimit=LABELS - 10, minExtent=LABELS, maxExtent=LABELS, ticks=False, domain=False, labelPadding=8
    )


def _short(text: str) -> str:
    room = LABEL_CHARACTERS["zh"] if any(is_cjk(word) for word in words(text[:40])) else LABEL_CHARACTERS["en"]
    return text if len(text) <= room else text[: room - 1] + "…"


def rendered(chart: Any) -> str:  # noqa: ANN401 - any of Altair's charts
    """The chart as SVG without size and background: the page decides both."""
    styled = chart.configure(font=_MEASURED, background="transparent", padding=4).configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK, titleColor=INK, gridColor=LINE, domainColor=LINE, tickColor=LINE,
        labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    ).configure_legend(labelColor=INK, labelFontSize=12)  # fmt: skip
    svg = svg_of(styled.to_dict()).replace(f'font-family="{_MEASURED}"', f'font-family="{FONT}"')
    return re.sub(r'^<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg)

"""The reliability plot: what share of the matches at each score is right, beside what the score promises."""

from __future__ import annotations

import html
from pathlib import Path

import altair as alt
import vl_convert

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.matching.evaluation.measures import Calibration
from tenring.screening.report.pictures import FONT, INK, LINE, PALETTE

_SIZE = 360


def write_plot(calibration: Calibration, path: Path, *, title: str) -> None:
    """Write the plot as SVG, or as an HTML page with the SVG in it, by the ending of `path`.

    Raises:
        UnusableInputError: another ending, or the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".svg", ".html"):
        raise UnusableInputError(
            T("a plot is written as .svg or .html"), where=path, do=T("Give the file one of these endings")
        )
    drawn = reliability_picture(calibration, title=title)
    page = f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title>{drawn}\n'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page if kind == ".html" else drawn, encoding="utf-8")
    except OSError as error:
        raise UnusableInputError(T("cannot be written"), where=path, do=str(error.strerror)) from error


def reliability_picture(calibration: Calibration, *, title: str) -> str:
    """The plot as SVG: a circle for each bin, larger where more cases are, and a line where scores keep their word."""
    points = [
        {"score": one.mean_score, "right": one.share_right, "cases": one.count} for one in calibration.bins if one.count
    ]
    share = alt.Scale(domain=[0, 1])
    promised = alt.Chart(alt.InlineData(values=[{"score": 0, "right": 0}, {"score": 1, "right": 1}])).mark_line(
        color=LINE, strokeDash=[4, 4]
    )
    found = alt.Chart(alt.InlineData(values=points)).mark_circle(color=PALETTE["green"], opacity=0.9)
    x = alt.X("score:Q", title=T("score (mean of the bin)"), scale=share)
    y = alt.Y("right:Q", title=T("share that is right"), scale=share)
    size = alt.Size("cases:Q", legend=alt.Legend(title=T("cases")), scale=alt.Scale(range=[30, 500]))
    chart = alt.layer(promised.encode(x=x, y=y), found.encode(x=x, y=y, size=size))
    chart = chart.properties(width=_SIZE, height=_SIZE, title=title)
    styled = chart.configure(font=FONT, background="white", padding=8).configure_view(stroke=None)
    styled = styled.configure_axis(labelColor=INK, titleColor=INK, gridColor=LINE, titleFontWeight="normal")
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    return svg

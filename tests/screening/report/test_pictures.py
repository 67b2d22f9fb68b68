from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from lxml import etree

from tenring.screening.report import pictures
from tenring.screening.report.pictures import INK, LINE, PALETTE, Bar, months_picture, ring, rows_picture, unlike


def test_a_picture_is_one_svg_that_asks_for_nothing() -> None:
    svg = rows_picture([Bar("复印纸", "green", 3.0), Bar("复印纸", "missed", 1.0)], rows=["复印纸"], unit="CNY")
    assert etree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "复印纸" in svg
    assert not re.findall(r"(?:href|src)=|url\(http|<script|<image", svg)


def test_names_from_a_file_are_text_in_a_picture_never_markup() -> None:
    svg = rows_picture([Bar("<script>x</script>", "green", 3.0)], rows=["<script>x</script>"], unit="<b>")
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("bars", [[], [Bar("a", "missed", -3.0), Bar("a", "green", 2.0)]])
def test_nothing_and_less_than_nothing_can_be_drawn(bars: list[Bar]) -> None:
    rows = ["a"] if bars else []
    assert rows_picture(bars, rows=rows, unit="CNY").startswith("<svg")
    assert months_picture(bars, rows=rows, unit="CNY").startswith("<svg")


def test_every_colour_of_a_picture_has_its_rule_for_the_dark() -> None:
    style = (Path(pictures.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    repainted = set(re.findall(r'\.picture \[(?:fill|stroke)="(#\w+)"\]', style))
    assert repainted == {*PALETTE.values(), INK, LINE}


def test_rows_of_the_same_name_keep_their_own_bars() -> None:
    assert unlike(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]


@pytest.mark.parametrize(
    ("share", "tenths"), [(None, 0.0), (0.0, 0.0), (0.25, 2.5), (1.0, 10.0), (1.3, 10.0), (-0.2, 0.0)]
)
def test_the_ring_is_filled_in_proportion_to_the_share(share: float | None, tenths: float) -> None:
    area = sum(circle.filling**2 for circle in ring(share)) / pictures.RING_RADIUS**2
    assert math.isclose(area, tenths, abs_tol=0.01)

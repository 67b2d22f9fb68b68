from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.screening.report.treemap import Rectangle, squarified

AMOUNTS = st.lists(st.floats(0.01, 1e9), min_size=1, max_size=40).map(lambda found: sorted(found, reverse=True))


def test_the_example_of_the_paper_is_laid_as_the_paper_lays_it() -> None:
    placed = squarified([6, 6, 4, 3, 2, 2, 1], width=6, height=4)
    assert placed[:2] == [Rectangle(0, 0, 3, 2), Rectangle(0, 2, 3, 2)]
    assert (round(placed[2].width, 3), round(placed[2].height, 3)) == (1.714, 2.333)


@given(AMOUNTS)
def test_areas_are_as_the_amounts_and_fill_the_whole(amounts: list[float]) -> None:
    placed = squarified(amounts, width=460, height=320)
    scale = 460 * 320 / sum(amounts)
    for amount, one in zip(amounts, placed, strict=True):
        assert one.width * one.height == pytest.approx(amount * scale, rel=1e-6, abs=1e-6)
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= 460 + 1e-6
        assert one.y + one.height <= 320 + 1e-6


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12).map(lambda found: sorted(found, reverse=True)))
def test_no_two_rectangles_lie_over_each_other(amounts: list[int]) -> None:
    placed = squarified(amounts, width=460, height=320)
    for number, one in enumerate(placed):
        for other in placed[number + 1 :]:
            apart = (
                one.x + one.width <= other.x + 1e-6,
                other.x + other.width <= one.x + 1e-6,
                one.y + one.height <= other.y + 1e-6,
                other.y + other.height <= one.y + 1e-6,
            )
            assert any(apart)


def test_nothing_is_laid_as_nothing() -> None:
    assert squarified([], width=10, height=10) == []


@pytest.mark.parametrize("amounts", [[1, 2], [1, 0], [-1]])
def test_amounts_that_make_no_map_are_refused(amounts: list[float]) -> None:
    with pytest.raises(ValueError, match="positive, the largest first"):
        squarified(amounts, width=10, height=10)

"""What is kept of a screening, and what drove the green share from one to another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.model.verdict import Verdict
from tenring.screening.kept import LINES, Cell, KeptFigures, drivers

CATEGORIES = ("copy-paper", "chairs", "cement", None)


def figures(cells: Sequence[tuple[str | None, str, str, str]]) -> KeptFigures:
    made = tuple(
        Cell(category, verdict, currency, 1, 0, Decimal(value)) for category, verdict, currency, value in cells
    )
    return KeptFigures(None, None, "CN", "20260101", "v1", "0.1.0", sample=False, rows_left_out=0, cells=made)


def test_the_green_share_is_never_without_what_is_not_known() -> None:
    tally = figures(
        [
            ("copy-paper", Verdict.GREEN, "CNY", "30"),
            ("copy-paper", Verdict.MISSED, "CNY", "30"),
            (None, Verdict.UNCLASSIFIED, "CNY", "40"),
        ]
    ).tally("CNY")
    assert tally is not None
    assert (tally.green, tally.unclassified, tally.green_of_in_scope) == (
        Decimal("0.3"),
        Decimal("0.4"),
        Decimal("0.5"),
    )


def test_currencies_are_never_added() -> None:
    found = figures([("chairs", Verdict.GREEN, "CNY", "30"), ("chairs", Verdict.MISSED, "EUR", "30")])
    assert found.currencies == ("CNY", "EUR")
    assert [tally.total for by in ("CNY", "EUR") if (tally := found.tally(by))] == [30, 30]
    assert found.tally("USD") is None
    assert (lines := found.tally(LINES)) is not None
    assert lines.total == 2


def test_amounts_without_a_currency_stand_last() -> None:
    found = figures([("chairs", Verdict.GREEN, "XXX", "1"), ("chairs", Verdict.GREEN, "XXX", "1"),
                     ("chairs", Verdict.GREEN, "EUR", "1")])  # fmt: skip
    assert found.currencies == ("EUR", "XXX")


def test_a_share_of_nothing_is_not_defined() -> None:
    tally = figures([("chairs", Verdict.GREEN, "CNY", "5"), ("chairs", Verdict.MISSED, "CNY", "-5")]).tally("CNY")
    assert tally is not None
    assert tally.green is None
    assert drivers(figures([]), figures([("chairs", Verdict.GREEN, "CNY", "5")]), "CNY") == []


def test_what_is_kept_is_read_again_as_it_was() -> None:
    found = figures([("chairs", Verdict.GREEN, "CNY", "30.250000"), (None, Verdict.UNCLASSIFIED, "XXX", "-1")])
    assert KeptFigures.of(json.loads(json.dumps(found.stored()))) == found


def test_a_category_that_became_greener_is_told_apart_from_one_of_which_more_is_bought() -> None:
    before = figures([("copy-paper", Verdict.MISSED, "CNY", "100"), ("chairs", Verdict.GREEN, "CNY", "100")])
    greener = figures([("copy-paper", Verdict.GREEN, "CNY", "100"), ("chairs", Verdict.GREEN, "CNY", "100")])
    (paper, chairs) = drivers(before, greener, "CNY")
    assert (paper.category, paper.greener, paper.mix) == ("copy-paper", Decimal("0.5"), 0)
    assert (chairs.greener, chairs.mix) == (0, 0)
    more = figures([("copy-paper", Verdict.MISSED, "CNY", "100"), ("chairs", Verdict.GREEN, "CNY", "300")])
    assert all(one.greener == 0 and one.mix > 0 for one in drivers(before, more, "CNY"))


CELLS = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.sampled_from([Verdict.GREEN, Verdict.MISSED, Verdict.UNCLASSIFIED]),
        st.just("CNY"),
        st.integers(-50, 500).map(str),
    ),
    max_size=8,
)


@given(CELLS, CELLS)
def test_the_parts_of_all_categories_together_are_the_change(
    before: list[tuple[str | None, str, str, str]], after: list[tuple[str | None, str, str, str]]
) -> None:
    first, last = figures(before), figures(after)
    found = drivers(first, last, "CNY")
    sides = [one.tally("CNY") for one in (first, last)]
    if any(tally is None or tally.green is None for tally in sides):
        assert found == []
        return
    change = sides[1].green - sides[0].green  # type: ignore[union-attr, operator]  # both are there
    assert sum((one.together for one in found), Decimal(0)) == pytest.approx(change, abs=Decimal("1e-20"))

"""Measures of labelled cases, by hand and by their laws."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.matching.evaluation.measures import (
    at_thresholds,
    average_precision,
    best_threshold,
    calibration,
)

CASES = [(0.95, True), (0.92, False), (0.9, True), (0.4, True), (0.2, False)]

any_cases = st.lists(st.tuples(st.integers(0, 100).map(lambda n: n / 100), st.booleans()), min_size=1, max_size=60)


def test_a_threshold_counts_what_it_says_and_what_it_misses() -> None:
    (found,) = at_thresholds(CASES, [0.9])
    assert (found.right, found.false, found.missed) == (2, 1, 1)
    assert (found.precision, found.recall, found.f1) == (0.6667, 0.6667, 0.6667)


def test_a_threshold_that_nothing_reaches_has_no_precision() -> None:
    (found,) = at_thresholds(CASES, [0.99])
    assert (found.precision, found.recall, found.f1) == (None, 0.0, 0.0)


@pytest.mark.parametrize(("cost", "threshold"), [("0.5", 0.4), ("1", 0.95), ("20", 0.95)])
def test_the_dearer_a_false_green_the_higher_the_threshold(cost: str, threshold: float) -> None:
    assert best_threshold([*CASES, (0.5, False)], cost_of_false=Decimal(cost)).threshold == threshold


def test_saying_nothing_can_cost_least() -> None:
    best = best_threshold([(0.9, False), (0.8, True)], cost_of_false=Decimal(20))
    assert best.threshold > 0.9
    assert (best.right, best.false, best.missed) == (0, 0, 1)


def test_average_precision_of_a_known_order() -> None:
    assert average_precision(CASES) == round((1 + 2 / 3 + 3 / 4) / 3, 4)
    assert average_precision([(0.5, True), (0.5, False)]) == 0.5
    assert average_precision([(0.5, False)]) is None


def test_scores_that_mean_what_they_say_have_no_calibration_error() -> None:
    assert calibration([(0.75, True)] * 3 + [(0.75, False)]).error == 0.0
    assert calibration([(0.95, False)]).error == 0.95


def test_bins_begin_at_tenths_and_the_last_includes_one() -> None:
    bins = calibration([(0.0, True), (0.1, True), (0.3, True), (0.7, True), (1.0, True)]).bins
    assert [place for place, one in enumerate(bins) if one.count] == [0, 1, 3, 7, 9]


@given(any_cases)
def test_the_order_of_the_cases_does_not_matter(cases: list[tuple[float, bool]]) -> None:
    mixed = random.Random(7).sample(cases, len(cases))  # noqa: S311 - any other order
    assert calibration(mixed) == calibration(cases)
    assert average_precision(mixed) == average_precision(cases)
    assert best_threshold(mixed, cost_of_false=Decimal(3)) == best_threshold(cases, cost_of_false=Decimal(3))


@given(any_cases, st.decimals(0, 50, places=1))
def test_no_other_threshold_costs_less(cases: list[tuple[float, bool]], cost: Decimal) -> None:
    best = best_threshold(cases, cost_of_false=cost).cost(of_false=cost)
    for found in at_thresholds(cases, [number / 100 for number in range(102)]):
        assert best <= found.cost(of_false=cost)


@given(any_cases)
def test_every_case_is_in_one_bin_and_recall_falls_with_the_threshold(cases: list[tuple[float, bool]]) -> None:
    assert sum(one.count for one in calibration(cases).bins) == len(cases)
    found = at_thresholds(cases, [0.1, 0.5, 0.9])
    assert [one.right for one in found] == sorted((one.right for one in found), reverse=True)

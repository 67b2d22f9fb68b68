"""Measures of scored, labelled cases: precision, recall, F1, average precision, calibration, the best threshold.

A case is a score between 0 and 1 and whether it is right. Nothing here depends on the order of the cases: counts are
whole numbers, and sums of scores are exact before they are rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

#: A score, and whether the case is right.
Case = tuple[float, bool]

#: Thresholds that are always shown.
THRESHOLDS = (*(number / 20 for number in range(1, 20)), 0.97, 0.99)
BINS = 10
#: Digits of every figure.
_DIGITS = 4


@dataclass(frozen=True)
class AtThreshold:
    """What comes of saying yes from `threshold` on. A share whose denominator is nought is None."""

    threshold: float
    right: int
    false: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Share of what was said that is right."""
        return _share(self.right, self.right + self.false)

    @property
    def recall(self) -> float | None:
        """Share of what is right that was said."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.right, 2 * self.right + self.false + self.missed)

    def cost(self, *, of_false: Decimal) -> Decimal:
        """False ones at `of_false` each and missed ones at 1 each."""
        return self.false * of_false + self.missed


@dataclass(frozen=True)
class Bin:
    """The cases whose score lies in [`begin`, `end`): the last bin includes 1."""

    begin: float
    end: float
    count: int
    mean_score: float | None
    share_right: float | None


@dataclass(frozen=True)
class Calibration:
    """How far scores mean what they say: ten bins, and the expected calibration error."""

    bins: tuple[Bin, ...]
    error: float | None
    """Mean distance between score and share right over the bins, weighted by their cases."""


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, _DIGITS) if whole else None


def at_thresholds(cases: Iterable[Case], thresholds: Iterable[float]) -> list[AtThreshold]:
    """What comes of each threshold, lowest first."""
    ordered = sorted(cases, reverse=True)
    positives = sum(right for _, right in ordered)
    found: list[AtThreshold] = []
    place = said_right = 0
    for threshold in sorted(set(thresholds), reverse=True):
        while place < len(ordered) and ordered[place][0] >= threshold:
            said_right += ordered[place][1]
            place += 1
        found.append(AtThreshold(threshold, said_right, place - said_right, positives - said_right))
    return found[::-1]


def best_threshold(cases: Sequence[Case], *, cost_of_false: Decimal) -> AtThreshold:
    """The threshold at which these cases cost least, when a false one costs `cost_of_false` missed ones.

    Of several that cost the same it is the highest one; above 1 means that saying nothing costs least.
    """
    candidates = {score for score, _ in cases} | {_nothing(cases)}
    return min(
        at_thresholds(cases, candidates), key=lambda found: (found.cost(of_false=cost_of_false), -found.threshold)
    )


def _nothing(cases: Sequence[Case]) -> float:
    """A threshold that no case reaches."""
    return max((score for score, _ in cases), default=1.0) + 10.0**-_DIGITS


def average_precision(cases: Iterable[Case]) -> float | None:
    """Mean precision over the right cases, highest score first; equal scores count as one step."""
    ordered = sorted(cases, reverse=True)
    positives = sum(right for _, right in ordered)
    seen = right_seen = 0
    area = Decimal(0)
    for _, tied in groupby(ordered, key=lambda case: case[0]):
        labels = [right for _, right in tied]
        seen, right_seen = seen + len(labels), right_seen + sum(labels)
        area += Decimal(sum(labels)) * right_seen / seen
    return round(float(area / positives), _DIGITS) if positives else None


def calibration(cases: Iterable[Case]) -> Calibration:
    """Ten bins of equal width, and the expected calibration error."""
    by_bin: list[list[Case]] = [[] for _ in range(BINS)]
    for case in cases:
        by_bin[_place(case[0])].append(case)
    bins = tuple(_bin(place, inside) for place, inside in enumerate(by_bin))
    count = sum(one.count for one in bins)
    distances = [
        one.count * abs(one.mean_score - one.share_right)
        for one in bins
        if one.mean_score is not None and one.share_right is not None
    ]
    return Calibration(bins, round(math.fsum(distances) / count, _DIGITS) if count else None)


def _place(score: float) -> int:
    return max(0, min(BINS - 1, int(round(score, 9) * BINS + 1e-9)))


def _bin(place: int, cases: Sequence[Case]) -> Bin:
    mean = round(math.fsum(score for score, _ in cases) / len(cases), _DIGITS) if cases else None
    right = _share(sum(right for _, right in cases), len(cases))
    return Bin(place / BINS, (place + 1) / BINS, len(cases), mean, right)

"""Labelled cases judged: every measure, and the worst errors with what the score rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from tenring.matching.evaluation.measures import (
    THRESHOLDS,
    AtThreshold,
    Calibration,
    at_thresholds,
    average_precision,
    best_threshold,
    calibration,
)
from tenring.matching.evaluation.pairs import Pair
from tenring.matching.products import Product

#: Errors that are kept, worst first.
WORST = 50


@dataclass(frozen=True)
class Scored:
    """The score of a pair, 0 to 1, and the named features it rests on."""

    score: float
    features: Mapping[str, object]


#: Scores pairs; how common a word is, is known from `right`, the distinct right-hand records of the data.
Scorer = Callable[[Sequence[tuple[Product, Product]], Sequence[Product]], Sequence[Scored]]


@dataclass(frozen=True)
class PairError:
    """A pair on the wrong side of the threshold."""

    pair: Pair
    scored: Scored

    @property
    def distance(self) -> float:
        """How far the score is from the label."""
        return abs(self.scored.score - self.pair.label)


@dataclass(frozen=True)
class Judged:
    """All measures of a matcher on labelled pairs. `best` was chosen on these very pairs: check it on others."""

    pairs: int
    matches: int
    at: AtThreshold
    thresholds: tuple[AtThreshold, ...]
    best: AtThreshold
    best_f1: AtThreshold
    cost_of_false: Decimal
    average_precision: float | None
    calibration: Calibration
    errors: tuple[PairError, ...]


@dataclass(frozen=True)
class Question:
    """What to judge by: the threshold, further ones, and how many missed matches a false one is worth."""

    threshold: float
    thresholds: tuple[float, ...] = THRESHOLDS
    cost_of_false: Decimal = Decimal(20)


def judge(pairs: Sequence[Pair], scorer: Scorer, question: Question) -> Judged:
    """Score the pairs and measure what came of it."""
    right = distinct([pair.right for pair in pairs])
    scored = scorer([(pair.left, pair.right) for pair in pairs], right)
    cases = [(one.score, pair.label) for pair, one in zip(pairs, scored, strict=True)]
    shown = at_thresholds(cases, {*question.thresholds, question.threshold})
    wrong = [
        PairError(pair, one)
        for pair, one in zip(pairs, scored, strict=True)
        if (one.score >= question.threshold) != pair.label
    ]
    return Judged(
        pairs=len(cases),
        matches=sum(label for _, label in cases),
        at=next(one for one in shown if one.threshold == question.threshold),
        thresholds=tuple(shown),
        best=best_threshold(cases, cost_of_false=question.cost_of_false),
        best_f1=_best_f1(cases),
        cost_of_false=question.cost_of_false,
        average_precision=average_precision(cases),
        calibration=calibration(cases),
        errors=tuple(sorted(wrong, key=lambda error: (-error.distance, error.pair.row))[:WORST]),
    )


def _best_f1(cases: Sequence[tuple[float, bool]]) -> AtThreshold:
    candidates = at_thresholds(cases, {score for score, _ in cases})
    return max(candidates, key=lambda found: (found.f1 or 0.0, found.threshold))


def distinct(products: Sequence[Product]) -> list[Product]:
    """The different records among `products`, by what they say, in their order."""
    seen: dict[tuple[object, ...], Product] = {}
    for product in products:
        seen.setdefault(said(product), product)
    return list(seen.values())


def said(product: Product) -> tuple[object, ...]:
    """What a record says: everything but its id and row."""
    return tuple(getattr(product, field.name) for field in fields(product) if field.name not in ("id", "row"))

"""A matcher judged on labelled pairs, by a stand-in whose scores are known and by the real one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from tenring.matching.evaluation.judge import Question, Scored, judge
from tenring.matching.evaluation.pairs import Pair, read_pairs
from tenring.matching.evaluation.scorers import Matcher
from tenring.matching.products import Product


def product(name: str, **fields: str) -> Product:
    return Product(name, name, **fields)


def pair(row: int, left: str, right: str, *, label: bool) -> Pair:
    return Pair(row, product(left), product(right), label)


PAIRS = [
    pair(2, "0.95", "a", label=True),
    pair(3, "0.99", "b", label=False),
    pair(4, "0.10", "a", label=True),
    pair(5, "0.91", "c", label=False),
    pair(6, "0.20", "d", label=False),
]


def by_name(pairs: Sequence[tuple[Product, Product]], right: Sequence[Product]) -> Sequence[Scored]:
    """The score is the left product's name."""
    assert [one.name for one in right] == ["a", "b", "c", "d"], "the distinct right-hand records"
    return [Scored(float(left.name or 0), {"name": left.name}) for left, _ in pairs]


def test_every_figure_comes_from_the_scores_and_labels() -> None:
    judged = judge(PAIRS, by_name, Question(0.9, (0.5,), Decimal(20)))
    assert (judged.pairs, judged.matches) == (5, 2)
    assert (judged.at.right, judged.at.false, judged.at.missed) == (1, 2, 1)
    assert [one.threshold for one in judged.thresholds] == [0.5, 0.9]
    assert (judged.best.right, judged.best.false) == (0, 0)


def test_the_worst_errors_come_first_with_their_features() -> None:
    judged = judge(PAIRS, by_name, Question(0.9))
    assert [error.pair.row for error in judged.errors] == [3, 5, 4]
    assert judged.errors[0].scored.features == {"name": "0.99"}


def test_the_real_matcher_scores_the_pairs_it_finds_and_no_others() -> None:
    left = product("Sony television KDL-40V4100", brand="Sony")
    same, sister = (product(f"Television {model}", brand="Sony", model=model) for model in ("KDL40V4100", "KDL46V4100"))
    found, near, other = Matcher()([(left, same), (left, sister), (product("chair"), same)], [same, sister])
    assert found.score >= 0.9
    assert found.features["rung"] == "model"
    assert max(near.score, other.score) < 0.9


def test_the_public_pairs_are_judged(data: Path) -> None:
    read = read_pairs(data / "purchases" / "matching" / "Abt-Buy" / "valid.txt")
    judged = judge(read.pairs, Matcher(), Question(0.5))
    assert (judged.pairs, judged.matches) == (1916, 206)
    assert (judged.at.precision or 0) > 0.85
    assert (judged.best_f1.f1 or 0) > 0.75

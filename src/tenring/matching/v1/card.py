"""The scorecard of the rung `text`: points for the steps of features and of crossed features, and what they mean.

The card is data: `card.json`, made by `tenring.matching.learn` from labelled pairs and frozen with the matcher. Points
are hundredths of natural log-odds, whole numbers; `chance` turns their sum into hundredths that are true: of the pairs
at 95, 95 in a hundred were the same product.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from tenring.matching.v1.features import FEATURES, NAMES

#: Terms that are told one by one, the weightiest; of the others only how many they are, and their sum.
TOLD = 8
#: How many tellings of a card are kept.
_TOLD_KEPT = 50_000

Integers = npt.NDArray[np.int64]
Steps = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Term:
    """Points of one feature by its step, or of two crossed features by the step of the first, then of the second."""

    features: tuple[str, ...]
    points: tuple[int, ...]

    @cached_property
    def name(self) -> str:
        """`words_most`, or `code_met × words_most`."""
        return " × ".join(self.features)

    @cached_property
    def places(self) -> tuple[int, int, int]:
        """Place of the first feature, of the last, and how many steps the last has; see `Card.parts`."""
        first, last = NAMES.index(self.features[0]), NAMES.index(self.features[-1])
        return (first, last, steps_in(last)) if len(self.features) > 1 else (first, last, 0)


def steps_in(place: int) -> int:
    """How many steps the feature at a place has."""
    return len(FEATURES[place].cuts) + 1


class Card:
    """Terms, the points every pair begins with, and from which points on each chance is given."""

    def __init__(self, terms: Iterable[Term], *, begin: int, chances: Sequence[tuple[int, int]]) -> None:
        self.terms, self.begin, self.chances = tuple(terms), begin, tuple(chances)
        single = {term.features[0]: term.points for term in self.terms if len(term.features) == 1}
        self._single = [single.get(feature.name, (0,) * (len(feature.cuts) + 1)) for feature in FEATURES]
        self._crossed = [(*term.places, term.points) for term in self.terms if len(term.features) > 1]
        self._places = [term.places for term in self.terms]
        self._from = [points for points, _ in self.chances]
        self._chance = [0, *(chance for _, chance in self.chances)]

    def points(self, steps: Sequence[int]) -> int:
        """The points of a pair by the steps of its features."""
        alone = [points[step] for points, step in zip(self._single, steps, strict=True)]
        crossed = [points[steps[one] * width + steps[two]] for one, two, width, points in self._crossed]
        return self.begin + sum(alone) + sum(crossed)

    def chance(self, points: int) -> int:
        """How many of a hundred pairs with so many points are the same product."""
        return self._chance[bisect_right(self._from, points)]

    def chances_of(self, steps: Steps) -> Integers:
        """The chance of each pair by the steps of its features (pair × feature), as `points` and `chance` give it."""
        points = np.full(len(steps), self.begin, dtype=np.int64)
        for place, worth in enumerate(self._worth):
            points += worth[steps[:, place]]
        for one, two, width, worth in self._crossed_worth:
            points += worth[steps[:, one].astype(np.int64) * width + steps[:, two]]
        chances: Integers = np.array(self._chance)[np.searchsorted(self._from, points, side="right")]
        return chances

    @cached_property
    def _worth(self) -> list[Integers]:
        """Points of the steps of each feature."""
        return [np.array(points, dtype=np.int64) for points in self._single]

    @cached_property
    def _crossed_worth(self) -> list[tuple[int, int, int, Integers]]:
        """The crossed terms with their points."""
        return [(one, two, width, np.array(points, dtype=np.int64)) for one, two, width, points in self._crossed]

    def parts(self, steps: Sequence[int]) -> Iterator[tuple[Term, int]]:
        """Each term with the points that it gives a pair."""
        for term, place in zip(self.terms, self._met(steps), strict=True):
            yield term, term.points[place]

    def told(self, steps: Sequence[int]) -> str:
        """The terms that give points, as JSON: the steps each saw in words, its points (log-odds); weightiest first.

        Those behind the first `TOLD` are one: `others`.
        """
        return self._told(tuple(steps))

    @cached_property
    def _told(self) -> Callable[[tuple[int, ...]], str]:
        """`told`, which remembers: of many pairs a third differ in some step."""
        return lru_cache(maxsize=_TOLD_KEPT)(self._tell)

    def _tell(self, steps: tuple[int, ...]) -> str:
        met = zip(self._worded, self._met(steps), strict=True)
        told = sorted([found for words, place in met if (found := words[place])])
        texts = [text for *_, text in told[:TOLD]]
        if rest := told[TOLD:]:
            others = {"is": f"{len(rest)} more", "points": sum(points for _, _, points, _ in rest) / 100}
            texts.append(f'"others": {json.dumps(others)}')
        return "{" + ", ".join(texts) + "}"

    def _met(self, steps: Sequence[int]) -> list[int]:
        """Which of the points of each term a pair gets."""
        return [steps[one] * width + steps[two] if width else steps[one] for one, two, width in self._places]

    @cached_property
    def _worded(self) -> list[list[tuple[int, str, int, str] | None]]:
        """For each term and each of its points how they are told, and what they are told after; None: no points."""
        return [[_worded(term, place) for place in range(len(term.points))] for term in self.terms]


def _worded(term: Term, place: int) -> tuple[int, str, int, str] | None:
    points = term.points[place]
    if not points:
        return None
    told = json.dumps({"is": _said(term, place), "points": points / 100}, ensure_ascii=False)
    return -abs(points), term.name, points, f"{json.dumps(term.name, ensure_ascii=False)}: {told}"


def _said(term: Term, place: int) -> str:
    """The steps of a term's features in words: `80 to 89 × 98 and more`."""
    first, last, width = term.places
    if not width:
        return _step_said(first, place)
    return f"{_step_said(first, place // width)} × {_step_said(last, place % width)}"


@cache
def _step_said(place: int, step: int) -> str:
    """A step of the feature at a place in words: `80 to 89`, `98 and more`, `below 20`."""
    cuts = FEATURES[place].cuts
    if step == 0:
        return f"below {cuts[0]}"
    if step == len(cuts):
        return f"{cuts[-1]} and more"
    first, last = cuts[step - 1], cuts[step] - 1
    return str(first) if first == last else f"{first} to {last}"


def as_data(card: Card, about: Mapping[str, object]) -> dict[str, object]:
    """The card as plain data, with where it is from."""
    terms = [{"features": list(term.features), "points": list(term.points)} for term in card.terms]
    return {"about": about, "begin": card.begin, "terms": terms, "chances": [list(one) for one in card.chances]}


def from_data(data: Mapping[str, Any]) -> Card:
    """The card that `as_data` made."""
    terms = [Term(tuple(term["features"]), tuple(term["points"])) for term in data["terms"]]
    return Card(terms, begin=data["begin"], chances=[(points, chance) for points, chance in data["chances"]])


def card_text() -> str:
    """The text of the frozen card's file."""
    return resources.files(__package__).joinpath("card.json").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def frozen_card() -> Card:
    """The card of this matcher."""
    return from_data(json.loads(card_text()))

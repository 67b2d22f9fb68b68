"""Learning the text card from labelled pairs: points that grow in small steps, then what they are worth.

Each round looks at every term in turn and moves the points on both sides of its best cut (of a crossed pair: of the
four quarters of its best two cuts) a little towards the labels; so only what pays in many rounds gets many points.
Chances are learnt from pairs that the points were not learnt from. Nothing is drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tenring.matching.v1.card import Card, Term, steps_in
from tenring.matching.v1.features import NAMES

#: Rounds, the share of each step that is taken, and the weight that holds points at nought.
ROUNDS, RATE, HOLD = 80, 0.1, 10.0
FOLDS = 5
_HUNDREDTHS = 100
_FEWEST = 1.0
#: What a label that no example has counts.
_LEAST = 0.5
_SUREST = 99


@dataclass(frozen=True)
class Example:
    """A labelled pair: the steps of its features, whether it is the same product, and the record it belongs to.

    `weight` is how much it counts, beside others.
    """

    steps: Sequence[int]
    label: bool
    record: str
    weight: float = 1.0


@dataclass(frozen=True)
class _Grid:
    """A term's cells: how many by the first and the second feature, and the cell of each example."""

    rows: int
    columns: int
    cells: list[int]


def learn(examples: Sequence[Example], terms: Sequence[tuple[str, ...]]) -> Card:
    """The card of the given terms: points from all examples, chances from the folds that they were not learnt from."""
    return with_chances(examples, terms, left_out(examples, terms))


def with_chances(examples: Sequence[Example], terms: Sequence[tuple[str, ...]], points: Sequence[int]) -> Card:
    """The card of the given terms with the chances of `points`, those of `left_out`."""
    card = learn_points(examples, terms)
    found = chances((place, one.label, one.weight) for place, one in zip(points, examples, strict=True))
    return Card(card.terms, begin=card.begin, chances=found)


def left_out(examples: Sequence[Example], terms: Sequence[tuple[str, ...]]) -> list[int]:
    """The points of each example by a card learnt from the records of the other folds."""
    folds = {record: place % FOLDS for place, record in enumerate(sorted({one.record for one in examples}))}
    points = [0] * len(examples)
    for fold in range(FOLDS):
        card = learn_points([one for one in examples if folds[one.record] != fold], terms)
        for place, one in enumerate(examples):
            if folds[one.record] == fold:
                points[place] = card.points(one.steps)
    return points


def learn_points(examples: Sequence[Example], terms: Sequence[tuple[str, ...]]) -> Card:
    """A card without chances."""
    right, wrong = (sum(one.weight for one in examples if one.label is label) for label in (True, False))
    begin = math.log(max(right, _LEAST) / max(wrong, _LEAST))
    odds = [begin] * len(examples)
    grids = [_grid(examples, term) for term in terms]
    tables = [[0.0] * (grid.rows * grid.columns) for grid in grids]
    for _ in range(ROUNDS):
        for grid, table in zip(grids, tables, strict=True):
            moves = _moves(grid, *_slopes(grid, examples, odds))
            for cell, move in enumerate(moves):
                table[cell] += move
            odds = [one + moves[cell] for one, cell in zip(odds, grid.cells, strict=True)]
    learnt = [
        Term(term, tuple(round(_HUNDREDTHS * points) for points in table))
        for term, table in zip(terms, tables, strict=True)
    ]
    return Card(learnt, begin=round(_HUNDREDTHS * begin), chances=())


def _grid(examples: Sequence[Example], term: Sequence[str]) -> _Grid:
    one, two = NAMES.index(term[0]), NAMES.index(term[-1])
    if len(term) == 1:
        return _Grid(steps_in(one), 1, [example.steps[one] for example in examples])
    width = steps_in(two)
    return _Grid(steps_in(one), width, [example.steps[one] * width + example.steps[two] for example in examples])


def _slopes(grid: _Grid, examples: Sequence[Example], odds: Sequence[float]) -> tuple[list[float], list[float]]:
    """Of each cell, how far labels and chances are apart, and how fast chances move."""
    apart, speed = [0.0] * (grid.rows * grid.columns), [0.0] * (grid.rows * grid.columns)
    for cell, example, one in zip(grid.cells, examples, odds, strict=True):
        chance = 1.0 / (1.0 + math.exp(-one))
        apart[cell] += example.weight * (example.label - chance)
        speed[cell] += example.weight * chance * (1.0 - chance)
    return apart, speed


def _moves(grid: _Grid, apart: Sequence[float], speed: Sequence[float]) -> list[float]:
    """How far each cell's points move: those of the best cuts, by quarters (a single feature has halves)."""
    apart_sums, speed_sums = _sums(grid, apart), _sums(grid, speed)
    columns = range(1, grid.columns) if grid.columns > 1 else [1]
    best = max(
        ((row, column) for row in range(1, grid.rows) for column in columns),
        key=lambda cut: sum(
            one * one / (fast + HOLD)
            for one, fast in zip(_quarters(apart_sums, cut), _quarters(speed_sums, cut), strict=True)
            if fast >= _FEWEST
        ),
    )
    quarters = [
        RATE * one / (fast + HOLD)
        for one, fast in zip(_quarters(apart_sums, best), _quarters(speed_sums, best), strict=True)
    ]
    return [
        quarters[2 * (row >= best[0]) + (column >= best[1])]
        for row in range(grid.rows)
        for column in range(grid.columns)
    ]


def _sums(grid: _Grid, values: Sequence[float]) -> list[list[float]]:
    """Sums of all cells above and left of each corner."""
    sums = [[0.0] * (grid.columns + 1)]
    for row in range(grid.rows):
        along = accumulate(values[row * grid.columns : (row + 1) * grid.columns], initial=0.0)
        sums.append([above + here for above, here in zip(sums[-1], along, strict=True)])
    return sums


def _quarters(sums: Sequence[Sequence[float]], cut: tuple[int, int]) -> tuple[float, float, float, float]:
    """Sums above left, above right, below left, below right of a cut."""
    row, column = cut
    corner, above, left, whole = sums[row][column], sums[row][-1], sums[-1][column], sums[-1][-1]
    return corner, above - corner, left - corner, whole - above - left + corner


def chances(cases: Iterable[tuple[int, bool, float]]) -> list[tuple[int, int]]:
    """From which points on so many of a hundred are right, by points, label and weight of cases.

    It never falls, and is straight between groups of cases.

    Neighbouring points whose share right would fall are one group. Each group is given one right and one wrong case
    more than it has, so that few cases are never certain.
    """
    centres = [(points / count, (right + 1) / (count + 2)) for points, right, count in _groups(cases)]
    return list(_rising(centres))


def _groups(cases: Iterable[tuple[int, bool, float]]) -> list[tuple[float, float, float]]:
    """Sum of points, right ones and count of each group, by weight."""
    counted: dict[int, tuple[float, float]] = {}
    for points, label, weight in cases:
        right, count = counted.get(points, (0.0, 0.0))
        counted[points] = (right + label * weight, count + weight)
    groups: list[tuple[float, float, float]] = []
    for points in sorted(counted):
        right, count = counted[points]
        group = (points * count, right, count)
        while groups and groups[-1][1] * group[2] >= group[1] * groups[-1][2]:
            before = groups.pop()
            group = (before[0] + group[0], before[1] + group[1], before[2] + group[2])
        groups.append(group)
    return groups


def _rising(centres: Sequence[tuple[float, float]]) -> Iterator[tuple[int, int]]:
    """The first whole points at which each hundredth is reached on the line through the centres."""
    last = 0
    for (begin, low), (end, high) in pairwise(centres):
        for points in range(math.ceil(begin), math.floor(end) + 1):
            chance = min(math.floor(_HUNDREDTHS * (low + (high - low) * (points - begin) / (end - begin))), _SUREST)
            if chance > last:
                last = chance
                yield points, chance

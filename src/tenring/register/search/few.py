"""Questions that few licences can meet: all of them are named, and what the filters let through is looked up.

Every licence that meets enough parts of a question meets one of its rarest parts. So the licences of those are looked
at, by what is written down of each other term. When nothing is, the engine names the hits with their scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import tantivy

from tenring.register.search import schema
from tenring.register.search.answer import Query
from tenring.register.search.bits import Mask, Places
from tenring.register.search.columns import STATUSES
from tenring.register.search.facets import Counts
from tenring.register.search.meeting import Meeting
from tenring.register.search.question import WEIGHT_STEP
from tenring.register.search.ranking import Found
from tenring.register.search.sets import Sets

#: The engine is asked when it names so few licences, times the ways that it looks at for each: it takes as long for
#: them as to look up what is written down.
_SOON_NAMED = 3_000

#: Of a question of so many parts, twice as many licences are few: each part would take a set, and leaves few of them.
_MANY_PARTS = 10

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Few:
    """The hits of a question that few licences meet.

    `possible`: the licences that may meet it, in the order of places; `passing`: which of them the filters let through;
    `meeting`: which of some of them meet it indeed; `scores`: what some of them score.
    """

    sets: Sets
    possible: Places
    passing: Mask
    meeting: Callable[[Places], Mask]
    scores: Callable[[Places], Scores]

    @classmethod
    def of(cls, meeting: Meeting, query: Query, at_least: int, scored: Callable[[], tantivy.Query]) -> Few | None:
        """The hits of a question of at least one part; None when they may be many, or the filters are the engine's.

        Args:
            meeting: who meets the question's ways.
            query: what was asked.
            at_least: how many parts of the question a licence must meet.
            scored: makes the engine's question.
        """
        sets, parts = meeting.sets, len(meeting.question.parts)
        if not meeting.is_countable or not sets.is_looked_up(query):
            return None
        rarest = _rarest(meeting, at_least)
        most = _most(meeting, rarest)
        if meeting.is_written and (at_least < parts or most * len(meeting.possible) > _SOON_NAMED):
            if most > sets.few * (1 if parts < _MANY_PARTS else 2):
                return None
            possible = _meeting(meeting, at_least, rarest)
            return cls(sets, possible, sets.passing(query, possible), partial(_standing, meeting), meeting.scores)
        if most > sets.few:
            return None
        named, scores = _named(sets, scored(), most)
        passing = sets.passing(query, named)
        return cls(sets, named, passing, _all, lambda places: scores[np.searchsorted(named, places)])

    @cached_property
    def alone(self) -> int:
        """How many licences meet the question, whatever the filters."""
        return int(np.count_nonzero(self.meeting(self.possible)))

    @property
    def total(self) -> int:
        """How many hits there are."""
        return len(self._hits)

    @property
    def groups(self) -> Counts:
        """How many of them are in each group."""
        return self.sets.layout.counts_of(self._hits)

    def statuses(self) -> dict[str, int]:
        """How many of them have which status on the snapshot's day."""
        counts = np.bincount(self.sets.columns.statuses[self._ranks], minlength=len(STATUSES))
        return {status: int(count) for status, count in zip(STATUSES, counts, strict=True) if count}

    def best(self, count: int) -> list[Found]:
        """The best of them, equals in the order of ranks."""
        return best_of(self.sets, self._ranks, self.scores(self._hits), count)

    @cached_property
    def _hits(self) -> Places:
        passing = self.possible[self.passing]
        return passing[self.meeting(passing)]

    @cached_property
    def _ranks(self) -> npt.NDArray[np.uint32]:
        return self.sets.layout.ranks[self._hits]


def best_of(sets: Sets, ranks: npt.NDArray[np.uint32], scores: Scores, count: int) -> list[Found]:
    """The best of some licences, equals in the order of ranks, with their scores."""
    below = ((scores.max(initial=0.0) - scores) / WEIGHT_STEP).astype(np.int64)
    order = (below << 32) + ranks
    first = np.argpartition(order, count - 1)[:count] if len(order) > count else np.arange(len(order))
    return [(float(scores[one]), sets.address(int(ranks[one]))) for one in first[np.argsort(order[first])]]


def _rarest(meeting: Meeting, at_least: int) -> list[int]:
    """So many parts, the rarest ones, that whoever meets enough parts meets one of them."""
    count = len(meeting.question.parts)
    return sorted(range(count), key=lambda part: _most(meeting, [part]))[: count - at_least + 1]


def _most(meeting: Meeting, parts: list[int]) -> int:
    """How many licences at most meet one of some parts."""
    return sum(way.most or 0 for part in parts for way in meeting.of_part(part))


def _meeting(meeting: Meeting, at_least: int, rarest: list[int]) -> Places:
    """The licences that may meet so many parts of a question: `_standing` tells which of them do."""
    parts = range(len(meeting.question.parts))
    ways = list({id(way): way for part in rarest for way in meeting.of_part(part)}.values())
    if len(rarest) > 1:
        met = meeting.places(ways)
        return met[sum(_meets(meeting, part, met).astype(np.int64) for part in parts) >= at_least]
    met = meeting.places(ways, roughly=True)
    for part in sorted(parts, key=lambda part: _most(meeting, [part])):
        if part not in rarest:
            met = met[_meets(meeting, part, met, roughly=True)]
    return met


def _standing(meeting: Meeting, places: Places) -> Mask:
    """Which licences meet the parts whose terms must stand together, of licences in which those are somewhere."""
    found = np.ones(len(places), dtype=np.bool_)
    for part in range(len(meeting.question.parts)):
        if any(meeting.is_rough(way) for way in meeting.of_part(part)):
            found[found] = _meets(meeting, part, places[found])
    return found


def _all(places: Places) -> Mask:
    return np.ones(len(places), dtype=np.bool_)


def _meets(meeting: Meeting, part: int, places: Places, *, roughly: bool = False) -> Mask:
    """Which licences meet a part; `roughly`: wherever its terms stand."""
    found = np.zeros(len(places), dtype=np.bool_)
    if len(places):
        for way in meeting.of_part(part):
            found |= meeting.holding(way, places, roughly=roughly)
    return found


def _named(sets: Sets, scored: tantivy.Query, most: int) -> tuple[Places, Scores]:
    """The licences that the engine finds, in the order of places, with their scores."""
    hits = sets.searcher.search(scored, max(most, 1), count=False).hits
    ranks = sets.searcher.fast_field_values(schema.RANK, [address for _, address in hits])
    places = sets.layout.place_of_rank[np.array(ranks, dtype=np.int64)]
    order = np.argsort(places)
    return places[order], np.array([score for score, _ in hits], dtype=np.float64)[order]

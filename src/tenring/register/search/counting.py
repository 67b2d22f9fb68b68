"""Questions that find very many licences, answered with sets of bits (bits.py).

Each way to meet a part of a question is a set (meeting.py), so the licences that meet the question are counted and
ranked as bits.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_

import numpy as np

from tenring.register.search import bits
from tenring.register.search.answer import Query
from tenring.register.search.bits import Bits
from tenring.register.search.facets import Counts
from tenring.register.search.few import best_of
from tenring.register.search.meeting import Meeting
from tenring.register.search.question import Way
from tenring.register.search.ranking import Found
from tenring.register.search.sets import Sets

#: Hits are ranked one by one where there is at most one of them for so many words that ranking by sets would look at.
_WORDS_OF_HIT = 30


@dataclass(frozen=True)
class Many:
    """The hits of a question, among what its filters let through."""

    meeting: Meeting
    wanted: Bits
    at_least: int
    """How many parts of the question a licence must meet."""
    _known: dict[int, Bits] = field(default_factory=dict)

    @classmethod
    def of(cls, meeting: Meeting, query: Query, at_least: int) -> Many | None:
        """The hits of a question; None when the engine is faster, or there is no set for what is asked."""
        if meeting.question.parts and not meeting.is_written:
            return None
        wanted = meeting.sets.wanted(query)
        return None if wanted is None else cls(meeting, wanted, at_least)

    @cached_property
    def met(self) -> Bits:
        """The licences that meet the question, whatever the filters."""
        question = self.meeting.question
        if not question.parts:
            return self._sets.layout.everybody
        if self.at_least < len(question.parts):
            return self._meeting_some()
        met = question.met(self._bits, either=_either, all_of=_all_of)
        return np.zeros_like(self.wanted) if met is None else met

    @cached_property
    def found(self) -> Bits:
        """The licences that meet the question and that the filters let through."""
        return self.met & self.wanted if self.meeting.question.parts else self.wanted

    def _meeting_some(self) -> Bits:
        """The licences that meet at least so many parts: each part in turn takes some of them one further."""
        nobody = np.zeros_like(self.wanted)
        meeting = [self._sets.layout.everybody, *([nobody] * self.at_least)]
        for part in range(len(self.meeting.question.parts)):
            own = [self._bits(way) for way in self.meeting.of_part(part)]
            met = _either(own) if own else nobody
            for count in range(self.at_least, 0, -1):
                meeting[count] = meeting[count] | (meeting[count - 1] & met)
        return meeting[self.at_least]

    @property
    def alone(self) -> int:
        """How many licences meet the question, whatever the filters."""
        return bits.size(self.met)

    @cached_property
    def total(self) -> int:
        """How many hits there are."""
        return bits.size(self.found)

    @property
    def groups(self) -> Counts:
        """How many of them are in each group."""
        return self._sets.layout.counts(self.found)

    def statuses(self) -> dict[str, int]:
        """How many of them have which status on the snapshot's day."""
        statuses = self._sets.terms.numbers["status"]
        counts = {one: bits.size(self.found & self._sets.with_terms([("status", one)])) for one in statuses}
        return {status: count for status, count in counts.items() if count}

    def best(self, count: int) -> list[Found]:
        """The best of them, equals in the order of ranks."""
        if self.total * _WORDS_OF_HIT < len(self.found) * len(self.meeting.possible):
            return self._best_one_by_one(count)
        found: list[tuple[float, int]] = []
        queue = [_Some(-sum(weight for weight, _ in self._ways), 0, 0.0, self.found)]
        while queue and (len(found) < count or -queue[0].bound >= found[count - 1][0]):
            some = heapq.heappop(queue)
            if some.place == len(self._ways):
                ranks = self._sets.layout.first(some.bits, count)
                found = sorted([*found, *((some.score, int(rank)) for rank in ranks)], key=_order)[:count]
                continue
            weight, bits_of_way = self._ways[some.place]
            meeting = some.bits & bits_of_way
            for score, bound, part in (
                (some.score + weight, some.bound, meeting),
                (some.score, some.bound + weight, some.bits ^ meeting),
            ):
                if part.any():
                    heapq.heappush(queue, _Some(bound, some.place + 1, score, part))
        return [(score, self._sets.address(rank)) for score, rank in found]

    def _best_one_by_one(self, count: int) -> list[Found]:
        places = bits.unpacked(self.found)
        scores = np.zeros(len(places), dtype=np.float64)
        for weight, bits_of_way in self._ways:
            scores += weight * bits.holding(bits_of_way, places)
        return best_of(self._sets, self._sets.layout.ranks[places], scores, count)

    @property
    def _sets(self) -> Sets:
        return self.meeting.sets

    @cached_property
    def _ways(self) -> Sequence[tuple[float, Bits]]:
        """Each way with what it counts, the heaviest first."""
        ways = [(way.weight, self._bits(way)) for way in self.meeting.possible]
        return sorted(ways, key=lambda pair: -pair[0])

    def _bits(self, way: Way) -> Bits:
        """The licences that meet a way."""
        if id(way) not in self._known:
            self._known[id(way)] = self.meeting.bits(way)
        return self._known[id(way)]


@dataclass(frozen=True, order=True)
class _Some:
    """Licences of which it is known which of the first `place` ways they meet; `bound`: least score, below zero."""

    bound: float
    place: int
    score: float = field(compare=False)
    bits: Bits = field(compare=False)


def _either(sets: Sequence[Bits]) -> Bits:
    return reduce(np.bitwise_or, sets)


def _all_of(sets: Sequence[Bits]) -> Bits:
    return reduce(and_, sets)


def _order(pair: tuple[float, int]) -> tuple[float, int]:
    score, rank = pair
    return (-score, rank)

"""The licences that meet a way of a question, as places or as a set of bits.

A way looks for terms. Who has the more frequent ones is written down, as sets (bits.py) or as lists (lists.py); who has
one of the rarer ones is asked of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenring.register.search import bits
from tenring.register.search.answer import Kind
from tenring.register.search.bits import Bits, Mask, Places
from tenring.register.search.explain import Explainer
from tenring.register.search.queries import any_term
from tenring.register.search.question import Question, Term, Way
from tenring.register.search.sets import Sets

#: So many licences at most may have one of the rarer terms, each of which the engine must name: about a fifth of a
#: microsecond. With more, the engine counts and ranks all hits.
MOST_RARER = 50_000

#: Whether terms stand together is read in the texts of licences, when it is one in so many of those with the rarest of
#: the terms: the engine looks at so many in the same time.
_READ_OF = 400


@dataclass(frozen=True)
class Meeting:
    """Who meets which way of a question. Each way's licences are asked of the engine once."""

    sets: Sets
    question: Question
    _named: dict[int, Places] = field(default_factory=dict)
    _terms: dict[int, Sequence[Term]] = field(default_factory=dict)

    @cached_property
    def possible(self) -> Sequence[Way]:
        """The ways that a licence may meet."""
        return [way for way in self.question.ways if way.most != 0]

    @cached_property
    def is_countable(self) -> bool:
        """Whether it is known how many licences at most meet each way."""
        return all(way.most is not None for way in self.possible)

    @cached_property
    def most(self) -> int:
        """How many times at most a licence meets one of the ways."""
        return sum(way.most or 0 for way in self.possible)

    @cached_property
    def is_written(self) -> bool:
        """Whether some of it is written down, and few enough licences are left for the engine to name."""
        if not self.is_countable:
            return False
        rarer = sum(self._rarer_most(way) for way in self.possible)
        return rarer < self.most and rarer <= MOST_RARER

    def of_part(self, part: int) -> Sequence[Way]:
        """The ways to meet a part; that a word is in the brand decides only who comes first."""
        return [way for way in self.possible if way.start <= part < way.stop and way.kind is not Kind.BRAND]

    def is_rough(self, way: Way) -> bool:
        """Whether the terms of a way must stand together and all of them are written down, so that most is known."""
        return bool(way.together) and all(self.sets.has(*term) for term in way.together)

    def bits(self, way: Way) -> Bits:
        """The licences that meet a way, as a set."""
        if way.kind is Kind.SYNONYM:
            return self.sets.layout.of_groups(self._groups(way))
        found = self.sets.with_terms(self._written(way))
        bits.put(found, self._others(way))
        return found

    def places(self, ways: Sequence[Way], *, roughly: bool = False) -> Places:
        """The licences that meet one of some ways; `roughly`: wherever its terms stand."""
        lists = [places for way in ways for places in self._places(way, roughly=roughly)]
        if len(lists) == 1:
            return lists[0]
        every = np.sort(np.concatenate([np.empty(0, dtype=np.uint32), *lists]))
        return every[np.flatnonzero(np.diff(every, prepend=np.int64(-1)))]

    def holding(self, way: Way, places: Places, *, roughly: bool = False) -> Mask:
        """Which licences meet a way; `roughly`: wherever its terms stand."""
        if way.kind is Kind.SYNONYM:
            return self.sets.in_groups(self._groups(way), places)
        if self.is_rough(way) and id(way) not in self._named:
            return self._holding_together(way, places, roughly=roughly)
        found = np.zeros(len(places), dtype=np.bool_)
        for term in self._written(way):
            found |= self.sets.holding(*term, places)
        others = self._others(way)
        return found | bits.among(places, others) if len(others) else found

    def _holding_together(self, way: Way, places: Places, *, roughly: bool) -> Mask:
        found = np.ones(len(places), dtype=np.bool_)
        for term in way.together:
            found[found] = self.sets.holding(*term, places[found])
        if roughly:
            return found
        standing = self._standing(way, places[found])
        if standing is None:
            return bits.among(places, self._others(way))
        found[found] = standing
        return found

    def _standing(self, way: Way, places: Places) -> Mask | None:
        """In which licences with the terms of a way they stand together; None when the texts of many must be read."""
        if len(places) * _READ_OF > (way.most or 0):
            return None
        explainer = Explainer([way])
        read = (bool(explainer.explain(self.sets.card(place))[0]) for place in places.tolist())
        return np.fromiter(read, dtype=np.bool_, count=len(places))

    def scores(self, places: Places) -> npt.NDArray[np.float64]:
        """What some licences score: the weights of the ways that each meets."""
        scores = np.zeros(len(places), dtype=np.float64)
        for way in self.possible:
            scores += way.weight * self.holding(way, places)
        return scores

    def _places(self, way: Way, *, roughly: bool) -> list[Places]:
        if way.kind is Kind.SYNONYM:
            return [bits.unpacked(self.bits(way))]
        if roughly and self.is_rough(way):
            return [self._with_all(way.together)]
        return [*(self.sets.places(*term) for term in self._written(way)), self._others(way)]

    def _with_all(self, terms: Sequence[Term]) -> Places:
        """The licences that have all of some terms that are written down."""
        rarest, *more = sorted(terms, key=lambda term: self.question.lexicon.frequency(*term))
        places = self.sets.places(*rarest)
        for term in more:
            places = places[self.sets.holding(*term, places)]
        return places

    def _groups(self, way: Way) -> Mask:
        return self.sets.groups_of(sorted(way.among))

    def _written(self, way: Way) -> Sequence[Term]:
        """The terms of a way whose licences are written down."""
        if id(way) not in self._terms:
            self._terms[id(way)] = [term for term in way.terms or () if self.sets.has(*term)]
        return self._terms[id(way)]

    def _others(self, way: Way) -> Places:
        """The licences that meet a way by one of its other terms."""
        if id(way) not in self._named:
            self._named[id(way)] = self._found(way)
        return self._named[id(way)]

    def _found(self, way: Way) -> Places:
        if way.terms is None:
            return self._together(way)
        rarer = [term for field_, term in way.terms if not self.sets.has(field_, term)]
        if not rarer:
            return np.empty(0, dtype=np.uint32)
        return self.sets.named(any_term(self.question.lexicon.fields, way.terms[0][0], rarer), self._rarer_most(way))

    def _together(self, way: Way) -> Places:
        """The licences in which the terms of a way stand together: those with all of them, when they are not more."""
        most = way.most or 0
        if not self.is_rough(way):
            return self.sets.named(way.query, most)
        places = self._with_all(way.together)
        if (standing := self._standing(way, places)) is not None:
            return places[standing]
        return places if len(places) == self.sets.count(way.query) else self.sets.named(way.query, most)

    def _rarer_most(self, way: Way) -> int:
        """How many licences at most meet a way by a term that is not written down."""
        if way.kind is Kind.SYNONYM or self.is_rough(way):
            return 0
        if way.terms is None:
            return way.most or 0
        counts = zip(way.terms, way.counts, strict=True)
        return sum(count for term, count in counts if not self.sets.has(*term))

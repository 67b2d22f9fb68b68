"""The best licences of many, without scoring them all.

A score is the sum of the weights of the ways that a licence meets, and equals are shown in the order of ranks, which
is the order of the index. So the licences of the first stretches are scored until there are enough of them; then only
those of the others that could score more: they must meet one of the rarer ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tantivy import DocAddress, Query, Schema, Searcher

from tenring.register.search import schema
from tenring.register.search.periods import Days
from tenring.register.search.queries import any_of, any_term, passing
from tenring.register.search.question import Question

#: Fewer licences than this are scored one and all, which is faster than looking for the best stretches.
_FEW = 20_000

#: Stretches taken at first, then so many times as many, and the largest share of all that is worth trying.
_FIRST, _TIMES, _LARGEST_SHARE = 2, 4, 1 / 4

Found = tuple[float, DocAddress]


@dataclass(frozen=True)
class Ranking:
    """The order of an open index for one question."""

    searcher: Searcher
    fields: Schema
    bands: Sequence[Days]
    question: Question

    def best(self, scored: Sequence[Query], count: int, *, of: int, active: date | None) -> list[Found]:
        """The best `count` licences, best first, equals in the order of ranks.

        Args:
            scored: queries of which no two find the same licence.
            count: how many licences; not more than `of`.
            of: how many licences the queries find in all.
            active: the day on which all of them are active, if that is asked.
        """
        if of <= _FEW:
            return self._search(scored, count)
        return self._from_stretches(scored, count, active) or self._search(scored, count)

    def _from_stretches(self, scored: Sequence[Query], count: int, active: date | None) -> list[Found]:
        """As `best`; empty when the stretches or the rarer ways are too many."""
        for bands in self._stretches(active):
            inside = any_term(self.fields, schema.BANDS, bands)
            found = self._search([passing(query, [inside]) for query in scored], count)
            if len(found) == count:
                break
        else:
            return []
        needed = self.question.needed_above(found[-1][0])
        if needed is None or sum(way.most or 0 for way in needed) > self.searcher.num_docs * _LARGEST_SHARE:
            return []
        if not needed:
            return found
        rarer = any_of([way.query for way in needed])
        return _first([*found, *self._search([passing(query, [rarer]) for query in scored], count)], count)

    def _stretches(self, active: date | None) -> Iterator[list[str]]:
        """More and more of the first stretches that can have licences active on the day."""
        possible = [str(number) for number, days in enumerate(self.bands) if active is None or _holds(days, active)]
        size = _FIRST
        while size <= max(len(possible) * _LARGEST_SHARE, _FIRST):
            yield possible[:size]
            size *= _TIMES

    def _search(self, scored: Iterable[Query], count: int) -> list[Found]:
        return _first([hit for query in scored for hit in self.searcher.search(query, count, count=False).hits], count)


def _holds(days: Days, day: date) -> bool:
    return days[0] <= day.toordinal() < days[1]


def _first(found: Iterable[Found], count: int) -> list[Found]:
    """The first `count` of those found, each once."""
    by_place = {(-score, address.segment_ord, address.doc): (score, address) for score, address in found}
    return [by_place[place] for place in sorted(by_place)[:count]]

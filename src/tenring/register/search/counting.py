"""Questions that find very many licences, answered with sets of bits (bits.py) as far as their terms have such sets.

A way to meet a part of a question looks for terms. The frequent ones have sets; who has one of the rarer ones is asked
of the engine and added. So each way is a set, and the licences that meet the question are counted and ranked as bits.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import DocAddress, Searcher

from tenring.model.licence import Status
from tenring.register.search import bits, schema
from tenring.register.search.about import About
from tenring.register.search.answer import ANY, Kind, Query
from tenring.register.search.bits import Bits
from tenring.register.search.columns import Columns, Ranks
from tenring.register.search.facets import Counts
from tenring.register.search.queries import any_term
from tenring.register.search.question import Question, Way
from tenring.register.search.ranking import Found

#: Few licences, before the filters, are looked up one by one (few.py); more are counted by sets of bits, whose cost is
#: that of the register's size: so many, and one in so many of the register.
FEW, FEW_OF = 3_000, 300

#: So many licences at most may have one of the rarer terms, each of which the engine must name: about a fifth of a
#: microsecond. With more, the engine counts and ranks all hits.
MOST_RARER = 50_000

_FACETS = ("category", "programme", "register", "economy")


@dataclass(frozen=True)
class Sets:
    """The sets of an open index. `firsts`: the rank of each segment's first licence."""

    about: About
    layout: bits.Layout
    days: bits.Days
    terms: bits.Terms
    columns: Columns
    searcher: Searcher
    firsts: Sequence[int]

    @classmethod
    def open(cls, folder: Path, about: About, searcher: Searcher) -> Sets:
        """The sets in the folder of an index; mapped into memory, and read when they are asked for."""
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in bits.ARRAYS}
        layout = bits.Layout(arrays["ranks"], np.array(arrays["starts"]))
        days_written = about.window.count // bits.WRITTEN_DAYS
        written = _words(folder / schema.WRITTEN).reshape(days_written, layout.words)
        days = bits.Days(about.window, written, arrays["changes"], arrays["offsets"])
        numbers = json.loads((folder / schema.NUMBERED).read_text(encoding="utf-8"))
        blocks = _words(folder / schema.BLOCKS).reshape(-1, bits.BLOCK)
        terms = bits.Terms(numbers, arrays["firsts"], arrays["places"], arrays["rows"], blocks)
        return cls(about, layout, days, terms, Columns.open(folder), searcher, schema.first_ranks(searcher))

    @property
    def few(self) -> int:
        """How many licences are few in this register."""
        return FEW + len(self.columns.groups) // FEW_OF

    def wanted(self, query: Query) -> Bits | None:
        """The licences that a question's filters let through; None when there is no set for its day or status."""
        found = self._by_status(query)
        if found is None:
            return None
        wanted = self.wanted_groups(query)
        return found if wanted is None else found & self.layout.of_groups(wanted)

    def wanted_groups(self, query: Query) -> npt.NDArray[np.bool_] | None:
        """Which groups a question's filters let through; None: all."""
        keys = [(place, getattr(query, name)) for place, name in enumerate(_FACETS) if getattr(query, name)]
        if not keys:
            return None
        wanted = [all(group[place] == key for place, key in keys) for group in self.about.groups]
        return np.array(wanted, dtype=np.bool_)

    def _by_status(self, query: Query) -> Bits | None:
        status = query.status or (Status.ACTIVE.value if query.on else ANY)
        if status == ANY:
            return self.layout.everybody if query.on is None else None
        if query.on is None or query.on == self.about.day:
            return self.with_terms([("status", status)])
        if status == Status.ACTIVE and query.on in self.about.window:
            return self.days.active(query.on.toordinal())
        return None

    def with_terms(self, terms: Sequence[tuple[str, str]]) -> Bits:
        """The licences with one of some terms that have sets."""
        found = np.zeros(self.layout.words, dtype=np.uint64)
        for name, term in terms:
            self.terms.put(name, term, found)
        return found

    def add(self, found: Bits, hits: Sequence[Found]) -> None:
        """Add licences that the engine names to a set."""
        places = self.layout.place_of_rank[self.ranks(hits)]
        np.bitwise_or.at(found, places >> 6, np.uint64(1) << (places & 63).astype(np.uint64))

    def ranks(self, hits: Sequence[Found]) -> Ranks:
        """The ranks of licences that the engine names."""
        found = self.searcher.fast_field_values(schema.RANK, [address for _, address in hits])
        return np.array(found, dtype=np.int64)

    def of_categories(self, categories: Sequence[str]) -> Bits:
        """The licences of some categories."""
        return self.layout.of_groups(np.array([group[0] in categories for group in self.about.groups], dtype=np.bool_))

    def address(self, rank: int) -> DocAddress:
        """Where the engine has a licence."""
        segment = int(np.searchsorted(self.firsts, rank, side="right")) - 1
        return DocAddress(segment, rank - self.firsts[segment])


@dataclass(frozen=True)
class Many:
    """The hits of a question that has frequent terms, among what its filters let through."""

    sets: Sets
    question: Question
    wanted: Bits
    at_least: int
    """How many parts of the question a licence must meet."""
    _known: dict[int, Bits] = field(default_factory=dict)

    @classmethod
    def of(cls, sets: Sets, question: Question, query: Query, at_least: int) -> Many | None:
        """The hits of a question; None when the engine is faster, or there is no set for what is asked."""
        if question.parts and not _is_worth_it(question, sets, at_least):
            return None
        wanted = sets.wanted(query)
        return None if wanted is None else cls(sets, question, wanted, at_least)

    @cached_property
    def found(self) -> Bits:
        """The licences that meet the question."""
        if not self.question.parts:
            return self.wanted
        if self.at_least < len(self.question.parts):
            return self._meeting_some() & self.wanted
        met = self.question.met(self._bits, either=_either, all_of=_all_of)
        return np.zeros_like(self.wanted) if met is None else met & self.wanted

    def _meeting_some(self) -> Bits:
        """The licences that meet at least so many parts: each part in turn takes some of them one further."""
        nobody = np.zeros_like(self.wanted)
        meeting = [self.sets.layout.everybody, *([nobody] * self.at_least)]
        for part in range(len(self.question.parts)):
            own = [self._bits(way) for way in _counting(self.question) if way.start <= part < way.stop]
            met = _either(own) if own else nobody
            for count in range(self.at_least, 0, -1):
                meeting[count] = meeting[count] | (meeting[count - 1] & met)
        return meeting[self.at_least]

    @property
    def total(self) -> int:
        """How many they are."""
        return _size(self.found)

    @property
    def groups(self) -> Counts:
        """How many of them are in each group."""
        return self.sets.layout.counts(self.found)

    def statuses(self) -> dict[str, int]:
        """How many of them have which status on the snapshot's day."""
        statuses = self.sets.terms.numbers["status"]
        counts = {one: _size(self.found & self.sets.with_terms([("status", one)])) for one in statuses}
        return {status: count for status, count in counts.items() if count}

    def best(self, count: int) -> list[Found]:
        """The best of them, equals in the order of ranks."""
        found: list[tuple[float, int]] = []
        queue = [_Some(-sum(weight for weight, _ in self._ways), 0, 0.0, self.found)]
        while queue and (len(found) < count or -queue[0].bound >= found[count - 1][0]):
            some = heapq.heappop(queue)
            if some.place == len(self._ways):
                ranks = self.sets.layout.first(some.bits, count)
                found = sorted([*found, *((some.score, int(rank)) for rank in ranks)], key=_order)[:count]
                continue
            weight, bits_of_way = self._ways[some.place]
            for score, bound, part in (
                (some.score + weight, some.bound, some.bits & bits_of_way),
                (some.score, some.bound + weight, some.bits & ~bits_of_way),
            ):
                if part.any():
                    heapq.heappush(queue, _Some(bound, some.place + 1, score, part))
        return [(score, self.sets.address(rank)) for score, rank in found]

    @cached_property
    def _ways(self) -> Sequence[tuple[float, Bits]]:
        """Each way with what it counts, the heaviest first."""
        ways = [(way.weight, self._bits(way)) for way in _possible(self.question)]
        return sorted(ways, key=lambda pair: -pair[0])

    def _bits(self, way: Way) -> Bits:
        """The licences that meet a way."""
        if id(way) not in self._known:
            self._known[id(way)] = self._read(way)
        return self._known[id(way)]

    def _read(self, way: Way) -> Bits:
        if way.kind is Kind.SYNONYM:
            return self.sets.of_categories(sorted(way.among))
        terms = way.terms or ()
        found = self.sets.with_terms([term for term in terms if self.sets.terms.has(*term)])
        rarer = self._query([term for term in terms if not self.sets.terms.has(*term)]) if terms else way.query
        if rarer is not None:
            self.sets.add(found, self.question.lexicon.searcher.search(rarer, max(way.most or 0, 1), count=False).hits)
        return found

    def _query(self, terms: Sequence[tuple[str, str]]) -> tantivy.Query | None:
        """Licences with one of some terms, all of one field; None when there is no term."""
        if not terms:
            return None
        return any_term(self.question.lexicon.fields, terms[0][0], [term for _, term in terms])


@dataclass(frozen=True, order=True)
class _Some:
    """Licences of which it is known which of the first `place` ways they meet; `bound`: least score, below zero."""

    bound: float
    place: int
    score: float = field(compare=False)
    bits: Bits = field(compare=False)


def _is_worth_it(question: Question, sets: Sets, at_least: int) -> bool:
    """Whether there can be many hits, few of them by rarer terms only."""
    ways = _possible(question)
    if any(way.most is None for way in ways) or not any(_frequent_most(way, sets) for way in ways):
        return False
    rarer = sum((way.most or 0) - _frequent_most(way, sets) for way in ways)
    most = most_of(question, at_least) or 0
    return most > sets.few and rarer <= MOST_RARER


def most_of(question: Question, at_least: int) -> int | None:
    """How many licences at most meet so many parts of a question; None when that is not known without searching."""
    ways = _counting(question)
    if any(way.most is None for way in ways):
        return None
    if at_least < len(question.parts):
        return sum(way.most or 0 for way in ways)
    return question.met(lambda way: way.most, either=sum, all_of=min) or 0


def _frequent_most(way: Way, sets: Sets) -> int:
    """How many licences at most meet a way by a frequent term."""
    if way.kind is Kind.SYNONYM:
        return way.most or 0
    return sum(count for term, count in zip(way.terms or (), way.counts, strict=True) if sets.terms.has(*term))


def _possible(question: Question) -> Sequence[Way]:
    return [way for way in question.ways if way.most != 0]


def _counting(question: Question) -> Sequence[Way]:
    """The ways that decide who is found: that a word is in the brand decides only who comes first."""
    return [way for way in _possible(question) if way.kind is not Kind.BRAND]


def _either(sets: Sequence[Bits]) -> Bits:
    return reduce(np.bitwise_or, sets)


def _all_of(sets: Sequence[Bits]) -> Bits:
    return reduce(and_, sets)


def _size(found: Bits) -> int:
    return int(np.bitwise_count(found).sum(dtype=np.int64))


def _order(pair: tuple[float, int]) -> tuple[float, int]:
    score, rank = pair
    return (-score, rank)


def _words(file: Path) -> Bits:
    """The words in a file, mapped into memory (which an empty file cannot be)."""
    return np.memmap(file, dtype=np.uint64, mode="r") if file.stat().st_size else np.empty(0, dtype=np.uint64)

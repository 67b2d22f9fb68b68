"""Sets of many licences as bits, so that counting a million hits takes as long as counting a thousand.

The licences of a group (all facets' keys are the same) stand side by side, in the order of ranks, each group from a
full word of 64 bits on: the hits of a group are the bits set in its words, and its best ones are the first of them.
There is such a set for each frequent term (frequent.py), and for the licences active on any day of the window: it is
written down for every `WRITTEN_DAYS` days, with the changes of the days in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenring.register.search.periods import Window

#: A set: bits of words of 64, the lowest bit first.
Bits = npt.NDArray[np.uint64]

#: Places of licences in sets, in order, each once.
Places = npt.NDArray[np.uint32]

#: Which of some places: one entry for each.
Mask = npt.NDArray[np.bool_]

WORD = 64

#: Words that a term's set is written in; those without any bit are left out.
BLOCK = 128

#: Places of a block.
_PLACES = BLOCK * WORD

#: Days from one set of who was active to the next: with more, more changes in between must be looked up for a day.
WRITTEN_DAYS = 64

#: In `ranks`: no licence stands here.
NOBODY = 2**32 - 1

#: The arrays beside an index, each a file.
ARRAYS = ("ranks", "starts", "changes", "offsets", "firsts", "places", "rows")

_ONE = np.uint64(1)


@dataclass(frozen=True)
class Layout:
    """Where licences stand. `ranks`: the rank of who stands at each place; `starts`: each group's first word."""

    ranks: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, groups: npt.NDArray[np.uint16], count: int) -> Layout:
        """The layout of licences by their groups' numbers, in the order of ranks, of so many groups."""
        many = np.bincount(groups, minlength=count)
        ends = np.cumsum(-(-many // WORD))
        starts = np.concatenate([[0], ends]).astype(np.int64)[:count]
        words = -(-int(ends[-1] if count else 0) // BLOCK) * BLOCK
        order = np.argsort(groups, kind="stable")
        before = np.cumsum(many) - many
        places = np.arange(len(groups)) + np.repeat(starts * WORD - before, many)
        ranks = np.full(words * WORD, NOBODY, dtype=np.uint32)
        ranks[places] = order
        return cls(ranks, starts)

    @property
    def words(self) -> int:
        """Words of a set."""
        return len(self.ranks) // WORD

    def places(self, count: int) -> npt.NDArray[np.int64]:
        """The place of each of so many licences, by rank."""
        taken = np.flatnonzero(self.ranks != NOBODY)
        places = np.empty(count, dtype=np.int64)
        places[self.ranks[taken]] = taken
        return places

    @cached_property
    def place_of_rank(self) -> npt.NDArray[np.uint32]:
        """The place of each licence, by rank; kept in memory once it was asked for."""
        return self.places(int(np.count_nonzero(self.ranks != NOBODY))).astype(np.uint32)

    @cached_property
    def everybody(self) -> Bits:
        """All licences."""
        return packed(self.ranks != NOBODY)

    def counts(self, bits: Bits) -> npt.NDArray[np.int64]:
        """How many licences of a set are in each group."""
        if not len(self.starts):
            return np.empty(0, dtype=np.int64)
        return np.add.reduceat(np.bitwise_count(bits), self.starts, dtype=np.uint32).astype(np.int64)

    def counts_of(self, places: Places) -> npt.NDArray[np.int64]:
        """How many of some places are in each group."""
        return np.diff(np.append(np.searchsorted(places, self._first_places), len(places)))

    @cached_property
    def _first_places(self) -> npt.NDArray[np.uint32]:
        return (self.starts * WORD).astype(np.uint32)

    def of_groups(self, wanted: Mask) -> Bits:
        """The licences of some groups."""
        sizes = np.diff(np.append(self.starts, self.words))
        return np.where(np.repeat(wanted, sizes), self.everybody, np.uint64(0))

    def first(self, bits: Bits, count: int) -> npt.NDArray[np.int64]:
        """The lowest ranks of a set, in order, at most `count`: of each group only its first ones can be among them."""
        some = np.flatnonzero(bits)
        if not len(some):
            return np.empty(0, dtype=np.int64)
        upto = np.concatenate([[0], np.cumsum(np.bitwise_count(bits[some]), dtype=np.int64)])
        begins = np.searchsorted(some, self.starts)
        before = upto[:-1] - np.repeat(upto[begins], np.diff(np.append(begins, len(some))))
        some = some[before < count]
        inside = np.flatnonzero(np.unpackbits(bits[some].view(np.uint8), bitorder="little").view(np.bool_))
        ranks = self.ranks[(some[inside >> 6] << 6) + (inside & 63)].astype(np.int64)
        if len(ranks) > count:
            ranks = np.partition(ranks, count - 1)[:count]
        return np.sort(ranks)


def packed(places: Mask) -> Bits:
    """The set of the places that are true (a multiple of 64 of them)."""
    return np.packbits(places, bitorder="little").view(np.uint64)


def unpacked(bits: Bits) -> Places:
    """The places in a set."""
    words = np.flatnonzero(bits)
    in_bytes = bits[words].view(np.uint8)
    some = np.flatnonzero(in_bytes)
    inside = np.flatnonzero(np.unpackbits(in_bytes[some], bitorder="little").view(np.bool_))
    firsts = words[some >> 3] * WORD + (some & 7) * 8
    found: Places = (firsts[inside >> 3] + (inside & 7)).astype(np.uint32)
    return found


def put(bits: Bits, places: Places) -> None:
    """Add places to a set."""
    np.bitwise_or.at(bits, places >> 6, _ONE << (places & 63).astype(np.uint64))


def holding(bits: Bits, places: Places) -> Mask:
    """Which places are in a set."""
    return _bit_is_set(bits[places >> 6], places)


def _bit_is_set(words: Bits, places: Places) -> Mask:
    found: Mask = (words >> (places & 63).astype(np.uint64) & _ONE).astype(np.bool_)
    return found


def among(places: Places, others: Places) -> Mask:
    """Which places are among others."""
    if not len(others):
        return np.zeros(len(places), dtype=np.bool_)
    place = np.minimum(np.searchsorted(others, places), len(others) - 1)
    found: Mask = others[place] == places
    return found


def size(bits: Bits) -> int:
    """How many places are in a set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


@dataclass(frozen=True)
class Days:
    """Who was active on a day of the window.

    `written`: a set for each `WRITTEN_DAYS` days; `changes`: places, counted from 1, of those who begin, and below
    zero of those who end, in the order of days; `offsets`: where the changes of each day of the window begin.
    """

    window: Window
    written: npt.NDArray[np.uint64]
    changes: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]

    def active(self, day: int) -> Bits:
        """The licences active on a day (ordinal) of the window."""
        place = day - self.window.first
        block = place // WRITTEN_DAYS
        bits = np.array(self.written[block])
        change(bits, self.changes[self.offsets[block * WRITTEN_DAYS + 1] : self.offsets[place + 1]])
        return bits


def change(bits: Bits, changes: npt.NDArray[np.int32]) -> None:
    """Let some places begin and others end, in a set.

    Who begins was not in it and who ends was, so that sums and differences carry nothing from bit to bit.
    """
    for places, sign in ((changes[changes > 0] - 1, _ONE), (-changes[changes < 0] - 1, ~np.uint64(0))):
        np.add.at(bits, places.astype(np.int64) >> 6, sign << (places & 63).astype(np.uint64))


@dataclass(frozen=True)
class Terms:
    """The sets of frequent terms: `numbers` by field and term; `firsts`, `places`, `rows`: their blocks, and where."""

    numbers: Mapping[str, Mapping[str, int]]
    firsts: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.uint64]

    def has(self, field: str, term: str) -> bool:
        """Whether a term has a set."""
        return term in self.numbers.get(field, {})

    def set_of(self, field: str, term: str, words: int) -> Bits:
        """The licences with a term, as a set of so many words."""
        number = self.numbers[field][term]
        own = slice(self.firsts[number], self.firsts[number + 1])
        found = np.zeros(words, dtype=np.uint64)
        found.reshape(-1, BLOCK)[self.places[own]] = self.blocks[self.rows[own]]
        return found

    def holding(self, field: str, term: str, places: Places) -> Mask:
        """Which places are those of licences with a term."""
        number = self.numbers[field][term]
        own = slice(self.firsts[number], self.firsts[number + 1])
        block = places // _PLACES
        row_of_block = np.full(int(block.max(initial=0)) + 1, -1, dtype=np.int64)
        within = self.places[own] < len(row_of_block)
        row_of_block[self.places[own][within]] = self.rows[own][within]
        row = row_of_block[block]
        found = row >= 0
        some = places[found]
        found[found] = _bit_is_set(self.blocks[row[found], (some >> 6) % BLOCK], some)
        return found

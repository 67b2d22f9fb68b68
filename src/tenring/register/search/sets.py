"""What lies beside an open index: sets of bits, lists and columns of its licences; and whom filters let through."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import tantivy
from tantivy import DocAddress, Searcher

from tenring.model.licence import Status
from tenring.register.search import bits, lists, schema
from tenring.register.search.about import About
from tenring.register.search.answer import ANY, Query
from tenring.register.search.bits import Bits, Mask, Places
from tenring.register.search.card import Card
from tenring.register.search.columns import STATUSES, Columns
from tenring.register.search.lists import Lists

#: Few licences, before the filters, are looked up one by one (few.py); more are counted by sets of bits, whose cost is
#: that of the register's size: so many, and one in so many of the register.
FEW, FEW_OF = 3_000, 300

#: Who of some licences was active on a day is looked up one by one when there are fewer than this share of the words
#: of a set; else the set of the day is made, which takes as long.
_LOOKED_UP = 1 / 20

_FACETS = ("category", "programme", "register", "economy")


@dataclass(frozen=True)
class Sets:
    """The sets of an open index. `firsts`: the rank of each segment's first licence."""

    about: About
    layout: bits.Layout
    days: bits.Days
    terms: bits.Terms
    lists: Lists
    columns: Columns
    searcher: Searcher
    firsts: Sequence[int]

    @classmethod
    def open(cls, folder: Path, about: About, searcher: Searcher) -> Sets:
        """The sets in the folder of an index; mapped into memory, and read when they are asked for."""
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in bits.ARRAYS}
        layout = bits.Layout(arrays["ranks"], np.array(arrays["starts"]))
        days_written = about.window.count // bits.WRITTEN_DAYS
        written = _words(folder / schema.WRITTEN).reshape(days_written, layout.words)
        days = bits.Days(about.window, written, arrays["changes"], arrays["offsets"])
        numbers = json.loads((folder / schema.NUMBERED).read_text(encoding="utf-8"))
        blocks = _words(folder / schema.BLOCKS).reshape(-1, bits.BLOCK)
        terms = bits.Terms(numbers, arrays["firsts"], arrays["places"], arrays["rows"], blocks)
        columns, firsts = Columns.open(folder), schema.first_ranks(searcher)
        return cls(about, layout, days, terms, Lists.open(folder), columns, searcher, firsts)

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

    def wanted_groups(self, query: Query) -> Mask | None:
        """Which groups a question's filters let through; None: all."""
        keys = [(place, getattr(query, name)) for place, name in enumerate(_FACETS) if getattr(query, name)]
        if not keys:
            return None
        wanted = [all(group[place] == key for place, key in keys) for group in self.about.groups]
        return np.array(wanted, dtype=np.bool_)

    def _by_status(self, query: Query) -> Bits | None:
        status = _status(query)
        if status == ANY:
            return self.layout.everybody if query.on is None else None
        if query.on is None or query.on == self.about.day:
            return self.with_terms([("status", status)])
        if status == Status.ACTIVE and query.on in self.about.window:
            return self.days.active(query.on.toordinal())
        return None

    def is_looked_up(self, query: Query) -> bool:
        """Whether it is known here who passes a question's filters; else the engine must be asked."""
        status = _status(query)
        if query.on is None or query.on == self.about.day:
            return status != ANY or query.on is None
        return status == Status.ACTIVE and query.on in self.about.window

    def passing(self, query: Query, places: Places) -> Mask:
        """Which licences a question's filters let through, of a question that `is_looked_up`."""
        status = _status(query)
        if status == ANY:
            found = np.ones(len(places), dtype=np.bool_)
        elif query.on is None or query.on == self.about.day:
            found = self.columns.statuses[self.layout.ranks[places]] == STATUSES.index(status)
        elif len(places) < self.layout.words * _LOOKED_UP:
            found = self.columns.active(self.layout.ranks[places], query.on.toordinal() - self.about.window.first)
        else:
            found = bits.holding(self.days.active(query.on.toordinal()), places)
        wanted = self.wanted_groups(query)
        return found if wanted is None else found & self.in_groups(wanted, places)

    def in_groups(self, wanted: Mask, places: Places) -> Mask:
        """Which licences are in some groups."""
        return np.repeat(wanted, self.layout.counts_of(places))

    def has(self, field: str, term: str) -> bool:
        """Whether the licences with a term are written down."""
        return self.terms.has(field, term) or self.lists.has(field, term)

    def with_terms(self, terms: Sequence[tuple[str, str]]) -> Bits:
        """The licences with one of some terms that are written down."""
        sets = [self.terms.set_of(*term, self.layout.words) for term in terms if self.terms.has(*term)]
        found = reduce(np.bitwise_or, sets) if sets else np.zeros(self.layout.words, dtype=np.uint64)
        for term in terms:
            if not self.terms.has(*term):
                bits.put(found, self.lists.places(*term))
        return found

    def places(self, field: str, term: str) -> Places:
        """The licences with a term that is written down."""
        if self.lists.has(field, term):
            return self.lists.places(field, term)
        return bits.unpacked(self.with_terms([(field, term)]))

    def holding(self, field: str, term: str, places: Places) -> Mask:
        """Which licences have a term that is written down."""
        if self.terms.has(field, term):
            return self.terms.holding(field, term, places)
        return bits.among(places, self.lists.places(field, term))

    def named(self, query: tantivy.Query, most: int) -> Places:
        """The licences that the engine finds; `most`: so many they are at most."""
        return np.sort(self.layout.place_of_rank[lists.ranks(self.searcher, query, most)])

    def count(self, query: tantivy.Query) -> int:
        """How many licences the engine finds."""
        return int(self.searcher.search(query, 1).count)  # type: ignore[attr-defined]  # the engine's stub leaves it out

    def card(self, place: int) -> Card:
        """What is shown of a licence."""
        return Card.read(self.searcher.doc(self.address(int(self.layout.ranks[place])))[schema.CARD][0])

    def groups_of(self, categories: Sequence[str]) -> Mask:
        """Which groups are of some categories."""
        return np.array([group[0] in categories for group in self.about.groups], dtype=np.bool_)

    def address(self, rank: int) -> DocAddress:
        """Where the engine has a licence."""
        segment = bisect_right(self.firsts, rank) - 1
        return DocAddress(segment, rank - self.firsts[segment])


def _status(query: Query) -> str:
    """The status that a question asks for."""
    return query.status or (Status.ACTIVE.value if query.on else ANY)


def _words(file: Path) -> Bits:
    """The words in a file, mapped into memory (which an empty file cannot be)."""
    if not file.stat().st_size:
        return np.empty(0, dtype=np.uint64)
    return np.asarray(np.memmap(file, dtype=np.uint64, mode="r"))

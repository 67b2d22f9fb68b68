"""Lists of the licences with a term that is too rare for a set of bits (bits.py), but that thousands have.

The engine takes a quarter of a microsecond to name a licence, and longer to walk along lists of many words at once:
with the licences of such a term written down, a question is looked up without it. A list has the places of licences in
sets, in order; places are written in parts of 2^16, of each the lower 16 bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tantivy import Order, Query, Searcher

from tenring.register.search import schema
from tenring.register.search.bits import Places

#: A term has a list when one licence in so many has it, and so many licences at least; fewer are soon named.
ONE_IN = 4_096
LEAST = 1_000

#: At most so many terms of a field have a list: the most frequent ones.
_MOST = 50_000

#: Places of a part.
_PART = 2**16

#: The arrays of the lists, each a file.
_NAMES = ("listed", "parts", "lows")


@dataclass(frozen=True)
class Lists:
    """The lists of an index.

    `numbers`: by field and term; `listed`: where each list begins in `lows`, and where the last one ends; `parts`: how
    many places of each part it has; `lows`: the lower bits of places.
    """

    numbers: Mapping[str, Mapping[str, int]]
    listed: npt.NDArray[np.int64]
    parts: npt.NDArray[np.uint32]
    lows: npt.NDArray[np.uint16]

    @classmethod
    def open(cls, folder: Path) -> Lists:
        """The lists in the folder of an index, mapped into memory."""
        numbers = json.loads((folder / schema.LISTED).read_text(encoding="utf-8"))
        arrays = (np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _NAMES)
        return cls(numbers, *arrays)

    def has(self, field: str, term: str) -> bool:
        """Whether a term has a list."""
        return term in self.numbers.get(field, {})

    def places(self, field: str, term: str) -> Places:
        """The places of the licences with a term."""
        number = self.numbers[field][term]
        lows = self.lows[self.listed[number] : self.listed[number + 1]]
        return np.repeat(self._firsts, self.parts[number]) + lows

    @cached_property
    def _firsts(self) -> Places:
        return np.arange(self.parts.shape[1], dtype=np.uint32) * np.uint32(_PART)


def ranks(searcher: Searcher, query: Query, most: int) -> npt.NDArray[np.int64]:
    """The ranks, in order, of the licences that a query finds; `most`: so many they are at most."""
    found = searcher.search(query, max(most, 1), count=False, order_by_field=schema.RANK, order=Order.Asc).hits
    return np.fromiter((rank for rank, _ in found), dtype=np.int64, count=len(found))


def write_lists(folder: Path, places: npt.NDArray[np.int64], words: int) -> None:
    """Write the lists of the terms of a written index that have no set.

    Args:
        folder: the folder of the index.
        places: the place of each licence in sets, by rank.
        words: words of a set.
    """
    index = schema.open_index(folder)
    searcher, fields = index.searcher(), index.schema
    has_set = json.loads((folder / schema.NUMBERED).read_text(encoding="utf-8"))
    numbers: dict[str, dict[str, int]] = {field: {} for field in schema.LISTED_FIELDS}
    ends, parts = [0], [np.empty((0, -(-words * 64 // _PART)), dtype=np.uint32)]
    lows = [np.empty(0, dtype=np.uint16)]
    for field, term, count in _terms(searcher, max(LEAST, len(places) // ONE_IN)):
        if term in has_set.get(field, {}):
            continue
        query = Query.term_query(fields, field, term, "basic")
        own = np.sort(places[ranks(searcher, query, count)])
        numbers[field][term] = len(ends) - 1
        ends.append(ends[-1] + len(own))
        parts.append(np.bincount(own // _PART, minlength=parts[0].shape[1]).astype(np.uint32)[np.newaxis])
        lows.append((own % _PART).astype(np.uint16))
    np.save(folder / "listed.npy", np.array(ends, dtype=np.int64))
    np.save(folder / "parts.npy", np.concatenate(parts))
    np.save(folder / "lows.npy", np.concatenate(lows))
    (folder / schema.LISTED).write_text(json.dumps(numbers, ensure_ascii=False), encoding="utf-8")


def _terms(searcher: Searcher, least: int) -> Iterator[tuple[str, str, int]]:
    """The field, the term and how many licences have it, of the terms that at least so many have."""
    for field in schema.LISTED_FIELDS:
        for term, count in searcher.terms_with_prefix(field, "", limit=_MOST):
            if count < least:
                break
            yield field, term, count

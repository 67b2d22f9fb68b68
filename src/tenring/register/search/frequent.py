"""Write the sets of bits of an index (bits.py): which terms are frequent, who has them, who was active when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tenring.model.licence import Status
from tenring.register.search import bits, schema
from tenring.register.search.answer import UNKNOWN
from tenring.register.search.documents import Documents
from tenring.register.search.periods import Window

#: A term is frequent when one licence in so many has it, and so many licences at least.
ONE_IN = 256
LEAST = 2_000

#: At most so many terms have a set: the most frequent ones.
_MOST = 8_000

#: Licences looked at to know which terms are frequent.
_LOOKED_AT = 20_000

#: Places of a block: so many are put together at a time, in memory one byte each for each frequent term.
_PLACES = bits.BLOCK * bits.WORD

#: Files in which is gathered who has which term, each of neighbouring blocks.
_FILES = 64

#: A term's number and a place within a file's.
_PAIR = np.dtype([("term", "<u2"), ("place", "<u4")])

Numbers = Mapping[str, Sequence[str]]


def frequent_terms(documents: Documents) -> Numbers:
    """The terms that are frequent, by field, judged by some thousand licences. It decides on speed, not on answers."""
    one_in = max(1, documents.count // _LOOKED_AT)
    least = max(documents.count / ONE_IN, LEAST) / one_in
    documents.sample(one_in)
    counted = [
        (-int(count), field, term)
        for field in schema.COUNTED_FIELDS[1:]
        for term, count in documents.connection.execute(_frequent(field), {"least": least}).fetchall()
    ]
    most = sorted(counted)[:_MOST]
    found = {field: sorted(term for _, of, term in most if of == field) for field in schema.COUNTED_FIELDS}
    return {**found, "status": [*Status, UNKNOWN]}


def _frequent(field: str) -> str:
    """One row = one frequent term of the licences looked at, and how many of them have it."""
    return f"""
        SELECT term, count(*) AS licences
        FROM (SELECT DISTINCT rank, unnest({_terms(field)}) AS term FROM worded)
        WHERE term NOT IN ('', '{schema.GAP}')
        GROUP BY term
        HAVING count(*) >= $least
    """


def _terms(field: str) -> str:
    """SQL for the list of a licence's terms of a field."""
    if field not in schema.BEGINNINGS:
        return f"string_split({field}, ' ')"
    cut = ", ".join(f"CASE WHEN length(word) >= {n} THEN left(word, {n}) ELSE '' END" for n in schema.BEGINNINGS[field])
    return f"flatten(list_transform({field}, lambda word: [{cut}]))"


@dataclass(frozen=True)
class TermWriter:
    """Gathers who has which frequent term, then writes their sets into `folder`."""

    folder: Path
    layout: bits.Layout
    places: npt.NDArray[np.int64]
    terms: Numbers
    files: Sequence[BinaryIO]

    @classmethod
    def open(  # noqa: PLR0913, PLR0917 - each is one thing that a writer needs
        cls,
        stack: ExitStack,
        spill: Path,
        folder: Path,
        layout: bits.Layout,
        places: npt.NDArray[np.int64],
        terms: Numbers,
    ) -> TermWriter:
        """A writer that gathers in files in `spill`; `places` of licences by rank."""
        files = [stack.enter_context((spill / f"{number}.pairs").open("w+b")) for number in range(_FILES)]
        return cls(folder, layout, places, terms, files)

    def add(self, found: pa.Table) -> None:
        """Take the licences of a slice of `Documents.slices`."""
        places = self.places[found.column("rank").to_numpy()]
        for field in schema.COUNTED_FIELDS:
            if not self.terms[field]:
                continue
            column = found.column(field).combine_chunks()
            lists = column if field in schema.BEGINNINGS else pc.split_pattern(column, " ")
            own = places[pc.list_parent_indices(lists).to_numpy()]
            for terms in _cut(field, lists.flatten()):
                self._add(field, own, terms)

    def _add(self, field: str, places: npt.NDArray[np.int64], terms: pa.Array) -> None:
        found = pc.index_in(terms, value_set=self._value_sets[field])
        known = found.is_valid()
        numbers = found.filter(known).to_numpy() + self._firsts[field]
        places = places[known.to_numpy(zero_copy_only=False)]
        part, place = np.divmod(places, _PLACES * self._blocks_of_file)
        pairs = np.empty(len(places), dtype=_PAIR)
        pairs["term"], pairs["place"] = numbers, place
        order = np.argsort(part.astype(np.uint16), kind="stable")
        ends = np.cumsum(np.bincount(part, minlength=len(self.files)))
        for file, own in zip(self.files, np.split(pairs[order], ends[:-1]), strict=True):
            own.tofile(file)

    @cached_property
    def _value_sets(self) -> Mapping[str, pa.Array]:
        return {field: pa.array(terms, pa.string()) for field, terms in self.terms.items()}

    @cached_property
    def _firsts(self) -> Mapping[str, int]:
        """The number of each field's first term."""
        counts = np.cumsum([0, *(len(self.terms[field]) for field in schema.COUNTED_FIELDS)])
        return {field: int(first) for field, first in zip(schema.COUNTED_FIELDS, counts[:-1], strict=True)}

    def write(self) -> None:
        """Write the sets."""
        count = sum(len(terms) for terms in self.terms.values())
        owners, places = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        with (self.folder / schema.BLOCKS).open("wb") as file:
            for place, own in enumerate(self._parts(count)):
                some = np.flatnonzero(own.any(axis=1))
                own[some].tofile(file)
                owners.append(some)
                places.append(np.full(len(some), place))
        owner = np.concatenate(owners)
        order = np.argsort(owner, kind="stable")
        firsts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
        np.save(self.folder / "firsts.npy", firsts.astype(np.int64))
        np.save(self.folder / "places.npy", np.concatenate(places)[order])
        np.save(self.folder / "rows.npy", order)
        numbers = {
            field: {term: self._firsts[field] + place for place, term in enumerate(terms)}
            for field, terms in self.terms.items()
        }
        (self.folder / schema.NUMBERED).write_text(json.dumps(numbers, ensure_ascii=False), encoding="utf-8")

    def _parts(self, count: int) -> Iterator[bits.Bits]:
        """For each block of places: a row of bits for each term."""
        for file in self.files:
            file.seek(0)
            pairs = np.fromfile(file, dtype=_PAIR)
            block, place = np.divmod(pairs["place"], _PLACES)
            for number in range(self._blocks_of_file):
                own = block == number
                has = np.zeros((count, _PLACES), dtype=np.bool_)
                has[pairs["term"][own], place[own]] = True
                yield np.packbits(has, axis=1, bitorder="little").view(np.uint64)

    @cached_property
    def _blocks_of_file(self) -> int:
        return -(-len(self.layout.ranks) // (_PLACES * _FILES))


def _cut(field: str, terms: pa.Array) -> Iterator[pa.Array]:
    """The terms themselves, or their beginnings of each length; none of a shorter term."""
    if field not in schema.BEGINNINGS:
        yield terms
        return
    for length in schema.BEGINNINGS[field]:
        long_enough = pc.greater_equal(pc.utf8_length(terms), length)
        yield pc.if_else(long_enough, pc.utf8_slice_codeunits(terms, 0, length), pa.scalar(None, pa.string()))


def write_layout(layout: bits.Layout, folder: Path) -> None:
    """Write where licences stand."""
    np.save(folder / "ranks.npy", layout.ranks)
    np.save(folder / "starts.npy", layout.starts)


def write_days(
    connection: duckdb.DuckDBPyConnection, places: npt.NDArray[np.int64], words: int, window: Window, folder: Path
) -> None:
    """Write who was active on the days of the window."""
    found = connection.execute("SELECT * FROM in_window").fetchnumpy()
    stand = places[found["rank"]]
    days = np.concatenate([found["start"], found["end"]]) - window.first
    changes = np.concatenate([stand + 1, -(stand + 1)]).astype(np.int32)
    order = np.argsort(days.astype(np.uint16), kind="stable")
    changes = changes[order]
    offsets = np.searchsorted(days[order], np.arange(window.count + 1))
    np.save(folder / "changes.npy", changes)
    np.save(folder / "offsets.npy", offsets)
    active = np.zeros(words, dtype=np.uint64)
    with (folder / schema.WRITTEN).open("wb") as file:
        done = 0
        for block in range(0, window.count, bits.WRITTEN_DAYS):
            bits.change(active, changes[done : offsets[block + 1]])
            done = offsets[block + 1]
            active.tofile(file)

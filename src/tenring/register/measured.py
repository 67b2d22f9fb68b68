"""Licences by what was measured: ranges of properties in a category, and the licences within some of them, in order.

A category is read from the snapshot once (`measured_read`) and then held as arrays, in the order of licence ids: a
question is a few comparisons of whole arrays, where asking the tables again would look through all licences.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.register.lookup import title_of

MOST_RANGES = 8


@dataclass(frozen=True)
class Span:
    """A property that licences of a category state as a number: how many, from what to what."""

    property: str
    unit: str
    licences: int
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Range:
    """A property within limits, both inclusive; None: open."""

    property: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True)
class Order:
    """By which property, and whether the largest comes first."""

    property: str
    descending: bool = False


@dataclass(frozen=True)
class Listed:
    """A licence as a list shows it."""

    licence_id: str
    number: str
    holder: str | None
    brand: str | None
    name: str | None
    model: str | None
    """The first of its models."""
    programme: str
    economy: str | None
    valid_until: date | None

    @property
    def title(self) -> str:
        """What a reader would call the product."""
        return title_of(self.brand, self.name, self.model, self.number)


@dataclass(frozen=True)
class Within:
    """How many licences there are, and those of the page asked for."""

    total: int
    licences: tuple[Listed, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(one.licence_id for one in self.licences)


@dataclass(frozen=True)
class Wanted:
    """What to look for in a category: ranges that all hold, an order, other filters, and the ids to stay among.

    `among` are the licences that a search for words found, in its order; None: all.
    """

    category: str
    on: date
    ranges: Sequence[Range] = ()
    order: Order | None = None
    programme: str | None = None
    economy: str | None = None
    among: Sequence[str] | None = None
    limit: int = 20
    offset: int = 0


Places = npt.NDArray[np.int64]

#: As the number of a day: none is known. Days are numbered from 1.
NO_DAY = 0
#: As the number of a day: after all others.
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Stated:
    """What licences state of one property: the different values in order, and who states each.

    `owners[firsts[i]:firsts[i + 1]]` are the places of the licences that state `values[i]`.
    """

    unit: str
    units: int
    values: Sequence[Decimal]
    owners: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int64]

    def counted_from(self, first: int) -> Stated:
        """The same with places that are counted from this one."""
        return replace(self, owners=self.owners - np.int32(first))

    def within(self, one: Range) -> npt.NDArray[np.int32]:
        """The places of the licences that state a value within limits."""
        first = 0 if one.at_least is None else bisect_left(self.values, one.at_least)
        last = len(self.values) if one.at_most is None else bisect_right(self.values, one.at_most)
        return self.owners[self.firsts[first] : self.firsts[max(first, last)]]

    def least(self, count: int) -> npt.NDArray[np.int64]:
        """The number of the least value that each of so many licences states; -1: it states none."""
        found = np.full(count, -1, dtype=np.int64)
        numbers = np.repeat(np.arange(len(self.values)), np.diff(self.firsts))
        found[self.owners[::-1]] = numbers[::-1]  # of several values the least is written last
        return found


@dataclass(frozen=True)
class Measurements:
    """The licences of one category with what was measured of them; a licence is known by its place.

    `ids` are in order; `begun` is the first day of validity; `owners`, `starts` and `ends` are the periods in which
    licences were active, the last day not included.
    """

    ids: npt.NDArray[np.bytes_]
    rows: pa.Table
    begun: npt.NDArray[np.int32]
    owners: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    stated: Mapping[str, Stated]

    @cached_property
    def spans(self) -> Sequence[Span]:
        """The properties that at least two licences state as different numbers of one unit, the most frequent first."""
        found = [
            Span(name, one.unit, len(np.unique(one.owners)), one.values[0], one.values[-1])
            for name, one in self.stated.items()
            if one.units <= 1 and len(one.values) > 1
        ]
        return sorted(found, key=lambda span: (-span.licences, span.property))

    def within(self, wanted: Wanted) -> Within:
        """The licences that are active on a day and whose measured properties lie within ranges.

        A licence that does not state a property is not within its range: not known is not met.

        Raises:
            UnusableInputError: too many ranges.
        """
        if len(wanted.ranges) > MOST_RANGES:
            raise UnusableInputError(T("at most {count} properties can be asked for at once", count=MOST_RANGES))
        found, since = self._active(wanted.on)
        for name in ("programme", "economy"):
            if asked := getattr(wanted, name):
                found &= self._equal(name, asked)
        for one in wanted.ranges:
            met = np.zeros(len(found), dtype=np.bool_)
            if one.property in self.stated:
                met[self.stated[one.property].within(one)] = True
            found &= met
        places = self._in_order(found, since, wanted)
        return Within(len(places), self._listed(places[wanted.offset : wanted.offset + wanted.limit]))

    def _active(self, on: date) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
        """Which licences are active on a day, and since when."""
        day = on.toordinal()
        holds = (self.starts <= day) & (day < self.ends)
        found = np.zeros(len(self.ids), dtype=np.bool_)
        since = np.full(len(self.ids), NO_DAY, dtype=np.int32)
        found[self.owners[holds]] = True
        since[self.owners[holds]] = self.starts[holds]
        return found, since

    def _equal(self, column: str, value: str) -> npt.NDArray[np.bool_]:
        codes = self.rows.column(column).combine_chunks()
        known = codes.dictionary.to_pylist()
        if value not in known:
            return np.zeros(len(self.ids), dtype=np.bool_)
        return np.asarray(codes.indices.fill_null(-1).to_numpy(zero_copy_only=False) == known.index(value))

    def _in_order(self, found: npt.NDArray[np.bool_], since: npt.NDArray[np.int32], wanted: Wanted) -> Places:
        """The places of what was found, in the order asked for as far as the page asked for."""
        places = np.flatnonzero(found)
        if wanted.among is not None:
            among = self._places(wanted.among)
            places = among[found[among]]
            if wanted.order is None:
                return places
        if wanted.order is None:
            begun = np.where(self.begun[places] == NO_DAY, since[places], self.begun[places]).astype(np.int64)
            return _least_first(places, np.where(begun == NO_DAY, NEVER, -begun), wanted)
        stated = self.stated.get(wanted.order.property)
        least = stated.least(len(self.ids))[places] if stated else np.full(len(places), -1)
        by_value = -least if wanted.order.descending else least
        return _least_first(places, np.where(least < 0, NEVER, by_value), wanted)

    def _places(self, ids: Sequence[str]) -> Places:
        """The places of the licences with these ids, in this order; one of another category is left out."""
        if not len(self.ids) or not ids:
            return np.empty(0, dtype=np.int64)
        wanted = np.array([one.encode() for one in dict.fromkeys(ids)], dtype=np.bytes_)
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        known: Places = places[self.ids[places] == wanted]
        return known

    def _listed(self, places: Places) -> tuple[Listed, ...]:
        return tuple(Listed(**row) for row in self.rows.take(pa.array(places, pa.int64())).to_pylist())


def _least_first(places: Places, keys: npt.NDArray[np.int64], wanted: Wanted) -> Places:
    """Places by key, then by place; only what comes before the end of the page is put in order."""
    both = (keys.astype(np.int64) << 31) + places
    last = wanted.offset + wanted.limit
    if last < len(both):
        both = np.concatenate([np.sort(np.partition(both, last)[:last]), np.full(len(both) - last, -1)])
    else:
        both = np.sort(both)
    return both & ((1 << 31) - 1)

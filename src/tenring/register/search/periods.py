"""Which licences had a status on a date, exactly, as a filter of the index.

Nearly every question is about active licences on a day of the last years. For the days of that window, the days on
which a licence was active are cut into blocks of 64 days, and what is left at both ends into blocks of 32, 16 … 1
days; the numbers of the blocks are terms. A day lies in one block of each size and a licence has at most one of those
as a term, so the licences active on a day are one long list (its 64 days) and a few short ones: no number has to be
read of any licence.

For other statuses and other days, a licence that was in a status once (nearly all) has the two ends of that period as
numbers; where it was in it several times, blocks of 1, 2, 4, 8 … 2^22 days, which hold for any number of periods.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from tantivy import FieldType, Query, Schema, Searcher

from tenring.model.licence import Status
from tenring.register.search.queries import any_term

#: 2^22 days from year 1 hold every date of the calendar.
_LEVELS = range(23)
FIRST, AFTER_LAST = 0, 2**22

#: Ends of a period that holds on no day: a column without gaps is read faster.
NEVER = (AFTER_LAST + 1, FIRST)

#: Days before and after the snapshot's day that are in the window, and the size of its largest blocks (2^6 = 64 days):
#: larger ones would leave more to the ends, smaller ones would be more terms.
_BEFORE, _AFTER = 15 * 366, 2 * 366
_LARGEST = 6

#: Licences begin and end on the same few thousand days; the blocks of so many ends are kept.
_ENDS_KEPT = 20_000

#: Fields of blocks: of statuses that a licence was in several times, and of the active days in the window.
SPANS = "spans"
ACTIVE_DAYS = "active_days"

#: Days as ordinals: first, and day after the last.
Days = tuple[int, int]


@dataclass(frozen=True)
class Period:
    """A status from a day (inclusive; None: since ever) until a day (exclusive; None: open), with its reason."""

    status: str
    start: date | None
    end: date | None
    reason: str | None = None


@dataclass(frozen=True)
class Window:
    """The days that most questions are about: whole blocks around the snapshot's day."""

    first: int
    after_last: int

    @classmethod
    def around(cls, day: date) -> Window:
        """The window of a snapshot of that day."""
        first, last = max(day.toordinal() - _BEFORE, FIRST), min(day.toordinal() + _AFTER, AFTER_LAST)
        return cls(first >> _LARGEST << _LARGEST, ((last >> _LARGEST) + 1) << _LARGEST)

    def __contains__(self, day: date) -> bool:
        return self.first <= day.toordinal() < self.after_last

    def terms(self, active: Iterable[Days]) -> list[str]:
        """The blocks of the days on which a licence was active, each day in one block."""
        blocks: list[str] = []
        for start, end in _joined(active):
            first, after_last = max(start, self.first), min(end, self.after_last)
            first_large, after_large = -(-first >> _LARGEST), after_last >> _LARGEST
            if first_large >= after_large:
                blocks += _blocks(first, after_last, _LARGEST)
                continue
            blocks += _ends(first, first_large << _LARGEST)
            blocks += self._large[first_large - (self.first >> _LARGEST) : after_large - (self.first >> _LARGEST)]
            blocks += _ends(after_large << _LARGEST, after_last)
        return blocks

    @cached_property
    def _large(self) -> Sequence[str]:
        """The largest blocks of the window, in order."""
        return [f"{_LARGEST}:{block}" for block in range(self.first >> _LARGEST, self.after_last >> _LARGEST)]


def fields(status: str) -> tuple[str, str]:
    """The index's number fields of a status: first day, day after the last."""
    return f"{status}_from", f"{status}_until"


def terms(periods: Iterable[tuple[str, Days]], window: Window) -> dict[str, int | list[str]]:
    """The index's fields and values for a licence's periods."""
    found: dict[str, list[Days]] = defaultdict(list)
    for status, days in periods:
        found[status].append(days)
    values: dict[str, int | list[str]] = dict(zip(fields(Status.ACTIVE), NEVER, strict=True))
    several: list[str] = []
    for status, all_days in found.items():
        if len(all_days) == 1:
            first, after_last = fields(status)
            values[first], values[after_last] = all_days[0]
        else:
            several += [f"{status}:{block}" for days in all_days for block in _blocks(*days, _LEVELS[-1])]
        if status == Status.ACTIVE:
            values[ACTIVE_DAYS] = window.terms(all_days)
    return values | ({SPANS: several} if several else {})


def had(searcher: Searcher, schema: Schema, status: str, day: date, window: Window) -> list[list[Query]]:
    """The filter "had `status` on that day": a licence passes all queries of exactly one of the lists, or of none."""
    number = day.toordinal()
    if status == Status.ACTIVE and day in window:
        large, *small = [f"{level}:{number >> level}" for level in range(_LARGEST, -1, -1)]
        whole = Query.term_query(schema, ACTIVE_DAYS, large, "basic")
        return [[whole], [any_term(schema, ACTIVE_DAYS, small)]]
    start, end = fields(Status(status))
    began = Query.range_query(schema, start, FieldType.Integer, upper_bound=number)
    not_over = Query.range_query(schema, end, FieldType.Integer, lower_bound=number, include_lower=False)
    blocks = [f"{status}:{level}:{number >> level}" for level in _LEVELS]
    if not any(searcher.doc_freq(SPANS, block) for block in blocks):
        return [[began, not_over]]
    return [[began, not_over], [any_term(schema, SPANS, blocks)]]


def _joined(all_days: Iterable[Days]) -> Iterable[Days]:
    """The same days as stretches that neither touch nor overlap."""
    stretches: Sequence[Days] = sorted(all_days)
    if len(stretches) < 2:  # noqa: PLR2004 - one stretch has nothing to be joined with
        return stretches
    joined = [stretches[0]]
    for start, end in stretches[1:]:
        if start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


@lru_cache(maxsize=_ENDS_KEPT)
def _ends(start: int, end: int) -> tuple[str, ...]:
    """The blocks of the days before the first, or after the last, of the largest blocks of a period."""
    return tuple(_blocks(start, end, _LARGEST))


def _blocks(start: int, end: int, largest: int) -> Iterator[str]:
    """The fewest aligned blocks of at most 2^`largest` days that make up the days `start` to `end` - 1."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else largest, (end - start).bit_length() - 1, largest)
        yield f"{level}:{start >> level}"
        start += 1 << level

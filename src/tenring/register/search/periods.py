"""Which licences had a status on a date, exactly, as a filter of the index.

Most questions are about licences active on a day of the window around the snapshot's day. Its days are cut into
stretches of 256: one term says that a licence was active on all days of a stretch, another that it was on some of them.
Only of the latter, one licence in ten, the days themselves must be looked at.

A licence that was in a status once (nearly all) has the two ends of that period as numbers; where it was in it several
times, blocks of 1, 2, 4, 8 … 2^22 days are terms, which hold for any number of periods. For other statuses and other
days, those are all there is to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tantivy import FieldType, Query, Schema, Searcher

from tenring.model.licence import Status
from tenring.register.search.queries import any_term

#: 2^22 days from year 1 hold every date of the calendar.
_LEVELS = range(23)
FIRST, AFTER_LAST = 0, 2**22

#: Ends of a period that holds on no day: a column without gaps is read faster.
NEVER = (AFTER_LAST + 1, FIRST)

#: Days before and after the snapshot's day that are in the window.
_BEFORE, _AFTER = 15 * 366, 2 * 366

#: Field of the stretches of the window: `a` and a stretch's number where the licence was active on all its days, `s` on
#: some of them.
ACTIVE_DAYS = "active_days"
STRETCH = 256

#: Field of blocks of the statuses that a licence was in several times.
SPANS = "spans"

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
        return cls(first // STRETCH * STRETCH, (last // STRETCH + 1) * STRETCH)

    @property
    def count(self) -> int:
        """How many days it has."""
        return self.after_last - self.first

    def __contains__(self, day: date) -> bool:
        return self.first <= day.toordinal() < self.after_last


def fields(status: str) -> tuple[str, str]:
    """The index's number fields of a status: first day, day after the last."""
    return f"{status}_from", f"{status}_until"


def span_blocks(status: str, days: Days) -> list[str]:
    """The terms of one of several periods of a licence in a status."""
    return [f"{status}:{block}" for block in _blocks(*days, _LEVELS[-1])]


def had(searcher: Searcher, schema: Schema, status: str, day: date, window: Window) -> list[list[Query]]:
    """The filter "had `status` on that day": a licence passes all queries of exactly one of the lists, or of none."""
    number = day.toordinal()
    start, end = fields(Status(status))
    began = Query.range_query(schema, start, FieldType.Integer, upper_bound=number)
    not_over = Query.range_query(schema, end, FieldType.Integer, lower_bound=number, include_lower=False)
    looked_at = [[began, not_over]]
    blocks = [f"{status}:{level}:{number >> level}" for level in _LEVELS]
    if any(searcher.doc_freq(SPANS, block) for block in blocks):
        looked_at.append([any_term(schema, SPANS, blocks)])
    if status != Status.ACTIVE or day not in window:
        return looked_at
    on_all, on_some = (Query.term_query(schema, ACTIVE_DAYS, f"{sign}{number // STRETCH}", "basic") for sign in "as")
    return [[on_all], *([on_some, *one] for one in looked_at)]


def stretches_of(start: str, end: str) -> str:
    """SQL for the terms of `ACTIVE_DAYS` of a licence that was active from one day (a number) until another."""
    begins, ends = f"{start} // {STRETCH}", f"({end} - 1) // {STRETCH}"
    whole = f"range(({start} + {STRETCH - 1}) // {STRETCH}, {end} // {STRETCH})"
    on_some = " || ".join(
        f"CASE WHEN {condition} THEN ' s' || ({stretch}) ELSE '' END"
        for condition, stretch in ((f"{start} % {STRETCH} <> 0", begins), (f"{end} % {STRETCH} <> 0", ends))
    )
    return f"array_to_string(list_transform({whole}, lambda stretch: 'a' || stretch), ' ') || {on_some}"


def _blocks(start: int, end: int, largest: int) -> Iterator[str]:
    """The fewest aligned blocks of at most 2^`largest` days that make up the days `start` to `end` - 1."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else largest, (end - start).bit_length() - 1, largest)
        yield f"{level}:{start >> level}"
        start += 1 << level

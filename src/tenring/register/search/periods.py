"""Which licences had a status on a date, exactly, as a filter of the index.

A licence that was in a status once (nearly all) has the two ends of that period as numbers: fast to check for the
licences that a text leaves. Periods can also be cut into blocks of 1, 2, 4, 8 … days whose numbers are terms: a date
lies in one block of each size, so it lies in a period exactly when one of its blocks is a term of the licence. That
holds for any number of periods, and is fast when nearly all licences are asked for. It is done for every active
period, and where a licence was in any other status several times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tantivy import FieldType, Query, Schema, Searcher

from tenring.model.licence import Status

#: 2^22 days from year 1 hold every date of the calendar.
_LEVELS = range(23)
_FIRST, _AFTER_LAST = 0, 2**22

#: Ends of a period that holds on no day: a column without gaps is read faster.
_NEVER = (_AFTER_LAST + 1, _FIRST)

#: Fields of blocks: of statuses that a licence was in several times, and of all active periods.
SPANS = "spans"
ACTIVE_SPANS = "active_spans"


@dataclass(frozen=True)
class Period:
    """A status from a day (inclusive; None: since ever) until a day (exclusive; None: open), with its reason."""

    status: str
    start: date | None
    end: date | None
    reason: str | None = None

    def holds(self, day: date) -> bool:
        """Whether the status holds on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def days(self) -> tuple[int, int]:
        """First day and day after the last, as ordinals."""
        start = _FIRST if self.start is None else self.start.toordinal()
        return start, _AFTER_LAST if self.end is None else self.end.toordinal()


def fields(status: str) -> tuple[str, str]:
    """The index's number fields of a status: first day, day after the last."""
    return f"{status}_from", f"{status}_until"


def terms(periods: Iterable[Period]) -> dict[str, int | list[str]]:
    """The index's fields and values for a licence's periods."""
    found = defaultdict(list)
    for period in periods:
        found[period.status].append(period.days())
    values: dict[str, int | list[str]] = dict(zip(fields(Status.ACTIVE), _NEVER, strict=True))
    several: list[str] = []
    for status, all_days in found.items():
        if len(all_days) == 1:
            values |= dict(zip(fields(status), all_days[0], strict=True))
        else:
            several += _blocks_of(status, all_days)
        if status == Status.ACTIVE:
            values[ACTIVE_SPANS] = _blocks_of(status, all_days)
    return values | ({SPANS: several} if several else {})


def had(searcher: Searcher, schema: Schema, status: str, day: date, *, nearly_all: bool) -> list[list[Query]]:
    """The filter "had `status` on that day": a licence passes all queries of exactly one of the lists, or of none.

    `nearly_all`: nothing else narrows the question, so that nearly every licence would have to be checked.
    """
    blocks = [_term(status, level, day.toordinal() >> level) for level in _LEVELS]
    if nearly_all and status == Status.ACTIVE:
        return [[Query.term_set_query(schema, ACTIVE_SPANS, blocks)]]
    start, end = fields(Status(status))
    began = Query.range_query(schema, start, FieldType.Integer, upper_bound=day.toordinal())
    not_over = Query.range_query(schema, end, FieldType.Integer, lower_bound=day.toordinal(), include_lower=False)
    if not any(searcher.doc_freq(SPANS, block) for block in blocks):
        return [[began, not_over]]
    return [[began, not_over], [Query.term_set_query(schema, SPANS, blocks)]]


def _blocks_of(status: str, all_days: Iterable[tuple[int, int]]) -> list[str]:
    return [block for days in all_days for block in _blocks(status, *days)]


def _blocks(status: str, start: int, end: int) -> Iterator[str]:
    """The fewest aligned blocks that make up the days `start` to `end` - 1."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else _LEVELS[-1], (end - start).bit_length() - 1)
        yield _term(status, level, start >> level)
        start += 1 << level


def _term(status: str, level: int, block: int) -> str:
    return f"{status}:{level}:{block}"

"""Which licences had a status on a date, exactly, as a filter of the index.

A licence that was in a status once (nearly all) has the two ends of that period as numbers. One that was in it
several times has its periods cut into blocks of 1, 2, 4, 8 … days whose numbers are terms: a date lies in one
block of each size, so it lies in a period exactly when one of its blocks is a term of the licence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tantivy import FieldType, Occur, Query, Schema

from tenring.model.licence import Status

#: 2^22 days from year 1 hold every date of the calendar.
_LEVELS = range(23)
_FIRST, _AFTER_LAST = 0, 2**22

SPANS = "spans"


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
    values: dict[str, int | list[str]] = {}
    several = [(status, days) for status, all_days in found.items() if len(all_days) > 1 for days in all_days]
    for status, all_days in found.items():
        if len(all_days) == 1:
            values |= dict(zip(fields(status), all_days[0], strict=True))
    if several:
        values[SPANS] = [block for status, days in several for block in _blocks(status, *days)]
    return values


def had(schema: Schema, status: str, *, on: date, several: bool) -> Query:
    """The filter "had `status` on that day"; `several`: whether any licence had a status several times."""
    start, end = fields(Status(status))
    day = on.toordinal()
    began = Query.range_query(schema, start, FieldType.Integer, upper_bound=day)
    not_over = Query.range_query(schema, end, FieldType.Integer, lower_bound=day, include_lower=False)
    once = Query.boolean_query([(Occur.Must, began), (Occur.Must, not_over)])
    if not several:
        return once
    blocks = [_term(status, level, day >> level) for level in _LEVELS]
    return Query.boolean_query([(Occur.Should, once), (Occur.Should, Query.term_set_query(schema, SPANS, blocks))])


def _blocks(status: str, start: int, end: int) -> Iterator[str]:
    """The fewest aligned blocks that make up the days `start` to `end` - 1."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else _LEVELS[-1], (end - start).bit_length() - 1)
        yield _term(status, level, start >> level)
        start += 1 << level


def _term(status: str, level: int, block: int) -> str:
    return f"{status}:{level}:{block}"

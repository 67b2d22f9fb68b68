"""What became of a licence over time: each reading of a register adds to its history and never rewrites the past.

A licence's history is a row of periods that touch and never overlap. The register's latest statement draws the time
from the day of its reading on; the days before that day keep what earlier readings made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tenring.model.licence import Licence, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ONE_DAY = timedelta(days=1)

#: A licence in one of these is over by its own or its programme's word; that it vanishes later is no news.
OVER = frozenset({Status.EXPIRED, Status.WITHDRAWN, Status.SUPERSEDED, Status.DELISTED})


@dataclass(frozen=True)
class Period:
    """A licence in one status from a day (inclusive; None: since ever) until a day (exclusive; None: open)."""

    status: Status
    from_date: date | None
    until_date: date | None
    recorded_on: date
    reason: str | None = None

    def covers(self, day: date) -> bool:
        """Whether the licence was in this status on `day`."""
        return (self.from_date is None or self.from_date <= day) and (self.until_date is None or day < self.until_date)


History = tuple[Period, ...]


def stated(licence: Licence, read_on: date) -> History:
    """The whole history as the register states it in one reading.

    Before the first day `not_begun`, then `active`, after the last day (inclusive) `expired`. A status other than
    active takes over from the day it began, or, when the register does not say since when, from the first day on.
    """
    begin = licence.valid_from
    end = licence.valid_until + ONE_DAY if licence.valid_until else None
    periods: list[Period] = []
    if begin is not None:
        periods.append(Period(Status.NOT_BEGUN, None, begin, read_on))
    if begin is None or end is None or begin < end:
        periods.append(Period(Status.ACTIVE, begin, end, read_on))
    if end is not None:
        after = end if begin is None else max(begin, end)
        periods.append(Period(Status.EXPIRED, after, None, read_on, _ended(licence)))
    says_what_dates_say = licence.status is Status.EXPIRED and licence.valid_until and not licence.status_from
    if licence.status is Status.ACTIVE or says_what_dates_say:
        return tuple(periods)
    return _overridden(periods, licence, read_on)


def _ended(licence: Licence) -> str | None:
    return f"valid until {licence.valid_until}" if licence.valid_until else None


def _overridden(periods: Sequence[Period], licence: Licence, read_on: date) -> History:
    """The stated status over the plain periods; one that is suspended still expires on its day."""
    since = licence.status_from or licence.valid_from
    told = Period(licence.status, since, None, read_on, licence.status_reason)
    if licence.status is Status.SUSPENDED and licence.valid_until:
        end = licence.valid_until + ONE_DAY
        if since is None or since < end:
            expired = Period(Status.EXPIRED, end, None, read_on, _ended(licence))
            return joined([*before(periods, since), replace(told, until_date=end), expired])
        return tuple(periods)
    return joined([*before(periods, since), told])


def listed(past: History, licence: Licence, read_on: date) -> History:
    """History after a reading that has the licence: the past as it was, from `read_on` as the register now states."""
    future = after(stated(licence, read_on), read_on) if past else stated(licence, read_on)
    if past and licence.status_from and licence.status_from < read_on and licence.status is not Status.ACTIVE:
        future = [_since(period, licence) for period in future]
    return joined([*before(past, read_on), *future] if past else future)


def _since(period: Period, licence: Licence) -> Period:
    if period.status is not licence.status:
        return period
    told = f"the register says since {licence.status_from}"
    return replace(period, reason=f"{period.reason}; {told}" if period.reason else told)


def vanished(past: History, read_on: date) -> History:
    """History after a reading that no longer has the licence: `delisted`, unless it was over already."""
    there = next((period for period in past if period.covers(read_on)), None)
    if there is not None and there.status in OVER:
        return past
    return joined([*before(past, read_on), Period(Status.DELISTED, read_on, None, read_on)])


def before(periods: Iterable[Period], day: date | None) -> list[Period]:
    """The part of a history before `day` (None: nothing is before the beginning of time)."""
    if day is None:
        return []
    kept = [period for period in periods if period.from_date is None or period.from_date < day]
    return [replace(p, until_date=day) if p.until_date is None or p.until_date > day else p for p in kept]


def after(periods: Iterable[Period], day: date) -> list[Period]:
    """The part of a history from `day` on."""
    kept = [period for period in periods if period.until_date is None or period.until_date > day]
    return [replace(p, from_date=day) if p.from_date is None or p.from_date < day else p for p in kept]


def joined(periods: Iterable[Period]) -> History:
    """Neighbours in the same status for the same reason become one period; it keeps the day it was first recorded."""
    result: list[Period] = []
    for period in periods:
        last = result[-1] if result else None
        if last and last.status is period.status and last.reason == period.reason:
            result[-1] = replace(last, until_date=period.until_date)
        else:
            result.append(period)
    return tuple(result)


def status_on(history: History, day: date) -> Status | None:
    """The status on a day; None when nothing is recorded of that day."""
    return next((period.status for period in history if period.covers(day)), None)

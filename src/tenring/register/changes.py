"""Whose status is another one than it was: between two snapshots, and between two days.

A licence's status changes when its register says so, and also when a day comes that was known before: the day it
begins, the day after its last one. Both are changes for whoever relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tenring.exceptions import SnapshotError
from tenring.model.licence import Status
from tenring.model.sql import quoted
from tenring.register.dumps import only_in
from tenring.register.snapshot import Snapshot, connection

_ROWS: Final = 1_000


@dataclass(frozen=True)
class Standing:
    """A licence's status on a day: since when (None: ever), until when (exclusive; None: open), and why."""

    status: Status
    from_date: date | None
    until_date: date | None
    reason: str | None
    recorded_on: date | None


@dataclass(frozen=True)
class Change:
    """A licence whose status changed. `old` None: it was not in the registers; `new` None: no status is known."""

    licence_id: str
    number: str
    programme: str
    category: str
    economy: str | None
    register: str
    holder: str | None
    brand: str | None
    name: str | None
    old: Standing | None
    new: Standing | None


@dataclass(frozen=True)
class Moment:
    """What was known on a day: a snapshot, read on that day."""

    snapshot: Snapshot
    on: date


#: One row = one licence whose history differs between the snapshots, or has an edge between the days.
_TOUCHED: Final = """
SELECT licence_id FROM ({added})
UNION SELECT licence_id FROM ({removed})
UNION SELECT licence_id FROM read_parquet({newer})
WHERE from_date > $old_day AND from_date <= $new_day
"""
#: One row = one licence in its status on a day.
_ON: Final = """
SELECT licence_id, status, from_date, until_date, reason, recorded_on FROM read_parquet({statuses})
WHERE (from_date IS NULL OR from_date <= {day}) AND (until_date IS NULL OR {day} < until_date)
"""
#: One row = one licence whose status is another one.
_CHANGES: Final = """
WITH touched AS ({touched}), earlier AS ({earlier}), later AS ({later})
SELECT l.licence_id, l.number, l.programme, l.category, l.economy, l.register, l.holder, l.brand, l.name,
       earlier.status, earlier.from_date, earlier.until_date, earlier.reason, earlier.recorded_on,
       later.status, later.from_date, later.until_date, later.reason, later.recorded_on
FROM touched
JOIN read_parquet({licences}) AS l USING (licence_id)
LEFT JOIN earlier USING (licence_id)
LEFT JOIN later USING (licence_id)
WHERE earlier.status IS DISTINCT FROM later.status
ORDER BY l.licence_id
"""
_FACTS: Final = 9
_STANDING: Final = 5


def status_changes(old: Moment, new: Moment) -> Iterator[Change]:
    """The licences whose status changed from one moment to the next, by licence id.

    Raises:
        SnapshotError: one snapshot is of samples and the other is not: they share no history.
    """
    if old.snapshot.manifest.sample != new.snapshot.manifest.sample:
        raise SnapshotError("a snapshot of samples and one of real registers have nothing in common to compare")
    touched = _TOUCHED.format(
        added=only_in(new.snapshot, old.snapshot, "statuses"),
        removed=only_in(old.snapshot, new.snapshot, "statuses"),
        newer=quoted(new.snapshot.table("statuses")),
    )
    query = _CHANGES.format(
        touched=touched,
        earlier=_ON.format(statuses=quoted(old.snapshot.table("statuses")), day="$old_day"),
        later=_ON.format(statuses=quoted(new.snapshot.table("statuses")), day="$new_day"),
        licences=quoted(new.snapshot.table("licences")),
    )
    with connection(new.snapshot.memory, new.snapshot.threads) as db:
        found = db.execute(query, {"old_day": old.on, "new_day": new.on})
        while batch := found.fetchmany(_ROWS):
            yield from (_change(row) for row in batch)


def _change(row: tuple[Any, ...]) -> Change:
    old, new = row[_FACTS : _FACTS + _STANDING], row[_FACTS + _STANDING :]
    return Change(*(*row[:_FACTS], _standing(old), _standing(new)))


def _standing(row: tuple[Any, ...]) -> Standing | None:
    status, *rest = row
    return None if status is None else Standing(Status(status), *rest)

"""The licences of a build in memory: what new readings add to, and change in, the snapshot before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tenring.model.licence import Licence, Status
from tenring.register.history import History, Period, listed, vanished
from tenring.register.read import Entry, FileReading, RejectedRow
from tenring.register.snapshot import Additions, Snapshot, table_of

if TYPE_CHECKING:
    from tenring.register.build import FoundFile


@dataclass(frozen=True)
class Entered:
    """What became of the entries of one file."""

    published: int
    merged: int
    rejected: tuple[RejectedRow, ...]


@dataclass
class _Held:
    """One licence. `licence` is None while nothing but its history is touched; the rest then stays as it was."""

    list_id: str
    first_read: date | None
    last_read: date | None
    history: History
    licence: Licence | None = None
    file: FoundFile | None = None
    row: int = 0
    changed: bool = False


class Ledger:
    """All licences of the previous snapshot by their ids, and what this build's readings make of them."""

    def __init__(self, previous: Snapshot | None) -> None:
        self._held = _held_before(previous) if previous else {}
        self._seen: dict[tuple[str, str], dict[date | None, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._readings: dict[str, tuple[FoundFile, FileReading]] = {}
        self._rejected: dict[str, tuple[RejectedRow, ...]] = {}

    def enter(self, file: FoundFile, reading: FileReading, read_on: date | None, claimed: set[str]) -> Entered:
        """Add a file's entries. `claimed` are the ids that other files of the same register and day have already."""
        published = merged = 0
        rejected: list[RejectedRow] = []
        for entry in reading.entries:
            licence_id = f"{file.register.id}:{entry.licence.key}"
            if licence_id not in claimed:
                claimed.add(licence_id)
                self._list(licence_id, file, entry, read_on)
                published += 1
            elif self._held[licence_id].list_id != file.listing.id or self._held[licence_id].licence == entry.licence:
                merged += 1
            else:
                rejected.append(self._conflict(licence_id, entry))
        self._readings[file.name] = (file, reading)
        self._rejected[file.name] = tuple(rejected)
        return Entered(published, merged, tuple(rejected))

    def _conflict(self, licence_id: str, entry: Entry) -> RejectedRow:
        held = self._held[licence_id]
        there = f"{held.file.name if held.file else held.list_id}, row {held.row}"
        reason = f"{there} has the same key {entry.licence.key!r} but says something else"
        return RejectedRow(entry.row, "key", entry.licence.key, reason, entry.cells)

    def _list(self, licence_id: str, file: FoundFile, entry: Entry, read_on: date | None) -> None:
        day = read_on or date.min
        held = self._held.get(licence_id)
        past: History = held.history if held else ()
        self._held[licence_id] = _Held(
            list_id=file.listing.id,
            first_read=held.first_read if held else read_on,
            last_read=read_on,
            history=listed(past, entry.licence, day),
            licence=entry.licence,
            file=file,
            row=entry.row,
            changed=True,
        )

    def close(self, register: str, list_id: str, read_on: date) -> None:
        """The reading of a list is complete: what it had before and has no longer is delisted."""
        for licence_id, held in self._held.items():
            if held.list_id != list_id or held.last_read == read_on or not licence_id.startswith(f"{register}:"):
                continue
            history = vanished(held.history, read_on)
            if history != held.history:
                held.history, held.changed = history, True

    def rejected_of(self, file_name: str) -> tuple[RejectedRow, ...]:
        """Rows of a file that were rejected because another file has the same key."""
        return self._rejected.get(file_name, ())

    def additions(self) -> Additions:
        """The rows that this build adds to the tables."""
        new = {licence_id: held for licence_id, held in self._held.items() if held.licence is not None}
        touched = {licence_id: held for licence_id, held in self._held.items() if held.changed}
        rows = {
            "licences": [_licence_row(licence_id, held) for licence_id, held in new.items()],
            "models": [row for licence_id, held in new.items() for row in _model_rows(licence_id, held)],
            "gtins": [row for licence_id, held in new.items() for row in _gtin_rows(licence_id, held)],
            "properties": [row for licence_id, held in new.items() for row in _property_rows(licence_id, held)],
            "statuses": [row for licence_id, held in touched.items() for row in _status_rows(licence_id, held)],
            "rejected": [row for name in self._readings for row in self._rejected_rows(name)],
            "problems": [row for name in self._readings for row in self._problem_rows(name)],
        }
        return Additions(
            rows={name: table_of(name, values) for name, values in rows.items()},
            replaced=frozenset(new),
            rewritten=frozenset(touched),
            reread=frozenset(
                (file.register.id, file.listing.id)
                for file, reading in self._readings.values()
                if reading.correction_of is None
            ),
        )

    def _rejected_rows(self, name: str) -> Iterator[dict[str, Any]]:
        file, reading = self._readings[name]
        for row in (*reading.rejected, *self._rejected[name]):
            raw = json.dumps(dict(row.cells), ensure_ascii=False)
            yield _place(file, row.row) | {"column": row.column, "value": row.value, "reason": row.reason, "raw": raw}

    def _problem_rows(self, name: str) -> Iterator[dict[str, Any]]:
        file, reading = self._readings[name]
        for problem in reading.problems:
            cell = problem.cell
            yield _place(file, problem.row) | {"column": cell.column, "value": cell.value, "reason": cell.reason}


def _held_before(previous: Snapshot) -> dict[str, _Held]:
    with previous.connect() as db:
        histories: dict[str, list[Period]] = defaultdict(list)
        periods = db.execute(
            "SELECT licence_id, status, from_date, until_date, recorded_on, reason "
            "FROM statuses ORDER BY licence_id, from_date NULLS FIRST"
        )
        for licence_id, status, *rest in periods.fetchall():
            histories[licence_id].append(Period(Status(status), *rest))
        licences = db.execute("SELECT licence_id, list, first_read, last_read FROM licences").fetchall()
    return {
        licence_id: _Held(list_id, first, last, tuple(histories[licence_id]))
        for licence_id, list_id, first, last in licences
    }


def _place(file: FoundFile, row: int) -> dict[str, Any]:
    return {"register": file.register.id, "list": file.listing.id, "file": file.name, "row": row}


def _licence_row(licence_id: str, held: _Held) -> dict[str, Any]:
    licence, file = held.licence, held.file
    if licence is None or file is None:
        return {}
    return {
        "licence_id": licence_id,
        "register": file.register.id,
        "list": held.list_id,
        "programme": file.register.programme,
        "economy": file.register.economy,
        "number": licence.number,
        "holder": licence.holder,
        "brand": licence.brand,
        "name": licence.name,
        "category": licence.category,
        "markets": licence.markets,
        "valid_from": licence.valid_from,
        "valid_until": licence.valid_until,
        "valid_from_derived": licence.valid_from_derived,
        "criteria": licence.criteria,
        "note": licence.note,
        "first_read": held.first_read,
        "last_read": held.last_read,
        "source_file": file.name,
        "source_row": held.row,
    }


def _model_rows(licence_id: str, held: _Held) -> Iterator[dict[str, Any]]:
    licence = held.licence
    for model in licence.models if licence else ():
        brand = licence.brand if licence else None
        yield {"licence_id": licence_id, "brand": brand, "model": model.text, "kind": model.kind.value}


def _gtin_rows(licence_id: str, held: _Held) -> Iterator[dict[str, Any]]:
    for gtin in held.licence.gtins if held.licence else ():
        yield {"licence_id": licence_id, "gtin": gtin}


def _property_rows(licence_id: str, held: _Held) -> Iterator[dict[str, Any]]:
    for prop in held.licence.properties if held.licence else ():
        measured = {"property": prop.name, "value": prop.value, "unit": prop.unit, "text": prop.text}
        yield {"licence_id": licence_id} | measured


def _status_rows(licence_id: str, held: _Held) -> Iterator[dict[str, Any]]:
    for period in held.history:
        yield {
            "licence_id": licence_id,
            "status": period.status.value,
            "from_date": period.from_date,
            "until_date": period.until_date,
            "reason": period.reason,
            "recorded_on": period.recorded_on,
        }

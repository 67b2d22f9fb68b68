"""Snapshots for others to keep: files with their checksums, and what changed from one snapshot to the next."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from tenring.exceptions import SnapshotError
from tenring.model.plain import plain
from tenring.model.sql import quoted
from tenring.register import manifest
from tenring.register.snapshot import TABLES, VIEWS, Snapshot, connection, published
from tenring.settings import Settings

#: Where a licence was last read changes with every reading and says nothing of the licence: `last_read` is in the
#: manifest, list by list.
_NO_CHANGE: Final = ("last_read", "source_file", "source_row")
DELTA: Final = "delta.ndjson"
_ROWS: Final = 10_000


@dataclass(frozen=True)
class DumpFile:
    """A file of a snapshot: its name, size, and SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Dump:
    """A snapshot that can be fetched; `since` is the one that its delta begins from (None: it has no delta)."""

    snapshot: str
    created_at: datetime
    sample: bool
    since: str | None
    files: tuple[DumpFile, ...]


def dumps(settings: Settings, most: int) -> list[Dump]:
    """The newest snapshots of the kind that is being served, newest first; the files of each are hashed once."""
    serving = Snapshot.open(settings).manifest.sample
    chain = [one for one in reversed(published(settings)) if one.manifest.sample == serving][:most]
    return [_dump(one, settings) for one in chain]


def dump_file(settings: Settings, snapshot: str, name: str) -> Path | None:
    """A file of a snapshot; None: there is no such file, or none that is for others."""
    dump = next((one for one in published(settings) if one.name == snapshot), None)
    if dump is None:
        return None
    if name == DELTA:
        return delta_file(dump, settings)
    return dump.folder / name if name in _names() else None


def _names() -> tuple[str, ...]:
    return (*(f"{view}.parquet" for view in VIEWS), manifest.FILE_NAME)


def _dump(snapshot: Snapshot, settings: Settings) -> Dump:
    delta = delta_file(snapshot, settings)
    paths = [snapshot.folder / name for name in _names()] + ([delta] if delta else [])
    files = _hashed(snapshot, paths, settings)
    since = snapshot.manifest.based_on if delta else None
    return Dump(snapshot.name, snapshot.manifest.created_at, snapshot.manifest.sample, since, files)


def _hashed(snapshot: Snapshot, paths: list[Path], settings: Settings) -> tuple[DumpFile, ...]:
    """The files with their checksums; those of a snapshot never change, so they are written down."""
    noted = settings.dumps / snapshot.name / "checksums.json"
    known: dict[str, str] = json.loads(noted.read_text(encoding="utf-8")) if noted.is_file() else {}
    names = {_name(path) for path in paths}
    if set(known) != names:
        known = {_name(path): _sha256(path) for path in paths}
        noted.parent.mkdir(parents=True, exist_ok=True)
        _replace(noted, json.dumps(known, indent=1).encode())
    return tuple(DumpFile(_name(path), path.stat().st_size, known[_name(path)]) for path in paths)


def _name(path: Path) -> str:
    return path.name


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def delta_file(snapshot: Snapshot, settings: Settings) -> Path | None:
    """The file of what changed since the snapshot that this one continues; made when first asked for.

    One line is one JSON object: `table`, `change` (`removed` or `added`) and the `row`. Removing and adding rows, table
    by table, makes the older snapshot into this one, but for where each licence was last read.
    """
    before = snapshot.manifest.based_on
    older = None if before is None else settings.snapshots / before
    if older is None or not (older / manifest.FILE_NAME).is_file():
        return None
    path = settings.dumps / snapshot.name / DELTA
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_delta(Snapshot.open(settings, before), snapshot, path, settings)
    return path


def _write_delta(older: Snapshot, newer: Snapshot, path: Path, settings: Settings) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with (
        connection(settings.memory, settings.threads, settings.spill(path.parent)) as db,
        partial.open("w", encoding="utf-8") as stream,
    ):
        for table in VIEWS:
            for change, rows, without in (("removed", older, newer), ("added", newer, older)):
                for row in _only_in(db, rows, without, table):
                    line = {"table": table, "change": change, "row": row}
                    stream.write(json.dumps(line, default=plain, ensure_ascii=False) + "\n")
    partial.replace(path)


def only_in(rows: Snapshot, without: Snapshot, table: str) -> str:
    """SQL for the rows of a table in one snapshot that another one does not have: what a delta is made of."""
    columns = ", ".join(f'"{name}"' for name in TABLES[table].names if name not in _NO_CHANGE)
    return f"""
        SELECT {columns} FROM read_parquet({quoted(rows.table(table))})
        EXCEPT ALL SELECT {columns} FROM read_parquet({quoted(without.table(table))})
    """


def _only_in(
    db: duckdb.DuckDBPyConnection, rows: Snapshot, without: Snapshot, table: str
) -> Iterator[dict[str, object]]:
    """The rows of a table in one snapshot that another one does not have, in order."""
    found = db.execute(f"{only_in(rows, without, table)} ORDER BY ALL")
    kept = [name for name, *_ in found.description or ()]
    while batch := found.fetchmany(_ROWS):
        for row in batch:
            yield dict(zip(kept, row, strict=True))


def require_published(settings: Settings, name: str) -> Snapshot:
    """A published snapshot by its name, which may come from outside.

    Raises:
        SnapshotError: there is none.
    """
    found = next((one for one in published(settings) if one.name == name), None)
    if found is None:
        message = f"there is no snapshot {name!r}"
        raise SnapshotError(message)
    return found

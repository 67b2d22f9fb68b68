"""Snapshots: all registers at one build, as Parquet tables that are published whole or not at all.

A snapshot is written into a hidden folder, validated there, and becomes visible by one rename. Readers hold the name of
one snapshot and never see another one's rows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from tenring.exceptions import SnapshotError
from tenring.model import tables
from tenring.model.sql import quoted
from tenring.register import manifest as manifests
from tenring.register.manifest import AssertionReport, Manifest

if TYPE_CHECKING:
    from tenring.settings import Settings

#: Table -> its columns; each is one file `<table>.parquet`.
TABLES: Mapping[str, pa.Schema] = {
    "licences": tables.LICENCES,
    "models": tables.MODELS,
    "gtins": tables.GTINS,
    "statuses": tables.STATUSES,
    "properties": tables.PROPERTIES,
    "rejected": tables.REJECTED,
    "problems": tables.REJECTED,
}
VIEWS = ("licences", "models", "gtins", "statuses", "properties")

#: Rows are stored in this order, so that the same input gives the same file.
_ORDER = {
    "licences": "licence_id",
    "models": "licence_id, kind, model",
    "gtins": "licence_id, gtin",
    "statuses": "licence_id, from_date NULLS FIRST",
    "properties": "licence_id, property",
    "rejected": 'register, list, file, "row"',
    "problems": 'register, list, file, "row", "column"',
}

#: One row = one licence that was active on the day `$day`. The one definition of "valid on a date".
VALID_ON = """
SELECT licences.*, statuses.from_date AS active_from, statuses.until_date AS active_until
FROM licences
JOIN statuses USING (licence_id)
WHERE statuses.status = 'active'
  AND (statuses.from_date IS NULL OR statuses.from_date <= $day)
  AND (statuses.until_date IS NULL OR $day < statuses.until_date)
"""

#: Assertion -> a query that counts what breaks it.
_CHECKS = {
    "licence ids are unique": "SELECT count(*) - count(DISTINCT licence_id) FROM licences",
    "every licence has a number and a category": (
        "SELECT count(*) FROM licences WHERE number IS NULL OR number = '' OR category IS NULL"
    ),
    "every licence has a history": "SELECT count(*) FROM licences ANTI JOIN statuses USING (licence_id)",
    "every history belongs to a licence": "SELECT count(*) FROM statuses ANTI JOIN licences USING (licence_id)",
    "periods touch and never overlap": """
        SELECT count(*) FROM (
          SELECT from_date, until_date,
                 row_number() OVER history AS place,
                 lag(until_date) OVER history AS previous_until
          FROM statuses
          WINDOW history AS (PARTITION BY licence_id ORDER BY from_date NULLS FIRST)
        )
        WHERE (place > 1 AND (previous_until IS NULL OR from_date IS DISTINCT FROM previous_until))
           OR (from_date IS NOT NULL AND until_date IS NOT NULL AND from_date >= until_date)
    """,
    "the last period is open": """
        SELECT count(*) FROM (SELECT bool_or(until_date IS NULL) AS open FROM statuses GROUP BY licence_id)
        WHERE NOT open
    """,
    "models, GTINs and properties belong to licences": """
        SELECT count(*)
        FROM (SELECT licence_id FROM models UNION ALL SELECT licence_id FROM gtins
              UNION ALL SELECT licence_id FROM properties) AS parts
        ANTI JOIN licences USING (licence_id)
    """,
}


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot. Open one with `Snapshot.open`."""

    folder: Path
    manifest: Manifest
    memory: str = "2GiB"
    threads: int = 2

    @classmethod
    def open(cls, settings: Settings, name: str | None = None) -> Snapshot:
        """The snapshot called `name`, else the newest of real registers, else the newest of samples.

        Raises:
            SnapshotError: there is none.
        """
        if name is not None:
            folder = settings.snapshots / name
            if not (folder / manifests.FILE_NAME).is_file():
                message = f"there is no snapshot {name!r} in {settings.snapshots}. Those there: {_names(settings)}"
                raise SnapshotError(message)
            return cls._of(folder, settings)
        found = cls.latest(settings, sample=False) or cls.latest(settings, sample=True)
        if found is None:
            message = f"there is no register snapshot in {settings.snapshots}. Run `tenring register build` first"
            raise SnapshotError(message)
        return found

    @classmethod
    def latest(cls, settings: Settings, *, sample: bool) -> Snapshot | None:
        """The newest snapshot of real registers (or of samples); the two never share history."""
        for folder in reversed(_published(settings)):
            snapshot = cls._of(folder, settings)
            if snapshot.manifest.sample == sample:
                return snapshot
        return None

    @classmethod
    def _of(cls, folder: Path, settings: Settings) -> Snapshot:
        return cls(folder, manifests.read(folder), settings.memory, settings.threads)

    @property
    def name(self) -> str:
        """Its folder's name: when it was built."""
        return self.folder.name

    @property
    def index(self) -> Path:
        """Folder of its search index."""
        return self.folder / "search"

    def table(self, name: str) -> Path:
        """The Parquet file of a table (see `TABLES`)."""
        return self.folder / f"{name}.parquet"

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A DuckDB connection with the views licences, models, gtins, statuses and properties."""
        with connection(self.memory, self.threads) as db:
            for view in VIEWS:
                db.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({quoted(self.table(view))})")
            yield db


def _published(settings: Settings) -> list[Path]:
    if not settings.snapshots.is_dir():
        return []
    folders = [path for path in settings.snapshots.iterdir() if not path.name.startswith(".")]
    return sorted((path for path in folders if (path / manifests.FILE_NAME).is_file()), key=_place_in_time)


def names(settings: Settings) -> frozenset[str]:
    """The names of the snapshots that are there, without a look into them; they appear and vanish whole."""
    try:
        return frozenset(name for name in os.listdir(settings.snapshots) if not name.startswith("."))  # noqa: PTH208 - names alone, and a third of the time
    except FileNotFoundError:
        return frozenset()


def published(settings: Settings) -> list[Snapshot]:
    """All snapshots, of real registers and of samples, oldest first."""
    return [Snapshot._of(folder, settings) for folder in _published(settings)]  # noqa: SLF001 - the same module


def _place_in_time(folder: Path) -> tuple[str, int]:
    moment, _, number = folder.name.partition("-")
    return moment, int(number) if number.isdigit() else 0


def _names(settings: Settings) -> str:
    return ", ".join(folder.name for folder in _published(settings)) or "none"


@contextmanager
def connection(memory: str, threads: int, spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB within the given limits; what is larger than memory goes to `spill`, if there is one."""
    db = duckdb.connect(config={"memory_limit": memory, "threads": threads})
    db.execute("SET temp_directory = ?", [str(spill) if spill else ""])
    try:
        yield db
    finally:
        db.close()


# writing


@dataclass(frozen=True)
class Additions:
    """What a build adds to the snapshot before it.

    `rows` are the new rows of each table. Of the previous snapshot, a licence in `replaced` loses all its rows, one in
    `rewritten` only its history, and a list (register, list) in `reread` its rejected rows and problems.
    """

    rows: Mapping[str, pa.Table]
    replaced: frozenset[str]
    rewritten: frozenset[str]
    reread: frozenset[tuple[str, str]]


@contextmanager
def building(settings: Settings, name: str) -> Iterator[Path]:
    """A hidden folder to build in. Left by `publish`, or removed with everything in it when the block fails."""
    settings.snapshots.mkdir(parents=True, exist_ok=True)
    for left_over in settings.snapshots.glob(".building-*"):
        shutil.rmtree(left_over)
    folder = settings.snapshots / f".building-{name}"
    folder.mkdir()
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def write_tables(
    folder: Path, additions: Additions, *, previous: Snapshot | None, settings: Settings
) -> dict[str, int]:
    """Write every table into `folder`: the previous snapshot's rows that stay, and the new ones. Rows by table."""
    with connection(settings.memory, settings.threads, settings.spill(folder)) as db:
        db.register("replaced", _ids(additions.replaced))
        db.register("rewritten", _ids(additions.replaced | additions.rewritten))
        db.register("reread", _pairs(additions.reread))
        for name, schema in TABLES.items():
            db.register("added", additions.rows.get(name, schema.empty_table()))
            columns = ", ".join(f'"{column}"' for column in schema.names)
            kept = _kept(name, previous, columns)
            target = quoted(folder / f"{name}.parquet")
            db.execute(
                f"COPY (SELECT {columns} FROM added{kept} ORDER BY {_ORDER[name]}) "
                f"TO {target} (FORMAT parquet, COMPRESSION zstd)"
            )
            db.unregister("added")
        return {name: _count(db, folder / f"{name}.parquet") for name in TABLES}


def _kept(table: str, previous: Snapshot | None, columns: str) -> str:
    """SQL for the rows of the previous snapshot that stay."""
    if previous is None:
        return ""
    origin = f" UNION ALL SELECT {columns} FROM read_parquet({quoted(previous.table(table))})"
    if table in {"rejected", "problems"}:
        return f"{origin} ANTI JOIN reread USING (register, list)"
    return f"{origin} ANTI JOIN {'rewritten' if table == 'statuses' else 'replaced'} USING (licence_id)"


def _ids(ids: frozenset[str]) -> pa.Table:
    return pa.table({"licence_id": pa.array(sorted(ids), pa.string())})


def _pairs(pairs: frozenset[tuple[str, str]]) -> pa.Table:
    ordered = sorted(pairs)
    columns = {"register": [pair[0] for pair in ordered], "list": [pair[1] for pair in ordered]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _count(db: duckdb.DuckDBPyConnection, file: Path) -> int:
    return int(_value(db, f"SELECT count(*) FROM read_parquet({quoted(file)})"))


def _value(db: duckdb.DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 - whatever the query gives
    row = db.execute(query).fetchone()
    return row[0] if row else None


def validate(folder: Path, *, categories: frozenset[str], settings: Settings) -> tuple[AssertionReport, ...]:
    """Check the tables in `folder`; `categories` are the catalogue's (empty: not checked)."""
    with connection(settings.memory, settings.threads, settings.spill(folder)) as db:
        for name in TABLES:
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({quoted(folder / f'{name}.parquet')})")
        reports = [_report(name, int(_value(db, query) or 0)) for name, query in _CHECKS.items()]
        if categories:
            used = {row[0] for row in db.execute("SELECT DISTINCT category FROM licences").fetchall()}
            missing = sorted(used - categories)
            reports.append(
                AssertionReport(name="every category is in the catalogue", holds=not missing, detail=", ".join(missing))
            )
    return tuple(reports)


def _report(name: str, breaches: int) -> AssertionReport:
    return AssertionReport(name=name, holds=not breaches, detail=f"{breaches} rows break it" if breaches else "")


def publish(folder: Path, settings: Settings) -> Path:
    """Make a built snapshot visible, by one rename; its place."""
    target = settings.snapshots / folder.name.removeprefix(".building-")
    os.rename(folder, target)  # noqa: PTH104 - the one atomic call on which publishing rests
    return target


def new_name(settings: Settings, moment: str) -> str:
    """A name for a snapshot of `moment` (YYYYMMDDTHHMMSS) that is not taken."""
    number = 1
    while (settings.snapshots / f"{moment}-{number}").exists():
        number += 1
    return f"{moment}-{number}"


def table_of(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as an Arrow table with the columns of `name`."""
    return pa.Table.from_pylist(list(rows), schema=TABLES[name])

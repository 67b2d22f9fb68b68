"""A home with a snapshot as large as wanted, for benchmarks that serve: the register of large_register.py, published.

Every column and table of a snapshot is there, so that `tenring serve` opens it as any other. What was measured of a
licence is what a real one of its category states; nothing of it is a certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from large_register import LargeRegister

from tenring.catalogue.categories import load_categories
from tenring.model.sql import quoted
from tenring.register import manifest as manifests
from tenring.register.manifest import Manifest
from tenring.register.search import build_index
from tenring.register.snapshot import TABLES, Snapshot, building, connection, publish, validate
from tenring.settings import Settings

#: Order of the rows of each table that large_register.py makes.
_ORDER = {
    "licences": "licence_id",
    "models": "licence_id, kind, model",
    "gtins": "licence_id, gtin",
    "statuses": "licence_id, from_date NULLS FIRST",
}

#: What the register that is made leaves out but every real one has.
_FILLED = {"valid_from_derived": "false", "first_read": "last_read", "list": "register", "brand": "NULL"}


def large_home(source: Snapshot, size: int, settings: Settings) -> Snapshot:
    """A snapshot of `size` licences in the home of `settings`, made of `source`; one that is there is taken as it is.

    Raises:
        AssertionError: what was made breaks a rule of snapshots.
    """
    name = f"20260601T000000-{size}"
    if not (settings.snapshots / name / manifests.FILE_NAME).is_file():
        with building(settings, name) as folder:
            LargeRegister(source.folder, folder, settings.catalog, size).write(memory=settings.memory)
            with connection(settings.memory, settings.threads, folder / ".spill") as db:
                totals = {table: _Table(db, source, folder, table).write() for table in TABLES}
            checked = validate(folder, categories=frozenset(), settings=settings)
            if broken := [check.name for check in checked if not check.holds]:
                message = f"the register that was made does not hold together: {broken}"
                raise AssertionError(message)
            categories = load_categories(settings.catalog / "categories").by_id.values()
            names = {category.id: category.phrases() for category in categories}
            build_index(folder, categories=names, memory=settings.memory, threads=settings.threads)
            manifest = Manifest(
                name=name, created_at=datetime(2026, 6, 1, tzinfo=UTC), tool="benchmarks/large_home.py", sample=True,
                on=None, based_on=None, lists=(), totals=totals, assertions=checked,
            )  # fmt: skip
            manifests.write(manifest, folder)
            publish(folder, settings)
    return Snapshot.open(settings, name)


@dataclass(frozen=True)
class _Table:
    """One table of the snapshot, written again with all its columns and in the order of snapshots."""

    db: duckdb.DuckDBPyConnection
    source: Snapshot
    folder: Path
    name: str

    def write(self) -> int:
        """Write it; how many rows it has."""
        target, partial = self.folder / f"{self.name}.parquet", self.folder / f"{self.name}.partial"
        self.db.execute(f"COPY ({self._query(target)}) TO {quoted(partial)} (FORMAT parquet, COMPRESSION zstd)")
        partial.replace(target)
        ((rows,),) = self.db.execute(f"SELECT count(*) FROM read_parquet({quoted(target)})").fetchall()
        return int(rows)

    def _query(self, made: Path) -> str:
        if self.name == "properties":
            return _PROPERTIES.format(
                made=quoted(self.folder / "licences.parquet"),
                licences=quoted(self.source.table("licences")),
                properties=quoted(self.source.table("properties")),
            )
        self.db.register("nothing", TABLES[self.name].empty_table())
        if self.name not in _ORDER:
            return "SELECT * FROM nothing"
        there = self.db.sql(f"SELECT * FROM read_parquet({quoted(made)})").columns
        columns = ", ".join(
            f'"{name}"' if name in there else f'{_FILLED.get(name, "NULL")} AS "{name}"'
            for name in TABLES[self.name].names
        )
        rows = f"SELECT {columns} FROM read_parquet({quoted(made)}) ORDER BY {_ORDER[self.name]}"
        return f"SELECT * FROM nothing UNION ALL BY NAME ({rows})"


#: One row = one property: each licence states what one real licence of its category states.
_PROPERTIES = """
    WITH lent AS (
        SELECT
            licence_id AS lender, category, row_number() OVER (PARTITION BY category ORDER BY licence_id) - 1 AS place
        FROM (SELECT DISTINCT licence_id, category FROM read_parquet({licences}))
        SEMI JOIN read_parquet({properties}) USING (licence_id)
    ),
    many AS (SELECT category, count(*) AS lenders FROM lent GROUP BY category),
    borrowing AS (
        SELECT licence_id, category, (hash(licence_id) % lenders)::BIGINT AS place
        FROM read_parquet({made}) JOIN many USING (category)
    ),
    borrowed AS (SELECT licence_id, lender FROM borrowing JOIN lent USING (category, place))
    SELECT borrowed.licence_id, property, value, unit, text
    FROM borrowed
    JOIN read_parquet({properties}) AS stated ON stated.licence_id = borrowed.lender
    ORDER BY borrowed.licence_id, property
"""

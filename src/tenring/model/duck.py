"""Steps on DuckDB, inside this process: the default engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tenring.model.sql import BatchFunction, Step, quoted

#: Rows that a Python function gets at once.
_BATCH = 100_000


class DuckEngine:
    """An engine over one DuckDB connection; its tables are temporary. See tenring.model.sql.Engine."""

    name = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, steps: Iterable[Step]) -> None:
        """Make the table of each step in turn."""
        for step in steps:
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.sql}")

    def add(self, name: str, table: pa.Table) -> None:
        """Make the table `name` from an Arrow table."""
        self.connection.register("incoming", table)
        self.run([Step(name, "SELECT * FROM incoming")])
        self.connection.unregister("incoming")

    def view(self, name: str, path: Path | str) -> None:
        """Let `name` stand for the rows of a Parquet file, or of all Parquet files of a folder."""
        files = Path(path) / "*.parquet" if Path(path).is_dir() else path
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({quoted(files)})")

    def apply(self, name: str, query: str, function: BatchFunction, schema: pa.Schema) -> None:
        """Make the table `name` by calling `function` on the rows of `query`, batch by batch."""
        self.add(name, schema.empty_table())
        for batch in self.batches(query):
            self.connection.register("incoming", pa.Table.from_batches([function(batch)], schema=schema))
            self.connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            self.connection.unregister("incoming")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""
        return self.connection.execute(query).fetchall()

    def arrow(self, query: str) -> pa.Table:
        """The rows of a query that fit into memory."""
        return self.connection.sql(query).to_arrow_table()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query in its order.

        They are kept as a table that is read piece by piece, for DuckDB allows no other query beside an open result.
        """
        self.run([Step("batch_source", query)])
        ((count,),) = self.rows("SELECT count(*) FROM batch_source")
        for first in range(0, count, _BATCH):
            piece = self.arrow(f"SELECT * FROM batch_source WHERE rowid BETWEEN {first} AND {first + _BATCH - 1}")
            yield from piece.combine_chunks().to_batches()
        self.drop("batch_source")

    def write(self, query: str, path: Path | str) -> None:
        """Write the rows of a query, in its order, to one Parquet file."""
        self.connection.execute(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads."""
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")


@contextmanager
def duck_engine(
    *, memory: str | None = None, threads: int | None = None, spill: Path | None = None
) -> Iterator[DuckEngine]:
    """An engine within the given limits (None: DuckDB's own); what is larger than memory goes to the folder `spill`."""
    limits: dict[str, str | int | float | list[str] | None] = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": str(spill) if spill else None,
    }
    with duckdb.connect(config={name: value for name, value in limits.items() if value is not None}) as connection:
        yield DuckEngine(connection)

"""Steps on DuckDB, inside this process: the default engine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tenring.model.sql import BatchFunction, Step, quoted
from tenring.model.workers import Workers

#: Rows that a Python function gets at once.
_BATCH = 100_000
#: Rows from which on worker processes pay, which take about a second to start; pieces for each of them; and rows of the
#: largest piece: what it becomes in Python is many times larger.
_WORTH_SHARING, _PIECES, _PIECE = 20_000, 4, 6_000


#: No checkpoint of what lives in memory: it would rewrite tables that are dropped soon, and frees nothing.
NO_CHECKPOINT = {"checkpoint_threshold": "1TB"}
#: The quickest of the levels: a tenth larger than the usual one, at three quarters of the time.
_COMPRESSED = "COMPRESSION zstd, COMPRESSION_LEVEL 1"


class DuckEngine:
    """An engine over one DuckDB connection; its tables are temporary. See tenring.model.sql.Engine."""

    name = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, workers: Workers | None = None) -> None:
        self.connection, self._workers = connection, workers

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
        for batches in _gathered(self._made(function, query)):
            self.connection.register("incoming", pa.Table.from_batches(batches, schema=schema))
            self.connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            self.connection.unregister("incoming")

    def _made(self, function: BatchFunction, query: str) -> Iterator[pa.RecordBatch]:
        """What the function makes of the rows: of few in this process, of many in the workers."""
        count = self._set_out(query)
        if self._workers is None or count < _WORTH_SHARING:
            yield from map(function, self._pieces(count, _BATCH))
        else:
            size = min(_PIECE, -(-count // (self._workers.count * _PIECES)))
            yield from self._workers.map(function, self._pieces(count, size))

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
        yield from self._pieces(self._set_out(query), _BATCH)

    def _set_out(self, query: str) -> int:
        """Keep the rows of a query in `batch_source`; how many they are."""
        self.run([Step("batch_source", query)])
        ((count,),) = self.rows("SELECT count(*) FROM batch_source")
        return int(count)

    def _pieces(self, count: int, size: int) -> Iterator[pa.RecordBatch]:
        for first in range(0, count, size):
            piece = self.arrow(f"SELECT * FROM batch_source WHERE rowid BETWEEN {first} AND {first + size - 1}")
            yield from piece.combine_chunks().to_batches()
        self.drop("batch_source")

    def write(self, query: str, path: Path | str) -> None:
        """Write the rows of a query, in its order, to one Parquet file."""
        self.connection.execute(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, {_COMPRESSED})")

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads."""
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def rest(self) -> None:
        """End the worker processes until the next `apply`."""
        if self._workers is not None:
            self._workers.rest()


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """The batches in their order, some at a time: each insertion costs a few milliseconds."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= _BATCH:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


@contextmanager
def duck_engine(
    *, memory: str | None = None, threads: int | None = None, spill: Path | None = None, workers: Workers | None = None
) -> Iterator[DuckEngine]:
    """An engine within the given limits (None: DuckDB's own); what is larger than memory goes to the folder `spill`.

    With several threads, Python functions over many rows run in worker processes: in `workers`, which go on when the
    engine ends, or (None) in as many as there are threads.
    """
    limits: dict[str, str | int | float | list[str] | None] = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": str(spill) if spill else None,
    }
    config = {name: value for name, value in limits.items() if value is not None} | NO_CHECKPOINT
    count = threads or os.cpu_count() or 1
    with duckdb.connect(config=config) as connection, nullcontext(workers) if workers else Workers(count) as used:
        yield DuckEngine(connection, used if count > 1 else None)

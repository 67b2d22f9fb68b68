"""Bulk work as named SQL steps: each step is one table, so that any of them can be opened and explained.

Steps are written in DuckDB's SQL and run on any `Engine`; docs/concepts/engines.md lists what they may use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

#: Makes output rows from input rows; it must not remember anything between batches, and be importable by name.
BatchFunction = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class Step:
    """One named step: the query whose rows become the table `name`."""

    name: str
    sql: str


class Engine(Protocol):
    """What runs steps. Tables and views share one space of names; making one again replaces it.

    The same steps give the same rows on every engine. Rows of a table have no order: a query that needs one says so.
    """

    @property
    def name(self) -> str:
        """`duckdb` or `spark`."""

    def run(self, steps: Iterable[Step]) -> None:
        """Make the table of each step in turn."""

    def add(self, name: str, table: pa.Table) -> None:
        """Make the table `name` from a small Arrow table (thousands of rows, not millions)."""

    def view(self, name: str, path: Path | str) -> None:
        """Let `name` stand for the rows of a Parquet file, or of all Parquet files of a folder."""

    def apply(self, name: str, query: str, function: BatchFunction, schema: pa.Schema) -> None:
        """Make the table `name` (columns of `schema`) by calling `function` on the rows of `query`, batch by batch."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""

    def arrow(self, query: str) -> pa.Table:
        """The rows of a query that fit into memory."""

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query, however many, in its order; other queries may run in between."""

    def write(self, query: str, path: Path | str) -> None:
        """Write the rows of a query, in its order, to one Parquet file."""

    def drop(self, *names: str) -> None:
        """Forget tables that no later step reads, and free what they hold."""

    def rest(self) -> None:
        """Give back what is held for `apply`, which may come again, but not soon."""


def table_of(columns: Iterable[tuple[str, pa.DataType]], rows: Iterable[Iterable[Any]]) -> pa.Table:
    """Rows as an Arrow table with the given columns."""
    schema = pa.schema([pa.field(column, type_) for column, type_ in columns])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def quoted(text: str | Path) -> str:
    """A text or path as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"

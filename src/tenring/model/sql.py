"""Bulk work as named SQL steps: each step is one table, so that any of them can be opened and explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Step:
    """One named step: the query whose rows become the table `name`."""

    name: str
    sql: str


def run(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step]) -> None:
    """Make the table of each step in turn."""
    for step in steps:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.sql}")


def quoted(text: str | Path) -> str:
    """A text or path as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"

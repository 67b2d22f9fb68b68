"""The form every file takes before it is understood: rows and columns of text, with what else is known about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()


@dataclass(frozen=True)
class Merged:
    """A merged range; rows are row numbers of the file (1 = first), columns count from 0, both inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Cut:
    """A cell that was longer than allowed, with its full length in characters."""

    row: int
    column: int
    length: int


@dataclass(frozen=True)
class Grid:
    """One table of a file, nothing interpreted.

    `columns` are texts of equal length (null = empty), `typed` tells for each column which cells came as numbers (None:
    none did), `rows` their row numbers in the file. `header` holds the names where the format itself has them (JSON,
    Parquet), `fields` our own field names where a reader has already understood the format (OCDS, notices).
    """

    columns: tuple[pa.ChunkedArray, ...]
    rows: pa.Array
    sheet: str | None = None
    typed: tuple[pa.ChunkedArray | None, ...] = ()
    header: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    merged: tuple[Merged, ...] = ()
    formulas: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    """(row, column) of formula cells -> whether the file holds a calculated value for them."""
    cuts: tuple[Cut, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def row_texts(self, index: int) -> list[str]:
        """The cells of one row as texts, empty ones as "" (for headers and the few rows looked at singly)."""
        return [column[index].as_py() or "" for column in self.columns]

    def part(self, start: int, stop: int | None = None) -> Grid:
        """The rows from `start` up to `stop`."""
        length = (self.height if stop is None else stop) - start
        columns = tuple(column.slice(start, length) for column in self.columns)
        typed = tuple(None if one is None else one.slice(start, length) for one in self.typed)
        return replace_rows(self, columns, typed, self.rows.slice(start, length))


def replace_rows(
    grid: Grid, columns: tuple[pa.ChunkedArray, ...], typed: tuple[pa.ChunkedArray | None, ...], rows: pa.Array
) -> Grid:
    """`grid` with other rows and everything else as it was."""
    return Grid(
        columns=columns,
        rows=rows,
        sheet=grid.sheet,
        typed=typed,
        header=grid.header,
        fields=grid.fields,
        merged=grid.merged,
        formulas=grid.formulas,
        cuts=grid.cuts,
    )


@dataclass(frozen=True)
class Sheet:
    """What a reader hands over for a table that is small enough to have been a list of rows."""

    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int]


def columns_of(rows: Sequence[Sequence[str | None]], width: int) -> tuple[pa.ChunkedArray, ...]:
    """Columns of text from rows, short rows padded."""
    padded = [row if len(row) == width else [*row, *([None] * (width - len(row)))] for row in rows]
    if not padded:
        return tuple(pa.chunked_array([pa.array([], TEXT)]) for _ in range(width))
    return tuple(pa.chunked_array([pa.array(column, TEXT)]) for column in zip(*padded, strict=True))


def cut_long(
    columns: tuple[pa.ChunkedArray, ...], rows: pa.Array, limit: int
) -> tuple[tuple[pa.ChunkedArray, ...], tuple[Cut, ...]]:
    """Cut cells longer than `limit` characters, and say which."""
    kept, cuts = [], []
    for index, column in enumerate(columns):
        lengths = pc.utf8_length(column)
        longest = pc.max(lengths).as_py()
        if longest is None or longest <= limit:
            kept.append(column)
            continue
        for position in pc.indices_nonzero(pc.fill_null(pc.greater(lengths, limit), fill_value=False)).to_pylist():
            cuts.append(Cut(rows[position].as_py(), index, lengths[position].as_py()))  # noqa: PERF401 - two loops read better
        kept.append(pc.utf8_slice_codeunits(column, 0, limit))
    return tuple(kept), tuple(cuts)

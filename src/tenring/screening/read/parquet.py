"""Parquet files: the columns have names and types already."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.limits import require_rows
from tenring.screening.read.grid import TEXT, Grid, cut_long
from tenring.settings import Settings


def read(path: Path, *, settings: Settings) -> Grid:
    """The grid of a Parquet file; nested columns are left out.

    Raises:
        UnusableInputError: damaged, or larger than the limits.
    """
    try:
        _check(pq.ParquetFile(path).metadata, path=path, settings=settings)
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        what = T("the Parquet file is damaged ({reason})", reason=str(error).splitlines()[0])
        raise UnusableInputError(what, where=path, do=T("Export it again")) from error
    flat = [name for name in table.column_names if not pa.types.is_nested(table.schema.field(name).type)]
    rows = pa.array(range(1, table.num_rows + 1), pa.int64())
    columns, cuts = cut_long(tuple(_text(table.column(name)) for name in flat), rows, settings.max_cell_chars)
    typed = tuple(_numeric(table.column(name)) for name in flat)
    return Grid(columns, rows, typed=typed, header=tuple(flat), cuts=cuts)


def _check(metadata: pq.FileMetaData, *, path: Path, settings: Settings) -> None:
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    require_rows(metadata.num_rows, path, settings)
    if size > settings.max_unpacked_bytes:
        what = T(
            "the file unpacks to {size:,} bytes, more than the limit of {limit:,}",
            size=size,
            limit=settings.max_unpacked_bytes,
        )
        raise UnusableInputError(what, where=path, do=T("Split it, or raise TENRING_MAX_UNPACKED_BYTES"))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text: numbers in their shortest exact form, times cut to what we read."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.chunked_array([pa.nulls(len(column), TEXT)])
    if pa.types.is_decimal(kind):
        return column.cast(pa.string()).cast(TEXT)
    return pc.cast(column, TEXT)


def _numeric(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.chunked_array([pc.is_valid(column).combine_chunks()])
    return None

"""Rows under one layout, and what is known of their single cells before anything is interpreted."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read.grid import Grid
from tenring.screening.read.layout import Layout

MOST_FILLED = 5_000_000
"""Cells that merged ranges may fill."""


@dataclass(frozen=True)
class Source:
    """Where a grid comes from: what stands in `source_file`, and the prefix that makes line ids unique in a run."""

    file: str
    prefix: str


@dataclass(frozen=True)
class Stretch:
    """Rows under one layout. `remark` is noted on every line; `reject` is the reason why none of them is a line."""

    grid: Grid
    layout: Layout
    remark: str | None = None
    reject: str | None = None
    repeats: tuple[tuple[int, str], ...] = ()
    """(row number, reason) of rows that only repeat others."""


def with_merged(stretch: Stretch) -> list[pa.ChunkedArray]:
    """The columns, merged cells filled down; amounts and quantities stand once, where they are written."""
    grid, layout = stretch.grid, stretch.layout
    columns = list(grid.columns)
    once = {column for field in ("amount", "quantity", "unit_price") for column in layout.fields.get(field, ())}
    tall = [one for one in grid.merged if one.last_row > one.first_row]
    if not tall:
        return columns
    position = {row: index for index, row in enumerate(grid.rows.to_pylist())}
    last = max(position, default=0)
    if sum(min(one.last_row, last) - one.first_row for one in tall) > MOST_FILLED:
        what = T("the merged cells of the sheet overlap or cover more than {limit:,} cells", limit=MOST_FILLED)
        raise UnusableInputError(what, where=grid.sheet, do=T("Unmerge them, or save the sheet as CSV"))
    for column in {one.first_column for one in tall} - once:
        if column >= len(columns):
            continue
        texts = columns[column].to_pylist()
        for one in tall:
            start = position.get(one.first_row)
            if one.first_column == column and start is not None:
                for row in range(one.first_row + 1, min(one.last_row, last) + 1):
                    if row in position:
                        texts[position[row]] = texts[start]
        columns[column] = pa.chunked_array([pa.array(texts, columns[column].type)])
    return columns


def field_columns(layout: Layout) -> dict[int, str]:
    """Column → the field it holds."""
    return {column: field for field, columns in layout.fields.items() for column in columns}


def formula_notes(stretch: Stretch) -> pa.Table:
    """Rows with a calculated formula in a column that is read, and the note on it."""
    fields = field_columns(stretch.layout)
    found = [
        (row, T("{column}: value of a formula as last calculated", column=name_of(stretch.layout, column)))
        for (row, column), calculated in stretch.grid.formulas.items()
        if calculated and column in fields
    ]
    return pa.Table.from_pylist(
        [{"row": row, "note": note} for row, note in found], schema=pa.schema({"row": pa.int64(), "note": pa.string()})
    )


def name_of(layout: Layout, column: int) -> str:
    """The header of a column, or its position where it has none."""
    return layout.names[column] if column < len(layout.names) and layout.names[column] else f"#{column + 1}"


def cell_problems(stretch: Stretch) -> pa.Table:
    """Cells that could not be read before anything was interpreted: formulas never calculated, cells cut short."""
    fields, layout = field_columns(stretch.layout), stretch.layout
    found = [
        (row, name_of(layout, column), None, T("a formula that was never calculated; formulas are not evaluated"))
        for (row, column), calculated in stretch.grid.formulas.items()
        if not calculated and column in fields
    ]
    found += [
        (cut.row, name_of(layout, cut.column), None, T("cut: the cell has {length:,} characters", length=cut.length))
        for cut in stretch.grid.cuts
    ]
    schema = pa.schema({"row": pa.int64(), "column": pa.string(), "value": pa.string(), "reason": pa.string()})
    return pa.Table.from_pylist([dict(zip(schema.names, one, strict=True)) for one in found], schema=schema)

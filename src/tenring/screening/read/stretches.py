"""A grid falls into stretches of rows with one layout each: headers repeated, layouts changed, rows slipped aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from tenring.language import T
from tenring.screening.read.amounts import is_blank, parse_amount
from tenring.screening.read.dates import parse_date
from tenring.screening.read.grid import Grid, replace_rows
from tenring.screening.read.layout import Layout, changes
from tenring.screening.read.stretch import Stretch

MOST_SLIPPED = 20_000
"""Slipped rows are looked for in tables up to this size; they come from copying by hand, which bulk exports do not."""

_DIGITS = re.compile(r"\d{1,6}(?:\.0)?")
_MOSTLY = 0.9


@dataclass(frozen=True)
class Divided:
    """The stretches of a grid, and rows that are none: (row number, why skipped)."""

    stretches: tuple[Stretch, ...]
    skipped: tuple[tuple[int, str], ...]


def divide(grid: Grid, main: Layout) -> Divided:
    """Cut a grid into stretches."""
    found = changes(grid, main)
    titles = [grid.rows[index].as_py() for index in range(main.first)]
    skipped = [(row, T("title above the header")) for row in titles if row not in main.header_rows]
    skipped += [
        (grid.rows[index].as_py(), T("the header again") if layout is None else T("another header"))
        for index, layout in found
    ]
    owner = _owners(grid, main, found)
    changed = [layout for _, layout in found if layout]
    stretches = _slipped(_taken(grid, owner, main), main)
    stretches += [_stretch(_taken(grid, owner, layout), layout, main) for layout in changed]
    return Divided(tuple(one for one in stretches if one.grid.height), tuple(skipped))


def _owners(grid: Grid, main: Layout, found: Sequence[tuple[int, Layout | None]]) -> list[int] | None:
    """For each row the id of its layout (0: none); None where the whole body belongs to the main one."""
    if not found:
        return None
    owner = [0] * main.first + [id(main)] * (grid.height - main.first)
    starts = [*(index for index, _ in found), grid.height]
    current = main
    for position, (index, layout) in enumerate(found):
        current = layout or (main if current.partial else current)
        owner[index] = 0
        for row in range(index + 1, starts[position + 1]):
            owner[row] = id(main) if current.partial and _fits(grid.row_texts(row), main) else id(current)
    return owner


def _fits(cells: Sequence[str], layout: Layout) -> bool:
    """Whether a row's amount and date read under a layout (and one of them is there)."""
    amount = _cell(cells, layout, "amount")
    day = _cell(cells, layout, "date")
    if is_blank(amount) and is_blank(day):
        return False
    return (is_blank(amount) or _reads(parse_amount, amount)) and (is_blank(day) or _reads(parse_date, day))


def _cell(cells: Sequence[str], layout: Layout, field: str, *, move: int = 0) -> str:
    columns = layout.fields.get(field)
    return cells[columns[0] + move] if columns and 0 <= columns[0] + move < len(cells) else ""


def _reads(parse: Callable[..., object], text: str) -> bool:
    try:
        parse(text, "." if parse is parse_amount else "day")
    except ValueError:
        return False
    return True


def _taken(grid: Grid, owner: Sequence[int] | None, layout: Layout) -> Grid:
    if owner is None:
        return grid.part(layout.first)
    return _filtered(grid, [one == id(layout) for one in owner])


def _filtered(grid: Grid, marks: Sequence[bool]) -> Grid:
    mask = pa.array(marks, pa.bool_())
    columns = tuple(column.filter(mask) for column in grid.columns)
    typed = tuple(None if one is None else one.filter(mask) for one in grid.typed)
    return replace_rows(grid, columns, typed, pc.filter(grid.rows, mask))


def _stretch(part: Grid, layout: Layout, main: Layout) -> Stretch:
    """Rows under a changed layout; where it names no amount although the table has one, they are no lines."""
    if "amount" in main.fields and "amount" not in layout.fields:
        names = ", ".join(layout.names[column] for column in sorted(layout.partial)) or ", ".join(
            filter(None, layout.names)
        )
        why = T(
            "below the header {names} in row {row} no column holds an amount: "
            "these rows describe purchases, they are none",
            names=names,
            row=layout.header_rows[0],
        )
        return Stretch(part, layout, repeats=tuple((row, why) for row in part.rows.to_pylist()))
    return Stretch(part, layout)


def _slipped(part: Grid, layout: Layout) -> list[Stretch]:
    """The rows of the main layout, and those whose cells stand one column too far to the left."""
    amount = layout.fields.get("amount", ())
    if not amount or part.height > MOST_SLIPPED or part.fields is not None or part.header is not None:
        return [Stretch(part, layout)]
    rows = [part.row_texts(index) for index in range(part.height)]
    slipped = [_has_slipped(cells, layout) for cells in rows]
    from_column = _slip_start(rows, slipped, amount[0]) if any(slipped) else None
    if from_column is None:
        return [Stretch(part, layout)]
    kept = _filtered(part, [not one for one in slipped])
    moved = _filtered(part, slipped)
    repeats = _repeats(part, rows, slipped, layout, from_column)
    remark = T("cells stood one column too far to the left: read one column further on")
    return [Stretch(kept, layout), Stretch(moved, _moved(layout, from_column), remark, repeats=repeats)]


def _has_slipped(cells: Sequence[str], layout: Layout) -> bool:
    """The amount does not read, but the cell left of it does; the same for the date."""
    here, left = _cell(cells, layout, "amount"), _cell(cells, layout, "amount", move=-1)
    if is_blank(here) or _reads(parse_amount, here) or is_blank(left) or not _reads(parse_amount, left):
        return False
    day, day_left = _cell(cells, layout, "date"), _cell(cells, layout, "date", move=-1)
    return "date" not in layout.fields or (not _reads(parse_date, day) and _reads(parse_date, day_left))


def _slip_start(rows: Sequence[Sequence[str]], slipped: Sequence[bool], amount: int) -> int | None:
    """The column that is missing in the slipped rows: numbers elsewhere, words there."""
    straight = [cells for cells, one in zip(rows, slipped, strict=True) if not one]
    aside = [cells for cells, one in zip(rows, slipped, strict=True) if one]
    for column in range(amount):
        numbers = sum(bool(_DIGITS.fullmatch(cells[column])) for cells in straight)
        words = sum(bool(cells[column]) and not _DIGITS.fullmatch(cells[column]) for cells in aside)
        if straight and numbers >= _MOSTLY * len(straight) and words >= _MOSTLY * len(aside):
            return column
    return None


def _moved(layout: Layout, start: int) -> Layout:
    """The layout with the columns from `start` to the last of amount and date read one to the left."""
    end = max(layout.fields[field][0] for field in ("amount", "date") if field in layout.fields)
    fields = {
        field: tuple(column - 1 if start < column <= end else column for column in columns)
        for field, columns in layout.fields.items()
    }
    return replace(layout, fields=fields)


def _repeats(
    part: Grid, rows: Sequence[Sequence[str]], slipped: Sequence[bool], layout: Layout, start: int
) -> tuple[tuple[int, str], ...]:
    """Slipped rows that say the same as a straight row in every cell but running numbers."""
    end = max(layout.fields[field][0] for field in ("amount", "date") if field in layout.fields)
    numbers = part.rows.to_pylist()
    known = {
        _signature(cells, start): number for cells, number, one in zip(rows, numbers, slipped, strict=True) if not one
    }
    found = []
    for cells, number, one in zip(rows, numbers, slipped, strict=True):
        straight = [*cells[:start], "", *cells[start:end], *cells[end + 1 :]]
        if one and (same := known.get(_signature(straight, start))):
            found.append((number, T("repeats row {row}, its cells one column too far to the left", row=same)))
    return tuple(found)


def _signature(cells: Sequence[str], start: int) -> tuple[str, ...]:
    """All cells but the running numbers (first column, and the one the slipped rows lack)."""
    return tuple(text for column, text in enumerate(cells) if column not in (0, start))

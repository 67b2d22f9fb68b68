"""A purchase as formats of public procurement state it (OCDS, notices), before it becomes a row of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa

from tenring.language import T
from tenring.screening.read.grid import Grid, columns_of, cut_long
from tenring.settings import Settings


class Stage(StrEnum):
    """How far a purchase had come where its amount was stated, the most final first."""

    CONTRACT = "contract"
    AWARD = "award"
    TENDER = "tender"


@dataclass(frozen=True)
class Entry:
    """One line of a package or notice.

    `skip` is the reason why it is no purchase (cancelled, no winner); `stage` says where the amount was stated, `note`
    what is worth knowing about it.
    """

    description: str | None = None
    buyer: str | None = None
    supplier: str | None = None
    date: str | None = None
    code: str | None = None
    code_scheme: str | None = None
    code_name: str | None = None
    quantity: str | None = None
    unit: str | None = None
    amount: str | None = None
    currency: str | None = None
    note: str | None = None
    skip: str | None = None
    stage: Stage | None = None


#: Columns of the grid that entries become; `note` and `skip` go the same way as fields.
COLUMNS = tuple(one.name for one in fields(Entry) if one.name != "stage")
TYPED = frozenset({"amount", "quantity"})


def grid_of(
    entries: Sequence[Entry], *, settings: Settings, sheet: str | None = None, rows: Sequence[int] | None = None
) -> Grid:
    """The grid of entries; rows are numbered in their order unless numbers are given."""
    numbers = pa.array(rows if rows is not None else range(1, len(entries) + 1), pa.int64())
    columns = columns_of([[_cell(entry, name) for name in COLUMNS] for entry in entries], len(COLUMNS))
    columns, cuts = cut_long(columns, numbers, settings.max_cell_chars)
    marks = pa.chunked_array([pa.array([True] * len(entries), pa.bool_())])
    typed = tuple(marks if name in TYPED else None for name in COLUMNS)
    return Grid(columns, numbers, sheet=sheet, typed=typed, fields=COLUMNS, cuts=cuts)


def _cell(entry: Entry, name: str) -> str | None:
    """A field of an entry; what a tender estimates is marked as an estimate."""
    if name != "note" or entry.stage is not Stage.TENDER or entry.amount is None:
        return getattr(entry, name)  # type: ignore[no-any-return]  # every column is text
    return "; ".join(filter(None, (T("estimate of the tender, not yet bought"), entry.note)))


def plain(value: Decimal | None) -> str | None:
    """A Decimal as plain digits."""
    return None if value is None else format(value, "f")

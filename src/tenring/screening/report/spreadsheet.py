"""The workbook of a report: sheets of typed columns, streamed row by row through XlsxWriter.

It writes text, numbers and dates, and nothing else: a text is always text, so no input can become a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

#: Limits of the format.
MAX_ROWS, MAX_TEXT, MAX_SHEET_NAME = 1_048_576, 32_767, 31

#: Day 0 of the format's calendar for all days after February 1900.
EPOCH = date(1899, 12, 30)

#: What UTF-8 and XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
#: Streamed row by row; a text stays a text whatever it looks like; no document dates, so equal input gives equal cells.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class Kind(Enum):
    """What a cell holds. Values come as texts; numbers in plain decimals, days as the format's day numbers."""

    TEXT = "text"
    HEAD = "head"
    WHOLE = "whole"
    MONEY = "money"
    SHARE = "share"
    DAY = "day"
    LITERAL = "literal"
    """A text that starts like a formula: marked so that a program that edits it keeps it a text."""
    TITLE = "title"
    NUMBER = "number"


#: Kind -> how its cells look.
_LOOKS: dict[Kind, dict[str, object]] = {
    Kind.HEAD: {"bold": True, "bg_color": "#E3EFE7", "text_wrap": True, "valign": "top"},
    Kind.WHOLE: {"num_format": "#,##0"},
    Kind.MONEY: {"num_format": "#,##0.00"},
    Kind.SHARE: {"num_format": "0.0%"},
    Kind.DAY: {"num_format": "yyyy-mm-dd"},
    Kind.LITERAL: {"num_format": "@", "quote_prefix": True},
    Kind.TITLE: {"bold": True, "font_size": 15},
}
_TEXTS = frozenset({Kind.TEXT, Kind.HEAD, Kind.TITLE, Kind.LITERAL})


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, what its cells hold, its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


class Workbook:
    """An XLSX file being written; use as a context manager. Sheets stand in the order in which they were added."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._formats: dict[Kind, Format] = {kind: self._book.add_format(look) for kind, look in _LOOKS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def add(self, name: str) -> Sheet:
        """An empty sheet, to be filled at any time."""
        return Sheet(self._book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:MAX_SHEET_NAME]), self._formats)


class Sheet:
    """A sheet of a workbook, to be filled once."""

    def __init__(self, sheet: Worksheet, formats: Mapping[Kind, Format]) -> None:
        self._sheet, self._formats = sheet, formats

    def fill_table(self, *, columns: Sequence[Column], batches: Iterable[Sequence[Sequence[str | None]]]) -> None:
        """A frozen, filterable head and rows given column by column in batches."""
        self._set_widths([column.width for column in columns])
        self._sheet.freeze_panes(1, 0)
        heads, writers = self._writer(Kind.HEAD), [self._writer(column.kind) for column in columns]
        for place, column in enumerate(columns):
            heads(0, place, column.title)
        row = 0
        for batch in batches:
            for row, values in enumerate(zip(*batch, strict=True), start=row + 1):  # noqa: B020 - goes on counting
                for place, value in enumerate(values):
                    if value:
                        writers[place](row, place, value)
        self._sheet.autofilter(0, 0, row, len(columns) - 1)

    def fill_page(self, *, widths: Sequence[int], rows: Iterable[Sequence[tuple[Kind, str | None]]]) -> None:
        """Cells of any kind each, such as a summary."""
        self._set_widths(widths)
        for number, row in enumerate(rows):
            for place, (kind, value) in enumerate(row):
                if value:
                    self._writer(kind)(number, place, value)

    def _set_widths(self, widths: Sequence[int]) -> None:
        for place, width in enumerate(widths):
            self._sheet.set_column(place, place, width)

    def _writer(self, kind: Kind) -> Callable[[int, int, str], object]:
        """What writes a cell of a kind at a row and column."""
        sheet, look, literal = self._sheet, self._formats.get(kind), self._formats[Kind.LITERAL]
        if kind is Kind.TEXT:
            return lambda row, place, value: sheet.write_string(
                row, place, _text(value), literal if value.startswith(_FORMULA_SIGNS) else None
            )
        if kind in _TEXTS:
            return lambda row, place, value: sheet.write_string(row, place, _text(value), look)
        return lambda row, place, value: sheet.write_number(row, place, float(value), look)


def _text(value: str) -> str:
    """A text without what the format cannot hold, not longer than a cell may be."""
    if len(value) > MAX_TEXT:
        value = value[: MAX_TEXT - 1] + "…"
    return _FORBIDDEN.sub("", value)


def day_number(day: date) -> str:
    """A date as the format stores it."""
    return str((day - EPOCH).days)


def batches_of(rows: Sequence[Sequence[str | None]], *, size: int = 10_000) -> Iterator[list[tuple[str | None, ...]]]:
    """Rows as batches of columns."""
    for start in range(0, len(rows), size):
        yield list(zip(*rows[start : start + size], strict=True))

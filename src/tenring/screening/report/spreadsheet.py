"""A small XLSX writer (ECMA-376, Office Open XML): sheets of typed columns, streamed into the file.

Written for one reason: a general library takes about twenty seconds for the lines of a large file, this takes two. It
can write text, numbers and dates, and nothing else: a text is always text, so no input can become a formula.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape, quoteattr

#: Limits of the format.
MAX_ROWS, MAX_TEXT, MAX_SHEET_NAME = 1_048_576, 32_767, 31

#: The fastest: rows repeat themselves, and stronger settings cost more time than they save room.
COMPRESSION = 1

#: Day 0 of the format's calendar for all days after February 1900.
EPOCH = date(1899, 12, 30)

#: What XML 1.0 cannot hold, and what it must escape.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f&<>\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Kind(Enum):
    """What a cell holds, by the number of its style in `_STYLES`. Values come as texts; numbers in plain decimals."""

    TEXT = 0
    HEAD = 1
    WHOLE = 2
    MONEY = 3
    SHARE = 4
    DAY = 5
    LITERAL = 6
    """A text that starts like a formula: marked so that a program that edits it keeps it a text."""
    TITLE = 7
    NUMBER = 8


#: Kinds of text that have a style of their own.
_STYLED_TEXTS = frozenset({Kind.HEAD, Kind.TITLE})


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, what its cells hold, its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


class Workbook:
    """An XLSX file being written, sheet after sheet; use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)
        self._names: list[str] = []
        self._strings = _Strings()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write_parts()
        self._zip.close()

    def add_table(
        self, name: str, *, columns: Sequence[Column], batches: Iterable[Sequence[Sequence[str | None]]]
    ) -> None:
        """A sheet with a frozen, filterable head and rows given column by column in batches."""
        heads = [[column.title] for column in columns]
        with self._sheet(name) as write:
            write(_sheet_start([column.width for column in columns], frozen=True))
            write(self._rows([Kind.HEAD] * len(columns), heads, first=1))
            row = 2
            for batch in batches:
                write(self._rows([column.kind for column in columns], batch, first=row))
                row += len(batch[0])
            write(f'</sheetData><autoFilter ref="A1:{_letters(len(columns) - 1)}{row - 1}"/></worksheet>')

    def add_page(self, name: str, *, widths: Sequence[int], rows: Iterable[Sequence[tuple[Kind, str | None]]]) -> None:
        """A sheet whose cells are of any kind each, such as a summary."""
        with self._sheet(name) as write:
            write(_sheet_start(widths, frozen=False))
            for number, row in enumerate(rows, start=1):
                write(self._rows([kind for kind, _ in row], [[value] for _, value in row], first=number))
            write("</sheetData></worksheet>")

    def _rows(self, kinds: Sequence[Kind], columns: Sequence[Sequence[str | None]], *, first: int) -> str:
        """XML of rows from their columns."""
        cells = [
            _cells(kind, values, letters=_letters(index), first=first, strings=self._strings)
            for index, (kind, values) in enumerate(zip(kinds, columns, strict=True))
        ]
        rows = enumerate(zip(*cells, strict=True), start=first)
        return "".join([f'<row r="{number}">{"".join(row)}</row>' for number, row in rows])

    def _sheet(self, name: str) -> _Part:
        self._names.append(re.sub(r"[\[\]:*?/\\]", " ", name)[:MAX_SHEET_NAME])
        return _Part(self._zip, f"xl/worksheets/sheet{len(self._names)}.xml")

    def _write_parts(self) -> None:
        sheets = list(enumerate(self._names, start=1))
        entries = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in sheets)
        links = "".join(_link(n, "worksheet", f"worksheets/sheet{n}.xml") for n, _ in sheets)
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
            for n, _ in sheets
        )
        own = _link(len(sheets) + 1, "styles", "styles.xml") + _link(
            len(sheets) + 2, "sharedStrings", "sharedStrings.xml"
        )
        parts = {
            "[Content_Types].xml": _CONTENT_TYPES.format(sheets=kinds),
            "_rels/.rels": _RELATIONS.format(links=_link(1, "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _RELATIONS.format(links=links + own),
            "xl/styles.xml": _STYLES,
            "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(self._strings.items_xml)}</sst>',
        }
        for path, text in parts.items():
            with _Part(self._zip, path) as write:
                write(text)


class _Part:
    """One file of the package, written as it grows."""

    def __init__(self, package: zipfile.ZipFile, path: str) -> None:
        self._stream = package.open(path, "w", force_zip64=True)

    def __enter__(self) -> Self:
        self('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
        return self

    def __call__(self, text: str) -> None:
        self._stream.write(text.encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


class _Strings(dict[str, str]):
    """The texts of a workbook, each stored once: text → the XML of a cell that shows it, after its place and style."""

    def __init__(self) -> None:
        super().__init__()
        self.items_xml: list[str] = []

    def __missing__(self, value: str) -> str:
        literal = f' s="{Kind.LITERAL.value}"' if value.startswith(_FORMULA_SIGNS) else ""
        self[value] = cell = f'{literal} t="s"><v>{len(self.items_xml)}</v></c>'
        self.items_xml.append(f'<si><t xml:space="preserve">{_text(value)}</t></si>')
        return cell

    def unstyled(self, value: str) -> str:
        """The same without a style, for cells that have one already."""
        cell = self[value]
        return cell[cell.index(" t=") :]


def _cells(kind: Kind, values: Sequence[str | None], *, letters: str, first: int, strings: _Strings) -> list[str]:
    """XML of one column's cells. Written as comprehensions, because there are millions of them."""
    rows = enumerate(values, start=first)
    if kind is Kind.TEXT:
        return [f'<c r="{letters}{row}"{strings[value]}' if value else "" for row, value in rows]
    start = f'" s="{kind.value}"'
    if kind in _STYLED_TEXTS:
        return [f'<c r="{letters}{row}{start}{strings.unstyled(value)}' if value else "" for row, value in rows]
    return [f'<c r="{letters}{row}{start}><v>{value}</v></c>' if value else "" for row, value in rows]


def _text(value: str) -> str:
    """A text as XML: nothing that XML cannot hold or a reader would decode, not longer than a cell may be."""
    if len(value) > MAX_TEXT:
        value = value[: MAX_TEXT - 1] + "…"
    if not _SPECIAL.search(value):
        return value
    return escape(_ESCAPED.sub("_x005F_", _FORBIDDEN.sub("", value)), {"\r": "&#13;"})


def _letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheet_start(widths: Sequence[int], *, frozen: bool) -> str:
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1)
    )
    views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'<worksheet xmlns="{_MAIN}">{views}<cols>{columns}</cols><sheetData>'


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def day_number(day: date) -> str:
    """A date as the format stores it."""
    return str((day - EPOCH).days)


def batches_of(rows: Sequence[Sequence[str | None]], *, size: int = 10_000) -> Iterator[list[tuple[str | None, ...]]]:
    """Rows as batches of columns."""
    for start in range(0, len(rows), size):
        yield list(zip(*rows[start : start + size], strict=True))


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = f'<Relationships xmlns="{_PACKAGE}/relationships">{{links}}</Relationships>'
_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_CONTENT}.sharedStrings+xml"/>{{sheets}}</Types>'
)
#: The formats of `Kind`, in its order: 3, 4 and 10 are the format's own numbers for #,##0, #,##0.00 and 0.00%.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="0.0%"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="15"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE3EFE7"/>'
    '<bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="9">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

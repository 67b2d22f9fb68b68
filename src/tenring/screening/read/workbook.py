"""XLSX workbooks: checked before they are opened, formulas never evaluated, numbers exactly as they were written."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.screening.read.grid import Grid, Merged, columns_of, cut_long
from tenring.screening.read.xml import parse
from tenring.settings import Settings

MOST_ENTRIES = 10_000
WORST_RATIO = 200
"""Spreadsheets pack 5 to 30 fold; bombs a thousandfold."""

RATIO_FROM_BYTES = 64 << 20
"""Below this unpacked size the ratio does not matter: an almost empty sheet packs very well."""

ENCRYPTED = 0x1
MOST_COLUMNS = 16_384
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_BLOCK = 1 << 20
_TAIL = 32
"""Bytes of a block looked at again with the next one, so that nothing hides on the border."""

MOST_CELLS = 40_000_000
"""Cells a sheet may span, empty ones included; sheets are held as full rectangles while they are read."""


@dataclass(frozen=True)
class HiddenSheet:
    """A sheet that was left alone, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Scan:
    """What a first pass over a sheet's XML tells: the last row and column used, and whether there are formulas."""

    rows: int = 0
    columns: int = 0
    formulas: bool = False


def check(path: Path, *, settings: Settings) -> dict[str, Scan]:
    """Look at the archive's own list before anything is unpacked, then pass over its parts without keeping them.

    Returns the scan of each sheet's part of the archive.

    Raises:
        UnusableInputError: not a workbook, encrypted, or a bomb.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnusableInputError(
            T("the workbook is damaged ({reason})", reason=error), where=path, do=T("Export it again")
        ) from error
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise UnusableInputError(T("the workbook is encrypted"), where=path, do=T("Save it without a password"))
    if len(entries) > MOST_ENTRIES:
        raise UnusableInputError(
            T("the archive has {count:,} entries: not a workbook anyone wrote", count=len(entries)), where=path
        )
    if unpacked > settings.max_unpacked_bytes:
        what = T(
            "the workbook unpacks to {size:,} bytes, more than the limit of {limit:,}",
            size=unpacked,
            limit=settings.max_unpacked_bytes,
        )
        raise UnusableInputError(what, where=path, do=T("Split it, or raise TENRING_MAX_UNPACKED_BYTES"))
    if unpacked > RATIO_FROM_BYTES and unpacked > WORST_RATIO * max(packed, 1):
        what = T(
            "the workbook unpacks to {ratio:,} times its size: this is a zip bomb", ratio=unpacked // max(packed, 1)
        )
        raise UnusableInputError(what, where=path, do=T("Do not open it; ask for the file again"))
    _check_kind({entry.filename for entry in entries}, path)
    return _scan_all(path)


def _scan_all(path: Path) -> dict[str, Scan]:
    """Read every XML part once: sizes and checksums must be true, and no sheet may span more than we can hold.

    Raises:
        UnusableInputError: a part lies about its size, declares entities, or a sheet is impossibly large.
    """
    with _damage_explained(path), zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        scans = {name: _scan(archive, name, path) for name in names}
    for name, scan in scans.items():
        if scan.rows * scan.columns > MOST_CELLS:
            what = T(
                "{part} spans {rows:,} rows and {columns:,} columns", part=name, rows=scan.rows, columns=scan.columns
            )
            raise UnusableInputError(
                what, where=path, do=T("Delete the stray cells far from the table, or save it as CSV")
            )
    return scans


def _scan(archive: zipfile.ZipFile, name: str, path: Path) -> Scan:
    rows = columns = 0
    formulas, tail = False, b""
    letters: set[bytes] = set()
    with archive.open(name) as stream:
        while block := stream.read(_BLOCK):
            text = tail + block
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                what = T("{part} declares a document type or entities, which workbooks never need", part=name)
                raise UnusableInputError(what, where=path, do=T("Do not trust this file; ask for it again"))
            formulas = formulas or _FORMULA.search(text) is not None
            for column, row in set(_REFERENCE.findall(text)):
                letters.add(column)
                rows = max(rows, int(row))
            tail = block[-_TAIL:]
    columns = max((column_index(one.decode()) + 1 for one in letters), default=0)
    return Scan(rows, columns, formulas)


def _check_kind(names: set[str], path: Path) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise UnusableInputError(T("the file is a binary workbook (.xlsb)"), where=path, do=T("Save it as .xlsx"))
    if "content.xml" in names:
        raise UnusableInputError(T("the file is an OpenDocument file"), where=path, do=T("Save it as .xlsx"))
    raise UnusableInputError(T("the file is a ZIP archive, not a workbook"), where=path, do=T("Unpack it first"))


def read(path: Path, *, sheet: str | None, settings: Settings) -> tuple[list[Grid], list[HiddenSheet]]:
    """The visible sheets of a workbook (or the one named), and those left out.

    Raises:
        UnusableInputError: no such sheet, too many rows, or a damaged file.
    """
    scans = check(path, settings=settings)
    with _damage_explained(path), CalamineWorkbook.from_path(str(path)) as book:
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        hidden = [one.name for one in book.sheets_metadata if one.visible != SheetVisibleEnum.Visible]
        if sheet is not None and sheet not in names:
            what = T("there is no sheet {name}", name=sheet)
            raise UnusableInputError(what, where=path, do=T("Use one of: {names}", names=", ".join(names)))
        chosen = [name for name in names if name == sheet or (sheet is None and name not in hidden)]
        grids = [_grid(book, name, scans, path=path, settings=settings) for name in chosen]
    left = [HiddenSheet(name, T("the sheet is hidden")) for name in hidden if name in names and name != sheet]
    return [grid for grid in grids if grid.height], left


@contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (CalamineError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise UnusableInputError(
            T("the workbook is damaged ({reason})", reason=error), where=path, do=T("Export it again")
        ) from error


def _grid(book: CalamineWorkbook, name: str, scans: Mapping[str, Scan], *, path: Path, settings: Settings) -> Grid:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > settings.max_rows:
        what = T(
            "the sheet has {rows:,} rows, more than the limit of {limit:,}",
            rows=sheet.total_height,
            limit=settings.max_rows,
        )
        raise UnusableInputError(what, where=Place(path, sheet=name), do=T("Split it, or raise TENRING_MAX_ROWS"))
    values = sheet.to_python(skip_empty_area=False)
    numbers = pa.array(range(1, len(values) + 1), pa.int64())
    width = max((len(row) for row in values), default=0)
    columns, typed = _columns(values, width)
    columns, cuts = cut_long(columns, numbers, settings.max_cell_chars)
    merged = tuple(Merged(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in sheet.merged_cell_ranges or ())
    return Grid(
        columns, numbers, sheet=name, typed=typed, merged=merged, formulas=_formulas(path, name, scans), cuts=cuts
    )


def _columns(
    values: Sequence[Sequence[Any]], width: int
) -> tuple[tuple[pa.ChunkedArray, ...], tuple[pa.ChunkedArray | None, ...]]:
    texts, typed = [], []
    for column in range(width):
        cells = [row[column] for row in values]
        texts.append(columns_of([[as_text(cell)] for cell in cells], 1)[0])
        marks = [isinstance(cell, float | int) and not isinstance(cell, bool) for cell in cells]
        typed.append(pa.chunked_array([pa.array(marks, pa.bool_())]) if any(marks) else None)
    return tuple(texts), tuple(typed)


def as_text(value: object) -> str | None:
    """The text of a cell: numbers in their shortest exact form, dates as ISO 8601."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return str(value) if isinstance(value, int | date | time | timedelta) else None


_EXACT = 2**53
"""Whole numbers below this are exact in the spreadsheet's own number type."""


def _formulas(path: Path, name: str, scans: Mapping[str, Scan]) -> dict[tuple[int, int], bool]:
    """Formula cells of a sheet -> whether the file holds a calculated value."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, name)
        if part is None or not scans.get(part, Scan()).formulas:
            return {}
        with archive.open(part) as stream:
            return dict(_formula_cells(stream))


def _part_of(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive member that holds a sheet."""
    book = parse(archive.read("xl/workbook.xml"), "xl/workbook.xml")
    sheets = {one.get("name"): one.get(_RELATION) for one in book.iter("{*}sheet")}
    relations = parse(archive.read("xl/_rels/workbook.xml.rels"), "xl/_rels/workbook.xml.rels")
    targets = {one.get("Id"): one.get("Target") or "" for one in relations.iter("{*}Relationship")}
    target = targets.get(sheets.get(name))
    if not target:
        return None
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _formula_cells(stream: IO[bytes]) -> Iterator[tuple[tuple[int, int], bool]]:
    events = etree.iterparse(
        stream, events=("end",), tag="{*}c", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for _, cell in events:
        if cell.find("{*}f") is not None:
            value = cell.find("{*}v")
            reference = _CELL_REFERENCE.fullmatch(cell.get("r") or "")
            if reference:
                yield (int(reference[2]), column_index(reference[1])), value is not None and bool(value.text)
        cell.clear()


def column_index(letters: str) -> int:
    """`A` → 0, `AA` → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1

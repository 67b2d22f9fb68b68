"""Files of products: read from outside, whatever somebody has put into them, and written."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import UploadedFile

from tenring.catalogue.categories import Categories
from tenring.catalogue.properties import Properties
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.rulebook.cells import COLUMNS, Problem
from tenring.rulebook.product_file import ProductFile, product_file
from tenring.rulebook.rows import Row, read_table, rows_of
from tenring.screening.read import workbook
from tenring.screening.read.files import open_file
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.source import Format, detect
from tenring.settings import Settings
from tenring.web.core.sources import tenring_settings
from tenring.web.procurement.actions import safe_name
from tenring.web.products.actions import Sent, about_of

#: A file is read while somebody waits: what takes longer is refused, and can be sent in parts.
MOST_BYTES, MOST_ROWS, MOST_CELLS = 10 << 20, 5_000, 1_000_000
_MOST_UNPACKED = 200 << 20
_HEAD = 65_536
_YAML = re.compile(rb"\s*(\{|(product|given|labels)\s*:)")
#: A text that a spreadsheet would run as a formula, with apostrophes in front or without; numbers are none.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠].*", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

TYPES = {
    "yml": "application/yaml; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def read(file: UploadedFile[Any], properties: Properties, categories: Categories) -> Sent:
    """The products of an uploaded file: a `product.yml`, or a table as CSV or XLSX.

    Raises:
        UnusableInputError: it cannot be read at all.
    """
    name = safe_name(file.name or "")
    if (file.size or 0) > MOST_BYTES:
        what = T("the file has {size:,} bytes, more than the limit of {limit:,}", size=file.size, limit=MOST_BYTES)
        raise UnusableInputError(what, do=T("Send it in parts"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("xb") as stream:
            for piece in file.chunks():
                stream.write(piece)
        if _is_yaml(path):
            return _one(name, path.read_bytes(), properties, categories)
        header, rows = _table(path)
    try:
        found = read_table(header, rows, properties, lambda cells: about_of(cells, categories))
        products = [(about_of(one.about, categories), one) for one in found.products]
        return Sent(name, products, header, found.rejected)
    except Problem as problem:
        raise UnusableInputError(f"{problem.column}: {problem.what}", where=name, do=problem.do) from problem


def _one(name: str, data: bytes, properties: Properties, categories: Categories) -> Sent:
    """The product of a product file."""
    found = product_file(data, name, properties)
    try:
        return Sent(name, [(about_of(found.about, categories), found)], (), ())
    except Problem as problem:
        raise UnusableInputError(f"{problem.column}: {problem.what}", where=name, do=problem.do) from problem


def _is_yaml(path: Path) -> bool:
    with path.open("rb") as stream:
        lines = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").splitlines()
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith((b"#", b"---"))), b"")
    return _YAML.match(first) is not None


def _table(path: Path) -> tuple[list[str], list[Row]]:
    """Header and rows of the first sheet that has any."""
    settings = _limits()
    kind = detect(path, settings=settings)
    if kind not in {Format.CSV, Format.XLSX}:
        raise UnusableInputError(
            T("the file is no table"), where=path.name, do=T("Send a product.yml, CSV or XLSX file")
        )
    if kind is Format.XLSX:
        for part, scan in workbook.check(path, settings=settings).items():
            if scan.rows * scan.columns > MOST_CELLS:
                what = T("{part} spans {rows:,} rows and {columns:,} columns", part=part, rows=scan.rows,
                         columns=scan.columns)  # fmt: skip
                raise UnusableInputError(what, where=path.name, do=T("Send it in parts"))
    opened = open_file(path, ReadOptions(), settings=settings)
    grid = next((one for one in opened.grids if one.height), None)
    if grid is None:
        raise UnusableInputError(T("the file is empty"), where=path.name, do=T("Export it again"))
    restored = _restored if kind is Format.CSV else str
    texts = [[restored(text) for text in grid.row_texts(place)] for place in range(grid.height)]
    header = [text.strip() for text in texts[0]]
    named = [(place, name) for place, name in enumerate(header) if name]
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise UnusableInputError(T("{name!r} is there twice", name=twice), where=path.name, do=T("Remove one of them"))
    numbers = grid.rows.to_pylist()
    rows = []
    for number, cells in zip(numbers[1:], texts[1:], strict=True):
        formulas = frozenset(name for place, name in named if (number, place) in grid.formulas)
        rows.append(Row(number, {name: cells[place] for place, name in named}, formulas))
    return [name for _, name in named], rows


def _limits() -> Settings:
    return replace(tenring_settings(), max_rows=MOST_ROWS, max_file_bytes=MOST_BYTES, max_unpacked_bytes=_MOST_UNPACKED)


def written(products: Iterable[ProductFile], form: str) -> bytes:
    """Products as a table: a row for each value."""
    rows = [list(COLUMNS), *([cells.get(name, "") for name in COLUMNS] for one in products for cells in rows_of(one))]
    return table(rows, form)


def table(rows: Iterable[Sequence[str]], form: str) -> bytes:
    """Rows of texts as a CSV or XLSX file, in which no text becomes a formula."""
    return _csv(rows) if form == "csv" else _xlsx(rows)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_marked(text) for text in cells] for cells in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # with a mark of UTF-8: spreadsheets guess otherwise


def _marked(text: str) -> str:
    return f"'{text}" if _FORMULA.fullmatch(text) and not _NUMBER.fullmatch(text) else text


def _restored(text: str) -> str:
    """A text as it was before `_marked`."""
    return text[1:] if text.startswith("'") and _FORMULA.fullmatch(text) else text


def _xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, bold = book.add_worksheet("products"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 1)
        for number, cells in enumerate(rows):
            for place, text in enumerate(cells):
                if text:
                    sheet.write_string(number, place, text, None if number else bold)
    return out.getvalue()

"""CSV and its relatives: any of the usual separators, quoted line breaks, rows of unequal length."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.limits import require_rows
from tenring.screening.read import encoding as encodings
from tenring.screening.read.encoding import Encoding
from tenring.screening.read.grid import TEXT, Grid, columns_of, cut_long
from tenring.settings import Settings

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_BYTES = 262_144
SAMPLE_ROWS = 200
BLOCK_BYTES = 1 << 24
_WIDEST = 5_000


def read(path: Path, encoding: Encoding, separator: str | None, *, settings: Settings) -> tuple[Grid, str]:
    """The grid of a delimited file and its separator.

    Raises:
        UnusableInputError: wrong encoding, too many rows, or an open quote that swallows the rest.
    """
    data = encodings.as_utf8(path, encoding)
    sample = data[:SAMPLE_BYTES].decode(errors="ignore")
    separator = separator or sniff(sample)
    columns = _clean(data, sample, separator) or _awkward(data, separator, path=path, settings=settings)
    height = len(columns[0]) if columns else 0
    require_rows(height, path, settings)
    rows = pa.array(range(1, height + 1), pa.int64())
    columns, cuts = cut_long(columns, rows, settings.max_cell_chars)
    return Grid(columns, rows, typed=(None,) * len(columns), cuts=cuts), separator


def sniff(sample: str) -> str:
    """The separator that cuts most rows of a sample into the same number of cells, more cells being better."""
    return max(SEPARATORS, key=lambda separator: _evenness(sample, separator))


def _evenness(sample: str, separator: str) -> float:
    with _long_fields():
        try:
            widths = [
                len(row)
                for row, _ in zip(
                    csv.reader(io.StringIO(sample), delimiter=separator), range(SAMPLE_ROWS), strict=False
                )
                if row
            ]
        except csv.Error:
            return 0.0
    if not widths:
        return 0.0
    width, count = max(Counter(widths).items(), key=lambda pair: (pair[1], pair[0]))
    several = [one for one in widths if one > 1]
    return (
        0.0
        if width == 1 and len(several) < len(widths) / 2
        else (count / len(widths)) * min(max(width, 1), _EVEN_ENOUGH) + width / _WIDEST
    )


_EVEN_ENOUGH = 4
"""Above this number of cells evenness alone decides."""


def _clean(data: bytes, sample: str, separator: str) -> tuple[pa.ChunkedArray, ...] | None:
    """The fast way, for files whose rows all have the same number of cells; None if this one is not like that."""
    first = next(_records(sample, separator), [])
    if not first or len(first) > _WIDEST:
        return None
    names = [f"c{index}" for index in range(len(first))]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=b'"' in data, ignore_empty_lines=False
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, TEXT), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    return tuple(table.columns)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    with _long_fields():
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        except csv.Error:
            return


def _awkward(data: bytes, separator: str, *, path: Path, settings: Settings) -> tuple[pa.ChunkedArray, ...]:
    """The patient way: rows of unequal length are padded."""
    rows: list[list[str]] = []
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""), delimiter=separator)
    with _long_fields():
        try:
            for row in reader:
                rows.append(row)
                if len(rows) > settings.max_rows:
                    break
        except csv.Error as error:
            what = T("the row cannot be cut into cells ({reason})", reason=error)
            raise UnusableInputError(
                what, where=Place(path, row=len(rows) + 1), do=T("Look for a quote that is never closed")
            ) from error
    width = max((len(row) for row in rows), default=0)
    if width > _WIDEST:
        what = T("a row has {width:,} cells", width=width)
        raise UnusableInputError(what, where=path, do=T("Check the separator, or give it with --separator"))
    return columns_of(rows, width)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let Python's reader take cells of any length while the block runs; long ones are cut afterwards."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)

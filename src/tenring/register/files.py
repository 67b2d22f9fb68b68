"""Register files as rows of texts: CSV in any of the declared encodings, JSON, NDJSON, or what an adapter reads."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenring.exceptions import Place, RegisterError
from tenring.register.adapter import LIST_SEPARATOR, Adapter, Row

if TYPE_CHECKING:
    from tenring.register.definition import ListDefinition, Source

CHUNK = 1 << 20
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".geojson": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}
HOW_TO = "See docs/how-to/add-a-register.md"


@dataclass(frozen=True)
class Limits:
    """What is refused before it fills the memory."""

    max_file_bytes: int
    max_rows: int


@dataclass(frozen=True)
class Table:
    """The rows of one file. `columns` are all column names that occur, in their order."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    short: Mapping[int, int]
    """Row number -> number of cells, for rows that do not have as many cells as the header."""


def sha256(path: Path) -> str:
    """Checksum of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_table(path: Path, *, source: Source, listing: ListDefinition, adapter: Adapter, limits: Limits) -> Table:
    """All rows of a register file.

    Raises:
        RegisterError: the file is empty, too large, in none of the declared encodings, or not in its format.
    """
    size = path.stat().st_size
    if size == 0:
        what = "the file is empty; not even a header stands in it"
        raise RegisterError(what, where=path, do="Fetch it again")
    if size > limits.max_file_bytes:
        what = f"the file has {size:,} bytes, more than the limit of {limits.max_file_bytes:,}"
        raise RegisterError(what, where=path, do="Raise TENRING_MAX_FILE_BYTES if it is right")
    table = _read(path, source=source, listing=listing, adapter=adapter)
    if len(table.rows) > limits.max_rows:
        what = f"the file has {len(table.rows):,} rows, more than the limit of {limits.max_rows:,}"
        raise RegisterError(what, where=path, do="Raise TENRING_MAX_ROWS if it is right")
    return table


def _read(path: Path, *, source: Source, listing: ListDefinition, adapter: Adapter) -> Table:
    if adapter.rows is not None:
        return _gathered(adapter.rows(path, listing))
    form = SUFFIXES.get(path.suffix.lower(), source.format)
    if form == "json":
        return _gathered(_json_rows(path, source))
    if form == "ndjson":
        return _gathered(_ndjson_rows(path))
    if form == "xlsx":
        what = "a workbook is read only by a register's own adapter.py"
        raise RegisterError(what, where=path, do=HOW_TO)
    return _csv_table(path, source)


def _gathered(rows: Iterable[Row]) -> Table:
    kept = tuple(rows)
    columns = dict.fromkeys(column for row in kept for column in row.cells)
    return Table(columns=tuple(columns), rows=kept, short={})


# CSV


def _csv_table(path: Path, source: Source) -> Table:
    encoding = encoding_of(path, source.encodings)
    text = io.StringIO(path.read_text(encoding=encoding), newline="")
    separator = "\t" if path.suffix.lower() == ".tsv" else source.separator
    records = _records(csv.reader(text, delimiter=separator), path)
    header = _unique([name.strip().removeprefix("\ufeff") for name in next(records, (1, []))[1]])
    rows, short = [], {}
    for number, values in records:
        width = len(values)
        if width > len(header):
            values = _without_trailing(values, len(header))  # noqa: PLW2901 - the same record, trimmed
        if len(values) != len(header):
            short[number] = width
        rows.append(Row(number=number, cells=dict(zip(header, values, strict=False))))
    return Table(columns=tuple(header), rows=tuple(rows), short=short)


def _records(reader: Iterator[list[str]], path: Path) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, numbered as a spreadsheet shows them."""
    number = 0
    while True:
        number += 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"the row cannot be read as CSV: {error}"
            raise RegisterError(what, where=Place(path, row=number), do="Check its quotes and separators") from error
        if any(values):
            yield number, values


def _without_trailing(values: list[str], width: int) -> list[str]:
    return values[:width] if not any(values[width:]) else values


def _unique(header: list[str]) -> list[str]:
    """A column name that stands twice gets a number, so that no cell is lost."""
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def encoding_of(path: Path, encodings: tuple[str, ...]) -> str:
    """The first of `encodings` in which the whole file can be read.

    Raises:
        RegisterError: there is none, or the text has NUL characters (UTF-16 without its mark).
    """
    failures = []
    for encoding in encodings:
        name = "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding
        try:
            nul = _has_nul(path, name)
        except UnicodeError as error:
            failures.append(f"{encoding}: {error}")
            continue
        if not nul:
            return name
        failures.append(f"{encoding}: the text has NUL characters")
    what = f"the file is in none of the encodings of its register ({'; '.join(failures)})"
    raise RegisterError(what, where=path, do="Save it in one of them, or add its encoding to source.encodings")


def _has_nul(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                return True
    decoder.decode(b"", final=True)
    return False


# JSON


def _json_rows(path: Path, source: Source) -> Iterator[Row]:
    document = _parsed(path.read_bytes(), Place(path))
    for key in filter(None, (source.records or "").split(".")):
        if isinstance(document, dict):
            document = document.get(key)
    if not isinstance(document, list):
        what = "it has no list of entries" + (f" under {source.records!r}" if source.records else "")
        raise RegisterError(what, where=path, do="Fetch it again, or correct source.records")
    for number, entry in enumerate(document, start=1):
        yield Row(number=number, cells=_entry_cells(entry, Place(path, row=number)))


def _ndjson_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                place = Place(path, row=number)
                yield Row(number=number, cells=_entry_cells(_parsed(line, place), place))


def _parsed(text: bytes, place: Place) -> Any:  # noqa: ANN401 - any JSON value; checked by the callers
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except ValueError as error:
        what = f"it is not JSON in UTF-8: {error}"
        raise RegisterError(what, where=place, do="Fetch it again") from error


def _entry_cells(entry: object, place: Place) -> dict[str, str]:
    if not isinstance(entry, dict):
        what = "the entry is not an object with fields"
        raise RegisterError(what, where=place, do="Fetch the file again")
    return dict(_flattened(entry, ""))


def _flattened(entry: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _cell(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        plain = all(not isinstance(part, dict | list) for part in value)
        return LIST_SEPARATOR.join(_cell(part) for part in value) if plain else json.dumps(value, ensure_ascii=False)
    return str(value)

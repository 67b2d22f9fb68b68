"""Prepare: purchase files in, purchase lines and problems out, with what was understood and why.

Nothing is dropped silently: every row of every file is a header, a line, or a problem with its reason, and the sum of
the amounts as they stand in the file equals the sum of the lines and of the rows left out, exactly.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from tenring.exceptions import Place, TenringError, UnusableInputError
from tenring.language import T
from tenring.model.tables import PROBLEMS, PURCHASE_LINES
from tenring.screening.read.codes import read_editions
from tenring.screening.read.files import Opened, open_file
from tenring.screening.read.grid import Grid
from tenring.screening.read.layout import Layout, complain, find
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.stretch import Source
from tenring.screening.read.stretches import Divided, divide
from tenring.screening.read.table import Keep, Part, Reader, connect, raw_rows
from tenring.screening.read.understood import Counts, Decision, FileUnderstood, SheetUnderstood, Sums, unknown_columns
from tenring.settings import Settings

Report = Callable[[str, int, int], None]
"""Called with (what is being done, done, of how many)."""

ROW_GROUP = 250_000
"""Purchase lines that are written at a time."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A CSV cell that begins with one of these would run as a formula in a spreadsheet."""


@dataclass(frozen=True)
class Prepared:
    """What `prepare` made of the files: figures, and where the results are."""

    files: tuple[FileUnderstood, ...]
    purchases: Path
    problems: Path
    problems_csv: Path
    understood: Path

    @classmethod
    def of(cls, files: tuple[FileUnderstood, ...], folder: Path) -> Prepared:
        """What was made of `files`, in `folder`."""
        return cls(
            files,
            folder / "purchases.parquet",
            folder / "problems.parquet",
            folder / "problems.csv",
            folder / "understood.json",
        )

    def moved(self, folder: Path) -> Prepared:
        """The same, after its results were moved."""
        return Prepared.of(self.files, folder)

    @property
    def counts(self) -> Counts:
        """Rows of all files."""
        return sum((one.counts for one in self.files), Counts())

    @property
    def sums(self) -> Sums:
        """Sums of all files by currency."""
        return sum((one.sums for one in self.files), Sums())


class NotReconciledError(TenringError):
    """The sums of a file and of what was made of it differ. This is a defect of Tenring: nothing was written."""


@dataclass(frozen=True)
class _Read:
    """A file as read: what was understood, and its problems."""

    understood: FileUnderstood
    problems: tuple[pa.Table, ...]


class _LineFile:
    """Purchase lines on their way into a file, however many."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._writer = pq.ParquetWriter(path, PURCHASE_LINES, compression="zstd", compression_level=1)

    def add(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Write the lines of some batches, many at a time, while the next ones come."""
        waiting: list[pa.RecordBatch] = []
        with ThreadPoolExecutor(max_workers=1) as aside:
            writing: Future[None] | None = None
            for batch in batches:
                waiting.append(batch)
                if sum(one.num_rows for one in waiting) >= ROW_GROUP:
                    if writing:
                        writing.result()
                    writing, waiting = aside.submit(self._write, waiting), []
            if writing:
                writing.result()
        self._write(waiting)

    def _write(self, batches: Sequence[pa.RecordBatch]) -> None:
        if batches:
            table = pa.Table.from_batches(batches).select(PURCHASE_LINES.names).cast(PURCHASE_LINES)
            self._writer.write_table(table)
            self.rows += table.num_rows

    def close(self) -> None:
        """End the file."""
        self._writer.close()


@contextmanager
def _line_file(out: Path) -> Iterator[tuple[_LineFile, Path]]:
    """A hidden file beside `out` for the lines, gone when the block ends unless it was moved."""
    out.parent.mkdir(parents=True, exist_ok=True)
    path = out.with_name(f".{out.name}.lines.{os.getpid()}")
    lines = _LineFile(path)
    try:
        yield lines, path
    finally:
        lines.close()
        path.unlink(missing_ok=True)


def prepare(  # noqa: PLR0913 - options by keyword, each with a default
    paths: Sequence[Path],
    *,
    settings: Settings,
    out: Path,
    options: ReadOptions | None = None,
    progress: Report | None = None,
    spill: Path | None = None,
) -> Prepared:
    """Read purchase files into `out`: purchases.parquet, problems.parquet, problems.csv and understood.json.

    What is larger than memory goes to the folder `spill`, if there is one.

    Raises:
        UnusableInputError: a file cannot be read, or there is no purchase in any of them; nothing was written.
        NotReconciledError: sums do not agree; nothing was written.
    """
    options = options or ReadOptions()
    found = []
    with _line_file(out) as (lines, unfinished):
        with connect(settings.memory, settings.threads, spill) as connection:
            reader = Reader(connection, options, partial(read_editions, settings.catalog))
            for number, path in enumerate(paths, start=1):
                if progress:
                    progress(T("Reading"), number - 1, len(paths))
                found.append(_read(path, number, reader, settings=settings, keep=lines.add))
        if progress:
            progress(T("Reading"), len(paths), len(paths))
        if not any(one.understood.counts.lines for one in found):
            raise UnusableInputError(T("no purchase was found"), where=", ".join(map(str, paths)), do=_advice(found))
        lines.close()
        return _write(found, out, unfinished, rows=lines.rows)


def _advice(found: Sequence[_Read]) -> str:
    counts = sum((one.understood.counts for one in found), Counts())
    return T(
        "{skipped:,} rows were skipped and {rejected:,} rejected", skipped=counts.skipped, rejected=counts.rejected
    )


def _read(path: Path, number: int, reader: Reader, *, settings: Settings, keep: Keep) -> _Read:
    opened = open_file(path, reader.options, settings=settings)
    layouts = [find(grid, reader.options, where=Place(path, sheet=grid.sheet)) for grid in opened.grids]
    usable, notes = _usable(opened, layouts, path)
    sheets, problems = [], []
    for index, (grid, layout) in enumerate(usable, start=1):
        prefix = f"{number}." if len(opened.grids) == 1 else f"{number}.{index}."
        parts, divided = _parts(grid, layout, reader, Source(path.name, prefix), keep)
        sheets.append(_sheet(grid, layout, parts, divided))
        problems += [part.problems for part in parts]
        problems.append(_skipped(divided, grid, path))
    understood = FileUnderstood(
        path.name,
        opened.format,
        tuple(sheets),
        opened.encoding,
        opened.separator,
        opened.stages,
        (*opened.notes, *notes),
    )
    return _Read(understood, tuple(problems))


def _usable(
    opened: Opened, layouts: Sequence[Layout | None], path: Path
) -> tuple[list[tuple[Grid, Layout]], list[str]]:
    """The tables that say what was bought; the others are named, and if there are none that is an error.

    Raises:
        UnusableInputError: no table of the file says what was bought.
    """
    usable, notes, first = [], [], None
    for grid, layout in zip(opened.grids, layouts, strict=True):
        error = complain(grid, layout, where=Place(path, sheet=grid.sheet))
        if error is None and layout is not None:
            usable.append((grid, layout))
            continue
        first = first or error
        notes.append(T("sheet {name} was left out: {why}", name=grid.sheet or "", why=error.what if error else ""))
    if not usable and first is not None:
        raise first
    if not usable and not opened.format.startswith(("eForms", "TED", "OCDS")):
        raise UnusableInputError(T("the file holds no table"), where=path, do=T("Export it again"))
    return usable, notes


def _parts(grid: Grid, layout: Layout, reader: Reader, source: Source, keep: Keep) -> tuple[list[Part], Divided]:
    divided = divide(grid, layout)
    parts = [reader.read(stretch, source, keep) for stretch in divided.stretches]
    for part in parts:
        if not part.sums.reconciled:
            message = T(
                "{file}: the sums differ: {sums}. Please report this as a defect", file=source.file, sums=part.sums
            )
            raise NotReconciledError(message)
    return parts, divided


def _sheet(grid: Grid, layout: Layout, parts: Sequence[Part], divided: Divided) -> SheetUnderstood:
    aside = Counts(len(divided.skipped) + len(layout.header_rows), len(layout.header_rows), 0, len(divided.skipped))
    decisions: dict[str, Decision] = {}
    for part in reversed(parts):
        decisions |= part.decisions
    return SheetUnderstood(
        sheet=grid.sheet,
        header_rows=layout.header_rows,
        language=parts[0].language if parts else "",
        columns=layout.uses,
        decisions=decisions,
        counts=sum((part.counts for part in parts), aside),
        sums=sum((part.sums for part in parts), Sums()),
        notes=tuple(dict.fromkeys(one.remark for one in divided.stretches if one.remark)),
    )


def _skipped(divided: Divided, grid: Grid, path: Path) -> pa.Table:
    rows = [
        {"source_file": path.name, "sheet": grid.sheet, "row": row, "severity": "skipped", "reason": why}
        for row, why in divided.skipped
    ]
    return pa.Table.from_pylist(rows, schema=PROBLEMS)


def _write(found: Sequence[_Read], out: Path, lines: Path, *, rows: int) -> Prepared:
    """Write all results beside each other, then give them their names: readers never see half of them.

    `lines` is the file of purchase lines, already written, with so many rows.
    """
    out.mkdir(parents=True, exist_ok=True)
    prepared = Prepared.of(tuple(one.understood for one in found), out)
    problems = [table for one in found for table in one.problems]
    _check(prepared, rows)
    writers: Mapping[Path, Callable[[Path], None]] = {
        prepared.problems: lambda path: _write_parquet(path, PROBLEMS, problems),
        prepared.problems_csv: lambda path: _write_csv(path, problems),
        prepared.understood: lambda path: _write_json(path, prepared),
    }
    for path, write in writers.items():
        write(_beside(path))
    lines.replace(prepared.purchases)
    for path in writers:
        _beside(path).replace(path)
    return prepared


def _check(prepared: Prepared, rows: int) -> None:
    """The figures told must be those of the lines written."""
    if rows != prepared.counts.lines or not prepared.sums.reconciled:
        raise NotReconciledError(T("lines and sums do not agree. Please report this as a defect"))


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _write_parquet(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table.select(schema.names).cast(schema))


def _write_csv(path: Path, problems: Sequence[pa.Table]) -> None:
    """Rejected rows with their original columns, in a form that opens in a spreadsheet and runs nothing."""
    rows = [row for table in problems for row in raw_rows(table)]
    names = list(dict.fromkeys(name for row in rows for name in row["raw"]))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([T("File"), T("Sheet"), T("Row in file"), T("Reason"), *map(_harmless, names)])
        for row in rows:
            own = (row["source_file"], row["sheet"] or "", str(row["row"]), row["reason"])
            writer.writerow([_harmless(text) for text in (*own, *(row["raw"].get(name) or "" for name in names))])


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; plain numbers stay numbers."""
    if text.startswith(FORMULA_SIGNS) and not text.removeprefix("-").replace(".", "", 1).isdigit():
        return "'" + text
    return text


def _write_json(path: Path, prepared: Prepared) -> None:
    path.write_text(_as_json(prepared), encoding="utf-8")


def _as_json(prepared: Prepared) -> str:
    files = [_file(one) for one in prepared.files]
    content = {"files": files, "counts": prepared.counts, "sums": prepared.sums}
    return json.dumps(content, default=_plain, ensure_ascii=False, indent=2) + "\n"


def _file(one: FileUnderstood) -> dict[str, Any]:
    """A file with its own counts and sums, and the headers nothing was made of."""
    shown = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    sheets = [{**_plain_dict(sheet), "unknown": unknown_columns(sheet.columns)} for sheet in one.sheets]
    return {**shown, "sheets": sheets, "counts": one.counts, "sums": one.sums}


def _plain_dict(value: SheetUnderstood) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Decimal | Path | date):
        return str(value)
    message = f"{type(value).__name__} cannot be written as JSON"
    raise TypeError(message)


def lines_of(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """The purchase lines, one by one."""
    for batch in pq.ParquetFile(prepared.purchases).iter_batches():
        yield from batch.to_pylist()


# kept for another process

#: A file in which `keep` remembers what was understood, exactly.
KEPT = "prepared.json"
_FILES = TypeAdapter(tuple[FileUnderstood, ...])


def keep(prepared: Prepared) -> None:
    """Remember what was understood beside the purchases, for `reopened`."""
    prepared.purchases.with_name(KEPT).write_bytes(_FILES.dump_json(prepared.files))


def reopened(folder: Path) -> Prepared:
    """What an earlier process prepared in `folder` and kept."""
    return Prepared.of(_FILES.validate_json((folder / KEPT).read_bytes()), folder)

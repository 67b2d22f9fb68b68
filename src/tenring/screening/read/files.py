"""From a path to grids: the one place that knows all formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tenring.language import T
from tenring.screening.read import delimited, encoding, notices, ocds, parquet, records, workbook
from tenring.screening.read.entry import Entry, grid_of
from tenring.screening.read.grid import Grid
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.source import Format, detect
from tenring.screening.read.understood import Decision, stages_of
from tenring.screening.read.xml import parse
from tenring.settings import Settings


@dataclass(frozen=True)
class Opened:
    """A file as grids, and what its format told on the way."""

    format: str
    grids: tuple[Grid, ...]
    encoding: Decision | None = None
    separator: str | None = None
    stages: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def open_file(path: Path, options: ReadOptions, *, settings: Settings) -> Opened:
    """Read a file into grids, whatever its format.

    Raises:
        UnusableInputError: it cannot be read at all.
    """
    kind = detect(path, settings=settings)
    if kind is Format.XLSX:
        return _workbook(path, options, settings=settings)
    if kind is Format.PARQUET:
        return Opened("Parquet", (parquet.read(path, settings=settings),))
    if kind is Format.XML:
        return _notice(path, settings=settings)
    chosen = encoding.choose(path, given=options.encoding)
    decision = Decision(chosen.codec, chosen.evidence)
    if kind is Format.JSON:
        return _json(path, encoding.as_utf8(path, chosen).decode(), decision, settings=settings)
    grid, separator = delimited.read(path, chosen, options.separator, settings=settings)
    return Opened("CSV", (grid,), decision, separator)


def _workbook(path: Path, options: ReadOptions, *, settings: Settings) -> Opened:
    grids, hidden = workbook.read(path, sheet=options.sheet, settings=settings)
    notes = tuple(T("sheet {name} was left out: {why}", name=one.name, why=one.why) for one in hidden)
    if options.sheet is None and ocds.is_flattened(grids):
        return _from_entries(
            "OCDS, flattened to a workbook", ocds.entries(ocds.unflatten(grids)), settings=settings, notes=notes
        )
    return Opened("XLSX", tuple(grids), notes=notes)


def _json(path: Path, text: str, decision: Decision, *, settings: Settings) -> Opened:
    value = records.load(text, path=path)
    if ocds.is_package(value):
        return _from_entries("OCDS", ocds.entries(value), settings=settings, encoding=decision)
    return Opened("JSON", tuple(records.read(value, path=path, settings=settings)), decision)


def _notice(path: Path, *, settings: Settings) -> Opened:
    notice = notices.read(parse(path.read_bytes(), str(path)), path=path)
    notes: tuple[str, ...] = ()
    if notice.stated:
        amount, currency = notice.stated
        notes = (T("the notice states a total of {amount} {currency}", amount=amount, currency=currency or ""),)
    return _from_entries(notice.kind, notice.entries, settings=settings, notes=notes)


def _from_entries(
    name: str,
    entries: Sequence[Entry],
    *,
    settings: Settings,
    notes: tuple[str, ...] = (),
    encoding: Decision | None = None,
) -> Opened:
    stages = stages_of(entry.stage for entry in entries if entry.skip is None)
    if stages:
        counted = ", ".join(f"{stage} {count:,}" for stage, count in stages.items())
        notes = (*notes, T("amounts come from these stages: {stages}", stages=counted))
    grids = (grid_of(entries, settings=settings),) if entries else ()
    return Opened(name, grids, encoding, stages=stages, notes=notes)

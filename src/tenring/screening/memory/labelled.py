"""Decisions as labelled data: CSV files that `tenring evaluate matches|categories` reads, and that can be imported.

Matches: `label` (1 confirmed, 0 rejected), the product as left_*, the licence as right_*. Categories: the product with
`category` where it was confirmed, `rejected_category` where it was rejected. Further columns say who, when and why.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tenring.exceptions import DecisionError, Place, UnusableInputError
from tenring.language import T
from tenring.matching.products import guarded, unguarded
from tenring.screening.memory.decision import Decided, Decision, Kind, LicenceMeant, Source, Subject
from tenring.screening.memory.store import Recorded

Value = TypeVar("Value")

_LABEL = {Decided.CONFIRMED: "1", Decided.REJECTED: "0", Decided.UNDONE: ""}
#: Column -> field of the subject, for each kind.
_LEFT = {
    "left_title": "text", "left_brand": "brand", "left_model": "model", "left_gtin": "gtin",
    "left_certificate": "certificate",
}  # fmt: skip
_PRODUCT = {name: name for name in ("text", "brand", "model", "gtin", "code_scheme", "code", "code_name")}
_RIGHT = {
    "right_id": "licence_id", "right_programme": "programme", "right_certificate": "number", "right_brand": "brand",
    "right_model": "model", "right_title": "name",
}  # fmt: skip
_MADE = ("decided", "who", "at", "why", "screening", "line_id", "snapshot", "score")
COLUMNS = {
    Kind.MATCH: ("label", *_LEFT, "left_code_scheme", "left_code", "left_code_name", *_RIGHT, *_MADE),
    Kind.CATEGORY: (*_PRODUCT, "certificate", "category", "rejected_category", *_MADE),
}
#: The rest of the subject, which the other kind of decision tells products apart by.
_ASIDE = {
    Kind.MATCH: {"left_code_scheme": "code_scheme", "left_code": "code", "left_code_name": "code_name"},
    Kind.CATEGORY: {"certificate": "certificate"},
}


def export(decisions: Iterable[Recorded], path: Path, *, kind: Kind) -> int:
    """Write the decisions of one kind as labelled data, whole or not at all; the number of rows.

    Raises:
        DecisionError: the file cannot be written.
    """
    rows = [_row(recorded.decision) for recorded in decisions if recorded.decision.kind is kind]
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS[kind])
            writer.writeheader()
            writer.writerows(rows)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DecisionError(T("{path}: cannot be written ({reason})", path=path, reason=error.strerror)) from error
    return len(rows)


def _row(decision: Decision) -> dict[str, str]:
    kind, subject, source = decision.kind, decision.subject, decision.source
    cells: dict[str, object] = {c: getattr(subject, f) for c, f in (_subject_columns(kind) | _ASIDE[kind]).items()}
    if decision.licence:
        cells |= {column: getattr(decision.licence, name) for column, name in _RIGHT.items()}
        cells["label"] = _LABEL[decision.decided]
    else:
        column = "category" if decision.decided is Decided.CONFIRMED else "rejected_category"
        cells[column] = decision.category
    cells |= {"decided": decision.decided, "who": decision.who, "at": decision.at.isoformat(), "why": decision.why}
    cells |= {"screening": source.screening, "line_id": source.line_id, "snapshot": source.snapshot}
    cells["score"] = source.score
    return {name: guarded(str(value)) for name, value in cells.items() if value is not None}


def _subject_columns(kind: Kind) -> dict[str, str]:
    return _LEFT if kind is Kind.MATCH else _PRODUCT


def read(path: Path) -> list[Decision]:
    """The decisions in a file that `export` wrote.

    Raises:
        UnusableInputError: not such a file, or a cell that cannot be read, with its row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            kind = _kind(path, reader.fieldnames or ())
            return [_decision(cells, kind, _Cell(path, row)) for row, cells in enumerate(reader, start=2)]
    except OSError as error:
        raise UnusableInputError(T("cannot be opened"), where=path, do=str(error.strerror)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableInputError(T("is not CSV in UTF-8"), where=path, do=T("Save it as CSV UTF-8")) from error


def _kind(path: Path, header: Iterable[str]) -> Kind:
    """Matches or categories, by the columns.

    Raises:
        UnusableInputError: columns are missing for both.
    """
    found = set(header)
    for kind, columns in COLUMNS.items():
        if found.issuperset(columns):
            return kind
    likely = Kind.MATCH if "label" in found else Kind.CATEGORY
    missing = ", ".join(name for name in COLUMNS[likely] if name not in found)
    raise UnusableInputError(
        T("is no export of decisions; missing columns: {missing}", missing=missing),
        where=path,
        do=T("Export decisions with `tenring decisions export`"),
    )


class _Cell:
    """Reads cells of one row, and names row and column when one cannot be read."""

    def __init__(self, path: Path, row: int) -> None:
        self.path, self.row = path, row

    def read(self, column: str, text: str, by: Callable[[str], Value]) -> Value:
        """What `by` makes of the text."""
        try:
            return by(text)
        except (ValueError, DecisionError) as error:
            raise UnusableInputError(
                T("{cell!r} cannot be read ({reason})", cell=text, reason=error),
                where=Place(self.path, row=self.row, column=column),
            ) from error


def _decision(raw: Mapping[str, str | None], kind: Kind, cell: _Cell) -> Decision:
    cells = {name: unguarded(value) or None for name, value in raw.items() if name and isinstance(value, str)}
    product = (_subject_columns(kind) | _ASIDE[kind]).items()
    licence = {name: cells.get(column) for column, name in _RIGHT.items()} if kind is Kind.MATCH else None
    score = cells.get("score")
    return cell.read(
        "decided",
        cells.get("decided") or "",
        lambda decided: Decision(
            decided=Decided(decided),
            subject=Subject(**{name: cells.get(column) for column, name in product}),
            licence=_licence(licence) if licence else None,
            category=cells.get("category") or cells.get("rejected_category"),
            who=cells.get("who") or "",
            at=cell.read("at", cells.get("at") or "", datetime.fromisoformat),
            why=cells.get("why") or "",
            source=Source(
                cells.get("screening"),
                cells.get("line_id"),
                cells.get("snapshot"),
                cell.read("score", score, float) if score else None,
            ),
        ),
    )


def _licence(cells: Mapping[str, str | None]) -> LicenceMeant:
    """The licence of a row.

    Raises:
        DecisionError: without id, programme or number it cannot be found again.
    """
    licence_id, programme, number = cells["licence_id"], cells["programme"], cells["number"]
    if not (licence_id and programme and number):
        raise DecisionError(T("right_id, right_programme and right_certificate must be given"))
    return LicenceMeant(licence_id, programme, number, cells["brand"], cells["model"], cells["name"])

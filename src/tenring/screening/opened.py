"""One line of a finished screening with all that its answer rests on: how it was read, candidates, rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tenring.matching.v1 import THRESHOLD
from tenring.model.sql import quoted
from tenring.register.snapshot import Snapshot
from tenring.screening.listing import LIMITS
from tenring.screening.memory import Subject

#: Candidates that are shown; the others are less likely still.
CANDIDATES = 12
_SUBJECT = ("brand", "model", "gtin", "certificate", "code_scheme", "code", "code_name")


@dataclass(frozen=True)
class Candidate:
    """A licence that the line may be. `status` and dates are those on the line's day; None: nothing is known."""

    licence_id: str
    model: str | None
    rung: str
    score: float
    features: Mapping[str, Any]
    number: str | None = None
    programme: str | None = None
    category: str | None = None
    brand: str | None = None
    name: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    status: str | None = None

    @property
    def sure(self) -> bool:
        """Whether the score is enough."""
        return self.score >= THRESHOLD


@dataclass(frozen=True)
class RuleOfLine:
    """A rule that obliges the line. `met` None: not known. `condition`: it asks only for these (not checked)."""

    rule: str
    obligation: str
    names: Mapping[str, str]
    document: str | None
    mark: str | None
    condition: str | None
    met: bool | None


@dataclass(frozen=True)
class Opened:
    """A line. `read` and `answer`: columns of `tables.PURCHASE_LINES` and `tables.SCREENED_LINES`."""

    read: Mapping[str, Any]
    answer: Mapping[str, Any]
    nearest: tuple[str, ...]
    """The categories that come nearest, the best first."""
    candidates: tuple[Candidate, ...]
    rules: tuple[RuleOfLine, ...]
    alike: int
    """Lines of the file that describe the product in the same words, this one included."""

    @property
    def subject(self) -> Subject:
        """What decisions about this line are about."""
        return Subject(text=self.read["description"], **{name: self.read[name] for name in _SUBJECT})


def open_line(folder: Path, line_id: str, *, snapshot: Snapshot | None, on: date) -> Opened | None:
    """The line `line_id` of the screening in `folder`; None: it has no such line.

    `snapshot`: where candidates are looked up; None: it is gone, and they are named by their ids. `on`: the day of
    lines without a date.
    """
    with duckdb.connect(config=LIMITS) as connection:
        read = _one(connection, folder / "purchases.parquet", line_id)
        answer = _one(connection, folder / "lines.parquet", line_id)
        if read is None or answer is None:
            return None
        classified = _one(connection, folder / "classified.parquet", line_id) or {}
        return Opened(
            read=read,
            answer=answer,
            nearest=tuple(classified.get("nearest") or ()),
            candidates=_candidates(connection, folder, line_id, snapshot, read["date"] or on),
            rules=_rules(connection, folder, line_id),
            alike=_alike(connection, folder, read),
        )


def _one(connection: duckdb.DuckDBPyConnection, file: Path, line_id: str) -> dict[str, Any] | None:
    found = connection.execute(f"SELECT * FROM read_parquet({quoted(file)}) WHERE line_id = ? LIMIT 1", [line_id])
    row = found.fetchone()
    return None if row is None else dict(zip([column[0] for column in found.description], row, strict=True))


def _alike(connection: duckdb.DuckDBPyConnection, folder: Path, read: Mapping[str, Any]) -> int:
    """Nearly `Subject.key`: as the columns have it, without regard to width and spaces."""
    names = ("description", *_SUBJECT)
    same = " AND ".join(f"lower({name}) IS NOT DISTINCT FROM lower(?)" for name in names)
    purchases = quoted(folder / "purchases.parquet")
    counted = connection.execute(
        f"SELECT count(*) FROM read_parquet({purchases}) WHERE {same}", [read[name] for name in names]
    )
    return int((counted.fetchone() or (0,))[0])


def _candidates(
    connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str, snapshot: Snapshot | None, day: date
) -> tuple[Candidate, ...]:
    rows = connection.execute(
        f"""
        SELECT entry_id, matched_model, rung, score, features FROM read_parquet({quoted(folder / "matches.parquet")})
        WHERE line_id = ? ORDER BY score DESC, entry_id LIMIT {CANDIDATES}
        """,
        [line_id],
    ).fetchall()
    known = _licences(snapshot, [row[0] for row in rows], day) if snapshot and rows else {}
    return tuple(
        Candidate(entry, model, rung, score, json.loads(features) if features else {}, **known.get(entry, {}))
        for entry, model, rung, score, features in rows
    )


def _licences(snapshot: Snapshot, ids: list[str], day: date) -> dict[str, dict[str, Any]]:
    """Licence -> what a candidate tells of it, with its status on a day."""
    with snapshot.connect() as db:
        rows = db.execute(
            """
            SELECT l.licence_id, l.number, l.programme, l.category, l.brand, l.name, l.valid_from, l.valid_until,
                t.status
            FROM licences l LEFT JOIN statuses t ON t.licence_id = l.licence_id
                AND (t.from_date IS NULL OR t.from_date <= $day) AND (t.until_date IS NULL OR $day < t.until_date)
            WHERE list_contains($ids, l.licence_id)
            """,
            {"day": day, "ids": ids},
        ).fetchall()
    names = ("number", "programme", "category", "brand", "name", "valid_from", "valid_until", "status")
    return {licence_id: dict(zip(names, row, strict=True)) for licence_id, *row in rows}


def _rules(connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str) -> tuple[RuleOfLine, ...]:
    rows = connection.execute(
        f"""
        SELECT rule, obligation, rule_names_en, rule_names_zh, document, mark, condition, met
        FROM read_parquet({quoted(folder / "obligations.parquet")}) WHERE line_id = ?
        ORDER BY list_position(['mandatory', 'priority', 'voluntary'], obligation), rule
        """,
        [line_id],
    ).fetchall()
    return tuple(
        RuleOfLine(rule, obligation, {tag: name for tag, name in (("en", en), ("zh", zh)) if name}, *rest)
        for rule, obligation, en, zh, *rest in rows
    )

"""Purchase lines from a program instead of a file: screened by `run.screen`, answered line by line.

The lines become one Parquet file, so that they take the way of every other file; nothing is done line by line.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.matching import v1
from tenring.model.sql import quoted
from tenring.register.snapshot import Snapshot
from tenring.screening.read.options import ReadOptions
from tenring.screening.run import Request, screen
from tenring.settings import Settings

#: What a line may say, under the names that purchase files have it by.
FIELDS: Final = (
    "date", "buyer", "supplier", "description", "brand", "model", "certificate", "gtin", "code", "code_scheme",
    "quantity", "unit", "amount", "currency",
)  # fmt: skip
_FILE: Final = "lines.parquet"
#: What the answer takes from each line of a screening.
_ANSWER: Final = (
    "category", "category_score", "category_by", "obligation", "rule", "rule_mark", "obligations_unmet", "verdict",
    "programme", "programme_type", "register", "register_read", "licence_id", "licence_number", "licence_status",
    "valid_from", "valid_until", "valid_from_derived", "matched_brand", "matched_model", "rung", "score", "ties",
    "explanation",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """How lines are to be judged. `on` is the day of lines that name none."""

    on: date
    economy: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A licence that a line may be: its score, whether that is sure, the rung that found it, and the features."""

    licence_id: str
    number: str
    programme: str
    brand: str | None
    name: str | None
    score: float
    sure: bool
    rung: str
    ties: int
    features: Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """One line: what was understood of it, the answer (None: it could not be read), candidates, what was not read."""

    query: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
    candidates: tuple[Candidate, ...]
    problems: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Batch:
    """The answers in the order of the lines, and what they rest on."""

    answers: tuple[Answered, ...]
    snapshot: str
    sample: bool
    matcher: str
    threshold: float


def screen_lines(lines: Sequence[Mapping[str, str]], asked: Asked, *, settings: Settings) -> Batch:
    """Screen lines, each a mapping of `FIELDS` to what a cell of a purchase file would hold.

    Raises:
        UnusableInputError: there is no line, none can be read, or the economy is unknown.
        SnapshotError: there is no snapshot.
        EngineError: memory or disk space ran out.
    """
    if not lines:
        raise UnusableInputError(T("there are no lines"), do=T("Send at least one"))
    with tempfile.TemporaryDirectory(prefix="tenring-batch-", dir=_temporary(settings)) as folder:
        file, out = Path(folder) / _FILE, Path(folder) / "out"
        present = _write(lines, file)
        request = Request(
            files=(file,),
            on=asked.on,
            out=out,
            economy=asked.economy,
            options=ReadOptions(columns={name: name for name in present}, date_order="day"),
            snapshot=asked.snapshot,
        )
        done = screen(request, settings=replace(settings, engine="duckdb"))
        snapshot = Snapshot.open(settings, done.snapshot)
        answers = _answers(out, len(lines), snapshot)
    return Batch(answers, done.snapshot, done.sample, v1.VERSION, float(v1.THRESHOLD))


def _temporary(settings: Settings) -> str | None:
    """A folder of this machine; an address of Spark's is none."""
    return None if settings.temporary is None or "://" in settings.temporary else settings.temporary


def _write(lines: Sequence[Mapping[str, str]], file: Path) -> list[str]:
    """One column for each field that some line has; their names."""
    present = [name for name in FIELDS if any(line.get(name) for line in lines)]
    if not present:
        raise UnusableInputError(T("the lines say nothing"), do=T("Give each at least a description or a model"))
    columns = {name: pa.array([line.get(name) or None for line in lines], pa.string()) for name in present}
    pq.write_table(pa.table(columns), file)
    return present


def _answers(out: Path, count: int, snapshot: Snapshot) -> tuple[Answered, ...]:
    """One answer for each row of the file, which are counted from 1."""
    read = {row["row"]: row for row in pq.read_table(out / "purchases.parquet").to_pylist()}
    told = {row["row"]: row for row in pq.read_table(out / "lines.parquet").to_pylist()}
    problems = _by(pq.read_table(out / "problems.parquet").to_pylist(), "row")
    candidates = _candidates(out / "matches.parquet", snapshot)
    return tuple(
        _answered(read.get(row), told.get(row), problems.get(row, ()), candidates) for row in range(1, count + 1)
    )


def _answered(
    read: Mapping[str, Any] | None,
    told: Mapping[str, Any] | None,
    problems: Sequence[Mapping[str, Any]],
    candidates: Mapping[str, Sequence[Candidate]],
) -> Answered:
    said = tuple({name: one[name] for name in ("column", "value", "severity", "reason")} for one in problems)
    if read is None or told is None:
        return Answered(None, None, (), said)
    query = {name: read[name] for name in (*FIELDS, "code_name", "repairs") if read[name] not in (None, [])}
    answer = {name: told[name] for name in _ANSWER}
    answer["features"] = json.loads(told["features"]) if told["features"] else None
    return Answered(query, answer, tuple(candidates.get(read["line_id"], ())), said)


def _candidates(matches: Path, snapshot: Snapshot) -> dict[str, list[Candidate]]:
    """Line -> the licences it may be, best first."""
    with snapshot.connect() as db:
        rows = db.execute(f"""
            SELECT m.line_id, l.licence_id, l.number, l.programme, l.brand, l.name, m.score, m.rung, m.ties, m.features
            FROM read_parquet({quoted(matches)}) m JOIN licences l ON l.licence_id = m.entry_id
            ORDER BY m.line_id, m.score DESC, m.entry_id
        """).fetchall()
    found: dict[str, list[Candidate]] = {}
    for line, licence, number, programme, brand, name, score, rung, ties, features in rows:
        sure = score >= v1.THRESHOLD and rung != "text"
        one = Candidate(licence, number, programme, brand, name, score, sure, rung, ties, json.loads(features))
        found.setdefault(line, []).append(one)
    return found


def _by(rows: Sequence[Mapping[str, Any]], name: str) -> dict[Any, list[Mapping[str, Any]]]:
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found

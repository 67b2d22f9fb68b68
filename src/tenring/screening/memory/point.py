"""From a line of a screening's folder to what a decision about it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tenring.exceptions import DecisionError, UnusableInputError
from tenring.language import T
from tenring.model.sql import quoted
from tenring.register.snapshot import Snapshot
from tenring.screening.memory.decision import Kind, LicenceMeant, Source, Subject
from tenring.settings import Settings

_SUBJECT = "description, brand, model, gtin, certificate, code_scheme, code, code_name"
#: As many of a line's pairs as an error message names.
_NAMED = 3


@dataclass(frozen=True)
class Pointed:
    """What a decision is about: the product of a line, and the licence or the category."""

    subject: Subject
    source: Source
    licence: LicenceMeant | None = None
    category: str | None = None


def point(folder: Path, line_id: str, *, kind: Kind, meant: str | None, settings: Settings) -> Pointed:
    """The product of the line `line_id` in the screening in `folder`, with a licence or category.

    `meant` is the id of the licence or category; without it, it is the one in the line's answer. A licence is looked
    up in the snapshot that the screening was made with.

    Raises:
        UnusableInputError: `folder` is no screening, or has no such line.
        DecisionError: the line has no answer of this kind, or the snapshot has no such licence.
        SnapshotError: that snapshot is gone.
    """
    snapshot = snapshot_of(folder)
    with duckdb.connect() as connection:
        subject = _subject(connection, folder, line_id)
        answer = _answer(connection, folder, line_id)
        if kind is Kind.CATEGORY:
            category = meant or answer["category"]
            if not category:
                raise DecisionError(
                    T("Line {line} has no category. Name the one you mean with --id CATEGORY", line=line_id)
                )
            source = Source(str(folder), line_id, snapshot, answer["category_score"])
            return Pointed(subject, source, category=category)
        licence_id = meant or answer["licence_id"] or _only_pair(connection, folder, line_id)
        score, model = _pair(connection, folder, line_id, licence_id)
    licence = licence_of(Snapshot.open(settings, snapshot), licence_id, model)
    return Pointed(subject, Source(str(folder), line_id, snapshot, score), licence=licence)


def _require_screening(folder: Path) -> None:
    for name in ("summary.json", "purchases.parquet", "lines.parquet", "matches.parquet"):
        if not (folder / name).is_file():
            raise UnusableInputError(
                T("is not the folder of a screening: {name} is not in it", name=name),
                where=folder,
                do=T("Name the folder that `tenring screen` wrote"),
            )


def _subject(connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str) -> Subject:
    purchases = quoted(folder / "purchases.parquet")
    row = connection.execute(f"SELECT {_SUBJECT} FROM read_parquet({purchases}) WHERE line_id = ?", [line_id])
    found = row.fetchone()
    if found is None:
        raise UnusableInputError(
            T("has no line {line}", line=line_id),
            where=folder / "purchases.parquet",
            do=T("Take the id from the column line_id of lines.csv"),
        )
    return Subject(*found)


def _answer(connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str) -> dict[str, Any]:
    columns = ("category", "category_score", "licence_id")
    lines = quoted(folder / "lines.parquet")
    row = connection.execute(f"SELECT {', '.join(columns)} FROM read_parquet({lines}) WHERE line_id = ?", [line_id])
    return dict(zip(columns, row.fetchone() or (None,) * len(columns), strict=True))


def _only_pair(connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str) -> str:
    """The licence of the line's one pair; with several, the person must say which.

    Raises:
        DecisionError: none, or several.
    """
    matches = quoted(folder / "matches.parquet")
    pairs = connection.execute(
        f"SELECT entry_id, score FROM read_parquet({matches}) WHERE line_id = ? ORDER BY score DESC, entry_id",
        [line_id],
    ).fetchall()
    if len(pairs) == 1:
        return str(pairs[0][0])
    if not pairs:
        raise DecisionError(T("Line {line} has no match. Name the licence you mean with --id LICENCE_ID", line=line_id))
    nearest = ", ".join(f"{licence} ({score:.2f})" for licence, score in pairs[:_NAMED])
    raise DecisionError(
        T("Line {line} has several near matches: {nearest}. Name one with --id", line=line_id, nearest=nearest)
    )


def _pair(
    connection: duckdb.DuckDBPyConnection, folder: Path, line_id: str, licence_id: str
) -> tuple[float | None, str | None]:
    """The score and model of the pair, if the matcher had found it."""
    matches = quoted(folder / "matches.parquet")
    found = connection.execute(
        f"SELECT score, matched_model FROM read_parquet({matches}) WHERE line_id = ? AND entry_id = ?",
        [line_id, licence_id],
    ).fetchone()
    return (found[0], found[1]) if found else (None, None)


def licence_of(snapshot: Snapshot, licence_id: str, model: str | None = None) -> LicenceMeant:
    """The licence with what finds it again; `model` where it is one of its models, else its only one.

    Raises:
        DecisionError: the snapshot has no such licence.
    """
    with snapshot.connect() as connection:
        row = connection.execute(
            "SELECT licence_id, programme, number, brand, name FROM licences WHERE licence_id = ?", [licence_id]
        ).fetchone()
        if row is None:
            raise DecisionError(T("Snapshot {name} has no licence {licence}", name=snapshot.name, licence=licence_id))
        models = connection.execute(
            "SELECT DISTINCT model FROM models WHERE licence_id = ? ORDER BY model", [licence_id]
        ).fetchall()
    listed = [name for (name,) in models]
    only = listed[0] if len(listed) == 1 else None
    found, programme, number, brand, name = row
    return LicenceMeant(found, programme, number, brand=brand, model=model if model in listed else only, name=name)


def snapshot_of(folder: Path) -> str:
    """The name of the snapshot that the screening in `folder` was made with.

    Raises:
        UnusableInputError: `folder` is no screening of ours.
    """
    _require_screening(folder)
    return str(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["basis"]["snapshot"])

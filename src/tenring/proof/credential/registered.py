"""A licence file from a row of a register snapshot: for a programme that turns its own register into credentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from tenring.catalogue.categories import Categories
from tenring.catalogue.properties import Properties
from tenring.exceptions import IssueError
from tenring.language import T
from tenring.model.licence import ModelKind, Status
from tenring.proof.strict import JsonObject
from tenring.register.snapshot import Snapshot
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.library import Library

#: What the credential says of its basis: in English, as all of it.
LISTED: Final = "the programme's own register lists this licence as active"
_PARTS: Final = {
    "models": "SELECT model, kind FROM models WHERE licence_id = $id ORDER BY kind, model",
    "gtins": "SELECT gtin FROM gtins WHERE licence_id = $id ORDER BY gtin",
    "properties": "SELECT property, value, unit, text FROM properties WHERE licence_id = $id ORDER BY ALL",
}
_ROW: Final = """
SELECT licences.*, statuses.status, statuses.from_date AS since
FROM licences JOIN statuses USING (licence_id)
WHERE programme = $programme AND number = $number
  AND (statuses.from_date IS NULL OR statuses.from_date <= $day)
  AND (statuses.until_date IS NULL OR $day < statuses.until_date)
ORDER BY licence_id
"""


@dataclass(frozen=True)
class Wanted:
    """A licence of a programme by its number, on a day; `criteria`: the revision, where the catalogue has several."""

    programme: str
    number: str
    on: date
    criteria: str | None = None


def licence_content(snapshot: Snapshot, wanted: Wanted, library: Library, categories: Categories) -> JsonObject:
    """The content of a licence file: what the register says, and that the licence rests on the register.

    Raises:
        IssueError: there is no such licence, several, it is not active on that day, or says too little.
    """
    with snapshot.connect() as db:
        row = _the_row(db, wanted)
        key = {"id": row["licence_id"]}
        parts = {name: db.execute(query, key).fetchall() for name, query in _PARTS.items()}
    criteria = wanted.criteria or _criteria(row, wanted, library, categories)
    until = row["valid_until"]
    return {
        "number": row["number"],
        "programme": wanted.programme,
        "category": row["category"],
        "criteria": criteria,
        "holder": {"name": _holder(row, wanted)},
        "products": _products(row, parts["models"], [one for (one,) in parts["gtins"]], wanted),
        "validity": {
            "from": _first_day(row, wanted).isoformat(),
            **({"until": until.isoformat()} if until else {}),
        },
        "judged_on": wanted.on.isoformat(),
        "given": _given(parts["properties"], library.properties),
        "trusted": True,
        "basis": {"kind": "register", "why": LISTED, "document": f"{row['register']}, {wanted.on.isoformat()}"},
        **({"sample": True} if snapshot.manifest.sample else {}),
    }


def _the_row(db: duckdb.DuckDBPyConnection, wanted: Wanted) -> dict[str, Any]:
    parameters = {"programme": wanted.programme, "number": wanted.number, "day": wanted.on}
    found = db.execute(_ROW, parameters)
    names = [one[0] for one in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    about = {"programme": wanted.programme, "number": wanted.number, "day": wanted.on.isoformat()}
    if not rows:
        raise IssueError(T("the register has no licence {number} of {programme} on {day}", **about))
    if len(rows) > 1:
        raise IssueError(T("the register has several licences {number} of {programme}: write a licence file", **about))
    status = str(rows[0]["status"])
    if status != Status.ACTIVE.value:
        raise IssueError(T("the licence {number} of {programme} is {status} on {day}", status=status, **about))
    until = rows[0]["valid_until"]
    if until is not None and until < wanted.on:
        raise IssueError(T("the licence {number} of {programme} is {status} on {day}", status="expired", **about))
    return rows[0]


def _holder(row: dict[str, Any], wanted: Wanted) -> str:
    found = row["holder"] or row["brand"]
    if not found:
        raise IssueError(T("the register does not say who holds the licence {number}", number=wanted.number))
    return str(found)


def _first_day(row: dict[str, Any], wanted: Wanted) -> date:
    """The first day of validity; where the register does not say it, the day on which it was seen to be active."""
    stated = None if row["valid_from_derived"] else row["valid_from"]
    found: date = stated or row["since"] or wanted.on
    return found


def _criteria(row: dict[str, Any], wanted: Wanted, library: Library, categories: Categories) -> str:
    """The revision of the programme for the category that was in force when the licence began."""
    lines = set(categories.ancestors(row["category"]))
    own = {
        one.criteria for one in library.revisions if one.programme == wanted.programme and lines & set(one.categories)
    }
    found = [one.id for criteria in sorted(own) if (one := library.find(criteria, wanted.on)) is not None]
    if len(found) != 1:
        what = T("the catalogue has {count} criteria of {programme} for {category}", count=str(len(found)),
                 programme=wanted.programme, category=row["category"])  # fmt: skip
        do = T("Name one with --criteria; `tenring criteria list` has them all")
        raise IssueError(f"{what}. {do}")
    return found[0]


def _products(
    row: dict[str, Any], models: Sequence[tuple[str, str]], gtins: Sequence[str], wanted: Wanted
) -> list[JsonObject]:
    """One product for each model and each GTIN: a register does not say which GTIN belongs to which model."""
    name = row["name"] or row["brand"] or row["category"]
    about: JsonObject = {"name": name} | ({"brand": row["brand"]} if row["brand"] else {})
    named = [model for model, kind in models if kind in {ModelKind.MODEL.value, ModelKind.ADDITIONAL.value}]
    if len(named) == 1 and gtins:
        return [about | {"model": named[0], "gtins": list(gtins)}]
    found = [about | {"model": model} for model in named] + ([about | {"gtins": list(gtins)}] if gtins else [])
    if not found:
        raise IssueError(T("the register names no model and no GTIN for the licence {number}", number=wanted.number))
    return found


def _given(measured: Sequence[tuple[str, Any, str | None, str | None]], properties: Properties) -> JsonObject:
    """The values that the register publishes, as evidence; several of one property as several measurements."""
    found: dict[str, list[JsonObject]] = {}
    for name, value, unit, text in measured:
        if name not in properties.properties:
            continue
        shown = [{"kind": "register"}]
        one = {"value": plain_number(value), "unit": unit or ""} if value is not None else {"value": text or ""}
        found.setdefault(name, []).append({**one, "shown_by": shown})
    return {name: several[0] if len(several) == 1 else several for name, several in found.items()}

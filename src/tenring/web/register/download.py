"""A list of licences as a file: CSV, JSON or Parquet, with every column of the snapshot's table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from tenring.model import tables
from tenring.register.lookup import Database
from tenring.web.core.sources import Sources
from tenring.web.core.spreadsheets import without_formula
from tenring.web.register.asked import Asked
from tenring.web.register.found import wanted

#: Licences that one download holds at most, and licences asked for at once.
MOST, _PIECE = 10_000, 1_000

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}


def download(open_: Sources, asked: Asked, form: str) -> bytes:
    """The licences that a question finds, in its order, as a file of the form `csv`, `json` or `parquet`."""
    rows = _rows(open_.db, list(_ids(open_, asked)))
    return {"csv": _csv, "json": _json, "parquet": _parquet}[form](rows)


def _ids(open_: Sources, asked: Asked) -> Iterator[str]:
    if asked.by_measure:
        question = replace(wanted(open_, asked)[0], limit=MOST, offset=0)
        yield from open_.measured(asked.category).within(question).ids
        return
    for offset in range(0, MOST, _PIECE):
        hits = open_.index.search(replace(asked.query(limit=_PIECE, offset=offset), facets=())).hits
        yield from (hit.licence_id for hit in hits)
        if len(hits) < _PIECE:
            return


def _rows(db: Database, ids: list[str]) -> pa.Table:
    """The rows of the licences, in this order, with their models in one column."""
    wanted_ids = pa.table({"licence_id": pa.array(ids, pa.string()), "place": pa.array(range(len(ids)), pa.int64())})
    columns = ", ".join(f"l.{name}" for name in tables.LICENCES.names)
    db.register("wanted", wanted_ids)
    found = db.sql(f"""
        SELECT {columns}, m.models
        FROM wanted JOIN licences l USING (licence_id)
        LEFT JOIN (
          SELECT licence_id, list(model ORDER BY kind, model) AS models
          FROM models SEMI JOIN wanted USING (licence_id) GROUP BY licence_id
        ) m USING (licence_id)
        ORDER BY place
    """).to_arrow_table()
    db.unregister("wanted")
    return found


def _csv(rows: pa.Table) -> bytes:
    for number, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            texts = [None if value is None else "; ".join(value) for value in rows.column(number).to_pylist()]
            rows = rows.set_column(number, field.name, pa.array(texts, pa.string()))
    for number, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            texts = [without_formula(value) for value in rows.column(number).to_pylist()]
            rows = rows.set_column(number, field.name, pa.array(texts, pa.string()))
    out = io.BytesIO()
    pyarrow.csv.write_csv(rows, out)
    return b"\xef\xbb\xbf" + out.getvalue()  # with a mark of UTF-8: spreadsheets guess otherwise


def _json(rows: pa.Table) -> bytes:
    return json.dumps(rows.to_pylist(), default=_day, ensure_ascii=False, indent=1).encode()


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _parquet(rows: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(rows, out, compression="zstd")
    return out.getvalue()

"""Matching two product lists with the matcher that screening uses."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.matching import v1
from tenring.model.duck import DuckEngine, duck_engine
from tenring.model.sql import Engine, Step, quoted
from tenring.model.text import normal

#: field -> names its column has in real lists, in normal form without signs
COLUMNS = {
    "id": ("id", "key", "sku", "number", "no", "编号", "序号"),
    "name": (
        "name",
        "title",
        "product",
        "productname",
        "producttitle",
        "description",
        "item",
        "品名",
        "产品名称",
        "名称",
    ),
    "brand": ("brand", "manufacturer", "maker", "make", "vendor", "品牌", "厂商", "制造商"),
    "model": ("model", "modelno", "modelnumber", "mpn", "partnumber", "型号", "规格型号"),
    "gtin": ("gtin", "ean", "upc", "barcode", "条码", "商品条码"),
    "certificate": ("certificate", "certificateno", "licence", "license", "licencenumber", "证书编号"),
    "category": ("category", "class", "类别"),
}
#: Words of a title that look like a model: letters and digits mixed.
_CODE_IN_TITLE = "[0-9a-z]*(?:[0-9][a-z]|[a-z][0-9])[0-9a-z]*"


@dataclass(frozen=True)
class Matches:
    """What matching two lists gave; `pairs` is the number of pairs at or above the threshold."""

    out: Path
    left: int
    right: int
    pairs: int
    matched_left: int
    threshold: Decimal


def match_lists(left: Path, right: Path, *, out: Path) -> Matches:
    """Match every row of `left` with the rows of `right` and write the pairs to `out`.

    The file has one row per pair: left_id, right_id, score, rung, sure (score at or above the threshold), ties,
    features. Pairs below the threshold are the nearest ones, up to three per row.

    Raises:
        UnusableInputError: a list cannot be read, or has neither a name nor a model column.
    """
    with duck_engine() as engine:
        counts = [_load(engine, path, table) for path, table in ((left, "left_list"), (right, "right_list"))]
        engine.run(_input_steps())
        v1.match(engine)
        _write(engine, out)
        ((pairs, matched_left),) = engine.rows(
            f"SELECT count(*), count(DISTINCT item_id) FROM matched WHERE score >= {v1.THRESHOLD}"
        )
    threshold = Decimal(str(v1.THRESHOLD))
    return Matches(out, left=counts[0], right=counts[1], pairs=pairs, matched_left=matched_left, threshold=threshold)


def _load(engine: Engine, path: Path, table: str) -> int:
    """Read a CSV list into a table with our column names; the number of rows."""
    rows = _rows(path)
    header = [normal(name).replace(" ", "").replace("_", "") for name in rows[0]]
    places = {field: next((header.index(n) for n in names if n in header), None) for field, names in COLUMNS.items()}
    if places["name"] is None and places["model"] is None:
        found = ", ".join(rows[0])
        raise UnusableInputError(
            T("no column holds product names or models; found: {columns}", columns=found),
            where=path,
            do=T("Name one of them `name` or `model`"),
        )
    records = [_record(row, places, number) for number, row in enumerate(rows[1:], start=2) if any(row)]
    engine.add(table, pa.Table.from_pylist(records, schema=pa.schema([(name, pa.string()) for name in COLUMNS])))
    return len(records)


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    except OSError as error:
        raise UnusableInputError(T("cannot be opened"), where=path, do=str(error.strerror)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableInputError(T("is not CSV in UTF-8"), where=path, do=T("Save it as CSV UTF-8")) from error
    if not rows:
        raise UnusableInputError(T("is empty"), where=path, do=T("It needs a header row and products"))
    return rows


def _record(row: list[str], places: dict[str, int | None], number: int) -> dict[str, str | None]:
    cells = {
        field: (row[place].strip() or None) if place is not None and place < len(row) else None
        for field, place in places.items()
    }
    return cells | {"id": cells["id"] or str(number)}


def _input_steps() -> list[Step]:
    codes = f"regexp_extract_all(lower(name), '{_CODE_IN_TITLE}')"
    return [
        Step(
            "line",
            "SELECT row_number() OVER () AS item_id, id, name AS text, brand, model, certificate, gtin, category "
            "FROM left_list",
        ),
        Step("listed", "SELECT row_number() OVER () AS entry_id, * FROM right_list"),
        Step("entry", "SELECT entry_id, brand, coalesce(name, model) AS name, category FROM listed"),
        Step("entry_number", "SELECT entry_id, certificate AS number FROM listed WHERE certificate IS NOT NULL"),
        Step("entry_gtin", "SELECT entry_id, lpad(gtin, 14, '0') AS gtin FROM listed WHERE gtin IS NOT NULL"),
        Step(
            "entry_model",
            f"""
            SELECT entry_id, model, 'model' AS kind FROM listed WHERE model IS NOT NULL
            UNION ALL
            SELECT entry_id, code, 'name'
            FROM (SELECT entry_id, unnest({codes}) AS code FROM listed WHERE model IS NULL)
            """,
        ),
        Step("brand_alias", "SELECT NULL::VARCHAR AS key, NULL::VARCHAR AS usual WHERE false"),
        Step("related", "SELECT DISTINCT category, category AS other FROM listed WHERE category IS NOT NULL"),
    ]


def _write(engine: DuckEngine, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    engine.connection.execute(f"""
        COPY (
            SELECT l.id AS left_id, r.id AS right_id, m.score, m.rung, m.score >= {v1.THRESHOLD} AS sure, m.ties,
                l.text AS left_name, r.name AS right_name, m.features
            FROM matched m JOIN line l USING (item_id) JOIN listed r USING (entry_id)
            ORDER BY m.item_id, m.score DESC, m.entry_id
        ) TO {quoted(str(partial))} (FORMAT csv, HEADER)
    """)
    partial.replace(out)

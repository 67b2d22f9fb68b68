"""A small register in memory, and purchases judged against it by the real steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engines import Engines, Worlds
from tenring.catalogue import Catalogue
from tenring.model import tables
from tenring.model.sql import Engine, Step
from tenring.screening.classify import classify
from tenring.screening.decide import decide
from tenring.screening.match import match
from tenring.screening.memory import Recorded
from tenring.screening.oblige import obliged_on
from tenring.screening.reference import RULE_CATEGORY, add_reference

CATALOG = Path(__file__).resolve().parents[2] / "catalog"

Row = dict[str, Any]
Judge = Callable[..., list[Row]]


def licence(number: str, model: str, **fields: Any) -> Row:
    """A licence of the China Environmental Label for a desktop computer, valid 2023 to 2025, unless said otherwise."""
    return {
        "number": number,
        "model": model,
        "programme": "china-environmental-label",
        "brand": "Qingyun",
        "name": "Desktop",
        "category": "desktop-computers",
        "valid_from": date(2023, 1, 1),
        "valid_until": date(2025, 12, 31),
        "last_read": date(2025, 6, 1),
    } | fields


def line(description: str | None, day: date | None = date(2024, 5, 1), **fields: Any) -> Row:
    """A purchase line for 100 yuan."""
    return {"description": description, "date": day, "amount": 100, "currency": "CNY"} | fields


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(CATALOG)


@pytest.fixture
def judge(catalogue: Catalogue, engines: Engines, engine_name: str, worlds: Worlds) -> Judge:
    """Judge lines against licences: the rows of the answer, in the order of the lines."""

    def judged(
        lines: Sequence[Row],
        licences: Sequence[Row],
        *,
        economy: str | None = "CN",
        catalogue: Catalogue = catalogue,
        decisions: Sequence[Recorded] = (),
    ) -> list[Row]:
        def run(questions: list[Sequence[Row]]) -> list[list[Row]]:
            with engines(engine_name) as engine:
                _add_register(engine, licences)
                _add_lines(engine, [line for lines in questions for line in lines])
                add_reference(engine, catalogue, economy, decisions=decisions)
                engine.run([RULE_CATEGORY])
                classify(engine, catalogue.categories)
                engine.run([Step("obliged", obliged_on(date(2024, 5, 1)))])
                match(engine)
                decide(engine, reference_day=date(2024, 5, 1))
                rows = iter(engine.arrow("SELECT * FROM screened ORDER BY line_id").to_pylist())
            return [[next(rows) | _numbered(number) for number, _ in enumerate(lines)] for lines in questions]

        agreements = sorted(repr(one) for one in catalogue.agreements.values())
        found: list[Row] = worlds.answer(engine_name, (licences, economy, decisions, agreements), lines, run)
        return found

    return judged


def _numbered(number: int) -> Row:
    return {"line_id": f"{number:03}", "row": number}


def _add_lines(engine: Engine, lines: Sequence[Row]) -> None:
    rows = [_numbered(number) | {"source_file": "t.csv"} | row for number, row in enumerate(lines)]
    engine.add("purchase", pa.Table.from_pylist(rows, schema=tables.PURCHASE_LINES))


def _add_register(engine: Engine, licences: Sequence[Row]) -> None:
    content: dict[str, list[Row]] = {"licences": [], "models": [], "gtins": [], "statuses": []}
    for row in licences:
        licence_id = f"test:{row['number']}:{row['model']}"
        content["licences"].append({"licence_id": licence_id, "register": "test"} | row)
        content["models"].append({"licence_id": licence_id, "model": row["model"], "kind": "model"})
        content["gtins"].extend({"licence_id": licence_id, "gtin": gtin} for gtin in row.get("gtins", ()))
        content["statuses"].extend({"licence_id": licence_id} | period for period in _periods(row))
    schemas = {"licences": tables.LICENCES, "models": tables.MODELS, "gtins": tables.GTINS, "statuses": tables.STATUSES}
    for name, schema in schemas.items():
        engine.add(name, pa.Table.from_pylist(content[name], schema=schema))


def _periods(row: Row) -> list[Row]:
    if "periods" in row:
        return [{"status": status, "from_date": begin, "until_date": end} for status, begin, end in row["periods"]]
    begin, end = row["valid_from"], row["valid_until"]
    after = date.fromordinal(end.toordinal() + 1) if end else None
    periods = [{"status": "active", "from_date": begin, "until_date": after}]
    if begin:
        periods.append({"status": "not_begun", "from_date": None, "until_date": begin})
    if after:
        periods.append({"status": "expired", "from_date": after, "until_date": None})
    return periods

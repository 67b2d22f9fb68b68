"""Screened purchases of our own invention, for the tests of the report."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tenring.model import tables
from tenring.screening.report import MatcherFacts, ProgrammeFacts, RegisterFacts, ReportContext, SnapshotFacts

if TYPE_CHECKING:
    from pathlib import Path

OBLIGATIONS = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("line_id", "rule", "obligation", "rule_names_en", "rule_names_zh")),
        *(pa.field(name, pa.string()) for name in ("document", "mark")),
        pa.field("met", pa.bool_()),
    ]
)
ALTERNATIVES = pa.schema(
    [
        *(
            pa.field(name, pa.string())
            for name in ("category", "programme", "brand", "model", "licence_number", "holder")
        ),
        *(pa.field(name, pa.date32()) for name in ("valid_from", "valid_until")),
    ]
)

CONTEXT = ReportContext(
    language="en",
    economy="CN",
    title="purchases.xlsx",
    on=date(2020, 6, 30),
    snapshot=SnapshotFacts(
        name="2020-06-30",
        created=date(2020, 6, 30),
        registers=(
            RegisterFacts(id="cn/cel", programme="china-environmental-label", read=date(2020, 6, 1), licences=812),
            RegisterFacts(id="us/energy-star", programme="energy-star", read=date(2019, 3, 4), licences=23411),
        ),
    ),
    matcher=MatcherFacts(version="v1", threshold=Decimal("0.92")),
    tool_version="0.1.0",
    categories={
        "copy-paper": {"en": "Copy paper", "zh": "复印纸"},
        "desktop-computers": {"en": "Desktop computers", "zh": "台式计算机"},
        "computer-displays": {"en": "Computer displays", "zh": "液晶显示器"},
    },
    programmes={
        "china-environmental-label": ProgrammeFacts(
            names={"en": "China Environmental Label", "zh": "中国环境标志"}, type="I", economy="CN"
        ),
        "energy-star": ProgrammeFacts(names={"en": "ENERGY STAR"}, type="energy", economy="US", mark="unverified"),
    },
)

_numbers = count(1)


def a_line(verdict: str = "green", amount: str | None = "100.00", **changes: Any) -> dict[str, Any]:
    """One row of lines.parquet: a pack of copy paper bought in May 2020."""
    number = next(_numbers)
    line: dict[str, Any] = dict.fromkeys(tables.SCREENED_LINES.names)
    line |= {
        "line_id": f"L{number:06}",
        "source_file": "purchases.xlsx",
        "sheet": "Lines",
        "row": number,
        "date": date(2020, 5, 4),
        "buyer": "City of Fern",
        "supplier": "Paper & Sons",
        "description": "Copy paper A4",
        "amount": None if amount is None else Decimal(amount),
        "currency": "CNY",
        "category": "copy-paper",
        "verdict": verdict,
        "ties": 1,
        "obligations_unmet": [],
    }
    if verdict in {"green", "recognised", "lapsed"}:
        line |= {
            "programme": "china-environmental-label",
            "programme_type": "I",
            "register": "cn/cel",
            "register_read": date(2020, 6, 1),
            "licence_number": "CEC-0001",
            "licence_status": "active" if verdict != "lapsed" else "expired",
            "valid_from": date(2018, 1, 1),
            "valid_until": date(2019, 12, 31) if verdict == "lapsed" else date(2022, 12, 31),
            "rung": "model",
            "score": 0.98,
            "valid_from_derived": False,
        }
    return line | changes


def an_obligation(line: dict[str, Any], *, met: bool = False, **changes: Any) -> dict[str, Any]:
    """One row of obligations.parquet: a rule that obliges `line`."""
    return {
        "line_id": line["line_id"],
        "rule": "cn/environmental-label-list",
        "obligation": "priority",
        "rule_names_en": "Environmental-label products list",
        "rule_names_zh": "环境标志产品政府采购品目清单",
        "document": "财库〔2019〕18号",
        "mark": "read",
        "met": met,
    } | changes


def an_alternative(category: str = "copy-paper", **changes: Any) -> dict[str, Any]:
    """One row of alternatives.parquet."""
    return {
        "category": category,
        "programme": "china-environmental-label",
        "brand": "Bamboo Leaf",
        "model": "BL-70",
        "licence_number": "CEC-0042",
        "holder": "Bamboo Leaf Paper Co.",
        "valid_from": date(2019, 1, 1),
        "valid_until": date(2021, 12, 31),
    } | changes


def a_problem(severity: str = "rejected", **changes: Any) -> dict[str, Any]:
    """One row of problems.parquet."""
    problem: dict[str, Any] = dict.fromkeys(tables.PROBLEMS.names)
    problem |= {
        "source_file": "purchases.xlsx",
        "sheet": "Lines",
        "row": 7,
        "column": "amount",
        "value": "n/a",
        "severity": severity,
        "reason": "not an amount",
    }
    return problem | changes


def write_inputs(
    folder: Path,
    lines: list[dict[str, Any]],
    *,
    obligations: list[dict[str, Any]] | None = None,
    alternatives: list[dict[str, Any]] | None = None,
    problems: list[dict[str, Any]] | None = None,
) -> Path:
    """The input files of a report in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows, schema in (
        ("lines", lines, tables.SCREENED_LINES),
        ("obligations", obligations or [], OBLIGATIONS),
        ("alternatives", alternatives or [], ALTERNATIVES),
        ("problems", problems or [], tables.PROBLEMS),
    ):
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    (folder / "understood.json").write_text(json.dumps({}), encoding="utf-8")
    return folder


def in_chinese() -> ReportContext:
    """The same context for Chinese readers."""
    return replace(CONTEXT, language="zh")

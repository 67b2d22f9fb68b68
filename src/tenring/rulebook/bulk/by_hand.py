"""What SQL cannot say exactly is answered by `judge` itself, product by product, in the same columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import cast

import pyarrow as pa

from tenring.catalogue.properties import Properties
from tenring.model.sql import quoted
from tenring.rulebook.bulk.table import DOCUMENTS, SHOWN_VALUES, VALUES, Tables, product_of
from tenring.rulebook.evaluate import Circumstances, sides
from tenring.rulebook.evidence import Label, Product, Proof
from tenring.rulebook.expressions import Compare, Given
from tenring.rulebook.intervals import EXACT
from tenring.rulebook.judge import judge_clause, summed_up
from tenring.rulebook.revision import Clause, EvidenceKind, Issuer, Revision

#: Values, limits and points of what was judged by hand: 20 digits before the point, 18 after it.
HELD = pa.decimal128(38, 18)
_STEP, _LIMIT = Decimal(1).scaleb(-18), Decimal(1).scaleb(20)
#: Between rows, between the cells of a row, and for a cell that is missing.
_BETWEEN_ROWS, _BETWEEN_CELLS, _MISSING = "\x1e", "\x1d", "\x1c"
NOT_APPLICABLE = 4
_CODES = {judged: code for code, judged in enumerate(("not_met", "not_checked", "not_shown", "met", "not_applicable"))}


@dataclass(frozen=True)
class Task:
    """Which clauses of a revision (taken on the day) are judged by hand; `overall` asks for the whole answer too.

    `trusted`: without rules of evidence.
    """

    revision: Revision
    properties: Properties
    on: date
    clauses: tuple[int, ...]
    overall: bool = False
    trusted: bool = True

    @property
    def schema(self) -> pa.Schema:
        """The columns of the answers."""
        fields = [pa.field("product", pa.string())]
        for place in self.clauses:
            fields += [pa.field(f"{name}{place}", pa.int32()) for name in ("judged_", "grade_")]
            fields += [pa.field(f"{name}{place}", HELD) for name in NUMBERS]
        if self.overall:
            fields += [pa.field("overall", pa.int32()), pa.field("grade", pa.int32())]
        return pa.schema(fields)


NUMBERS = ("value_low_", "value_high_", "limit_low_", "limit_high_", "points_low_", "points_high_")


def evidence_query(tables: Tables, on: date, where: str = "") -> str:
    """Each product with all its rows of the table in one text, its labels in another, its documents in a third."""
    columns = _columns(tables)
    order = ("report", "property", "subject", "conditions", "item", "words", "low", "high")
    rows = f"SELECT product, {_text(columns, order)} AS evidence FROM {tables.values} {where} GROUP BY product"
    labels = documents = "SELECT CAST(NULL AS VARCHAR) AS product, CAST(NULL AS VARCHAR) AS texts"
    if tables.labels is not None:
        day, columns = f"DATE '{on.isoformat()}'", ("programme", "category", "subject")
        held = f"since <= {day} AND (until IS NULL OR until >= {day})"
        labels = (
            f"SELECT product, {_text(columns, columns)} AS texts FROM {tables.labels} WHERE {held} GROUP BY product"
        )
    if tables.documents is not None:
        columns = tuple(DOCUMENTS.names[1:])
        documents = f"SELECT product, {_text(columns, columns)} AS texts FROM {tables.documents} GROUP BY product"
    return f"""
        SELECT given.product, evidence, held.texts AS labels, behind.texts AS documents
        FROM ({rows}) AS given
        LEFT JOIN ({labels}) AS held ON held.product = given.product
        LEFT JOIN ({documents}) AS behind ON behind.product = given.product
    """


def _columns(tables: Tables) -> tuple[str, ...]:
    return tuple((VALUES if tables.documents is None else SHOWN_VALUES).names[1:])


def _text(columns: tuple[str, ...], order: tuple[str, ...]) -> str:
    """All rows of a product as one text, in an order of their own."""
    cells = (f"coalesce(CAST({column} AS VARCHAR), {quoted(_MISSING)})" for column in columns)
    row = f" || {quoted(_BETWEEN_CELLS)} || ".join(cells)
    return f"string_agg({row}, {quoted(_BETWEEN_ROWS)} ORDER BY {', '.join(order)})"


def judge_batch(batch: pa.RecordBatch, *, task: Task) -> pa.RecordBatch:
    """The answers for the products of `evidence_query`."""
    found = [_answers(str(row["product"]), _product(row, task.on), task) for row in batch.to_pylist()]
    return pa.RecordBatch.from_pylist(found, schema=task.schema)


def _product(row: dict[str, str | None], on: date) -> Product:
    names = SHOWN_VALUES.names[1:]  # the method comes last, and is only there where there are documents
    rows = [dict(zip(names, cells, strict=False)) for cells in _cells(row["evidence"])]
    flags = ("not_detected", "open_high")
    labels = tuple(Label(programme or "", on, category, of or "") for programme, category, of in _cells(row["labels"]))
    known = (one | {name: one[name] == "true" for name in flags} for one in rows)
    measured = product_of(known, _documents(row["documents"]))
    return Product(measured.measurements, labels)


def _documents(text: str | None) -> dict[str, tuple[Proof, ...]]:
    """The documents behind each report."""
    found: dict[str, tuple[Proof, ...]] = {}
    for cells in _cells(text):
        report, kind, day, laboratory, accredited, issuer, samples = cells
        if report is None or kind is None:
            continue
        proof = Proof(
            cast("EvidenceKind", kind),
            date=None if day is None else date.fromisoformat(day),
            laboratory=laboratory,
            accredited=accredited == "true",
            issuer=cast("Issuer | None", issuer),
            samples=None if samples is None else int(samples),
        )
        found[report] = (*found.get(report, ()), proof)
    return found


def _cells(text: str | None) -> list[list[str | None]]:
    rows = text.split(_BETWEEN_ROWS) if text else []
    return [[None if cell == _MISSING else cell for cell in row.split(_BETWEEN_CELLS)] for row in rows]


def _answers(name: str, product: Product, task: Task) -> dict[str, object]:
    given = Circumstances(product, task.properties, task.revision.criteria, task.on, trusted=task.trusted)
    found: dict[str, object] = {"product": name}
    judgements = []
    for place in task.clauses:
        clause = task.revision.clauses[place]
        judged = judge_clause(clause, given)
        judgements.append(judged)
        found |= {
            f"judged_{place}": _CODES[judged.judgement],
            f"grade_{place}": None if judged.grade is None else task.revision.grades.index(judged.grade),
        }
        compared = compared_in(clause)
        if compared is not None and judged.judgement != "not_applicable":
            ruled = replace(given, rule=clause.shown_by if compared is clause.requires else ())
            ends = [side.interval for side in sides(compared, ruled)]
            names = (("value_low_", "value_high_"), ("limit_low_", "limit_high_"))
            for interval, (low, high) in zip(ends, names, strict=True):
                found |= {f"{low}{place}": _held(interval.low), f"{high}{place}": _held(interval.high)}
        if judged.points is not None:
            found |= {
                f"points_low_{place}": _held(judged.points.low),
                f"points_high_{place}": _held(judged.points.high),
            }
    if task.overall:
        result = summed_up(task.revision, task.on, tuple(judgements))
        found["overall"] = _CODES[result.overall]
        found["grade"] = None if result.grade is None else task.revision.grades.index(result.grade)
    return found


def compared_in(clause: Clause) -> Compare | None:
    """The one comparison that a clause asks for; None where it asks something else or several things."""
    requires = clause.requires
    while isinstance(requires, Given):
        requires = requires.condition
    return requires if isinstance(requires, Compare) else None


def _held(number: Decimal) -> Decimal | None:
    """A number as the table holds it: rounded to 18 decimals; null where it is unbounded or too large."""
    if not number.is_finite() or abs(number) >= _LIMIT:
        return None
    return number.quantize(_STEP, context=EXACT)

"""What SQL cannot say exactly is answered by `judge` itself, product by product, in the same columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from tenring.catalogue.properties import Properties
from tenring.model.sql import quoted
from tenring.rulebook.bulk.table import VALUES, product_of
from tenring.rulebook.evaluate import Circumstances, read
from tenring.rulebook.evidence import Label, Product
from tenring.rulebook.expressions import Compare, Given
from tenring.rulebook.intervals import EXACT
from tenring.rulebook.judge import judge_clause, summed_up
from tenring.rulebook.revision import Clause, Revision

#: Values, limits and points of what was judged by hand: 20 digits before the point, 18 after it.
HELD = pa.decimal128(38, 18)
_STEP, _LIMIT = Decimal(1).scaleb(-18), Decimal(1).scaleb(20)
#: Between rows, between the cells of a row, and for a cell that is missing.
_BETWEEN_ROWS, _BETWEEN_CELLS, _MISSING = "\x1e", "\x1d", "\x1c"
NOT_APPLICABLE = 4
_CODES = {judged: code for code, judged in enumerate(("not_met", "not_checked", "not_shown", "met", "not_applicable"))}


@dataclass(frozen=True)
class Task:
    """Which clauses of a revision (taken on the day) are judged by hand; `overall` asks for the whole answer too."""

    revision: Revision
    properties: Properties
    on: date
    clauses: tuple[int, ...]
    overall: bool = False

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


def evidence_query(values: str, labels: str | None, on: date, where: str = "") -> str:
    """Each product with all its rows of the table in one text, and its labels in another."""
    cells = [f"coalesce(CAST({column} AS VARCHAR), {quoted(_MISSING)})" for column in VALUES.names[1:]]
    row = f" || {quoted(_BETWEEN_CELLS)} || ".join(cells)
    order = "report, property, subject, conditions, item, words, low, high"
    rows = f"""
        SELECT product, string_agg({row}, {quoted(_BETWEEN_ROWS)} ORDER BY {order}) AS evidence
        FROM {values} {where} GROUP BY product
    """
    if labels is None:
        return f"SELECT product, evidence, CAST(NULL AS VARCHAR) AS labels FROM ({rows}) AS given"
    day = f"DATE '{on.isoformat()}'"
    cell = [f"coalesce({column}, {quoted(_MISSING)})" for column in ("programme", "category", "subject")]
    label = f" || {quoted(_BETWEEN_CELLS)} || ".join(cell)
    held = f"""
        SELECT product, string_agg({label}, {quoted(_BETWEEN_ROWS)} ORDER BY programme, category, subject) AS labels
        FROM {labels} WHERE since <= {day} AND (until IS NULL OR until >= {day}) GROUP BY product
    """
    return f"SELECT product, evidence, labels FROM ({rows}) AS given LEFT JOIN ({held}) AS held USING (product)"


def judge_batch(batch: pa.RecordBatch, *, task: Task) -> pa.RecordBatch:
    """The answers for the products of `evidence_query`."""
    found = [_answers(str(row["product"]), _product(row, task.on), task) for row in batch.to_pylist()]
    return pa.RecordBatch.from_pylist(found, schema=task.schema)


def _product(row: dict[str, str | None], on: date) -> Product:
    rows = [dict(zip(VALUES.names[1:], cells, strict=True)) for cells in _cells(row["evidence"])]
    labels = tuple(Label(programme or "", on, category, of or "") for programme, category, of in _cells(row["labels"]))
    measured = product_of(
        one | {"not_detected": one["not_detected"] == "true", "open_high": one["open_high"] == "true"} for one in rows
    )
    return Product(measured.measurements, labels)


def _cells(text: str | None) -> list[list[str | None]]:
    rows = text.split(_BETWEEN_ROWS) if text else []
    return [[None if cell == _MISSING else cell for cell in row.split(_BETWEEN_CELLS)] for row in rows]


def _answers(name: str, product: Product, task: Task) -> dict[str, object]:
    given = Circumstances(product, task.properties, task.revision.criteria, task.on, trusted=True)
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
            ends = (read(compared.left, given).interval, read(compared.right, given).interval)
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

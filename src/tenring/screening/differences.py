"""What changed between two screenings of the same file: which lines have another answer, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tenring.model.sql import quoted
from tenring.screening.listing import LIMITS
from tenring.screening.report.steps import NO_CURRENCY

#: What an answer is, beside its verdict: a change of any of them is told.
_ANSWER = ("verdict", "category", "licence_id", "rung")
#: Changed lines that are listed, the largest first.
LISTED = 200


@dataclass(frozen=True)
class Moved:
    """So many lines went from one verdict to another, worth so much in one currency; both the same: nothing did."""

    before: str
    after: str
    currency: str
    lines: int
    value: Decimal


@dataclass(frozen=True)
class Changed:
    """One line with another answer."""

    line_id: str
    day: date | None
    description: str | None
    brand: str | None
    model: str | None
    amount: Decimal | None
    currency: str
    before: str
    after: str
    category_before: str | None
    category_after: str | None
    licence_before: str | None
    licence_after: str | None


@dataclass(frozen=True)
class Differences:
    """All moves between verdicts, and the changed lines: those with another verdict first, then the largest."""

    moved: tuple[Moved, ...]
    changed: tuple[Changed, ...]
    count: int
    """Lines with another answer; `changed` lists at most `LISTED` of them."""
    other_verdict: int
    """Those of them with another verdict."""


def differences(before: Path, after: Path) -> Differences:
    """Compare two files `lines.parquet` of the same lines."""
    with duckdb.connect(config=LIMITS) as connection:
        connection.execute(f"""
            CREATE VIEW both_sides AS
            SELECT a.line_id, a.amount, coalesce(a.currency, '{NO_CURRENCY}') AS currency,
                b.verdict AS before, a.verdict AS after,
                b.category AS category_before, a.category AS category_after,
                b.licence_number AS licence_before, a.licence_number AS licence_after
            FROM read_parquet({quoted(after)}) a JOIN read_parquet({quoted(before)}) b USING (line_id)
            WHERE ({", ".join(f"a.{name}" for name in _ANSWER)}) IS DISTINCT FROM
                ({", ".join(f"b.{name}" for name in _ANSWER)})
        """)
        moved = connection.execute("""
            SELECT before, after, currency, count(*), coalesce(sum(amount), 0) FROM both_sides
            WHERE before <> after GROUP BY ALL ORDER BY currency, count(*) DESC, before, after
        """).fetchall()
        changed = connection.execute(f"""
            WITH largest AS (
                SELECT * FROM both_sides ORDER BY before = after, amount DESC NULLS LAST, line_id LIMIT {LISTED}
            )
            SELECT g.line_id, l.date, l.description, l.brand, l.model, g.* EXCLUDE (line_id)
            FROM largest g JOIN read_parquet({quoted(after)}) l USING (line_id)
            ORDER BY g.before = g.after, g.amount DESC NULLS LAST, g.line_id
        """).fetchall()
        counts = connection.execute("""
            SELECT count(*), count(*) FILTER (before <> after) FROM both_sides
        """).fetchone() or (0, 0)
    return Differences(tuple(Moved(*row) for row in moved), tuple(Changed(*row) for row in changed), *counts)

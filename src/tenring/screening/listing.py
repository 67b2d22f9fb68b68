"""The lines of a finished screening, a page at a time: filtered, the largest or the least sure first.

A page begins behind a line (`after`), not at a number: pages stay the same whoever reads them, and the thousandth costs
what the first does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import duckdb

from tenring.model.sql import quoted
from tenring.screening.report.steps import NO_CURRENCY

#: Lines of a page.
PAGE = 50
#: What one question about a finished screening may take of the machine: several are asked at once.
LIMITS: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "1GiB", "threads": 2}
#: Words of a question that are asked for; more do not narrow it any further.
_WORDS = 8


class Order(StrEnum):
    """What comes first. Amounts of several currencies are never compared: one currency follows another."""

    AMOUNT = "amount"
    """The largest amount."""
    UNSURE = "unsure"
    """Where a person's look is worth most: how unsure the answer is, times the money."""


@dataclass(frozen=True)
class Wanted:
    """Which lines. `text`: words that all occur in a line; `after`: the line behind which the page begins."""

    verdict: str | None = None
    category: str | None = None
    currency: str | None = None
    text: str = ""
    order: Order = Order.AMOUNT
    after: str | None = None
    limit: int = PAGE


@dataclass(frozen=True)
class Line:
    """One line in a list."""

    line_id: str
    place: str
    day: date | None
    description: str | None
    brand: str | None
    model: str | None
    category: str | None
    amount: Decimal | None
    currency: str
    verdict: str
    rung: str | None
    category_by: str | None


@dataclass(frozen=True)
class Sum:
    """So many lines with one verdict in one currency (`NO_CURRENCY`: none is given), and their amounts."""

    verdict: str
    currency: str
    lines: int
    value: Decimal


@dataclass(frozen=True)
class Listing:
    """A page. `sums` are of all lines that were asked for but for the verdict; `next`: where the next page begins."""

    lines: tuple[Line, ...]
    next: str | None
    sums: tuple[Sum, ...]
    categories: Mapping[str, int]
    """Category -> lines, of the whole screening; most lines first."""
    currencies: tuple[str, ...]

    def count(self, verdict: str | None = None) -> int:
        """Lines with a verdict; without one, all."""
        return sum(one.lines for one in self.sums if verdict in (None, one.verdict))


#: How unsure an answer is, 0 to 1. A yes or no with the chance p is as unsure as p is far from 0 and 1; a line is as
#: unsure as its licence or its category is, whichever is more. What a person said is sure.
_DOUBT = """
greatest(
    CASE WHEN rung = 'confirmed' THEN 0.0 WHEN score IS NOT NULL THEN 1.0 - abs(2.0 * score - 1.0)
         WHEN near IS NOT NULL THEN 1.0 - abs(2.0 * near - 1.0) ELSE 0.0 END,
    CASE category_by WHEN 'confirmed' THEN 0.0 WHEN 'licence' THEN 0.0
        ELSE CASE WHEN category IS NULL THEN 1.0 ELSE 1.0 - abs(2.0 * category_score - 1.0) END END
)
"""
#: What a text is looked for in.
_TEXTS = "line_id, description, brand, model, supplier, buyer, licence_number"
#: The keys of each order: ascending, and together different for every line.
_KEYS = {
    Order.AMOUNT: ("place_of_currency", "amount IS NULL", "-coalesce(amount, 0)", "line_id"),
    Order.UNSURE: ("place_of_currency", "amount IS NULL", "-abs(coalesce(amount, 0))::DOUBLE * doubt", "line_id"),
}


def listing(folder: Path, wanted: Wanted) -> Listing:
    """A page of the lines of the screening in `folder`."""
    with duckdb.connect(config=LIMITS) as connection:
        _open(connection, folder)
        where, values = _where(wanted)
        sums = connection.execute(f"""
            SELECT verdict, currency, count(*), coalesce(sum(amount), 0) FROM line
            WHERE {where} GROUP BY verdict, currency ORDER BY verdict, currency
        """, values).fetchall()  # fmt: skip
        categories = connection.execute("""
            SELECT category, count(*) AS lines FROM line WHERE category IS NOT NULL
            GROUP BY category ORDER BY lines DESC, category
        """).fetchall()
        currencies = connection.execute("SELECT currency FROM currency ORDER BY place_of_currency").fetchall()
        lines = _page(connection, wanted)
    more = len(lines) > wanted.limit
    shown = lines[: wanted.limit]
    return Listing(
        lines=shown,
        next=shown[-1].line_id if more else None,
        sums=tuple(Sum(*row) for row in sums),
        categories=dict(categories),
        currencies=tuple(code for (code,) in currencies),
    )


def following(folder: Path, wanted: Wanted) -> str | None:
    """The line behind `wanted.after`, among those that are wanted; None: it is the last."""
    with duckdb.connect(config=LIMITS) as connection:
        _open(connection, folder)
        found = _page(connection, replace(wanted, limit=1))
    return found[0].line_id if found else None


def _open(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`line`: one row = one line with what it is filtered by; `near`: its best pair's score, sure or not."""
    lines, matches = quoted(folder / "lines.parquet"), quoted(folder / "matches.parquet")
    connection.execute(f"""
        CREATE TABLE currency AS
        SELECT currency, row_number() OVER (ORDER BY currency = '{NO_CURRENCY}', lines DESC, currency)
            AS place_of_currency
        FROM (SELECT coalesce(currency, '{NO_CURRENCY}') AS currency, count(*) AS lines
              FROM read_parquet({lines}) GROUP BY 1)
    """)
    connection.execute(f"""
        CREATE VIEW line AS
        SELECT l.* REPLACE (coalesce(l.currency, '{NO_CURRENCY}') AS currency),
            concat_ws(', ', l.source_file, l.sheet, l.row) AS place
        FROM read_parquet({lines}) l
    """)
    connection.execute(f"""
        CREATE VIEW near AS SELECT line_id, max(score) AS near FROM read_parquet({matches}) GROUP BY line_id
    """)


def _where(wanted: Wanted, *, verdict: bool = False) -> tuple[str, list[object]]:
    """The condition on `line` and its values; that on the verdict only where it is asked for."""
    conditions: list[tuple[str, object]] = []
    if verdict and wanted.verdict:
        conditions.append(("verdict = ?", wanted.verdict))
    if wanted.category:
        conditions.append(("category = ?", wanted.category))
    if wanted.currency:
        conditions.append(("currency = ?", wanted.currency))
    for word in wanted.text.split()[:_WORDS]:
        conditions.append((f"contains(lower(concat_ws(' ', {_TEXTS})), lower(?))", word))  # noqa: PERF401 - one for each word
    return " AND ".join(condition for condition, _ in conditions) or "true", [value for _, value in conditions]


def _page(connection: duckdb.DuckDBPyConnection, wanted: Wanted) -> tuple[Line, ...]:
    """The lines of the page and one more."""
    where, values = _where(wanted, verdict=True)
    keys = [f"k{number}" for number, _ in enumerate(_KEYS[wanted.order])]
    keyed = ", ".join(f"{sql} AS {key}" for key, sql in zip(keys, _KEYS[wanted.order], strict=True))
    unsure = wanted.order is Order.UNSURE
    source = f"(SELECT *, {_DOUBT} AS doubt FROM line LEFT JOIN near USING (line_id))" if unsure else "line"
    behind = ""
    if wanted.after:
        # one row = the line behind which the page begins; without one the page begins at the first
        behind = f"AND row({', '.join(keys)}) > (SELECT row({', '.join(keys)}) FROM keyed WHERE line_id = ?)"
        values = [*values, wanted.after]
    columns = ", ".join("date AS day" if field.name == "day" else field.name for field in fields(Line))
    rows = connection.execute(f"""
        WITH keyed AS (SELECT *, {keyed} FROM {source} JOIN currency USING (currency))
        SELECT {columns} FROM keyed WHERE ({where}) {behind} ORDER BY {", ".join(keys)} LIMIT {wanted.limit + 1}
    """, values).fetchall()  # fmt: skip
    return tuple(Line(*row) for row in rows)

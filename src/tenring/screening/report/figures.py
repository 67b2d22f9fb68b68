"""Figures as the page, the workbook and the summary read them, and the lines behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tenring.exceptions import UnusableInputError
from tenring.screening.report import steps
from tenring.screening.report.steps import COMPLETE, LARGE, NO_CURRENCY, key_id_of

#: Lines listed under a figure, per currency. A page with more is slow to read and to print; lines.csv has the rest.
LISTED_LINES = 50

ZERO = Decimal(0)


@dataclass(frozen=True)
class Figure:
    """A sum: so many lines (`unpriced` of them without an amount) worth `value` in its currency; None: no currency."""

    id: str | None
    lines: int = 0
    unpriced: int = 0
    value: Decimal | None = None

    @property
    def priced(self) -> int:
        """Lines that have an amount."""
        return self.lines - self.unpriced


@dataclass(frozen=True)
class Share:
    """A share, None where its denominator is not positive, and the ids of the two sums it is made of."""

    id: str | None
    value: Decimal | None = None
    numerator: str | None = None
    denominator: str | None = None


@dataclass(frozen=True)
class Currency:
    """A currency of the lines: how many lines have it, and how many of them have an amount."""

    code: str
    lines: int
    priced: int


@dataclass(frozen=True)
class Breakdown:
    """One key of a large dimension in one currency: a row of a table. `key` None: the lines do not say."""

    dimension: str
    key: str | None
    key_id: str
    currency: str
    name: str | None


@dataclass(frozen=True)
class Line:
    """One purchase line as it is listed."""

    line_id: str
    place: str
    bought_on: date | None
    buyer: str | None
    supplier: str | None
    description: str | None
    brand: str | None
    model: str | None
    category: str | None
    amount: Decimal | None
    currency: str
    verdict: str
    programme: str | None
    licence_number: str | None
    licence_status: str | None
    valid_from: date | None
    valid_until: date | None
    valid_from_derived: bool | None
    obligations_unmet: tuple[str, ...]
    explanation: str | None


@dataclass(frozen=True)
class Rule:
    """One rule that obliges lines, with one obligation. `key_id` is its key in the dimension `rule`."""

    key_id: str
    rule: str
    obligation: str
    names: Mapping[str, str]
    document: str | None
    mark: str | None


@dataclass(frozen=True)
class Alternative:
    """A certified product of a category, valid when the category was bought without a certificate."""

    category: str
    programme: str
    brand: str | None
    model: str | None
    licence_number: str | None
    holder: str | None
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class ProblemGroup:
    """Rows or cells that could not be read, of one file, for one reason.

    `value`: net sum of the amounts of rejected rows as written; `currency`: the one that all read lines of the file
    have, or None when they have several or none, and then `value` is None as well: nothing may be added.
    """

    severity: str
    source_file: str | None
    reason: str | None
    count: int
    example: str | None
    with_amount: int
    value: Decimal | None
    currency: str | None


class Book:
    """All figures of a report, looked up by dimension, key, measure and currency.

    Figures of large dimensions are read only for the keys asked for: a file may have a million suppliers.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._figures: dict[tuple[str, str, str, str | None], Figure] = {}
        self._shares: dict[tuple[str, str, str, str | None], Share] = {}
        self._read(f"dimension NOT IN {LARGE}")
        self.currencies = self._currencies()

    def sum(
        self, measure: str, currency: str | None = None, *, dimension: str = "total", key_id: str = "all"
    ) -> Figure:
        """A sum; with no currency, the lines of all currencies. Zero without an id when there are no such lines."""
        return self._figures.get((dimension, key_id, measure, currency), Figure(None, value=ZERO if currency else None))

    def share(
        self, measure: str, currency: str | None = None, *, dimension: str = "total", key_id: str = "all"
    ) -> Share:
        """A share such as `green.of_in_scope.value`."""
        return self._shares.get((dimension, key_id, measure, currency), Share(None))

    def keys(self, dimension: str) -> list[str]:
        """Ids of the keys of a small dimension, most lines first."""
        rows = self.connection.execute(
            """
            SELECT key_id FROM sums WHERE dimension = ? AND measure = 'all' AND currency IS NULL
            ORDER BY lines DESC, key_id
            """,
            [dimension],
        )
        return [key_id for (key_id,) in rows.fetchall()]

    def top(self, dimension: str, currency: str, *, limit: int, measure: str = "all") -> list[Breakdown]:
        """The keys of a large dimension worth most in a currency (months: the latest, in order), figures included."""
        order = "key_id DESC" if dimension == "month" else f"{measure}_value DESC, {measure}_lines DESC, key_id"
        rows = self.connection.execute(
            f"""
            SELECT dimension, key, key_id, currency, name FROM breakdowns
            WHERE dimension = ? AND currency = ? AND {measure}_lines > 0 ORDER BY {order} LIMIT ?
            """,
            [dimension, currency, limit],
        ).fetchall()
        found = [Breakdown(*row) for row in rows]
        self._read_keys(dimension, currency, [row.key_id for row in found])
        return found[::-1] if dimension == "month" else found

    def count(self, dimension: str, currency: str, *, measure: str = "all") -> int:
        """How many keys a large dimension has in a currency."""
        ((count,),) = self.connection.execute(
            f"SELECT count(*) FROM breakdowns WHERE dimension = ? AND currency = ? AND {measure}_lines > 0",
            [dimension, currency],
        ).fetchall()
        return int(count)

    def _currencies(self) -> tuple[Currency, ...]:
        rows = self.connection.execute(
            f"""
            SELECT currency, count(*) AS lines, count(amount) FROM report_lines
            GROUP BY currency ORDER BY currency = '{NO_CURRENCY}', lines DESC, currency
            """
        )
        return tuple(Currency(*row) for row in rows.fetchall())

    def _read_keys(self, dimension: str, currency: str, key_ids: list[str]) -> None:
        where = "dimension = ? AND currency = ? AND list_contains(?, key_id)"
        self._read(where, [dimension, currency, key_ids])

    def _read(self, where: str, values: Iterable[object] = ()) -> None:
        rows = self.connection.execute(
            f"""
            SELECT
                dimension, key_id, measure, currency, figure_id, lines, unpriced, value, share, numerator, denominator,
                contains(measure, '.of_') AS is_share
            FROM figures WHERE {where}
            """,
            list(values),
        )
        for dimension, key_id, measure, currency, id_, lines, unpriced, value, *share, is_share in rows.fetchall():
            place = (dimension, key_id, measure, currency)
            if is_share:
                self._shares[place] = Share(id_, *share)
            else:
                self._figures[place] = Figure(id_, lines, unpriced, value)


def check_totals(connection: duckdb.DuckDBPyConnection, where: Path) -> None:
    """Prove that the figures add up: over verdicts, and over every complete dimension, to the cent and the line.

    Raises:
        UnusableInputError: they do not, because a line has a verdict that no figure counts.
    """
    rows = connection.execute(
        f"""
        SELECT dimension, currency, lines, value, counted_lines, counted_value
        FROM (
            SELECT coalesce(currency, '{NO_CURRENCY}') AS currency, count(*) AS lines, coalesce(sum(amount), 0) AS value
            FROM input_lines GROUP BY 1
        )
        CROSS JOIN (SELECT unnest({list(COMPLETE)}) AS dimension)
        LEFT JOIN (
            SELECT dimension, currency, sum(figures.lines) AS counted_lines, sum(figures.value) AS counted_value
            FROM figures JOIN (SELECT DISTINCT verdict AS measure FROM report_lines) USING (measure)
            GROUP BY ALL
        ) USING (dimension, currency)
        WHERE (lines, value) IS DISTINCT FROM (counted_lines, counted_value)
        ORDER BY ALL
        """
    ).fetchall()
    if rows:
        dimension, currency, lines, value, counted_lines, counted_value = rows[0]
        what = (
            f"the figures by {dimension} do not add up: {counted_lines} lines and {counted_value} {currency} "
            f"over the verdicts, {lines} lines and {value} {currency} in the file"
        )
        raise UnusableInputError(
            what, where=where, do="Screen the purchases again; if it stays so, report it as a defect"
        )


def listed_lines(connection: duckdb.DuckDBPyConnection, figure_ids: Sequence[str]) -> dict[str, list[Line]]:
    """The largest lines behind each of some sums in one currency, at most `LISTED_LINES` each, largest first."""
    if not figure_ids:
        return {}
    connection.register("wanted", pa.table({"figure_id": pa.array(figure_ids, pa.string())}))
    dimensions = {figure_id.partition(".")[0] for figure_id in figure_ids}
    rows = connection.execute(
        f"""
        SELECT figure_id, {", ".join(f"{sql} AS {name}" for name, sql in _LINE_COLUMNS.items())}
        FROM ({steps.listed_lines(LISTED_LINES, dimensions)}) JOIN input_lines USING (line_id)
        ORDER BY figure_id, rank
        """
    )
    listed: dict[str, list[Line]] = {figure_id: [] for figure_id in figure_ids}
    for figure_id, *values in rows.fetchall():
        listed[figure_id].append(_line(values))
    return listed


def conditions_of(connection: duckdb.DuckDBPyConnection, figure_ids: Sequence[str]) -> dict[str, str]:
    """Which lines are behind each of some sums: a condition on `lines.parquet`."""
    rows = connection.execute(
        "SELECT figure_id, lines_where FROM figures WHERE list_contains(?, figure_id)", [list(figure_ids)]
    )
    return dict(rows.fetchall())


def rules(connection: duckdb.DuckDBPyConnection) -> list[Rule]:
    """The rules that oblige lines, strongest obligation first, then by lines not met."""
    rows = connection.execute(
        f"""
        SELECT {key_id_of("concat(obligation, ':', rule)")} AS key_id, rule, obligation,
            any_value(rule_names_en), any_value(rule_names_zh), any_value(document), any_value(mark)
        FROM input_obligations
        GROUP BY rule, obligation
        ORDER BY list_position(['mandatory', 'priority', 'voluntary'], obligation), count(*) FILTER (NOT met) DESC, rule
        """
    )
    return [
        Rule(key_id, rule, obligation, {lang: name for lang, name in (("en", en), ("zh", zh)) if name}, document, mark)
        for key_id, rule, obligation, en, zh, document, mark in rows.fetchall()
    ]


def alternatives(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Alternative]]:
    """Certified alternatives by category, in the order of the file."""
    rows = connection.execute(
        """
        SELECT category, programme, brand, model, licence_number, holder, valid_from, valid_until
        FROM input_alternatives
        """
    )
    found: dict[str, list[Alternative]] = {}
    for row in rows.fetchall():
        found.setdefault(row[0], []).append(Alternative(*row))
    return found


def problems(connection: duckdb.DuckDBPyConnection) -> list[ProblemGroup]:
    """What could not be read, by severity, file and reason; rejected rows first, then the most frequent."""
    rows = connection.execute(
        f"""
        WITH places AS (  -- one row = one row of a file with one severity and reason, whatever number of its cells
            SELECT severity, source_file, reason, sheet, row,
                any_value(value ORDER BY "column") AS example, any_value(amount) AS amount, count(*) AS count
            FROM input_problems GROUP BY ALL
        ), file_currencies AS (  -- one row = one file all read lines of which have the same currency
            SELECT source_file, any_value(currency) AS currency
            FROM input_lines GROUP BY source_file
            HAVING count(DISTINCT coalesce(currency, '{NO_CURRENCY}')) = 1 AND any_value(currency) IS NOT NULL
        )
        SELECT severity, places.source_file, reason, sum(count)::BIGINT, any_value(example ORDER BY row),
            count(amount) FILTER (severity = 'rejected'),
            CASE WHEN any_value(currency) IS NOT NULL THEN sum(amount) FILTER (severity = 'rejected') END,
            any_value(currency)
        FROM places LEFT JOIN file_currencies USING (source_file)
        GROUP BY severity, places.source_file, reason
        ORDER BY list_position(['rejected', 'unread', 'skipped'], severity), sum(count) DESC, source_file, reason
        """
    )
    return [ProblemGroup(*row) for row in rows.fetchall()]


def period(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """First and last date of the lines."""
    (dates,) = connection.execute("SELECT min(date), max(date) FROM input_lines").fetchall()
    return dates[0], dates[1]


#: Fields of `Line` and the SQL of each.
_LINE_COLUMNS = {field.name: field.name for field in fields(Line)} | {
    "bought_on": "date",
    "place": "concat_ws(', ', source_file, sheet, row)",
    "currency": f"coalesce(currency, '{NO_CURRENCY}')",
}


def _line(values: list[Any]) -> Line:
    named = dict(zip(_LINE_COLUMNS, values, strict=True))
    return Line(**named | {"obligations_unmet": tuple(named["obligations_unmet"] or ())})

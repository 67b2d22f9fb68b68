"""`summary.json`: all totals of a report, with stable, documented keys. Money is a decimal string per currency.

An `id` names a figure of `figures.parquet` without its ending: add `.` and a currency for a sum of money, `.lines` for
a number of lines. There `lines_where` says which lines are behind each.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import duckdb
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from tenring.screening.report import figures
from tenring.screening.report.context import ReportContext
from tenring.screening.report.figures import Book, ProblemGroup
from tenring.screening.report.steps import CAUTIONS, DENOMINATORS, MEASURES, SHARED_MEASURES

#: Rows of one breakdown in summary.json; figures.parquet has all. A program that wants more should not want JSON.
ROWS = 1000

#: Goes up when a key changes its meaning or goes away; new keys do not raise it.
FORMAT = 1


def plain(value: Decimal) -> str:
    """A number without exponent, exact, with two decimals or as many as it needs."""
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


Plain = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
TOTAL_MEASURES = tuple(measure for measure in MEASURES if measure != "not_met")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SumOut(_Part):
    """So many lines, worth so much in each currency."""

    id: str = Field(description="figure id without its ending")
    lines: int = Field(description="number of lines, of all currencies")
    unpriced: int = Field(description="lines without an amount: counted in lines, not in value")
    value: dict[str, Plain] = Field(description="net sum by currency (XXX: no currency given); never added together")


class ShareOut(_Part):
    """A share between two sums."""

    id: str | None = Field(description="figure id")
    value: Plain | None = Field(description="share, 1 = everything; null: not defined, the denominator is not positive")
    numerator: str | None = Field(description="figure id of the part; null: no such lines")
    denominator: str | None = Field(description="figure id of the whole")


class SharesOut(_Part):
    """Shares of one measure: of the lines in categories with a label, and of all lines."""

    of_in_scope: ShareOut
    of_all: ShareOut


class MeasureSharesOut(_Part):
    """Shares by lines (all currencies), and by value in each currency."""

    by_lines: SharesOut
    by_value: dict[str, SharesOut]


class BreakdownOut(_Part):
    """One category, buyer, supplier or month in one currency."""

    id: str = Field(description="figure id; * stands for the measure")
    key: str | None = Field(description="null: the lines do not say")
    name: str | None
    currency: str
    lines: int
    in_scope_lines: int
    value: Plain
    in_scope_value: Plain
    green_value: Plain
    recognised_value: Plain
    lapsed_value: Plain
    missed_value: Plain
    green_of_in_scope: Plain | None
    green_of_all: Plain | None
    green_or_recognised_of_in_scope: Plain | None
    green_or_recognised_of_all: Plain | None


class BreakdownsOut(_Part):
    """The largest keys of a dimension, by currency and value."""

    rows: list[BreakdownOut]
    left_out: int = Field(description="keys that are only in figures.parquet")


class ObligationOut(_Part):
    """One rule and what it demands."""

    rule: str
    names: dict[str, str]
    obligation: str = Field(description="mandatory, priority or voluntary")
    document: str | None = Field(description="official number of the document")
    mark: str | None = Field(description="read, secondary or unverified")
    obliged: SumOut
    not_met: SumOut


class MissedOut(_Part):
    """A category bought without a certificate although certified products existed, in one currency."""

    id: str
    category: str | None
    name: str | None
    currency: str
    lines: int
    value: Plain
    alternatives: list[figures.Alternative]


class LinesOut(_Part):
    """The lines as a whole."""

    first_date: date | None
    last_date: date | None
    currencies: list[figures.Currency] = Field(description="most lines first; XXX (no currency) last")


class RegisterOut(_Part):
    """One register that was asked."""

    id: str
    programme: str
    programme_type: str | None = Field(description="I, II, III, energy, it or other: only I is a Type I ecolabel")
    read: date | None
    licences: int
    sample: bool


class LeftOutOut(_Part):
    """What the matcher did not compare because it would cost too much."""

    what: str
    lines: int = Field(description="different products of the purchases")
    pairs: int = Field(description="pairs of a product and a licence")


class BasisOut(_Part):
    """What the answers rest on."""

    tool_version: str
    matcher: str
    text_threshold: Plain
    snapshot: str
    snapshot_created: date
    sample: bool = Field(description="the snapshot holds invented licences")
    registers: list[RegisterOut]
    left_out: list[LeftOutOut] = Field(description="pairs that were not compared; empty: all were")


class Summary(_Part):
    """The root of summary.json."""

    format: int = FORMAT
    title: str
    economy: str
    on: date
    language: str
    lines: LinesOut
    totals: dict[str, SumOut] = Field(description="by measure: all, in_scope, green_or_recognised, and each verdict")
    shares: dict[str, MeasureSharesOut] = Field(description="by measure: green, recognised, green_or_recognised")
    label_kinds: dict[str, dict[str, SumOut]] = Field(description="type_i, energy, other → green, recognised, …")
    label_kind_shares: dict[str, MeasureSharesOut] = Field(description="green_or_recognised by kind of label")
    programmes: dict[str, SumOut] = Field(description="green or recognised, by programme")
    rungs: dict[str, SumOut] = Field(description="green or recognised, by kind of evidence")
    by_category: BreakdownsOut
    by_buyer: BreakdownsOut
    by_supplier: BreakdownsOut
    by_month: BreakdownsOut
    obligations: list[ObligationOut]
    lapsed: dict[str, SumOut] = Field(description="by state of the licence on the day of purchase")
    missed: list[MissedOut]
    cautions: dict[str, SumOut]
    problems: list[ProblemGroup]
    basis: BasisOut


def summarise(connection: duckdb.DuckDBPyConnection, *, book: Book, context: ReportContext) -> Summary:
    """All totals of the report whose steps have run in `connection`."""
    return Summary(
        title=context.title,
        economy=context.economy,
        on=context.on,
        language=context.language,
        lines=_lines(connection, book),
        totals={measure: _sum(book, measure) for measure in TOTAL_MEASURES},
        shares={measure: _shares(book, measure) for measure in SHARED_MEASURES},
        label_kinds={
            kind: {measure: _sum(book, measure, dimension="label_kind", key_id=kind) for measure in SHARED_MEASURES}
            for kind in book.keys("label_kind")
        },
        label_kind_shares={
            kind: _shares(book, "green_or_recognised", dimension="label_kind", key_id=kind)
            for kind in book.keys("label_kind")
        },
        programmes=_certified(book, "programme"),
        rungs=_certified(book, "rung"),
        by_category=_breakdowns(connection, "category"),
        by_buyer=_breakdowns(connection, "buyer"),
        by_supplier=_breakdowns(connection, "supplier"),
        by_month=_breakdowns(connection, "month"),
        obligations=_obligations(connection, book),
        lapsed={
            key: _sum(book, "lapsed", dimension="licence_status", key_id=key) for key in book.keys("licence_status")
        },
        missed=_missed(connection, book),
        cautions={caution: _sum(book, "all", dimension="caution", key_id=caution) for caution in CAUTIONS},
        problems=figures.problems(connection),
        basis=_basis(context),
    )


def _lines(connection: duckdb.DuckDBPyConnection, book: Book) -> LinesOut:
    first, last = figures.period(connection)
    return LinesOut(first_date=first, last_date=last, currencies=list(book.currencies))


def _sum(book: Book, measure: str, *, dimension: str = "total", key_id: str = "all") -> SumOut:
    every = book.sum(measure, dimension=dimension, key_id=key_id)
    in_currency = {c.code: book.sum(measure, c.code, dimension=dimension, key_id=key_id) for c in book.currencies}
    return SumOut(
        id=f"{dimension}.{key_id}.{measure}",
        lines=every.lines,
        unpriced=every.unpriced,
        value={
            code: figure.value for code, figure in in_currency.items() if figure.priced and figure.value is not None
        },
    )


def _shares(book: Book, measure: str, *, dimension: str = "total", key_id: str = "all") -> MeasureSharesOut:
    def both(by: str, currency: str | None) -> SharesOut:
        found = {
            of: book.share(f"{measure}.of_{of}.{by}", currency, dimension=dimension, key_id=key_id)
            for of in DENOMINATORS
        }
        shares = {of: ShareOut.model_validate(share, from_attributes=True) for of, share in found.items()}
        return SharesOut(of_in_scope=shares["in_scope"], of_all=shares["all"])

    return MeasureSharesOut(
        by_lines=both("lines", None), by_value={c.code: both("value", c.code) for c in book.currencies if c.priced}
    )


def _certified(book: Book, dimension: str) -> dict[str, SumOut]:
    return {key: _sum(book, "green_or_recognised", dimension=dimension, key_id=key) for key in book.keys(dimension)}


def _breakdowns(connection: duckdb.DuckDBPyConnection, dimension: str) -> BreakdownsOut:
    order = "key, currency" if dimension == "month" else "currency, all_value DESC, key_id"
    found = connection.execute(
        f"""
        SELECT
            figure_ids AS id, key, name, currency, all_lines AS lines, in_scope_lines, all_value AS value,
            in_scope_value, green_value, recognised_value, lapsed_value, missed_value,
            green_of_in_scope_value AS green_of_in_scope, green_of_all_value AS green_of_all,
            green_or_recognised_of_in_scope_value AS green_or_recognised_of_in_scope,
            green_or_recognised_of_all_value AS green_or_recognised_of_all
        FROM breakdowns WHERE dimension = ? ORDER BY {order} LIMIT {ROWS}
        """,
        [dimension],
    )
    names = [column[0] for column in found.description]
    rows = [BreakdownOut(**dict(zip(names, row, strict=True))) for row in found.fetchall()]
    ((total,),) = connection.execute("SELECT count(*) FROM breakdowns WHERE dimension = ?", [dimension]).fetchall()
    return BreakdownsOut(rows=rows, left_out=total - len(rows))


def _obligations(connection: duckdb.DuckDBPyConnection, book: Book) -> list[ObligationOut]:
    return [
        ObligationOut(
            rule=rule.rule,
            names=dict(rule.names),
            obligation=rule.obligation,
            document=rule.document,
            mark=rule.mark,
            obliged=_sum(book, "all", dimension="rule", key_id=rule.key_id),
            not_met=_sum(book, "not_met", dimension="rule", key_id=rule.key_id),
        )
        for rule in figures.rules(connection)
    ]


def _missed(connection: duckdb.DuckDBPyConnection, book: Book) -> list[MissedOut]:
    alternatives = figures.alternatives(connection)
    found = []
    for currency in book.currencies:
        for row in book.top("category", currency.code, limit=ROWS, measure="missed"):
            figure = book.sum("missed", currency.code, dimension="category", key_id=row.key_id)
            found.append(
                MissedOut(
                    id=f"category.{row.key_id}.missed",
                    category=row.key,
                    name=row.name,
                    currency=currency.code,
                    lines=figure.lines,
                    value=figure.value or figures.ZERO,
                    alternatives=alternatives.get(row.key or "", []),
                )
            )
    return found


def _basis(context: ReportContext) -> BasisOut:
    types = {id_: programme.type for id_, programme in context.programmes.items()}
    return BasisOut(
        tool_version=context.tool_version,
        matcher=context.matcher.version,
        text_threshold=context.matcher.threshold,
        snapshot=context.snapshot.name,
        snapshot_created=context.snapshot.created,
        sample=context.snapshot.sample or any(register.sample for register in context.snapshot.registers),
        registers=[
            RegisterOut(**vars(register), programme_type=types.get(register.programme))
            for register in context.snapshot.registers
        ],
        left_out=[LeftOutOut(**vars(one)) for one in context.left_out],
    )

"""`report.xlsx`: the figures as tables to sort, filter and calculate with, and the lines behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from tenring.language import T, current
from tenring.model.licence import Status
from tenring.model.verdict import Obligation, Rung, Verdict
from tenring.screening.report import wording
from tenring.screening.report.context import ReportContext
from tenring.screening.report.spreadsheet import Column, Kind, Sheet, Workbook, day_number
from tenring.screening.report.steps import NO_CURRENCY
from tenring.screening.report.summary import MeasureSharesOut, ObligationOut, Summary, SumOut, plain

#: Rows of a sheet. A workbook of more takes long to write and to open; lines.csv and figures.parquet have all.
SHEET_ROWS = 20_000
#: Rows of a sheet of lines when not all lines fit: an extract, the largest amounts first, that opens at once.
EXTRACT_ROWS = 5_000
BATCH_ROWS = 20_000

Cells = Sequence[tuple[Kind, str | None]]


@dataclass(frozen=True)
class _Field:
    """A column of a sheet and the SQL of its cells, as text."""

    title: str
    sql: str
    kind: Kind = Kind.TEXT
    width: int = 14


def write_workbook(
    path: Path, *, connection: duckdb.DuckDBPyConnection, summary: Callable[[], Summary], context: ReportContext
) -> None:
    """Write the workbook in the language in use.

    `summary` waits until the figures are there. The sheets of lines, which are most of the work, rest on the lines
    alone: they are filled before it is asked.
    """
    with Workbook(path) as workbook:
        first = workbook.add(T("Summary"))
        sheets = [(workbook.add(title), table) for title, table in _tables(connection, context)]
        for sheet, table in sheets:
            if not table.of_figures:
                _fill(sheet, table, connection)
        first.fill_page(widths=(46, 34, *[16] * 12), rows=_summary_rows(summary()))
        for sheet, table in sheets:
            if table.of_figures:
                _fill(sheet, table, connection)


@dataclass(frozen=True)
class _Table:
    """What fills a sheet of rows: its columns, and the SQL behind `FROM`; `of_figures`: they rest on figures."""

    fields: list[_Field]
    source: str
    of_figures: bool = False


def _tables(connection: duckdb.DuckDBPyConnection, context: ReportContext) -> Iterator[tuple[str, _Table]]:
    """Title and content of every sheet of rows, in order."""
    for dimension, title in (
        ("category", T("By category")),
        ("buyer", T("By buyer")),
        ("supplier", T("By supplier")),
        ("month", T("By month")),
    ):
        order = "key NULLS LAST" if dimension == "month" else "all_value DESC, key_id"
        source = (
            f"breakdowns WHERE dimension = '{dimension}' "
            f"ORDER BY currency = '{NO_CURRENCY}', currency, {order} LIMIT {SHEET_ROWS}"
        )
        yield title, _Table(_breakdown_fields(), source, of_figures=True)
    ((lines,),) = connection.execute("SELECT count(*) FROM input_lines").fetchall()
    fits = lines <= SHEET_ROWS
    rows = SHEET_ROWS if fits else EXTRACT_ROWS
    for title, table in _list_sheets(context, fits=fits):
        yield title, replace(table, source=f"{table.source} LIMIT {rows}")


def _fill(sheet: Sheet, table: _Table, connection: duckdb.DuckDBPyConnection) -> None:
    query = f"SELECT {', '.join(field.sql for field in table.fields)} FROM {table.source}"
    reader = connection.sql(query).to_arrow_reader(BATCH_ROWS)
    batches = ([column.to_pylist() for column in batch.columns] for batch in reader)
    columns = [Column(field.title, field.kind, field.width) for field in table.fields]
    sheet.fill_table(columns=columns, batches=batches)


# Sheets of rows: each cell as text, made in SQL because that is many times faster than in Python


def _breakdown_fields() -> list[_Field]:
    money = [
        (measure, wording.measure_name(measure)) for measure in ("all", "in_scope", "green_or_recognised", *Verdict)
    ]
    shares = [
        ("green_of_in_scope_value", T("green share in categories with a label, by value")),
        ("green_of_all_value", T("green share of everything, by value")),
        ("green_of_in_scope_lines", T("green share in categories with a label, by lines")),
        ("green_of_all_lines", T("green share of everything, by lines")),
        ("green_or_recognised_of_in_scope_value", T("green or recognised share in categories with a label, by value")),
        ("green_or_recognised_of_all_value", T("green or recognised share of everything, by value")),
    ]
    return [
        _Field(T("Name"), _or(column="name", otherwise=T("not given")), width=32),
        _Field(T("Currency"), _currency("currency"), width=10),
        _Field(T("lines"), "all_lines::VARCHAR", Kind.WHOLE),
        _Field(T("lines without an amount"), "unpriced::VARCHAR", Kind.WHOLE),
        _Field(T("lines in categories with a label"), "in_scope_lines::VARCHAR", Kind.WHOLE),
        *(_Field(title, f"{measure}_value::VARCHAR", Kind.MONEY, 16) for measure, title in money),
        *(_Field(title, f"{column}::VARCHAR", Kind.SHARE) for column, title in shares),
        _Field(T("Figures (* stands for the measure)"), "figure_ids", width=34),
    ]


def _list_sheets(context: ReportContext, *, fits: bool) -> list[tuple[str, _Table]]:
    """Title and content of every sheet of lines; the last one is in the order of the file where all `fits`."""
    largest = "abs(amount) DESC NULLS LAST, line_id"
    line, certificate = _line_fields(), _certificate_fields(context)
    rule = [
        _Field(T("Obligation"), _words("unmet.obligation", wording.obligation_name, Obligation), width=12),
        _Field(T("Rule"), _rule_name(), width=40),
        _Field(T("Document"), "document", width=22),
        _Field(T("Mark"), _words("mark", wording.mark_name, ("read", "secondary", "unverified")), width=22),
    ]
    unmet = "JOIN (SELECT * FROM input_obligations WHERE NOT coalesce(met, false)) AS unmet USING (line_id)"
    strongest = f"list_position(['mandatory', 'priority', 'voluntary'], unmet.obligation), {largest}, unmet.rule"
    lapsed = "WHERE verdict = 'lapsed'"
    every = _named_lines() if fits else f"{_named_lines('', largest)} ORDER BY {largest}"
    return [
        (
            T("Obligations not met"),
            _Table(rule + line, f"{_named_lines(unmet, strongest)} {unmet} ORDER BY {strongest}"),
        ),
        (T("Lapsed"), _Table(line + certificate, f"{_named_lines(lapsed, largest)} {lapsed} ORDER BY {largest}")),
        (T("Missed"), _Table(_missed_fields(), _missed_source(context), of_figures=True)),
        (T("Not read or classified"), _Table(_unread_fields(), _unread_source())),
        (T("Lines"), _Table(line + certificate + _place_fields(), every)),
    ]


def _named_lines(chosen: str = "", order: str | None = None) -> str:
    """SQL: the lines with the names of their categories; with an `order` only the first of those `chosen`.

    Which they are is found by the few columns that this takes: all columns of all lines are long to read and to sort.
    """
    first = f"""
        (SELECT * FROM input_lines SEMI JOIN (
            SELECT line_id FROM input_lines {chosen} ORDER BY {order} LIMIT {SHEET_ROWS}
        ) AS few USING (line_id))
    """
    return f"""
        {first if order else "input_lines"} AS lines
        LEFT JOIN (SELECT * FROM names WHERE dimension = 'category') AS names ON names.key = lines.category
    """


def _line_fields() -> list[_Field]:
    """What tells a line and its answer; by the line's id, the sheet of all lines has the rest."""
    return [
        _Field(T("Line"), "line_id", width=12),
        _Field(T("Date"), _day("date"), Kind.DAY, 12),
        _Field(T("Buyer"), "buyer", width=24),
        _Field(T("Supplier"), "supplier", width=24),
        _Field(T("Description"), "description", width=44),
        _Field(T("Amount"), "amount::VARCHAR", Kind.MONEY, 16),
        _Field(T("Currency"), "currency", width=10),
        _Field(T("Category"), "coalesce(names.name, category)", width=24),
        _Field(T("Answer"), _words("verdict", wording.verdict_name, Verdict), width=16),
    ]


def _certificate_fields(context: ReportContext) -> list[_Field]:
    programmes = {id_: wording.name_of(facts.names) for id_, facts in context.programmes.items()}
    return [
        _Field(T("Programme"), _words("programme", programmes.__getitem__, programmes), width=24),
        _Field(T("Certificate"), "licence_number", width=20),
        _Field(T("State on that day"), _words("licence_status", wording.status_name, Status), width=14),
        _Field(T("Valid from"), _day("valid_from"), Kind.DAY, 12),
        _Field(T("Valid until"), _day("valid_until"), Kind.DAY, 12),
        _Field(T("First day derived"), f"CASE WHEN valid_from_derived THEN {_text(T('yes'))} END", width=10),
        _Field(T("Found by"), _words("rung", wording.rung_name, Rung), width=20),
        _Field(T("Score"), "score::VARCHAR", Kind.NUMBER, 8),
    ]


def _place_fields() -> list[_Field]:
    return [
        _Field(T("Rules not met"), "array_to_string(obligations_unmet, ', ')", width=30),
        _Field(T("File"), "source_file", width=24),
        _Field(T("Sheet"), "sheet"),
        _Field(T("Row"), '"row"::VARCHAR', Kind.WHOLE, 8),
    ]


def _missed_fields() -> list[_Field]:
    return [
        _Field(T("Category"), _or(column="name", otherwise=T("not given")), width=28),
        _Field(T("Currency"), _currency("currency"), width=10),
        _Field(T("lines"), "missed_lines::VARCHAR", Kind.WHOLE),
        _Field(T("Missed"), "missed_value::VARCHAR", Kind.MONEY, 16),
        _Field(T("Certified when it was bought"), "products", width=90),
        _Field(T("Figures (* stands for the measure)"), "figure_ids", width=34),
    ]


def _missed_source(context: ReportContext) -> str:
    programmes = {id_: wording.name_of(facts.names) for id_, facts in context.programmes.items()}
    name = _words("programme", programmes.__getitem__, programmes)
    return f"""
        breakdowns LEFT JOIN (
            SELECT category, string_agg(
                concat_ws(' ', brand, model, '(' || concat_ws(', ', {name}, licence_number, valid_until) || ')'), '; '
            ) AS products
            FROM input_alternatives GROUP BY category
        ) AS certified ON certified.category = breakdowns.key
        WHERE dimension = 'category' AND missed_lines > 0
        ORDER BY currency = '{NO_CURRENCY}', currency, missed_value DESC, key_id
    """


def _unread_fields() -> list[_Field]:
    severities = ("rejected", "unread", "skipped", "unclassified")
    return [
        _Field(T("What became of it"), _words("severity", wording.severity_name, severities), width=24),
        _Field(T("File"), "source_file", width=24),
        _Field(T("Sheet"), "sheet"),
        _Field(T("Row"), '"row"::VARCHAR', Kind.WHOLE, 8),
        _Field(T("Line"), "line_id", width=12),
        _Field(T("Column"), '"column"'),
        _Field(T("Value"), '"value"', width=44),
        _Field(T("Reason"), "reason", width=44),
        _Field(T("Amount"), "amount::VARCHAR", Kind.MONEY, 16),
        _Field(T("Currency"), "currency", width=10),
    ]


def _unread_source() -> str:
    return f"""
        (
            SELECT severity, source_file, sheet, "row", line_id, "column", "value", reason, amount, NULL AS currency
            FROM input_problems
            UNION ALL
            SELECT 'unclassified', source_file, sheet, "row", line_id, NULL, description, explanation, amount, currency
            FROM input_lines WHERE verdict = '{Verdict.UNCLASSIFIED}'
        )
        ORDER BY list_position(['rejected', 'unread', 'unclassified', 'skipped'], severity), source_file, sheet, "row"
    """


def _text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _words(column: str, name: Callable[[str], str], words: Iterable[str]) -> str:
    """SQL that says a column's words in the language in use; other words stay."""
    cases = " ".join(f"WHEN {_text(word)} THEN {_text(name(word))}" for word in words)
    return f"CASE {column} {cases} ELSE {column} END" if cases else column


def _or(*, column: str, otherwise: str) -> str:
    return f"coalesce({column}, {_text(otherwise)})"


def _currency(column: str) -> str:
    return f"CASE {column} WHEN '{NO_CURRENCY}' THEN {_text(wording.currency_shown(NO_CURRENCY))} ELSE {column} END"


def _day(column: str) -> str:
    """SQL of a date as the format's number of days."""
    return f"({column} - DATE '1899-12-30')::VARCHAR"


def _rule_name() -> str:
    first, second = ("rule_names_zh", "rule_names_en") if current() == "zh" else ("rule_names_en", "rule_names_zh")
    return f"coalesce({first}, {second}, unmet.rule)"


# The summary


def _summary_rows(summary: Summary) -> Iterator[Cells]:
    codes = [currency.code for currency in summary.lines.currencies if currency.priced]
    yield [(Kind.TITLE, f"{summary.title} · {T('Green purchasing report')}")]
    if summary.basis.sample:
        yield [(Kind.HEAD, T("Sample data.")), (Kind.TEXT, wording.sample_text())]
    yield from _limits(summary)
    totals = [(wording.measure_name(measure), total) for measure, total in summary.totals.items()]
    yield from _sum_rows(T("Answer"), totals, codes)
    shares = [(wording.measure_name(measure), share) for measure, share in summary.shares.items()]
    yield from _share_rows(T("Share"), shares, codes)
    kinds = [(wording.label_kind_name(kind), sums["green_or_recognised"]) for kind, sums in summary.label_kinds.items()]
    yield from _sum_rows(T("Green or recognised, by kind of label"), kinds, codes)
    shares = [(wording.label_kind_name(kind), share) for kind, share in summary.label_kind_shares.items()]
    yield from _share_rows(T("Share by kind of label"), shares, codes)
    yield from _sum_rows(T("Not met"), [(_rule_text(rule), rule.not_met) for rule in summary.obligations], codes)
    lapsed = [(wording.status_name(status), total) for status, total in summary.lapsed.items()]
    yield from _sum_rows(T("Lapsed, by state of the certificate"), lapsed, codes)
    cautions = [(wording.caution_text(name), total) for name, total in summary.cautions.items() if total.lines]
    yield from _sum_rows(T("Before you rely on it"), cautions, codes)
    yield from _basis_rows(summary)


def _rule_text(rule: ObligationOut) -> str:
    name = f"{wording.obligation_name(rule.obligation)}: {wording.name_of(rule.names) or rule.rule}"
    return f"{name} ({rule.document or wording.NOTHING}, {wording.mark_name(rule.mark)})"


def _limits(summary: Summary) -> Iterator[Cells]:
    lines = summary.totals["all"].lines
    if lines > SHEET_ROWS:
        text = T(
            "The sheets show at most {limit} rows of {lines} lines; lines.csv has all.", limit=EXTRACT_ROWS, lines=lines
        )
        yield [(Kind.TEXT, text)]
    yield [
        (
            Kind.TEXT,
            T("figures.parquet says which lines are behind a figure: identifier, .lines or a currency, lines_where."),
        )
    ]


def _sum_heads(title: str, codes: list[str]) -> list[str]:
    money = [wording.currency_shown(code) for code in codes]
    return [title, T("Figure"), T("lines"), T("lines without an amount"), *money]


def _sum_rows(title: str, sums: Iterable[tuple[str, SumOut]], codes: list[str]) -> Iterator[Cells]:
    yield []
    yield [(Kind.HEAD, head) for head in _sum_heads(title, codes)]
    for name, total in sums:
        yield _sum_row(name, total, codes)


def _sum_row(name: str, total: SumOut, codes: list[str]) -> Cells:
    money = [total.value.get(code) for code in codes]
    return [
        (Kind.TEXT, name),
        (Kind.TEXT, total.id),
        (Kind.WHOLE, str(total.lines)),
        (Kind.WHOLE, str(total.unpriced)),
        *((Kind.MONEY, None if value is None else plain(value)) for value in money),
    ]


def _share_rows(title: str, shares: Iterable[tuple[str, MeasureSharesOut]], codes: list[str]) -> Iterator[Cells]:
    """Every share against both denominators: by lines, then by value in each currency."""
    yield []
    scope, every = T("in categories with a label"), T("of everything")
    heads = [T("by lines"), *codes]
    yield [(Kind.HEAD, title), (Kind.HEAD, None)] + [
        (Kind.HEAD, f"{head}, {of}") for head in heads for of in (scope, every)
    ]
    for name, share in shares:
        both = [share.by_lines, *(share.by_value[code] for code in codes)]
        cells = [one for pair in both for one in (pair.of_in_scope, pair.of_all)]
        yield [(Kind.TEXT, name), (Kind.TEXT, None)] + [
            (Kind.TEXT, T("not defined")) if cell.value is None else (Kind.SHARE, plain(cell.value)) for cell in cells
        ]


def _basis_rows(summary: Summary) -> Iterator[Cells]:
    basis = summary.basis
    yield []
    yield [(Kind.HEAD, T("What it rests on")), (Kind.HEAD, None)]
    yield [(Kind.TEXT, T("Tenring")), (Kind.TEXT, basis.tool_version)]
    yield [(Kind.TEXT, T("Matcher")), (Kind.TEXT, basis.matcher)]
    yield [(Kind.TEXT, T("Least score for text alone")), (Kind.NUMBER, plain(basis.text_threshold))]
    yield [(Kind.TEXT, T("Snapshot of the registers")), (Kind.TEXT, basis.snapshot)]
    yield [(Kind.TEXT, T("Economy")), (Kind.TEXT, summary.economy)]
    yield [(Kind.TEXT, T("Reference date")), (Kind.DAY, day_number(summary.on))]
    for one in basis.left_out:
        yield [(Kind.TEXT, wording.left_out_text(one.what, lines=one.lines, pairs=one.pairs))]
    yield []
    yield [(Kind.HEAD, head) for head in (T("Register"), T("Programme"), T("Type"), T("licences"), T("last read"))]
    for register in basis.registers:
        type_ = wording.programme_type_name(register.programme_type) if register.programme_type else wording.NOTHING
        yield [
            (Kind.TEXT, register.id),
            (Kind.TEXT, register.programme),
            (Kind.TEXT, type_),
            (Kind.WHOLE, str(register.licences)),
            (Kind.DAY, day_number(register.read)) if register.read else (Kind.TEXT, None),
        ]

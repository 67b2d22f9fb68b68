"""The aggregation as named SQL steps on DuckDB: from screened lines to figures, each with the lines behind it.

A figure's id is `<dimension>.<key>.<measure>.<currency>`, or `….lines` for the number of lines in all currencies.
Keys that are not plain identifiers (names of buyers) stand in the id as `~` and the first digits of their MD5;
`~none` means that the lines do not say.
"""

from __future__ import annotations

import glob
from collections.abc import Set as AbstractSet
from pathlib import Path

import duckdb
import pyarrow as pa

from tenring.model.duck import NO_CHECKPOINT
from tenring.model.verdict import STALE_AFTER_DAYS, Obligation, Verdict
from tenring.screening.report.conditions import conditions
from tenring.screening.report.context import ReportContext
from tenring.settings import Settings

#: ISO 4217's code for "no currency": stands for amounts without one, so that they are never added to others.
NO_CURRENCY = "XXX"

IN_SCOPE = (Verdict.GREEN, Verdict.RECOGNISED, Verdict.LAPSED, Verdict.MISSED, Verdict.NONE_AVAILABLE)
CERTIFIED = (Verdict.GREEN, Verdict.RECOGNISED)

#: What is counted: measure → the tags of lines that belong to it (a tag is a verdict, or met/not_met, or flagged).
MEASURES: dict[str, tuple[str, ...]] = {
    "all": (*Verdict, "met", "not_met", "flagged"),
    "in_scope": IN_SCOPE,
    "green_or_recognised": CERTIFIED,
    **{verdict: (verdict,) for verdict in Verdict},
    "not_met": ("not_met",),
}

#: Shares that are computed: measures over these denominators.
SHARED_MEASURES = ("green", "recognised", "green_or_recognised")
DENOMINATORS = ("in_scope", "all")

#: Dimensions in which each line stands exactly once, so that their figures add up to the total.
COMPLETE = ("total", "category", "buyer", "supplier", "month")

#: Dimensions with any number of keys. They have no figures across currencies: tables of them are per currency.
LARGE = ("category", "buyer", "supplier", "month")

#: What a reader should know before relying on a line: caution → condition on a line of lines.csv.
CAUTIONS = {
    "unpriced": "amount IS NULL",
    "no_currency": "amount IS NOT NULL AND currency IS NULL",
    "undated": "date IS NULL",
    "refund": "amount < 0",
    "stale": f"verdict IN ('green', 'recognised') AND date - register_read > {STALE_AFTER_DAYS}",
    "derived": "valid_from_derived AND verdict IN ('green', 'recognised', 'lapsed')",
    "ties": "ties > 1 AND verdict IN ('green', 'recognised', 'lapsed')",
    "unverified_rule": "rule_mark = 'unverified'",
    "text_only": "rung = 'text' AND verdict IN ('green', 'recognised')",
}

#: Lines that a licence answered.
_ANSWERED = "verdict IN ('green', 'recognised', 'lapsed')"

#: Kind of label → programme types. An energy label is not a Type I ecolabel, whatever it saves.
LABEL_KINDS = {"type_i": "I", "energy": "energy"}
OTHER_LABELS = "other"


def open_inputs(folder: Path, settings: Settings, *, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection, within the limits of `settings`, that sees the Parquet files of `folder` as views."""
    connection = duckdb.connect(config={"memory_limit": settings.memory, "threads": settings.threads, **NO_CHECKPOINT})
    connection.execute("SET temp_directory = ?", [str(spill or folder / ".spill")])
    for name in ("lines", "obligations", "alternatives", "problems"):
        path = glob.escape(str(folder / f"{name}.parquet"))
        connection.read_parquet(path).create_view(f"input_{name}")
    return connection


def run_steps(connection: duckdb.DuckDBPyConnection) -> None:
    """Build all tables of the report inside `connection`, in order; `add_words` comes before."""
    for name, sql in (
        ("report_lines", report_lines()),
        ("obliged_lines", obliged_lines()),
        ("cells", cells()),
        ("sums", sums()),
        ("figures", figures()),
        ("breakdowns", breakdowns()),
    ):
        connection.execute(f"CREATE TABLE {name} AS {sql}")


def report_lines() -> str:
    """One row = one purchase line with what the figures need: its currency never null."""
    return f"""
        SELECT
            line_id, verdict, category, buyer, supplier, programme, register, rung, licence_status, amount,
            coalesce(currency, '{NO_CURRENCY}') AS currency,
            strftime(date, '%Y-%m') AS month,
            {_label_kind("programme_type")} AS label_kind,
            {", ".join(f"coalesce({condition}, false) AS is_{name}" for name, condition in CAUTIONS.items())}
        FROM input_lines
    """


def obliged_lines() -> str:
    """One row = one line under one rule that obliges it, with the line's money."""
    return """
        SELECT obligations.line_id, rule, obligations.obligation, met, currency, amount
        FROM (
            SELECT line_id, rule, obligation, bool_and(coalesce(met, false)) AS met
            FROM input_obligations
            GROUP BY ALL
        ) AS obligations
        JOIN (SELECT line_id, currency, amount FROM report_lines) AS lines USING (line_id)
    """


def keyed_lines(among: AbstractSet[str] | None = None) -> list[str]:
    """One row = one line under one key of one dimension, of those `among` (None: all), with its tag: see `MEASURES`.

    Several queries, which have no key of a dimension in common.
    """
    certified = _ANSWERED + " AND {key} IS NOT NULL"
    parts = {
        "total": [_keyed("total", key="'all'")],
        **{key: [_keyed(key, key=key)] for key in LARGE},
        **{
            key: [_keyed(key, key=key, where=certified.format(key=key))]
            for key in ("label_kind", "programme", "register", "rung")
        },
        "licence_status": [_keyed("licence_status", key="licence_status", where="verdict = 'lapsed'")],
        "caution": [_keyed("caution", key=f"'{name}'", tag="'flagged'", where=f"is_{name}") for name in CAUTIONS],
        "rule": [_keyed_obligations("rule", key="concat(obligation, ':', rule)")],
        "obligation": [_keyed_obligations("obligation", key="obligation")],
    }
    return [sql for name, part in parts.items() if among is None or name in among for sql in part]


def cells() -> str:
    """One row = the lines with one tag under one key of one dimension in one currency: nothing is counted twice.

    Keys that every report has get a row of zeros besides, so that none of their figures is missing.
    """
    counted = " UNION ALL ".join(
        f"""
        SELECT
            dimension, key, tag, currency,
            count(*) AS lines, count(*) - count(amount) AS unpriced, coalesce(sum(amount), 0)::DECIMAL(38, 6) AS value
        FROM ({lines}) GROUP BY ALL
        """
        for lines in keyed_lines()
    )
    return f"""
        SELECT dimension, key, {key_id_of("key")} AS key_id, tag, currency, lines, unpriced, value FROM ({counted})
        UNION ALL
        SELECT dimension, key, key AS key_id, tag, currency, 0 AS lines, 0 AS unpriced, 0 AS value
        FROM ({_fixed_cells()}) CROSS JOIN (SELECT DISTINCT currency FROM report_lines)
    """


def sums() -> str:
    """One row = one figure that is a sum: of one currency, or (currency null) the lines of all currencies."""
    return f"""
        SELECT
            {_figure_id("currency")} AS figure_id, dimension, key, key_id, measure, currency,
            sum(value)::DECIMAL(38, 6) AS value, sum(lines)::BIGINT AS lines, sum(unpriced)::BIGINT AS unpriced
        FROM cells JOIN ({_measures()}) USING (tag)
        GROUP BY ALL
        UNION ALL
        SELECT
            {_figure_id("'lines'")} AS figure_id, dimension, key, key_id, measure, NULL AS currency,
            NULL AS value, sum(lines)::BIGINT AS lines, sum(unpriced)::BIGINT AS unpriced
        FROM cells JOIN ({_measures()}) USING (tag)
        WHERE dimension NOT IN {LARGE}
        GROUP BY ALL
    """


def figures() -> str:
    """One row = one figure: a sum, or a share (`numerator` and `denominator` are ids of sums; `share` null: undefined).

    Shares by value are of net sums; where the denominator is zero, negative or next to nothing a share has no meaning.
    `lines_where`: which lines are behind a sum, as a condition on `lines.parquet`.
    """
    where = conditions(
        measures=MEASURES, cautions=CAUTIONS, kinds=LABEL_KINDS, certified=_ANSWERED, no_currency=NO_CURRENCY
    )
    return f"""
        SELECT *, NULL::VARCHAR AS numerator, NULL::VARCHAR AS denominator, NULL::DECIMAL(18, 6) AS share,
            {where} AS lines_where
        FROM sums
        UNION ALL
        ({shares()})
    """


def shares() -> str:
    """One row = one share of one key, by value (of one currency) or by lines; a share of nothing is 0, not missing.

    Refunds may leave next to nothing of a denominator: what is a million million times as large is no share of it.
    Kinds of label, programmes, registers and rungs are parts of the total: their denominators are the total's.
    """
    return f"""
        WITH keys AS (
            SELECT
                *, if(dimension IN {COMPLETE}, dimension, 'total') AS whole_dimension,
                if(dimension IN {COMPLETE}, key_id, 'all') AS whole_key_id
            FROM sums
            WHERE measure = 'all' AND dimension NOT IN ('caution', 'rule', 'obligation', 'licence_status')
        )
        SELECT
            concat_ws('.', keys.dimension, keys.key_id, wanted.measure, 'of_' || wanted.whole, unit, keys.currency)
                AS figure_id,
            keys.dimension, keys.key, keys.key_id,
            concat_ws('.', wanted.measure, 'of_' || wanted.whole, unit) AS measure, keys.currency,
            NULL AS value, NULL AS lines, NULL AS unpriced,
            part.figure_id AS numerator, whole.figure_id AS denominator,
            TRY_CAST(CASE
                WHEN unit = 'value' AND whole.value > 0 THEN round(coalesce(part.value, 0) / whole.value, 6)
                WHEN unit = 'lines' AND whole.lines > 0 THEN round(coalesce(part.lines, 0) / whole.lines, 6)
            END AS DECIMAL(18, 6)) AS share,
            NULL AS lines_where
        FROM keys
        JOIN ({_wanted_shares()}) AS wanted ON wanted.everywhere OR keys.dimension = 'total'
        LEFT JOIN sums AS part ON
            part.dimension = keys.dimension AND part.key_id = keys.key_id AND part.measure = wanted.measure
            AND part.currency IS NOT DISTINCT FROM keys.currency
        LEFT JOIN sums AS whole ON
            whole.dimension = keys.whole_dimension AND whole.key_id = keys.whole_key_id AND whole.measure = wanted.whole
            AND whole.currency IS NOT DISTINCT FROM keys.currency
        CROSS JOIN (VALUES ('value'), ('lines')) AS units (unit)
        WHERE unit = 'lines' OR keys.currency IS NOT NULL
    """


def breakdowns() -> str:
    """One row = one key of a large dimension in one currency, its figures side by side: a row of a table."""
    columns = [
        f"coalesce(max({field}) FILTER (measure = '{m}'), 0)::{type_} AS {m}_{field}"
        for m in ("all", "in_scope", "green_or_recognised", *Verdict)
        for field, type_ in (("lines", "BIGINT"), ("value", "DECIMAL(38, 6)"))
    ]
    columns += [
        f"max(share) FILTER (measure = '{m}.of_{d}.{by}') AS {m}_of_{d}_{by}"
        for m in SHARED_MEASURES
        for d in DENOMINATORS
        for by in ("value", "lines")
    ]
    return f"""
        SELECT
            dimension, key, key_id, currency, coalesce(name, key) AS name,
            concat_ws('.', dimension, key_id, '*', currency) AS figure_ids,
            coalesce(max(unpriced) FILTER (measure = 'all'), 0) AS unpriced,
            {", ".join(columns)}
        FROM figures LEFT JOIN names USING (dimension, key)
        WHERE dimension IN {LARGE} AND currency IS NOT NULL
        GROUP BY ALL
    """


def listed_lines(limit: int, dimensions: AbstractSet[str]) -> str:
    """One row = one of the largest lines, at most `limit`, behind one figure of the table `wanted`, largest first.

    `dimensions`: those of the figures; lines are not looked at by others.
    """
    largest = "abs(amount) DESC NULLS LAST, line_id"
    return f"""
        WITH asked AS MATERIALIZED (  -- neither a dimension nor a key in an id has a point in it
            SELECT DISTINCT dimension, key, key_id FROM cells
            SEMI JOIN (
                SELECT split_part(figure_id, '.', 1) AS dimension, split_part(figure_id, '.', 2) AS key_id FROM wanted
            ) USING (dimension, key_id)
        ), keyed AS MATERIALIZED (
            SELECT line_id, asked.dimension, asked.key_id, tag, currency, amount
            FROM ({" UNION ALL ".join(keyed_lines(dimensions))}) AS lines
            JOIN asked ON asked.dimension = lines.dimension AND asked.key IS NOT DISTINCT FROM lines.key
        ), enough AS (  -- the amounts that are large enough to be listed
            SELECT dimension, key_id, tag, currency, max(abs(amount), {limit}) AS amounts
            FROM keyed GROUP BY ALL
        ), largest AS (  -- a figure's largest lines are among the largest of each of its tags: sort those only
            SELECT keyed.* FROM keyed JOIN enough USING (dimension, key_id, tag, currency)
            WHERE len(amounts) < {limit} OR amounts IS NULL OR abs(amount) >= amounts[-1]
            QUALIFY row_number() OVER (PARTITION BY dimension, key_id, tag, currency ORDER BY {largest}) <= {limit}
        )
        SELECT
            {_figure_id("currency")} AS figure_id, line_id,
            row_number() OVER (PARTITION BY figure_id ORDER BY {largest}) AS rank
        FROM largest JOIN ({_measures()}) USING (tag)
        WHERE figure_id IN (SELECT figure_id FROM wanted)
        QUALIFY rank <= {limit}
    """


def key_id_of(key: str) -> str:
    """SQL for a key as a part of a figure's id; `~` cannot stand in a plain key, so nothing collides."""
    plain = f"regexp_full_match({key}, '[a-z0-9][a-z0-9_:/-]{{0,99}}')"
    return f"CASE WHEN {key} IS NULL THEN '~none' WHEN {plain} THEN {key} ELSE '~' || md5({key})[:12] END"


def add_words(connection: duckdb.DuckDBPyConnection, context: ReportContext) -> None:
    """`names`: one row = the display name of one key of a dimension."""
    rows = [
        {"dimension": "category", "key": id_, "name": names.get(context.language) or names.get("en") or id_}
        for id_, names in context.categories.items()
    ]
    schema = pa.schema([(name, pa.string()) for name in ("dimension", "key", "name")])
    connection.register("names_in", pa.Table.from_pylist(rows, schema=schema))
    connection.execute("CREATE TABLE names AS SELECT * FROM names_in")
    connection.unregister("names_in")


def _keyed(dimension: str, *, key: str, tag: str = "verdict", where: str = "true") -> str:
    return f"""
        SELECT line_id, '{dimension}' AS dimension, {key} AS key, {tag} AS tag, currency, amount
        FROM report_lines WHERE {where}
    """


def _keyed_obligations(dimension: str, *, key: str) -> str:
    """A line obliged twice (two rules, or two items of a rule) stands once under each key: not met if any is not."""
    return f"""
        SELECT
            line_id, '{dimension}' AS dimension, {key} AS key,
            CASE WHEN bool_and(met) THEN 'met' ELSE 'not_met' END AS tag, currency, amount
        FROM obliged_lines
        GROUP BY ALL
    """


def _fixed_cells() -> str:
    """One row = one tag under one key that every report has."""
    fixed: list[tuple[str, str, str]] = [("total", "all", verdict) for verdict in Verdict]
    fixed += [("label_kind", kind, verdict) for kind in (*LABEL_KINDS, OTHER_LABELS) for verdict in CERTIFIED]
    fixed += [("caution", caution, "flagged") for caution in CAUTIONS]
    fixed += [("obligation", obligation, tag) for obligation in Obligation for tag in ("met", "not_met")]
    rows = ", ".join(f"('{dimension}', '{key}', '{tag}')" for dimension, key, tag in fixed)
    return f"SELECT * FROM (VALUES {rows}) AS fixed (dimension, key, tag)"


def _figure_id(last: str) -> str:
    return f"concat_ws('.', dimension, key_id, measure, {last})"


def _label_kind(column: str) -> str:
    cases = " ".join(f"WHEN {column} = '{type_}' THEN '{kind}'" for kind, type_ in LABEL_KINDS.items())
    return f"CASE WHEN {column} IS NULL THEN NULL {cases} ELSE '{OTHER_LABELS}' END"


def _measures() -> str:
    """One row = one tag that belongs to one measure."""
    rows = ", ".join(f"('{tag}', '{measure}')" for measure, tags in MEASURES.items() for tag in tags)
    return f"SELECT * FROM (VALUES {rows}) AS measures (tag, measure)"


def _wanted_shares() -> str:
    """One row = one share that is computed: for every key, or (not `everywhere`) for the total only."""
    wanted = [(measure, whole, True) for measure in SHARED_MEASURES for whole in DENOMINATORS]
    wanted += [(verdict, "all", False) for verdict in Verdict if verdict not in CERTIFIED]
    rows = ", ".join(f"('{measure}', '{whole}', {everywhere})" for measure, whole, everywhere in wanted)
    return f"SELECT * FROM (VALUES {rows}) AS wanted (measure, whole, everywhere)"

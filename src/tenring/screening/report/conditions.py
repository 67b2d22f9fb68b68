"""Which lines stand behind a figure, as a condition that anyone can ask `lines.parquet` with.

    SELECT line_id FROM 'lines.parquet' WHERE verdict = 'missed' AND buyer = 'City of Fern' AND currency = 'CNY'

A figure of a rule asks `obligations.parquet` in the same folder, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenring.model.sql import quoted


def conditions(
    *, measures: Mapping[str, Sequence[str]], cautions: Mapping[str, str], kinds: Mapping[str, str], certified: str,
    no_currency: str,
) -> str:  # fmt: skip
    """SQL: the condition of a figure (dimension, key, measure, currency; currency null: all currencies), as a text.

    `measures`, `cautions`: see steps; `kinds`: kind of label -> programme type, anything else is another kind;
    `certified`: condition of lines that a licence answered; `no_currency`: what stands for amounts without one.
    """
    listed = f"{certified} AND "
    lapsed = "verdict = 'lapsed' AND "
    labels = {kind: f"{listed}programme_type = {quoted(type_)}" for kind, type_ in kinds.items()}
    other = f"{listed}programme_type NOT IN ({', '.join(map(quoted, kinds.values()))})"
    dimensions = {
        "total": "NULL",
        "category": _is("category"),
        "buyer": _is("buyer"),
        "supplier": _is("supplier"),
        "month": _is("strftime(date, '%Y-%m')"),
        "label_kind": _choice("key", labels, otherwise=other),
        "programme": f"{quoted(listed)} || {_is('programme')}",
        "register": f"{quoted(listed)} || {_is('register')}",
        "rung": f"{quoted(listed)} || {_is('rung')}",
        "licence_status": f"{quoted(lapsed)} || {_is('licence_status')}",
        "caution": _choice("key", dict(cautions)),
        "rule": _obliged("obligation || ':' || rule"),
        "obligation": _obliged("obligation"),
    }  # fmt: skip
    dimension = " ".join(f"WHEN {quoted(name)} THEN {sql}" for name, sql in dimensions.items())
    verdicts = {measure: _among(tags) for measure, tags in measures.items() if measure not in ("all", "not_met")}
    currency = f"""
        CASE WHEN currency = {quoted(no_currency)} THEN 'currency IS NULL' ELSE 'currency = ' || {_literal("currency")}
        END
    """
    parts = f"CASE dimension {dimension} END, {_choice('measure', verdicts)}, {currency}"
    return f"coalesce(nullif(concat_ws(' AND ', {parts}), ''), 'true')"


def _literal(column: str) -> str:
    """SQL: a value as an SQL literal."""
    return f"'''' || replace({column}, '''', '''''') || ''''"


def _is(column: str) -> str:
    """SQL: the condition that a column has the figure's key, or none."""
    return f"coalesce({quoted(column + ' = ')} || {_literal('key')}, {quoted(column + ' IS NULL')})"


def _obliged(key: str) -> str:
    """SQL: the condition that a rule or obligation, the figure's key, obliges a line; not met: unless all is met."""
    begin = f"line_id IN (SELECT line_id FROM 'obligations.parquet' WHERE {key} = "
    unmet = " GROUP BY line_id HAVING NOT bool_and(coalesce(met, false))"
    return (
        f"{quoted(begin)} || {_literal('key')} || CASE measure WHEN 'not_met' THEN {quoted(unmet)} ELSE '' END || ')'"
    )


def _among(verdicts: Sequence[str]) -> str:
    one = f"verdict = {quoted(str(verdicts[0]))}"
    return one if len(verdicts) == 1 else f"verdict IN ({', '.join(quoted(str(verdict)) for verdict in verdicts)})"


def _choice(column: str, texts: Mapping[str, str], *, otherwise: str | None = None) -> str:
    cases = " ".join(f"WHEN {quoted(value)} THEN {quoted(text)}" for value, text in texts.items())
    last = f" ELSE {quoted(otherwise)}" if otherwise else ""
    return f"CASE {column} {cases}{last} END"

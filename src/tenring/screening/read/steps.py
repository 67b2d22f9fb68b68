"""The steps from a stretch of cells to lines and problems, each one SQL statement.

cells → picked → (distinct texts are read in Python) → valued → judged → unread → lines, problems
"""

from __future__ import annotations

import re

from tenring.language import T
from tenring.model.sql import quoted
from tenring.screening.read.amounts import BLANKS
from tenring.screening.read.layout import Layout
from tenring.screening.read.options import ReadOptions
from tenring.screening.read.stretch import Source, Stretch, name_of

#: Fields kept as text; the others are read as values.
TEXTS = ("buyer", "supplier", "description", "brand", "model", "certificate", "code_name", "unit", "note", "skip")
VALUES = ("date", "amount", "unit_price", "quantity", "currency", "code", "code_scheme", "gtin")
SPREADSHEET_ERRORS = frozenset({"#ref!", "#value!", "#name?", "#div/0!", "#n/a", "#null!", "#num!"})
EMPTY_WORDS = tuple(sorted((BLANKS | SPREADSHEET_ERRORS) - {""}))
NOTE_CELLS = 2
"""A row of at most so many filled cells that says nothing about a purchase is a note, not a purchase gone wrong."""

TOTAL_CELLS = 3
"""Most cells of a row of totals whose word does not stand first."""

WIDE = 3
"""In a table with so many fields a row with one filled cell is a title."""


#: Words that say nothing, in any case, with what `trim` takes away; as an expression, for the engine makes a join for
#: all cells of a long list of words.
_SAYS_NOTHING = rf"(?i)\p{{Zs}}*(?:{'|'.join(map(re.escape, EMPTY_WORDS))})\p{{Zs}}*"
_FIRST_SIGNS = "".join(sorted({re.escape(case) for word in EMPTY_WORDS for case in (word[0], word[0].upper())}))

#: White space that is more than single spaces.
_ODD_SPACE = r"[\t\n\f\r\x{00a0}\x{3000}]|  "
#: What a cell has that is not kept as it stands, or may not be. Few have, and looking is cheaper than replacing.
_UNUSUAL = rf"^[\p{{Zs}}{_FIRST_SIGNS}]|\p{{Zs}}$|{_ODD_SPACE}"


def _clean(column: int) -> str:
    """SQL: a cell without surrounding space, null where it says nothing."""
    cell = f"c{column}"
    single = f"regexp_replace({cell}, '[\\s\\x{{00a0}}\\x{{3000}}]+', ' ', 'g')"
    return f"""CASE
        WHEN NOT regexp_matches({cell}, '{_UNUSUAL}') THEN nullif({cell}, '')
        WHEN length({cell}) <= 7 AND regexp_full_match({cell}, '{_SAYS_NOTHING}') THEN NULL
        WHEN regexp_matches({cell}, '{_ODD_SPACE}') THEN nullif(trim({single}), '')
        ELSE nullif(trim({cell}), '')
    END"""


def picked(stretch: Stretch) -> str:
    """One row = one row of the stretch: the text of each field, which cells came as numbers, how much is filled."""
    fields, grid = stretch.layout.fields, stretch.grid
    clean = _clean if grid.fields is None else "c{}".format
    chosen = ["row"]
    for field in (*TEXTS, *VALUES):
        columns = fields.get(field, ())
        text = f"coalesce({', '.join(clean(column) for column in columns)})" if columns else "NULL::VARCHAR"
        chosen.append(f"{text} AS {field}")
        if field in ("amount", "unit_price", "quantity"):
            typed = columns and grid.typed and grid.typed[columns[0]] is not None
            chosen.append(f"{f't{columns[0]}' if typed else 'false'} AS {field}_typed")
    # one WHEN for each cell: of a `coalesce` the engine makes every cell of every row
    cells = [f"WHEN trim(c{column}) <> '' THEN trim(c{column})" for column in range(grid.width)]
    filled = " + ".join(f"(nullif(c{column}, '') IS NOT NULL)::INTEGER" for column in range(grid.width)) or "0"
    first = f"CASE {' '.join(cells)} END" if cells else "NULL::VARCHAR"
    chosen += [f"{filled} AS filled", f"{first} AS first_cell"]
    return f"CREATE OR REPLACE TEMP TABLE picked AS SELECT {', '.join(chosen)} FROM cells"


def valued(options: ReadOptions) -> str:
    """One row = one row of the stretch with its values; an amount may come from unit price × quantity."""
    on = f"DATE {quoted(options.on.isoformat())}" if options.on else "NULL::DATE"
    no_date, multiplied = T("no date: the one given was taken"), T("amount = unit price × quantity")
    given = quoted(options.currency) if options.currency else "NULL::VARCHAR"
    return f"""
        CREATE OR REPLACE TEMP TABLE valued AS
        SELECT
            p.* EXCLUDE (date, amount, unit_price, quantity, currency, code, code_scheme, gtin, unit),
            p.date AS date_text, p.amount AS amount_text, p.unit_price AS unit_price_text, p.quantity AS quantity_text,
            p.currency AS currency_text, p.code AS code_text, p.gtin AS gtin_text,
            coalesce(d.day, {on}) AS date,
            d.reason AS date_reason, a.reason AS amount_reason, u.reason AS unit_price_reason,
            q.reason AS quantity_reason,
            m.reason AS currency_reason, g.reason AS gtin_reason,
            q.value AS quantity, coalesce(p.unit, q.unit) AS unit,
            coalesce(a.value, x.value) AS amount,
            coalesce(m.currency, a.currency, u.currency, {given}) AS currency,
            k.code AS code, k.scheme AS code_scheme, g.gtin AS gtin,
            list_filter(
                list_concat(
                    coalesce(a.notes, []),
                    [
                        d.note, k.note, p.note,
                        CASE WHEN p.date IS NULL AND {on} IS NOT NULL THEN {quoted(no_date)} END,
                        CASE WHEN x.value IS NOT NULL THEN {quoted(multiplied)} END
                    ]
                ),
                lambda one: one IS NOT NULL
            ) AS notes
        FROM picked p
        LEFT JOIN dates d ON d.text = p.date
        LEFT JOIN amounts a ON a.text = p.amount AND a.typed = p.amount_typed
        LEFT JOIN unit_prices u ON u.text = p.unit_price AND u.typed = p.unit_price_typed
        LEFT JOIN quantities q ON q.text = p.quantity AND q.typed = p.quantity_typed
        LEFT JOIN products x ON p.amount IS NULL AND x.unit_price = p.unit_price AND x.quantity = p.quantity
            AND x.unit_price_typed = p.unit_price_typed AND x.quantity_typed = p.quantity_typed
        LEFT JOIN currencies m ON m.text = p.currency
        LEFT JOIN codes k ON k.text = p.code AND k.named = coalesce(p.code_scheme, '')
        LEFT JOIN gtins g ON g.text = p.gtin
    """


def judged(mapped: int) -> str:
    """One row = the judgement on one row of the stretch: `line`, `skipped` or `rejected`, with the reason."""
    telling = "coalesce(description, brand, model, certificate, gtin_text, code_text, code_name)"
    nothing, blank = quoted(T("nothing says what was bought")), quoted(T("blank row"))
    totals, note = quoted(T("row of totals: its amount is not counted")), quoted(T("title or note"))
    return f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT row, coalesce(why, reason) AS reason_out, CASE
            WHEN why IS NOT NULL THEN 'rejected'
            WHEN reason IS NULL THEN 'line'
            WHEN reason = {nothing} THEN 'rejected'
            ELSE 'skipped'
        END AS kind
        FROM (
            SELECT row, CASE
                WHEN filled = 0 THEN {blank}
                WHEN skip IS NOT NULL THEN skip
                WHEN first_cell IN (SELECT text FROM totals) AND date_text IS NULL
                    AND (description IS NULL OR description IN (SELECT text FROM totals))
                    THEN {totals}
                WHEN description IN (SELECT text FROM totals) AND filled <= {TOTAL_CELLS}
                    THEN {totals}
                WHEN {mapped >= WIDE} AND filled = 1 AND amount IS NULL THEN {note}
                WHEN {telling} IS NULL AND amount IS NULL AND filled <= {NOTE_CELLS} THEN {note}
                WHEN {telling} IS NULL AND amount IS NULL THEN {nothing}
            END AS reason
            FROM valued
        ) v
        LEFT JOIN repeats USING (row)
    """


def unread(stretch: Stretch) -> str:
    """One row = one cell of a line that was not understood."""
    parts = [
        f"""
        SELECT row, {quoted(_header(stretch.layout, field))} AS "column",
            {field}_text AS value, {field}_reason AS reason
        FROM valued JOIN judged USING (row) WHERE kind = 'line' AND {field}_reason IS NOT NULL
        """
        for field in ("amount", "unit_price", "date", "quantity", "currency", "gtin")
    ]
    parts.append("SELECT c.* FROM cell_problems c JOIN judged USING (row) WHERE kind = 'line'")
    return f"CREATE OR REPLACE TEMP TABLE unread AS {' UNION ALL '.join(parts)}"


def _header(layout: Layout, field: str) -> str:
    columns = layout.fields.get(field)
    return name_of(layout, columns[0]) if columns else field


def lines(source: Source, stretch: Stretch) -> str:
    """One row = one purchase line, in the columns of `tables.PURCHASE_LINES`."""
    remark = f"[{quoted(stretch.remark)}]" if stretch.remark else "[]::VARCHAR[]"
    return f"""
        SELECT
            {quoted(source.prefix)} || row AS line_id,
            {quoted(source.file)} AS source_file, {_sheet(stretch)} AS sheet, row,
            date, buyer, supplier, description, brand, model, certificate, gtin, code, code_scheme, code_name,
            quantity, unit, amount, currency,
            list_concat(valued.notes, {remark}, coalesce(f.notes, [])) AS repairs
        FROM valued JOIN judged USING (row)
        LEFT JOIN (SELECT row, list(note) AS notes FROM formula_notes GROUP BY row) f USING (row)
        WHERE kind = 'line'
        ORDER BY row
    """


def _sheet(stretch: Stretch) -> str:
    return quoted(stretch.grid.sheet) if stretch.grid.sheet else "NULL::VARCHAR"


def problems(source: Source, stretch: Stretch) -> str:
    """One row = one row left out, or one cell of a line that was not understood, as in `tables.PROBLEMS`."""
    names = _named_columns(stretch)
    cells = ", ".join(f"{_identifier(name)} := c{column}" for column, name in names)
    raw = f"to_json(struct_pack({cells}))" if names else "NULL"
    return f"""
        SELECT
            {quoted(source.file)} AS source_file, {_sheet(stretch)} AS sheet, row, line_id, "column", value, severity,
            reason, amount, currency, raw
        FROM (
            SELECT
                j.row, NULL::VARCHAR AS line_id, NULL::VARCHAR AS "column", NULL::VARCHAR AS value,
                j.kind AS severity, j.reason_out AS reason, v.amount, v.currency, ({raw})::VARCHAR AS raw
            FROM judged j JOIN valued v USING (row) JOIN cells USING (row) WHERE j.kind <> 'line'
            UNION ALL
            SELECT row, {quoted(source.prefix)} || row, "column", value, 'unread', reason, NULL, NULL, NULL FROM unread
        )
        ORDER BY row, severity
    """


def _named_columns(stretch: Stretch) -> list[tuple[int, str]]:
    """(column, unique name) of the columns as they go into `raw`; a repeated name is numbered."""
    taken: set[str] = set()
    found = []
    for column in range(stretch.grid.width):
        name = plain = name_of(stretch.layout, column)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(name.lower())
        found.append((column, name))
    return found


def _identifier(name: str) -> str:
    return '"' + name.replace("\x00", "").replace('"', '""') + '"'

"""Columns and types of the tables that travel between the parts, as Arrow schemas. What a row is stands above each."""

from __future__ import annotations

import pyarrow as pa

MONEY = pa.decimal128(28, 6)
QUANTITY = pa.decimal128(24, 9)


def _schema(*fields: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, type_) for name, type_ in fields])


#: One row = one entry of a register: a licence for the products it names. `licence_id` = "<register>:<key>".
LICENCES = _schema(
    ("licence_id", pa.string()),
    ("register", pa.string()),
    ("list", pa.string()),
    ("programme", pa.string()),
    ("economy", pa.string()),
    ("number", pa.string()),
    ("holder", pa.string()),
    ("brand", pa.string()),
    ("name", pa.string()),
    ("category", pa.string()),
    ("markets", pa.list_(pa.string())),
    ("valid_from", pa.date32()),
    ("valid_until", pa.date32()),
    ("valid_from_derived", pa.bool_()),
    ("criteria", pa.string()),
    ("note", pa.string()),
    ("first_read", pa.date32()),
    ("last_read", pa.date32()),
    ("source_file", pa.string()),
    ("source_row", pa.int64()),
)

#: One row = one model name of a licence, as printed.
MODELS = _schema(
    ("licence_id", pa.string()),
    ("brand", pa.string()),
    ("model", pa.string()),
    ("kind", pa.string()),
)

#: One row = one GTIN of a licence, 14 digits.
GTINS = _schema(("licence_id", pa.string()), ("gtin", pa.string()))

#: One row = one licence in one status from a day (inclusive; null: since ever) until a day (exclusive; null: open).
#: The periods of a licence touch and never overlap, so "what was valid on DATE" is one query.
STATUSES = _schema(
    ("licence_id", pa.string()),
    ("status", pa.string()),
    ("from_date", pa.date32()),
    ("until_date", pa.date32()),
    ("reason", pa.string()),
    ("recorded_on", pa.date32()),
)

#: One row = one measured property of a licence: a value with unit, or a text.
PROPERTIES = _schema(
    ("licence_id", pa.string()),
    ("property", pa.string()),
    ("value", QUANTITY),
    ("unit", pa.string()),
    ("text", pa.string()),
)

#: One row = one row of a register file that could not be published, with the reason.
REJECTED = _schema(
    ("register", pa.string()),
    ("list", pa.string()),
    ("file", pa.string()),
    ("row", pa.int64()),
    ("column", pa.string()),
    ("value", pa.string()),
    ("reason", pa.string()),
    ("raw", pa.string()),
)

#: One row = one purchase line as read and repaired. `line_id` is unique in one run.
PURCHASE_LINES = _schema(
    ("line_id", pa.string()),
    ("source_file", pa.string()),
    ("sheet", pa.string()),
    ("row", pa.int64()),
    ("date", pa.date32()),
    ("buyer", pa.string()),
    ("supplier", pa.string()),
    ("description", pa.string()),
    ("brand", pa.string()),
    ("model", pa.string()),
    ("certificate", pa.string()),
    ("gtin", pa.string()),
    ("code", pa.string()),
    ("code_scheme", pa.string()),
    ("code_name", pa.string()),
    ("quantity", QUANTITY),
    ("unit", pa.string()),
    ("amount", MONEY),
    ("currency", pa.string()),
    ("repairs", pa.list_(pa.string())),
)

#: One row = one row of a purchase file that is not a purchase line, or one cell of a line that was not understood.
#: `severity`: `rejected` (the row is left out), `unread` (the cell is left empty), `skipped` (title, total, blank).
PROBLEMS = _schema(
    ("source_file", pa.string()),
    ("sheet", pa.string()),
    ("row", pa.int64()),
    ("line_id", pa.string()),
    ("column", pa.string()),
    ("value", pa.string()),
    ("severity", pa.string()),
    ("reason", pa.string()),
    ("amount", MONEY),
    ("raw", pa.string()),
)

#: One row = the answer for one purchase line; the columns after `rung` say what it rests on.
SCREENED_LINES = _schema(
    ("line_id", pa.string()),
    ("source_file", pa.string()),
    ("sheet", pa.string()),
    ("row", pa.int64()),
    ("date", pa.date32()),
    ("buyer", pa.string()),
    ("supplier", pa.string()),
    ("description", pa.string()),
    ("brand", pa.string()),
    ("model", pa.string()),
    ("quantity", QUANTITY),
    ("unit", pa.string()),
    ("amount", MONEY),
    ("currency", pa.string()),
    ("category", pa.string()),
    ("category_score", pa.float64()),
    ("category_by", pa.string()),
    ("obligation", pa.string()),
    ("rule", pa.string()),
    ("rule_mark", pa.string()),
    ("obligations_unmet", pa.list_(pa.string())),
    ("verdict", pa.string()),
    ("programme", pa.string()),
    ("programme_type", pa.string()),
    ("register", pa.string()),
    ("register_read", pa.date32()),
    ("licence_id", pa.string()),
    ("licence_number", pa.string()),
    ("licence_status", pa.string()),
    ("valid_from", pa.date32()),
    ("valid_until", pa.date32()),
    ("valid_from_derived", pa.bool_()),
    ("matched_brand", pa.string()),
    ("matched_model", pa.string()),
    ("rung", pa.string()),
    ("score", pa.float64()),
    ("features", pa.string()),
    ("ties", pa.int64()),
    ("explanation", pa.string()),
)

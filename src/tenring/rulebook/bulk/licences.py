"""The licences of a register snapshot as a table of values: what `judge_all` reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenring.model.sql import Step, quoted
from tenring.rulebook.bulk.table import Tables

#: What `steps` makes.
TABLES = Tables("licence_values", "licence_labels")


def steps(register: str, categories: Iterable[str], on: date) -> tuple[Step, Step]:
    """The values and labels of all licences of a register in some categories.

    Reads the snapshot's tables `licences`, `properties` and `statuses`. Values are those of the product, under no
    stated condition. A licence that is active on the day is a label that is held, if it says since when.
    """
    listed = ", ".join(quoted(one) for one in sorted(categories)) or "''"
    of_them = f"licences.register = {quoted(register)} AND licences.category IN ({listed})"
    day = f"DATE '{on.isoformat()}'"
    values = f"""
        SELECT licences.licence_id AS product, property, 'product' AS subject, '{{}}' AS conditions,
               row_number() OVER (PARTITION BY licences.licence_id, property ORDER BY value, text) AS report,
               CAST(NULL AS VARCHAR) AS item,
               CAST(value AS DECIMAL(28, 12)) AS low, CAST(value AS DECIMAL(28, 12)) AS high,
               FALSE AS open_high, FALSE AS not_detected, text AS words
        FROM licences JOIN properties ON properties.licence_id = licences.licence_id
        WHERE {of_them}
    """
    labels = f"""
        SELECT licences.licence_id AS product, programme, category, 'product' AS subject,
               valid_from AS since, valid_until AS until
        FROM licences JOIN statuses ON statuses.licence_id = licences.licence_id
        WHERE {of_them} AND statuses.status = 'active'
          AND (from_date IS NULL OR from_date <= {day}) AND (until_date IS NULL OR until_date > {day})
    """
    return Step(TABLES.values, values), Step(str(TABLES.labels), labels)


def licences_query(register: str, categories: Iterable[str]) -> str:
    """How many licences of a register are of these categories, with or without values."""
    listed = ", ".join(quoted(one) for one in sorted(categories)) or "''"
    return f"SELECT count(*) FROM licences WHERE register = {quoted(register)} AND category IN ({listed})"

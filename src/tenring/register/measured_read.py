"""What was measured, read from the tables of a snapshot: of one category, or of all in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa

from tenring.model.licence import Status
from tenring.register.lookup import Database
from tenring.register.measured import NEVER, NO_DAY, Measurements, Stated


def read_measurements(db: Database, category: str) -> Measurements:
    """What was measured in one category; one that is not there has no licences."""
    return _read(db, category, [category])[category]


def read_all_measurements(db: Database) -> Mapping[str, Measurements]:
    """Category -> what was measured, of every category that has licences.

    Reading each by itself looks through all licences for each: with hundreds of categories that takes minutes.
    """
    categories = [one for (one,) in db.execute("SELECT DISTINCT category FROM licences ORDER BY 1").fetchall()]
    return _read(db, None, categories)


def _read(db: Database, only: str | None, categories: Sequence[str]) -> dict[str, Measurements]:
    """Tables in the order of categories; each category gets its part, and its licences are counted from 0 there."""
    db.execute(_MEMBERS, {"category": only})
    rows = _rows(db)
    ids = np.array([one.encode() for one in rows.column("licence_id").to_pylist()], dtype=np.bytes_)
    begun = rows.column("begun").to_numpy().astype(np.int32)
    rows = rows.drop_columns(["begun"])
    periods = db.execute(_PERIODS, {"status": Status.ACTIVE.value, "never": int(NEVER)}).fetchnumpy()
    sizes = dict(db.execute("SELECT category, count(*) FROM members GROUP BY category").fetchall())
    stated = _stated(db, categories)
    db.execute("DROP TABLE members")
    found, first = {}, 0
    for category in categories:
        last = first + sizes.get(category, 0)
        begin, end = np.searchsorted(periods["place"], [first, last])
        found[category] = Measurements(
            ids=ids[first:last],
            rows=rows.slice(first, last - first),
            begun=begun[first:last],
            owners=(periods["place"][begin:end] - first).astype(np.int32),
            starts=periods["start"][begin:end].astype(np.int32),
            ends=periods["end"][begin:end].astype(np.int32),
            stated={name: one.counted_from(first) for name, one in stated[category].items()},
        )
        first = last
    return found


def _rows(db: Database) -> pa.Table:
    """The licences as lists show them, in order; texts that repeat are stored once."""
    rows = db.sql(_ROWS).to_arrow_table().combine_chunks()
    for name in ("programme", "economy"):
        encoded = rows.column(name).dictionary_encode()
        rows = rows.set_column(rows.column_names.index(name), name, encoded)
    return rows


def _stated(db: Database, categories: Sequence[str]) -> Mapping[str, Mapping[str, Stated]]:
    """Category -> property -> what the licences of the table `members` state; their places are those in `members`."""
    db.execute(_NUMBERS)
    owners = db.execute(_OWNERS).fetchnumpy()["place"].astype(np.int32)
    values: dict[tuple[str, str], list[tuple[Decimal, int]]] = {}
    for category, name, value, licences in db.execute(_VALUES).fetchall():
        values.setdefault((category, name), []).append((value, licences))
    found: dict[str, dict[str, Stated]] = {category: {} for category in categories}
    first = 0
    for category, name, unit, units in db.execute(_UNITS).fetchall():
        ordered = values[category, name]
        firsts = np.cumsum([0, *(licences for _, licences in ordered)]).astype(np.int64)
        last = first + int(firsts[-1])
        found[category][name] = Stated(unit or "", units, [value for value, _ in ordered], owners[first:last], firsts)
        first = last
    db.execute("DROP TABLE numbers")
    return found


#: One row = one licence, with its place: licences of a category follow each other in the order of their ids.
_MEMBERS = """
CREATE OR REPLACE TEMP TABLE members AS
SELECT row_number() OVER (ORDER BY category, licence_id) - 1 AS place, *
FROM (
  SELECT category, licence_id, number, holder, brand, name, programme, economy, valid_from, valid_until
  FROM licences
  WHERE $category IS NULL OR category = $category
)
"""

#: One row = one licence as lists show it, with the number of its first day.
_ROWS = f"""
WITH numbered AS (
  SELECT licence_id, model, row_number() OVER (PARTITION BY licence_id ORDER BY kind, model) AS number_of_model
  FROM models SEMI JOIN members USING (licence_id)
)
SELECT licence_id, number, holder, brand, name, model, programme, economy, valid_until,
       coalesce(date_diff('day', DATE '0001-01-01', valid_from) + 1, {NO_DAY}) AS begun
FROM members LEFT JOIN (SELECT * FROM numbered WHERE number_of_model = 1) USING (licence_id)
ORDER BY place
"""

#: One row = one period in which a licence was active; days are numbered from 1.
_PERIODS = f"""
SELECT place,
       coalesce(date_diff('day', DATE '0001-01-01', from_date) + 1, {NO_DAY}) AS start,
       coalesce(date_diff('day', DATE '0001-01-01', until_date) + 1, $never) AS "end"
FROM statuses JOIN members USING (licence_id)
WHERE status = $status
ORDER BY place, start
"""

#: One row = one number that a licence states.
_NUMBERS = """
CREATE OR REPLACE TEMP TABLE numbers AS
SELECT category, place, property, value, unit
FROM properties JOIN members USING (licence_id)
WHERE value IS NOT NULL
"""

#: One row = one licence that states a value, in the order of categories, properties and values.
_OWNERS = "SELECT place FROM numbers ORDER BY category, property, value, place"

#: One row = one value of a property in a category, with how often it is stated.
_VALUES = """
SELECT category, property, value, count(*) FROM numbers GROUP BY category, property, value
ORDER BY category, property, value
"""

#: One row = one property in a category, with a unit of it, and how many units there are.
_UNITS = """
SELECT category, property, min(unit), count(DISTINCT unit) FROM numbers GROUP BY category, property
ORDER BY category, property
"""

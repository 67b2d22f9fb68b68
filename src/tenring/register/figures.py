"""How many licences there are and were: by programme, category and economy, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tenring.model.licence import Status
from tenring.register.lookup import Database

Dimension = Literal["programme", "category", "economy", "register"]


@dataclass(frozen=True)
class Count:
    """Licences of one programme in one category and economy: all, and those active on the day asked."""

    programme: str
    category: str
    economy: str | None
    licences: int
    active: int


@dataclass(frozen=True)
class Moment:
    """How many licences were active on a day, as far as the registers say."""

    day: date
    active: int


#: One row = one programme, category and economy, with licences and active ones.
_COUNTS = """
SELECT programme, category, economy, count(*) AS licences,
       count(*) FILTER (licence_id IN (
         SELECT licence_id FROM statuses
         WHERE status = 'active'
           AND (from_date IS NULL OR from_date <= $day) AND (until_date IS NULL OR $day < until_date)
       )) AS active
FROM licences
GROUP BY ALL
ORDER BY ALL
"""


def counts(db: Database, on: date) -> list[Count]:
    """Licences by programme, category and economy."""
    return [Count(*row) for row in db.execute(_COUNTS, {"day": on}).fetchall()]


#: One row = one first day of a year, with the licences that were active on it. Beginnings and ends are summed up.
_OVER_TIME = """
WITH period AS (
  SELECT from_date, until_date
  FROM statuses JOIN licences USING (licence_id)
  WHERE status = $status AND {column} = $key
), event AS (
  SELECT coalesce(from_date, DATE '0001-01-01') AS day, 1 AS change FROM period
  UNION ALL
  SELECT until_date, -1 FROM period WHERE until_date IS NOT NULL
), year AS (
  SELECT make_date(y, 1, 1) AS day
  FROM generate_series(
    (SELECT greatest(year(min(from_date)), year($until) - $years) FROM period), year($until)
  ) AS s(y)
  UNION SELECT $until
)
SELECT year.day, coalesce(sum(event.change) FILTER (event.day <= year.day), 0)
FROM year CROSS JOIN event
GROUP BY year.day
ORDER BY year.day
"""


def over_time(db: Database, dimension: Dimension, key: str, *, until: date, years: int = 15) -> list[Moment]:
    """Active licences on the first of January of the last years, and on the day `until`.

    Registers that list only valid licences say nothing of those that ended before they were first read, so the past
    is a lower bound.
    """
    values = {"status": Status.ACTIVE.value, "key": key, "until": until, "years": years}
    query = _OVER_TIME.format(column=dimension)
    return [Moment(day, int(active)) for day, active in db.execute(query, values).fetchall()]

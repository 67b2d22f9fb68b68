"""One licence with all that the register says of it, the other labels of the same product, and alternatives to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from tenring.model.licence import Status
from tenring.model.text import words
from tenring.register.search import ANY, Hit, Kind, Query
from tenring.register.search.index import SearchIndex
from tenring.register.search.periods import Period
from tenring.register.snapshot import VALID_ON

#: A connection to a snapshot, as `Snapshot.connect` opens it.
Database = duckdb.DuckDBPyConnection

#: Models of a licence by which other labels of the product are looked for: families have hundreds.
_MODELS_ASKED = 3
#: Licences looked through for each of them.
_HITS_ASKED = 40

#: A reason of one of these kinds means that the model itself was met.
_WHOLE = (Kind.MODEL, Kind.PATTERN)


@dataclass(frozen=True)
class Measured:
    """A measured property: a value with unit, or a text."""

    property: str
    value: Decimal | None
    unit: str | None
    text: str | None


@dataclass(frozen=True)
class LicenceRecord:
    """A licence as the snapshot has it. Dates are inclusive, those of `periods` as in `Period`."""

    licence_id: str
    register: str
    list: str
    programme: str
    economy: str | None
    number: str
    holder: str | None
    brand: str | None
    name: str | None
    category: str
    markets: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    valid_from_derived: bool
    criteria: str | None
    note: str | None
    first_read: date | None
    last_read: date | None
    source_file: str | None
    source_row: int | None
    models: tuple[str, ...]
    gtins: tuple[str, ...]
    periods: tuple[Period, ...]
    properties: tuple[Measured, ...]

    @property
    def title(self) -> str:
        """What a reader would call the product: brand and name, else brand and model, else the number."""
        return title_of(self.brand, self.name, next(iter(self.models), None), self.number)

    def period(self, day: date) -> Period | None:
        """What held on a day; None: nothing is known of that day."""
        return next(
            (
                one
                for one in self.periods
                if (one.start is None or one.start <= day) and (one.end is None or day < one.end)
            ),
            None,
        )


def title_of(brand: str | None, name: str | None, model: str | None, number: str) -> str:
    """What a reader would call a product: brand and name, else brand and model, else the number of its licence."""
    what = name or model or ""
    named = what if brand and what.casefold().startswith(brand.casefold()) else f"{brand or ''} {what}"
    return named.strip() or number


#: The columns of the table `licences` that a record has, in its order: all fields but the last four.
_COLUMNS = tuple(field.name for field in fields(LicenceRecord))[:-4]


def licences(db: Database, ids: Sequence[str]) -> list[LicenceRecord]:
    """The licences with these ids, in this order; one that the snapshot does not have is left out."""
    found = {record.licence_id: record for record in _records(db, list(dict.fromkeys(ids)))}
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


def licence(db: Database, licence_id: str) -> LicenceRecord | None:
    """One licence; None: the snapshot does not have it."""
    return next(iter(licences(db, [licence_id])), None)


def _records(db: Database, ids: list[str]) -> Iterator[LicenceRecord]:
    models = _grouped(db, "SELECT licence_id, model FROM models", ids, "kind, model")
    gtins = _grouped(db, "SELECT licence_id, gtin FROM gtins", ids, "gtin")
    periods = _grouped(
        db, "SELECT licence_id, status, from_date, until_date, reason FROM statuses", ids, "from_date NULLS FIRST"
    )
    properties = _grouped(db, "SELECT licence_id, property, value, unit, text FROM properties", ids, "property")
    query = f"SELECT {', '.join(_COLUMNS)} FROM licences WHERE licence_id IN (SELECT unnest(?))"
    for row in db.execute(query, [ids]).fetchall():
        named: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
        id_ = named["licence_id"]
        yield LicenceRecord(
            **{**named, "markets": tuple(named["markets"] or ())},
            models=tuple(dict.fromkeys(model for (model,) in models.get(id_, ()))),
            gtins=tuple(gtin for (gtin,) in gtins.get(id_, ())),
            periods=tuple(Period(*period) for period in periods.get(id_, ())),
            properties=tuple(Measured(*one) for one in properties.get(id_, ())),
        )


def _grouped(db: Database, query: str, ids: list[str], order: str) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for id_, *rest in db.execute(f"{query} WHERE licence_id IN (SELECT unnest(?)) ORDER BY {order}", [ids]).fetchall():
        found.setdefault(id_, []).append(tuple(rest))
    return found


def same_product(index: SearchIndex, record: LicenceRecord, on: date) -> list[Hit]:
    """Other licences, of any status and programme, that list one of its models under its brand.

    The same title under another maker may be a rebadged product: without the same brand it is not said to be the same.
    """
    found: dict[str, Hit] = {}
    for model in record.models[:_MODELS_ASKED]:
        query = Query(f"{record.brand or ''} {model}", on=on, status=ANY, limit=_HITS_ASKED, facets=())
        for hit in index.search(query).hits:
            if hit.licence_id != record.licence_id and _lists(hit, model) and _brand(hit.brand) == _brand(record.brand):
                found.setdefault(hit.licence_id, hit)
    return sorted(found.values(), key=lambda hit: (hit.programme, hit.licence_id))


def _lists(hit: Hit, model: str) -> bool:
    asked = words(model)
    return any(reason.kind in _WHOLE and words(reason.typed) == asked for reason in hit.explanation) or any(
        words(listed) == asked for listed in hit.models
    )


def _brand(brand: str | None) -> list[str]:
    return list(words(brand or ""))


#: One row = one other brand's youngest licence of the category that was active on the day.
_ALTERNATIVES = f"""
SELECT licence_id FROM (
  SELECT licence_id, brand, valid_from, active_from,
         row_number() OVER (
           PARTITION BY lower(brand) ORDER BY coalesce(valid_from, active_from) DESC NULLS LAST, licence_id
         ) AS place
  FROM ({VALID_ON})
  WHERE category = $category AND brand IS NOT NULL AND lower(brand) <> lower($brand)
)
WHERE place = 1
ORDER BY coalesce(valid_from, active_from) DESC NULLS LAST, licence_id
LIMIT $most
"""


def alternatives(db: Database, record: LicenceRecord, on: date, most: int = 6) -> list[LicenceRecord]:
    """Licences of other brands in its category that are active on a day: the youngest of each brand."""
    values = {"day": on, "category": record.category, "brand": record.brand or "", "most": most}
    return licences(db, [row[0] for row in db.execute(_ALTERNATIVES, values).fetchall()])


def active(record: LicenceRecord, on: date) -> bool:
    """Whether it was active on a day."""
    period = record.period(on)
    return period is not None and period.status == Status.ACTIVE

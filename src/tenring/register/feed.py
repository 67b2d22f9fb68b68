"""The Tenring feed: the format in which any programme can publish its register, as NDJSON or CSV.

One entry is one licence for the products it names; `FeedEntry` is its definition, `feed.schema.json` beside the example
register is made from it. A register that reads a feed has this adapter.py, and a register.yml that names the programme:

    FEED = Feed(Path(__file__).with_name("register.yml"))
    rows, amend = FEED.rows, FEED.amend
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tenring.catalogue.categories import load_categories
from tenring.catalogue.properties import PropertyDefinition, load_properties
from tenring.exceptions import Place, RegisterError
from tenring.model.licence import CellProblem, Licence, MeasuredProperty, ModelKind
from tenring.model.units import conversion
from tenring.register.adapter import LIST_SEPARATOR, Row
from tenring.register.definition import load_register
from tenring.register.files import encoding_of

if TYPE_CHECKING:
    from tenring.catalogue.categories import Categories
    from tenring.register.definition import ListDefinition

SCHEMA_ID = "urn:tenring:feed:1"
#: Between the values of a list in a CSV cell.
CSV_SEPARATOR = "|"
LIST_FIELDS = ("models", "additional_models", "families", "gtins", "markets")
PROPERTIES = "properties."
_NINE_PLACES = Decimal("1e-9")

Text = Annotated[str, Field(min_length=1, max_length=2000)]
FeedStatus = Literal["active", "suspended", "withdrawn", "superseded", "expired"]


class FeedProperty(BaseModel):
    """A measured or declared quantity: a value with its unit (as pint reads it: W, kWh/year), or a class as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Decimal | None = None
    unit: Text | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _value_or_text(self) -> FeedProperty:
        if (self.value is None) == (self.text is None) or (self.value is None) != (self.unit is None):
            message = "give either a value with its unit, or a text"
            raise ValueError(message)
        return self


class FeedEntry(BaseModel):
    """One licence for the products it names. Dates are inclusive; a field that is missing means: not stated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    programme: Annotated[Text, Field(description="Id of the programme in catalog/programmes")]
    register_id: Annotated[Text | None, Field(alias="register", description="Id of the publisher's register")] = None
    number: Annotated[Text, Field(description="Number of the licence, as printed on the certificate")]
    id: Annotated[Text | None, Field(description="Tells entries with the same number apart; never changes")] = None
    holder: Text | None = None
    brand: Text | None = None
    name: Annotated[Text | None, Field(description="Name of the product")] = None
    category: Annotated[Text | None, Field(description="Id of a category in catalog/categories")] = None
    category_code: Annotated[Text | None, Field(description="Instead of category: a code, with its scheme")] = None
    category_scheme: Annotated[Text | None, Field(description="Id of a scheme in catalog/categories/schemes.yml")] = (
        None
    )
    models: Annotated[tuple[Text, ...], Field(description="As printed; * any characters, # any one character")] = ()
    additional_models: tuple[Text, ...] = ()
    families: Annotated[tuple[Text, ...], Field(description="Names of families that the licence covers whole")] = ()
    gtins: Annotated[tuple[Text, ...], Field(description="8, 12, 13 or 14 digits with a valid check digit")] = ()
    markets: Annotated[
        tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...], Field(description="ISO 3166-1 alpha-2, and EU")
    ] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    status: Annotated[FeedStatus, Field(description="On the day the feed was written")] = "active"
    status_from: Annotated[date | None, Field(description="Since when it has this status")] = None
    reason: Annotated[Text | None, Field(description="Why it is not active")] = None
    criteria: Annotated[Text | None, Field(description="The criteria document and its revision")] = None
    note: Text | None = None
    properties: Annotated[dict[str, FeedProperty], Field(description="By the names in catalog/properties.yml")] = {}

    @model_validator(mode="after")
    def _makes_sense(self) -> FeedEntry:
        if (self.category is None) == (self.category_code is None):
            message = "give either category, or category_code with category_scheme"
            raise ValueError(message)
        if (self.category_code is None) != (self.category_scheme is None):
            message = "category_code and category_scheme go together"
            raise ValueError(message)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            message = f"valid_until {self.valid_until} lies before valid_from {self.valid_from}"
            raise ValueError(message)
        return self


def schema_text() -> str:
    """`feed.schema.json`: the JSON Schema (2020-12) of one entry."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    schema = head | FeedEntry.model_json_schema() | {"title": "Tenring feed, one entry (one line of NDJSON)"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# reading


@dataclass(frozen=True)
class Feed:
    """Reads the feeds of the register whose `register.yml` is `definition`."""

    definition: Path

    def rows(self, path: Path, _listing: ListDefinition) -> Iterator[Row]:
        """The entries of an NDJSON or CSV feed; one that breaks the format says why it is unreadable.

        Raises:
            RegisterError: the file is not UTF-8.
        """
        read = _csv_entries if path.suffix.lower() == ".csv" else _ndjson_entries
        for number, found in read(path):
            yield self._row(number, found)

    def amend(self, row: Row, licence: Licence) -> Licence:
        """Add the measured properties in the units of catalog/properties.yml; what does not fit is a problem."""
        names = dict.fromkeys(c.split(".")[1] for c in row.cells if c.startswith(PROPERTIES) and row.cells[c])
        found = [self._property(name, row) for name in names]
        measured = tuple(value for value in found if isinstance(value, MeasuredProperty))
        problems = tuple(value for value in found if isinstance(value, CellProblem))
        return replace(licence, properties=measured, problems=licence.problems + problems)

    @cached_property
    def _programme(self) -> str:
        return load_register(self.definition).programme

    @cached_property
    def _catalog(self) -> Path:
        return self.definition.parents[3]

    @cached_property
    def _categories(self) -> Categories:
        return load_categories(self._catalog / "categories")

    @cached_property
    def _properties(self) -> dict[str, PropertyDefinition]:
        return load_properties(self._catalog)

    def _row(self, number: int, found: Mapping[str, Any] | _Broken) -> Row:
        if isinstance(found, _Broken):
            return Row(number, {"line": found.text}, unreadable=found.why)
        texts = {name: _text(value) for name, value in _flat(found)}
        try:
            entry = FeedEntry.model_validate(found)
            category = entry.category or self._by_code(entry)
        except ValidationError as error:
            return Row(number, texts, unreadable=_first(error))
        except ValueError as error:
            return Row(number, texts, unreadable=str(error))
        if entry.programme != self._programme:
            why = f"the programme is {entry.programme!r}, but this register is of {self._programme!r}"
            return Row(number, texts, unreadable=why)
        return Row(number, texts | {"category": category, "status": entry.status})

    def _by_code(self, entry: FeedEntry) -> str:
        """The category that a code means.

        Raises:
            ValueError: the scheme or the code is unknown, or the code means several categories.
        """
        scheme, code = entry.category_scheme or "", entry.category_code or ""
        found = self._categories.by_code(scheme, code)
        if found is None:
            message = f"no category has the code {code!r} of {scheme!r}"
            raise ValueError(message)
        if len(found[1]) > 1:
            message = f"the code {code!r} of {scheme!r} stands for {', '.join(found[1])}; give the category itself"
            raise ValueError(message)
        return found[1][0]

    def _property(self, name: str, row: Row) -> MeasuredProperty | CellProblem:
        value, unit, text = (row.cells.get(f"{PROPERTIES}{name}.{part}", "") for part in ("value", "unit", "text"))
        known = self._properties.get(name)
        column = f"{PROPERTIES}{name}"
        if known is None:
            return CellProblem(column, value or text, "it is not in catalog/properties.yml")
        if (known.unit is None) != (not value):
            return CellProblem(column, value or text, f"it needs {'a text' if known.unit is None else 'a value'}")
        if known.unit is None:
            return MeasuredProperty(name, text=text)
        try:
            factor = conversion(unit, known.unit)
        except ValueError as error:
            return CellProblem(column, f"{value} {unit}", str(error))
        return MeasuredProperty(name, (Decimal(value) * factor).quantize(_NINE_PLACES), known.unit)


@dataclass(frozen=True)
class _Broken:
    """A line that is no entry."""

    text: str
    why: str


def _ndjson_entries(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | _Broken]]:
    for number, line in enumerate(io.StringIO(_utf8(path)), start=1):
        if line.strip():
            yield number, _object(line.strip())


def _object(line: str) -> Mapping[str, Any] | _Broken:
    try:
        found = json.loads(line, parse_float=Decimal)
    except ValueError as error:
        return _Broken(line, f"the line is not JSON: {error}")
    return found if isinstance(found, dict) else _Broken(line, "the line is not a JSON object")


def _csv_entries(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | _Broken]]:
    reader = csv.reader(io.StringIO(_utf8(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
    for number, cells in enumerate(reader, start=2):
        if len(cells) != len(header) and any(cells):
            yield number, _Broken(",".join(cells), f"the row has {len(cells)} cells, the header {len(header)}")
        elif any(cells):
            yield number, _nested(dict(zip(header, cells, strict=True)))


def _utf8(path: Path) -> str:
    encoding = encoding_of(path, ("utf-8",))
    try:
        return path.read_text(encoding=encoding)
    except OSError as error:
        raise RegisterError(str(error), where=Place(path)) from error


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    """A CSV row as the object it stands for: lists at `|`, `properties.<name>.<part>` as objects."""
    entry: dict[str, Any] = {}
    for name, text in cells.items():
        if not text.strip():
            continue
        if name.startswith(PROPERTIES):
            _, measured, part = f"{name}..".split(".")[:3]
            entry.setdefault("properties", {}).setdefault(measured, {})[part] = text.strip()
        elif name in LIST_FIELDS:
            entry[name] = [value.strip() for value in text.split(CSV_SEPARATOR)]
        else:
            entry[name] = text.strip()
    return entry


def _flat(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _text(value: object) -> str:
    if isinstance(value, list):
        return LIST_SEPARATOR.join(str(part) for part in value)
    return "" if value is None else str(value)


def _first(error: ValidationError) -> str:
    """The first thing that is wrong with an entry, and where."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


# writing


def entry_of(licence: Licence, *, programme: str, register: str | None = None) -> FeedEntry:
    """A licence of ours as a feed entry; reading it again gives the same licence.

    A feed has no place for models of the kind `name`; they are left out.

    Raises:
        ValidationError: its status is one that only dates or a vanished entry can tell (not_begun, delisted).
    """
    models = {kind: tuple(m.text for m in licence.models if m.kind is kind) for kind in ModelKind}
    measured = {p.name: FeedProperty(value=p.value, unit=p.unit, text=p.text) for p in licence.properties}
    return FeedEntry.model_validate(
        {
            "programme": programme,
            "register": register,
            "number": licence.number,
            "id": licence.key.partition("|")[2] or None,
            "holder": licence.holder,
            "brand": licence.brand,
            "name": licence.name,
            "category": licence.category,
            "models": models[ModelKind.MODEL],
            "additional_models": models[ModelKind.ADDITIONAL],
            "families": models[ModelKind.FAMILY],
            "gtins": licence.gtins,
            "markets": licence.markets,
            "valid_from": licence.valid_from,
            "valid_until": licence.valid_until,
            "status": licence.status.value,
            "status_from": licence.status_from,
            "reason": licence.status_reason,
            "criteria": licence.criteria,
            "note": licence.note,
            "properties": measured,
        }
    )


def ndjson_text(entries: Iterable[FeedEntry]) -> str:
    """A feed as NDJSON: one entry on each line, fields that say nothing left out."""
    return "".join(f"{json.dumps(_plain(entry), ensure_ascii=False)}\n" for entry in entries)


def csv_text(entries: Iterable[FeedEntry]) -> str:
    """A feed as CSV: lists with `|`, a measured property in the columns `properties.<name>.value` and `.unit`."""
    flat = [dict(_flat(_plain(entry))) for entry in entries]
    columns = list(dict.fromkeys(name for entry in flat for name in entry))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for entry in flat:
        writer.writerow({n: CSV_SEPARATOR.join(v) if isinstance(v, list) else v for n, v in entry.items()})
    return out.getvalue()


def _plain(entry: FeedEntry) -> dict[str, Any]:
    return entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)

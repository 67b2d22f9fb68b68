"""One register file -> licences, rejected rows and unread cells, as the list's mapping says.

Every row ends in exactly one place: published, merged (it repeats another entry) or rejected with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from tenring.catalogue.properties import PropertyDefinition
from tenring.exceptions import CatalogueError, Place, RegisterError
from tenring.model.licence import CellProblem, Licence, MeasuredProperty, ModelKind, ModelName, Status
from tenring.model.units import conversion
from tenring.register.adapter import Adapter, Row, RowRejected, column_key
from tenring.register.cells import clean, read_date, read_decimal, read_gtin, read_market
from tenring.register.definition import Choice, ListDefinition, PropertyMapping, RegisterDefinition, Splitting
from tenring.register.files import Limits, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Columns that we add to the CSV of rejected rows; a file that has them is a correction of an earlier one.
REJECTED_COLUMNS = ("tenring_row", "tenring_column", "tenring_value", "tenring_reason", "tenring_read_on")
_NINE_PLACES = Decimal("1e-9")
_UNIT_AT_END = re.compile(r"^(.*[0-9])\s*[^\d\s]+$")
#: Columns that may stand in `key` under the name of their field.
_KEY_FIELDS = ("number", "holder", "brand", "name")


@dataclass(frozen=True)
class Entry:
    """A licence and the row of the file it was read from."""

    licence: Licence
    row: int
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class RejectedRow:
    """A row that cannot be published, why, and its cells as printed, so that it can be corrected and sent again."""

    row: int
    column: str | None
    value: str | None
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """A cell that was left out although its row is published."""

    row: int
    cell: CellProblem


@dataclass(frozen=True)
class FileReading:
    """What one file says. `rows` = len(entries) + merged + len(rejected), always."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    entries: tuple[Entry, ...]
    merged: int
    rejected: tuple[RejectedRow, ...]
    problems: tuple[Problem, ...]
    correction_of: date | None = None
    """The reading that this file corrects: it adds to that reading, and nothing vanishes because of it."""

    def latest(self, name: str) -> date | None:
        """The latest date of a field (`from`, `until`, `status_from`) among the entries."""
        attribute = {"from": "valid_from", "until": "valid_until"}.get(name, name)
        return max((day for e in self.entries if (day := getattr(e.licence, attribute))), default=None)


@dataclass(frozen=True)
class Reader:
    """Reads the files of one list."""

    register: RegisterDefinition
    listing: ListDefinition
    adapter: Adapter
    properties: Mapping[str, PropertyDefinition]
    limits: Limits

    def read(self, path: Path) -> FileReading:
        """Read `path`.

        Raises:
            RegisterError: the file as a whole is unusable (empty, wrong encoding, mandatory column missing).
        """
        source, listing = self.register.source, self.listing
        table = read_table(path, source=source, listing=listing, adapter=self.adapter, limits=self.limits)
        if table.columns:
            _check_columns(table.columns, listing, path)
        mapper = Mapper(listing, table.columns, self.properties, self.register.folder / "register.yml")
        return _Sorting(mapper, self.adapter, listing.same_key == "unite").sort(path, table)


def _check_columns(columns: Sequence[str], listing: ListDefinition, path: Path) -> None:
    present = {column_key(column) for column in columns}
    wanted = [listing.number, *((name,) for name in listing.required)]
    for alternatives in wanted:
        if alternatives and not present & {column_key(name) for name in alternatives}:
            what = f"the column {' or '.join(alternatives)!s} is missing; the file has {', '.join(columns)[:300]}"
            do = f"Check that it is a file of the list {listing.id!r}, or change its mapping in register.yml"
            raise RegisterError(what, where=Place(path, column=alternatives[0]), do=do)


@dataclass
class _Sorting:
    """Sorts the rows of one file into entries, merged and rejected ones."""

    mapper: Mapper
    adapter: Adapter
    unite: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    merged: int = 0

    def sort(self, path: Path, table: Table) -> FileReading:
        for row in table.rows:
            try:
                if row.unreadable:
                    raise RowRejected(row.unreadable)  # noqa: TRY301 - rejected where every other reason is handled
                if row.number in table.short:
                    reason = f"the row has {table.short[row.number]} cells, the header {len(table.columns)}"
                    raise RowRejected(reason)  # noqa: TRY301 - rejected where every other reason is handled
                self._place(self._licence(row), row)
            except RowRejected as why:
                self.rejected.append(RejectedRow(row.number, why.column, why.value, why.reason, row.cells))
        problems = tuple(Problem(e.row, cell) for e in self.entries.values() for cell in e.licence.problems)
        return FileReading(
            path=path,
            columns=table.columns,
            rows=len(table.rows),
            entries=tuple(self.entries.values()),
            merged=self.merged,
            rejected=tuple(self.rejected),
            problems=problems,
            correction_of=_corrected_reading(table),
        )

    def _licence(self, row: Row) -> Licence:
        licence = self.mapper.licence(row)
        if self.adapter.amend is None:
            return licence
        amended = self.adapter.amend(row, licence)
        if amended is None:
            reason = "the row is not a licence"
            raise RowRejected(reason)
        return amended

    def _place(self, licence: Licence, row: Row) -> None:
        there = self.entries.get(licence.key)
        if there is None:
            self.entries[licence.key] = Entry(licence, row.number, row.cells)
            return
        united = _united(there.licence, licence) if self.unite else there.licence
        rest = replace(licence, models=united.models, gtins=united.gtins, markets=united.markets)
        if (rest if self.unite else licence) != united:
            reason = f"row {there.row} has the same key {licence.key!r} but says something else"
            raise RowRejected(reason, column="key", value=licence.key)
        self.entries[licence.key] = Entry(united, there.row, there.cells)
        self.merged += 1


def _united(first: Licence, second: Licence) -> Licence:
    return replace(
        first,
        models=tuple(dict.fromkeys(first.models + second.models)),
        gtins=tuple(dict.fromkeys(first.gtins + second.gtins)),
        markets=tuple(dict.fromkeys(first.markets + second.markets)),
        problems=first.problems + second.problems,
    )


def _corrected_reading(table: Table) -> date | None:
    if "tenring_read_on" not in table.columns or not table.rows:
        return None
    return read_date(table.rows[0].cells.get("tenring_read_on", ""), ("%Y-%m-%d",))


class Mapper:
    """The mapping of a list, with its columns looked up once in the columns of a file."""

    def __init__(
        self,
        listing: ListDefinition,
        columns: Sequence[str],
        properties: Mapping[str, PropertyDefinition],
        definition: Path,
    ) -> None:
        self.listing = listing
        self._empty = frozenset(listing.empty) | {""}
        self._exact = set(columns)
        self._by_key = {column_key(column): column for column in reversed(columns)}
        self._found: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._properties = [
            _PropertyColumn(name, mapping, *_unit(name, mapping, properties, Place(definition, column=listing.id)))
            for name, mapping in listing.properties.items()
            if self._columns(mapping.columns)
        ]

    def licence(self, row: Row) -> Licence:
        """The licence that `row` describes.

        Raises:
            RowRejected: it has no number, no key, an unknown category or status, or a validity date that is none.
        """
        problems: list[CellProblem] = []
        listing = self.listing
        number = self._number(row)
        return Licence(
            key=self._key(row),
            number=number,
            holder=self._text(row, "holder"),
            brand=self._text(row, "brand"),
            name=self._text(row, "name"),
            category=self._category(row),
            models=tuple(dict.fromkeys(self._models(row))),
            gtins=tuple(dict.fromkeys(self._gtins(row, problems))),
            markets=tuple(dict.fromkeys(read_market(text) for text, _ in self._parts(row, listing.markets))),
            valid_from=self._date(row, listing.from_),
            valid_until=self._date(row, listing.until),
            status=self._status(row),
            status_from=self._date(row, listing.status_from),
            status_reason=self._text(row, "status_reason"),
            criteria=self._text(row, "criteria"),
            properties=tuple(self._measured(row, problems)),
            note=self._text(row, "note"),
            problems=tuple(problems),
        )

    # cells

    def _columns(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of the file that `wanted` names, by name or by the same name written otherwise."""
        found = self._found.get(wanted)
        if found is None:
            names = (name if name in self._exact else self._by_key.get(column_key(name)) for name in wanted)
            found = self._found[wanted] = tuple(dict.fromkeys(name for name in names if name is not None))
        return found

    def _raw(self, row: Row, wanted: tuple[str, ...]) -> tuple[str, str] | None:
        """Text (as printed, stripped) and column of the first cell that says something."""
        for column in self._columns(wanted):
            text = row.cells.get(column, "").strip()
            if text not in self._empty:
                return text, column
        return None

    def _text(self, row: Row, name: str) -> str | None:
        found = self._raw(row, getattr(self.listing, name))
        return (clean(found[0]) or None) if found else self.listing.constants.get(name)

    def _parts(self, row: Row, splitting: Splitting | None) -> Iterator[tuple[str, str]]:
        found = self._raw(row, splitting.columns) if splitting else None
        if not splitting or not found:
            return
        for part in splitting.pattern.split(found[0]):
            if part and (text := clean(part)) not in self._empty:
                yield text, found[1]

    # fields

    def _number(self, row: Row) -> str:
        number = self._text(row, "number")
        if number is None:
            columns = " or ".join(self.listing.number)
            reason = f"the licence has no number: {columns} is empty"
            raise RowRejected(reason, column=columns)
        return number

    def _key(self, row: Row) -> str:
        parts = []
        for name in self.listing.key:
            if name in _KEY_FIELDS:
                parts.append(self._text(row, name) or "")
            elif name in {"models", "family"}:
                parts.append(",".join(text for text, _ in self._parts(row, getattr(self.listing, name))))
            else:
                found = self._raw(row, (name,))
                parts.append(clean(found[0]) if found else "")
        if not any(parts):
            reason = f"the licence has no key: {', '.join(self.listing.key)} are empty"
            raise RowRejected(reason, column=self.listing.key[0])
        return "|".join(parts)

    def _category(self, row: Row) -> str:
        category = self.listing.category
        return category if isinstance(category, str) else self._chosen(row, category, "category")

    def _status(self, row: Row) -> Status:
        status = self.listing.status
        return status if isinstance(status, Status) else Status(self._chosen(row, status, "status"))

    def _chosen(self, row: Row, choice: Choice, what: str) -> str:
        found = self._raw(row, choice.columns)
        printed = clean(found[0]) if found else ""
        value = choice.table.get(printed.lower(), choice.otherwise)
        if value is None:
            reason = f"the {what} is not known: {choice.columns[0]} says {printed!r}"
            raise RowRejected(reason, column=choice.columns[0], value=printed)
        return value

    def _date(self, row: Row, columns: tuple[str, ...]) -> date | None:
        """A validity date. One that is printed but unreadable rejects the row: the answer on any date rests on it."""
        found = self._raw(row, columns)
        if not found:
            return None
        day = read_date(found[0], self.listing.dates)
        if day is None:
            reason = f"{found[1]} is not a date in any of the formats of this list"
            raise RowRejected(reason, column=found[1], value=found[0])
        return day

    def _models(self, row: Row) -> Iterator[ModelName]:
        listing = self.listing
        kinds = (
            (listing.models, ModelKind.MODEL),
            (listing.more_models, ModelKind.ADDITIONAL),
            (listing.family, ModelKind.FAMILY),
        )
        for splitting, kind in kinds:
            for text, _ in self._parts(row, splitting):
                yield ModelName(text, kind)

    def _gtins(self, row: Row, problems: list[CellProblem]) -> Iterator[str]:
        for text, column in self._parts(row, self.listing.gtins):
            gtin = read_gtin(text)
            if gtin is None:
                problems.append(CellProblem(column, text, "it is not a GTIN: wrong length or check digit"))
            else:
                yield gtin

    def _measured(self, row: Row, problems: list[CellProblem]) -> Iterator[MeasuredProperty]:
        for wanted in self._properties:
            found = self._raw(row, wanted.mapping.columns)
            if not found or found[0] in wanted.mapping.nothing:
                continue
            text, column = clean(found[0]), found[1]
            if wanted.mapping.text:
                yield MeasuredProperty(wanted.name, text=text)
                continue
            value = _number_in(text, decimal_comma=wanted.mapping.decimal_comma or self.listing.decimal_comma)
            if value is None:
                problems.append(CellProblem(column, text, "it is not a number"))
            else:
                yield MeasuredProperty(wanted.name, (value * wanted.factor).quantize(_NINE_PLACES), wanted.unit)


def _number_in(text: str, *, decimal_comma: bool) -> Decimal | None:
    """The number in a cell; a unit behind it (`0,450 kg`) is the column's own and is left out."""
    value = read_decimal(text, decimal_comma=decimal_comma)
    if value is None and (found := _UNIT_AT_END.match(text)):
        value = read_decimal(found[1], decimal_comma=decimal_comma)
    return value


@dataclass(frozen=True)
class _PropertyColumn:
    name: str
    mapping: PropertyMapping
    factor: Decimal
    unit: str | None


def _unit(
    name: str, mapping: PropertyMapping, properties: Mapping[str, PropertyDefinition], where: Place
) -> tuple[Decimal, str | None]:
    """The factor from the column's unit to the property's own, and that unit.

    Raises:
        CatalogueError: the property is not in properties.yml, or its unit does not fit.
    """
    definition = properties.get(name)
    if definition is None:
        what = f"the property {name!r} is not in catalog/properties.yml"
        raise CatalogueError(what, where=where, do="Add it there, or use the name it has there")
    if mapping.unit is None or definition.unit is None:
        if (mapping.unit is None) != (definition.unit is None):
            what = f"the property {name!r} is a text in one place and has a unit in the other"
            raise CatalogueError(what, where=where, do="Make catalog/properties.yml and the mapping agree")
        return Decimal(1), None
    try:
        factor = conversion(mapping.unit, definition.unit)
    except ValueError as error:
        raise CatalogueError(str(error), where=where, do="Correct the unit in the mapping") from error
    return factor * (mapping.factor or 1), definition.unit

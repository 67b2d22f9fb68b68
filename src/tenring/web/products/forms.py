"""The form of a product's values: a row for each measurand that criteria ask for, and rows for others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from django.http import QueryDict

from tenring.catalogue.properties import Properties
from tenring.rulebook.amounts import condition_text
from tenring.rulebook.asked import AskedFor
from tenring.rulebook.blank import unit_of
from tenring.rulebook.cells import Problem, entry
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.product_file import Entry
from tenring.rulebook.publish.words import word
from tenring.rulebook.revision import EvidenceKind
from tenring.rulebook.rows import rows_of_entry
from tenring.web.products.actions import Saved
from tenring.web.products.models import Evidence, Product

#: Rows of one form; a browser sends about fifteen fields for each, and Django takes a thousand.
MOST_ROWS = 50
FREE = "free"
_FIELDS = ("property", "of", "part", "at", "value", "unit", "values", "substances", "method", "not_detected")
_PROOF = ("document_kind", "document", "date", "laboratory", "accredited", "issuer", "samples")
#: What a row says of its measurand when nobody has filled it in.
_GIVEN = frozenset({"property", "of", "at", "unit"})
_PLACE = re.compile(r"r(?P<place>[0-9]{1,3})-property")


@dataclass(frozen=True)
class FormRow:
    """One row: what it is for, what stands in it, and what is wrong with it."""

    key: str
    title: str
    cells: Mapping[str, str]
    id: int | None = None
    programmes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The words that it may be; empty: any text or number."""
    documents: tuple[str, ...] = ()
    kind: str = "number"
    is_named: bool = False
    """Several values by name are wanted."""
    is_untested: bool = False
    is_free: bool = False
    more_documents: int = 0
    problem: Problem | None = None

    def get(self, name: str) -> str:
        """What stands in a field."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Group:
    """Rows that are sent together."""

    id: str
    count: int
    """How many programmes ask for each; 0: none."""
    programme: str
    """Who asks, where it is only one."""
    part: int
    """Which of several groups of the same kind, from 1; 0: there is only one."""
    rows: tuple[FormRow, ...]

    @property
    def filled(self) -> int:
        """Rows that say something."""
        return sum(one.id is not None or one.is_untested for one in self.rows)

    @property
    def has_problem(self) -> bool:
        """Whether something in it is wrong."""
        return any(one.problem for one in self.rows)


@dataclass(frozen=True)
class Form:
    """What a form is made of: a product, what criteria ask for, and the words of the catalogue."""

    product: Product
    asked: Sequence[AskedFor]
    properties: Properties

    @property
    def describer(self) -> Describer:
        """What names measurands."""
        return Describer(self.properties)

    def groups(self) -> list[Group]:
        """The rows, those that most programmes ask for first; then what nobody asks for."""
        by_key: dict[str, list[Evidence]] = {}
        for one in self.product.evidence.all():
            by_key.setdefault(_key(one.entry()), []).append(one)
        found: dict[tuple[int, str], list[FormRow]] = {}
        for asked in self.asked:
            place = len(asked.programmes), asked.programmes[0] if len(asked.programmes) == 1 else ""
            held = by_key.pop(asked.quantity().key, [])
            found.setdefault(place, []).extend(self._rows(asked, held))
        others = [self.of_evidence(one) for rows in by_key.values() for one in rows]
        groups = [group for place, rows in found.items() for group in _divided(place, rows)]
        return [*groups, Group(FREE, 0, "", 0, (*others, self.free()))]

    def _rows(self, asked: AskedFor, held: Sequence[Evidence]) -> Iterator[FormRow]:
        if not held:
            yield self.blank(asked)
        for one in held:
            yield replace(self.of_evidence(one), **self._asked(asked))

    def _asked(self, asked: AskedFor) -> dict[str, Any]:
        definition = self.properties.properties[asked.property]
        own = () if not definition.unit or definition.unit == "dimensionless" else (definition.unit,)
        units = asked.units if definition.is_a == "number" else ()
        return {
            "title": self.describer.quantity(asked.quantity()),
            "programmes": asked.programmes,
            "methods": asked.methods,
            "units": tuple(dict.fromkeys((*units, *(own if definition.is_a == "number" else ())))),
            "documents": asked.documents,
        }

    def blank(self, asked: AskedFor) -> FormRow:
        """An empty row for a measurand."""
        at = "; ".join(f"{name}={text}" for name, text in asked.at)
        cells = {"property": asked.property, "of": asked.of, "at": at, "unit": unit_of(asked, self.properties)}
        if asked.items:
            cells["values"] = ""
        row = FormRow(asked.quantity().key, "", cells, **self._kind(asked.property), is_named=bool(asked.items))
        is_untested = row.key in self.product.untested
        return replace(row, is_untested=is_untested, **self._asked(asked))

    def free(self, cells: Mapping[str, str] | None = None) -> FormRow:
        """An empty row for any property."""
        return FormRow("", "", cells or {}, is_free=True, kind="any")

    def _kind(self, name: str) -> dict[str, Any]:
        definition = self.properties.properties[name]
        words = {"flag": ("true", "false"), "class": definition.scale, "text": definition.values}
        return {"kind": definition.is_a, "words": words.get(definition.is_a, ())}

    def of_evidence(self, one: Evidence) -> FormRow:
        """The row of a value that is there; of several documents the first stands in it."""
        found = one.entry()
        first, *more = rows_of_entry(found)
        quantity = _quantity(found)
        return FormRow(
            quantity.key,
            self.describer.quantity(quantity),
            first,
            id=one.pk,
            **self._kind(one.property),
            is_named=bool(first["values"]),
            more_documents=len(more),
        )

    def read(self, sent: QueryDict) -> tuple[list[Saved], dict[str, bool], dict[int, FormRow]]:
        """What a sent form says: values to keep, what was not tested, and rows that are wrong by their place."""
        there = {one.pk: one for one in self.product.evidence.all()}
        values: list[Saved] = []
        untested: dict[str, bool] = {}
        wrong: dict[int, FormRow] = {}
        for place in _places(sent):
            cells = {name: sent.get(f"r{place}-{name}", "").strip() for name in (*_FIELDS, *_PROOF)}
            number = sent.get(f"r{place}-id", "")
            old = there.get(int(number)) if number.isascii() and number.isdigit() else None
            key = sent.get(f"r{place}-key", "")
            if key:
                untested[key] = bool(sent.get(f"r{place}-untested")) and not _is_filled(cells)
            if sent.get(f"r{place}-remove") or not _is_filled(cells):
                values += [Saved(old.pk, None)] if old else []
                continue
            try:
                values.append(Saved(old.pk if old else None, _with_documents(entry(cells, self.properties), old)))
            except Problem as problem:
                wrong[place] = replace(self._again(cells, old, key), problem=problem)
        return values, untested, wrong

    def sent_row(self, row: FormRow, sent: QueryDict, place: int) -> FormRow:
        """A row as it was sent, that has nothing wrong in it."""
        if f"r{place}-property" not in sent:
            return row
        cells = {name: sent.get(f"r{place}-{name}", "").strip() for name in (*_FIELDS, *_PROOF)}
        return replace(row, cells=cells, is_untested=bool(sent.get(f"r{place}-untested")))

    def _again(self, cells: Mapping[str, str], old: Evidence | None, key: str) -> FormRow:
        """The row as it was sent."""
        asked = next((one for one in self.asked if one.quantity().key == key), None)
        row = self.blank(asked) if asked else self.of_evidence(old) if old else self.free()
        return replace(row, cells=cells, id=old.pk if old else None)


def _places(sent: Iterable[str]) -> list[int]:
    names = (name.removeprefix("r").partition("-") for name in sent if name.startswith("r"))
    return sorted(
        {int(place) for place, _, last in names if last == "property" and place.isascii() and place.isdigit()}
    )


def _is_filled(cells: Mapping[str, str]) -> bool:
    """Whether somebody has said something in a row. A method alone says nothing: it is offered filled in."""
    return any(text for name, text in cells.items() if name not in {*_GIVEN, "method"}) or bool(
        cells.get("property") and cells.get("value")
    )


def _with_documents(found: Entry, old: Evidence | None) -> Entry:
    """The value with those documents of it that the form does not show."""
    more = list(old.written.get("shown_by", ()))[1:] if old else []
    if not more:
        return found
    return Entry(found.property, {**found.written, "shown_by": [*found.written.get("shown_by", ()), *more]})


def _quantity(found: Entry) -> Quantity:
    at = {name: condition_text(str(text)) for name, text in found.written.get("at", {}).items()}
    return Quantity(found.property, found.written.get("of", "product"), tuple(sorted(at.items())))


def _key(found: Entry) -> str:
    return _quantity(found).key


def _divided(place: tuple[int, str], rows: list[FormRow]) -> Iterator[Group]:
    """Groups small enough to be sent."""
    count, programme = place
    pieces = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)]
    for number, piece in enumerate(pieces, 1):
        part = number if len(pieces) > 1 else 0
        yield Group(f"g{count}{programme}-{number}", count, programme, part, tuple(piece))


def document_kinds() -> list[tuple[str, str]]:
    """Kinds of documents and what they are called."""
    return [(one, word(one)) for one in get_args(EvidenceKind)]

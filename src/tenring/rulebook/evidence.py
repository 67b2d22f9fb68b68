"""A product's evidence: measured and declared values with unit, method, conditions and the documents that show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from tenring.catalogue.properties import Properties, PropertyDefinition
from tenring.language import T
from tenring.model.units import as_pint_writes, conversion, is_share_by_mass
from tenring.rulebook.amounts import Amount, amount, condition_text, to_unit
from tenring.rulebook.document import CriteriaError, Document, parse_document, read_document, validated
from tenring.rulebook.intervals import Interval, point, times
from tenring.rulebook.revision import EvidenceKind, Issuer
from tenring.rulebook.written import (
    Given,
    WrittenDocumentProof,
    WrittenLabel,
    WrittenMeasurement,
    WrittenProduct,
    WrittenSubstance,
)

Day = date
PathInFile = tuple[str | int, ...]
#: Properties that are named where one is unknown.
_MOST_MEANT = 5
DENSITY = "density"


@dataclass(frozen=True)
class Proof:
    """A document that shows a value."""

    kind: EvidenceKind
    document: str | None = None
    date: Day | None = None
    laboratory: str | None = None
    accredited: bool = False
    issuer: Issuer | None = None
    samples: int | None = None


@dataclass(frozen=True)
class Substance:
    """One substance of a list; `share` by mass in %, None where it is not known."""

    name: str | None = None
    cas: str | None = None
    hazards: frozenset[str] = frozenset()
    role: str | None = None
    share: Decimal | None = None
    added: bool = True


@dataclass(frozen=True)
class Measurement:
    """One value of one property, in the property's unit.

    Exactly one of `number`, `words`, `named` and `substances` is set, unless `needs_density`: a share by mass whose
    property is mass for a volume, of a product without density.
    """

    property: str
    of: str = "product"
    at: Mapping[str, str] = field(default_factory=dict)
    method: str | None = None
    printed: str = ""
    number: Interval | None = None
    words: frozenset[str] | None = None
    named: Mapping[str, Interval] | None = None
    substances: tuple[Substance, ...] | None = None
    not_detected: bool = False
    needs_density: bool = False
    proofs: tuple[Proof, ...] = ()
    part: str | None = None
    """Which of several of the kind `of` it is of; None: of each."""


@dataclass(frozen=True)
class Label:
    """A label that is held, from and until a day."""

    programme: str
    since: date
    category: str | None = None
    of: str = "product"
    number: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class Product:
    """What is known of one product."""

    measurements: tuple[Measurement, ...] = ()
    labels: tuple[Label, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_subject(self) -> Mapping[tuple[str, str], tuple[Measurement, ...]]:
        """(property, subject) -> its measurements."""
        found: dict[tuple[str, str], tuple[Measurement, ...]] = {}
        for one in self.measurements:
            key = (one.property, one.of)
            found[key] = (*found.get(key, ()), one)
        return found

    def parts(self, of: str) -> tuple[str, ...]:
        """The names of its several parts of a kind, in the order in which they come; nothing where none is named."""
        return tuple(dict.fromkeys(one.part for one in self.measurements if one.of == of and one.part is not None))

    def only(self, of: str, part: str) -> Product:
        """The product as if that part were its only one of the kind."""
        kept = tuple(one for one in self.measurements if one.of != of or one.part in {None, part})
        return replace(self, measurements=kept)


def read_product(path: Path, properties: Properties) -> Product:
    """The evidence in a `product.yml`.

    Raises:
        CriteriaError: names the line and what to do.
    """
    return _product(read_document(path), properties)


def product_in(data: bytes, name: str, properties: Properties) -> Product:
    """The evidence in the bytes of such a file (YAML, of which JSON is a part); `name` is what errors call it.

    Raises:
        CriteriaError: names the line and what to do.
    """
    return _product(parse_document(data, Path(name)), properties)


def _product(document: Document, properties: Properties) -> Product:
    written = validated(document, WrittenProduct)
    reader = Reader(document, properties)
    return reader.product(written.given, written.labels, about=written.product)


@dataclass(frozen=True)
class Reader:
    """Reads evidence as written in one file."""

    document: Document
    properties: Properties

    def product(
        self,
        given: Given,
        labels: tuple[WrittenLabel, ...],
        *,
        about: Mapping[str, str] | None = None,
        at: PathInFile = (),
    ) -> Product:
        """A product of what is given; `at` is where that stands in the file."""
        found: list[Measurement] = []
        for name in self._density_first(given):
            path = (*at, "given", name)
            definition = self._definition(name, path)
            for one in several(given[name], definition):
                found.append(self._measurement(name, definition, one, path, found))
        return Product(tuple(found), tuple(_label(one) for one in labels), about or {})

    def _density_first(self, given: Given) -> list[str]:
        return sorted(given, key=lambda name: name != DENSITY)

    def _definition(self, name: str, path: PathInFile) -> PropertyDefinition:
        definition = self.properties.properties.get(name)
        if definition is None:
            raise self._error(T("the property {name!r} is unknown", name=name), path, self._meant(name))
        return definition

    def _meant(self, name: str) -> str:
        """The properties that may be meant by a name, in any language."""
        known = {text: key for key, one in self.properties.properties.items() for text in (key, *one.names.values())}
        near = [known[text] for text in get_close_matches(name, known, n=3)]
        near += [key for text, key in known.items() if name and name in text]
        if not near:
            return T("See docs/reference/properties for their names")
        names = ", ".join(list(dict.fromkeys(near))[:_MOST_MEANT])
        return T("Perhaps you mean: {names}. See docs/reference/properties for all", names=names)

    def _error(self, what: str, path: PathInFile, do: str) -> CriteriaError:
        return self.document.error(what, at=path, do=do)

    def _measurement(
        self,
        name: str,
        definition: PropertyDefinition,
        written: WrittenMeasurement,
        path: PathInFile,
        before: list[Measurement],
    ) -> Measurement:
        if written.of not in self.properties.subjects:
            what = T("the subject {name!r} is unknown", name=written.of)
            raise self._error(what, path, T("See the subjects in catalog/properties.yml"))
        if sum(one is not None for one in (written.value, written.values, written.substances)) != 1:
            what = T("it has not one of value, values and substances")
            raise self._error(what, path, T("Give exactly one of them"))
        if written.part is not None and written.of == "product":
            what = T("a part is named, and not of what kind it is")
            raise self._error(what, path, T("Write of: plastic-part, or another"))
        about = Measurement(
            property=name,
            of=written.of,
            part=written.part,
            at={one: condition_text(text) for one, text in written.at.items()},
            method=written.method,
            printed=_printed(written),
            not_detected=written.not_detected,
            proofs=tuple(_proof(one) for one in written.shown_by),
        )
        try:
            return self._valued(about, definition, written, before)
        except ValueError as error:
            raise self._error(str(error), path, T("Mend the value")) from error

    def _valued(
        self, about: Measurement, definition: PropertyDefinition, written: WrittenMeasurement, before: list[Measurement]
    ) -> Measurement:

        if written.substances is not None or definition.is_a == "substances":
            return replace(about, substances=_substances(written, definition))
        if definition.is_a == "date":
            return replace(about, number=point(Decimal(date.fromisoformat(_one(written)).toordinal())))
        if definition.is_a != "number":
            return replace(about, words=_words(written, definition))
        if isinstance(written.value, str):
            amount(written.value)  # a number that cannot be read is told before a unit that is missing
        factor = _to_property(written, definition, about, before)
        if factor is None:
            return replace(about, needs_density=True)
        if written.values is not None:
            named = {name: times(_interval(text), factor) for name, text in written.values.items()}
            return replace(about, named=named)
        read = amount(_one(written))
        below = read.sign in {"<", "<="}
        number = times(_interval(_one(written), not_detected=written.not_detected), factor)
        return replace(about, number=number, not_detected=written.not_detected or below)


def several(
    given: str | tuple[str, ...] | WrittenMeasurement | tuple[WrittenMeasurement, ...], definition: PropertyDefinition
) -> tuple[WrittenMeasurement, ...]:
    """What is given for a property as a list of measurements, short forms written out."""
    if isinstance(given, WrittenMeasurement):
        return (given,)
    if isinstance(given, str):
        return (short_form(given, definition),)
    if all(isinstance(one, WrittenMeasurement) for one in given):
        return tuple(one for one in given if isinstance(one, WrittenMeasurement))
    return (WrittenMeasurement(value=tuple(one for one in given if isinstance(one, str))),)


def short_form(text: str, definition: PropertyDefinition) -> WrittenMeasurement:
    """`60 µg/m3` instead of a value and its unit."""
    if definition.is_a != "number":
        return WrittenMeasurement(value=text)
    try:
        read = amount(text)
    except ValueError:
        return WrittenMeasurement(value=text)
    return WrittenMeasurement(value=text.removesuffix(read.unit).strip() if read.unit else text, unit=read.unit or None)


def _printed(written: WrittenMeasurement) -> str:
    if isinstance(written.value, str):
        return f"{written.value} {written.unit or ''}".strip()
    if written.value is not None:
        return ", ".join(written.value)
    if written.values is not None:
        return ", ".join(f"{name} {text}" for name, text in written.values.items()) + f" {written.unit or ''}".rstrip()
    return f"{len(written.substances or ())} substances"


def _one(written: WrittenMeasurement) -> str:
    if not isinstance(written.value, str):
        message = T("it needs one value")
        raise ValueError(message)  # noqa: TRY004 - the file is wrong, not our code
    return written.value


def _interval(text: str, *, not_detected: bool = False) -> Interval:
    """A reported number: a point; `<0.1`, or 0.1 as the limit of "not detected", reaches from 0 to it."""
    read: Amount = amount(text)
    if read.unit:
        message = T("{given!r} has a unit; write it under unit:", given=text)
        raise ValueError(message)
    if read.sign in {"<", "<="} or not_detected:
        return Interval(Decimal(0), read.number, open_high=read.sign == "<" or not_detected)
    if read.sign in {">", ">="}:
        return Interval(read.number, Decimal("Infinity"))
    return point(read.number)


def _to_property(
    written: WrittenMeasurement, definition: PropertyDefinition, about: Measurement, before: list[Measurement]
) -> Decimal | None:
    """What the reported numbers are multiplied by; None: a share by mass needs a density to become one by volume."""
    unit = written.unit or ""
    if definition.by_density and is_share_by_mass(unit) and unit:
        alike = (one for one in before if one.property == DENSITY and one.of == about.of)
        density = next((one for one in alike if one.part in {None, about.part}), None)
        if density is None or density.number is None or density.number.low != density.number.high:
            return None
        share = conversion(as_pint_writes(unit), "dimensionless")
        return share * density.number.low * conversion("kg/L", definition.unit or "")
    if not unit and definition.unit == "dimensionless":
        return Decimal(1)
    return to_unit(unit, definition)


def _words(written: WrittenMeasurement, definition: PropertyDefinition) -> frozenset[str]:
    named = tuple((written.values or {}).values())
    found = frozenset((written.value,) if isinstance(written.value, str) else written.value or named)
    if definition.is_a != "set" and len(found) != 1 and not named:
        message = T("it needs one word")
        raise ValueError(message)
    known = {"flag": ("true", "false"), "class": definition.scale}.get(definition.is_a, definition.values)
    if known and not found <= set(known):
        given, names = ", ".join(sorted(found - set(known))), ", ".join(known)
        message = T("{given} is no value of it; its values are: {names}", given=given, names=names)
        raise ValueError(message)
    return found


def _substances(written: WrittenMeasurement, definition: PropertyDefinition) -> tuple[Substance, ...]:
    if written.substances is None or definition.is_a != "substances":
        message = T("a list of substances belongs to a property of that kind, and to no other")
        raise ValueError(message)
    unknown = sorted({one.role for one in written.substances if one.role} - set(definition.values))
    if unknown and definition.values:
        given, names = ", ".join(unknown), ", ".join(definition.values)
        message = T("{given} is no role of it; its roles are: {names}", given=given, names=names)
        raise ValueError(message)
    return tuple(_substance(one) for one in written.substances)


def _substance(written: WrittenSubstance) -> Substance:
    share = None
    if written.share is not None:
        read = amount(written.share)
        share = read.number * conversion(as_pint_writes(read.unit or "dimensionless"), "percent")
    return Substance(written.name, written.cas, frozenset(written.hazards), written.role, share, written.added)


def _proof(written: WrittenDocumentProof) -> Proof:
    return Proof(**{name: getattr(written, name) for name in WrittenDocumentProof.model_fields})


def _label(written: WrittenLabel) -> Label:
    return Label(written.programme, written.from_, written.category, written.of, written.number, written.until)

"""Canonical properties (`catalog/properties.yml`): one name and one unit for each quantity, whoever measured it.

The same file names the subjects that evidence is about (a product, its leather, a site), the methods of measurement,
and which methods stand for each other: where, for whom, since when, and how sure that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from tenring.catalogue.files import CatalogueModel, Mark, read_yaml
from tenring.exceptions import CatalogueError, Place
from tenring.model.units import conversion

Kind = Literal["number", "text", "class", "flag", "set", "substances", "date"]
"""What a value is: a number with a unit, one word of a list, a step of a scale, yes or no, several words, a list of
substances with their hazards, a day."""

SubjectKind = Literal[
    "product", "part", "material", "ingredient", "packaging", "site", "supplier", "applicant", "service"
]

#: Numbers in these units go below 0: temperatures, levels, indices.
_SIGNED_UNITS = ("dimensionless", "deg", "delta", "kelvin", "dB", "bel")

Relation = Literal["declared", "estimate", "unit_conversion", "different"]
"""`declared`: a scheme accepts one method for the other · `estimate`: published pairs of values, uncertain ·
`unit_conversion`: same method, other unit · `different`: another measurand, whatever the name says."""


class PropertyDefinition(CatalogueModel):
    """One property (a measurand): what it is, and the unit of all its values (None: a class or another text)."""

    names: dict[str, str]
    definition: dict[str, str]
    unit: str | None = None
    kind: Kind | None = None
    """Without it: a number where there is a unit, else a text."""
    values: tuple[str, ...] = ()
    """The words that a text or a set may have, and the roles in a list of substances; empty: any."""
    scale: tuple[str, ...] = ()
    """The steps of a class, from worst to best."""
    conditions: tuple[str, ...] = ()
    """What a clause and a report must state beside the value: time, state."""
    methods: tuple[str, ...] = ()
    """The family of methods by which it is measured; empty: the clause says."""
    by_density: bool = False
    """Mass for a volume: a share by mass is converted with the product's `density`, and only with it."""
    also_in: dict[str, str] = Field(default_factory=dict)
    """Other unit -> what one of it is in ours, where physics and not the unit says so (ppmv of a gas)."""
    from_zero: bool = False
    """Never below 0, although its unit does not say so: a count."""

    @property
    def never_negative(self) -> bool:
        """Whether its numbers begin at 0."""
        return self.is_a == "number" and (self.from_zero or not (self.unit or "").startswith(_SIGNED_UNITS))

    @property
    def is_a(self) -> Kind:
        """What its values are."""
        return self.kind or ("number" if self.unit else "text")


class SubjectDefinition(CatalogueModel):
    """What evidence can be about: the product, a part, a material, a site, a supplier."""

    names: dict[str, str]
    kind: SubjectKind


class MethodDefinition(CatalogueModel):
    """A method of measurement: a standard or a named procedure."""

    names: dict[str, str] = Field(default_factory=dict)
    measures: str
    """What it measures, in a few words."""


class Equivalence(CatalogueModel):
    """One statement that a result by one method says something about another: never more than it says."""

    property: str
    products: str = "all"
    """The products it was shown for, as the source says."""
    method: str
    """A method, or `any` where the definitions differ and not the methods."""
    value: str | None = None
    for_property: str | None = None
    """The property of the other result, where it is another one (content in a panel, emission from it)."""
    for_method: str
    for_value: str | None = None
    relation: Relation
    both_ways: bool = False
    """Whether it also holds from `for_method` to `method`."""
    scope: tuple[str, ...] = ()
    """Criteria (`programme/category`) that declare it; empty: none does."""
    since: date | None = None
    until: date | None = None
    document: str
    mark: Mark


@dataclass(frozen=True)
class Properties:
    """The whole of `properties.yml`."""

    properties: dict[str, PropertyDefinition]
    subjects: dict[str, SubjectDefinition]
    methods: dict[str, MethodDefinition]
    equivalences: tuple[Equivalence, ...]

    @cached_property
    def declared(self) -> tuple[Equivalence, ...]:
        """The equivalences that some criteria declare; the others are for comparing only."""
        return tuple(one for one in self.equivalences if one.relation == "declared")


def load_properties(catalog: Path) -> dict[str, PropertyDefinition]:
    """All canonical properties by name.

    Raises:
        CatalogueError: the file breaks its format, a unit is unknown, or a name or definition in en or zh is missing.
    """
    return load_measurands(catalog).properties


def load_measurands(catalog: Path) -> Properties:
    """Properties, subjects, methods and equivalences.

    Raises:
        CatalogueError: as `load_properties`; or a statement of equivalence names what does not exist.
    """
    path = catalog / "properties.yml"
    try:
        raw = read_yaml(path)
        found = Properties(
            properties=TypeAdapter(dict[str, PropertyDefinition]).validate_python(raw["properties"]),
            subjects=TypeAdapter(dict[str, SubjectDefinition]).validate_python(raw.get("subjects") or {}),
            methods=TypeAdapter(dict[str, MethodDefinition]).validate_python(raw.get("methods") or {}),
            equivalences=TypeAdapter(tuple[Equivalence, ...]).validate_python(raw.get("equivalences") or ()),
        )
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        what = f"it is not a list of properties: {error}"
        raise CatalogueError(what, where=path, do="Write names, definition and unit under properties:") from error
    for name, definition in found.properties.items():
        _check(name, definition, path)
    _check_references(found, path)
    return found


def _check(name: str, definition: PropertyDefinition, path: Path) -> None:
    for field in ("names", "definition"):
        if missing := {"en", "zh"} - set(getattr(definition, field)):
            what = f"it has no text in {', '.join(sorted(missing))}"
            raise CatalogueError(what, where=Place(path, column=f"{name}.{field}"), do="Add it")
    if (definition.is_a == "number") != bool(definition.unit):
        what = "a number needs a unit, and nothing else has one"
        raise CatalogueError(what, where=Place(path, column=name), do="Write a unit, or another kind")
    if definition.is_a == "class" and not definition.scale:
        raise CatalogueError("a class needs a scale", where=Place(path, column=name), do="Write its steps, worst first")
    if definition.unit:
        try:
            conversion(definition.unit, definition.unit)
        except ValueError as error:
            what = f"the unit {definition.unit!r} is unknown"
            raise CatalogueError(what, where=Place(path, column=name), do="Write it as pint does: kWh/year") from error


def _check_references(found: Properties, path: Path) -> None:
    for name, definition in found.properties.items():
        _must_exist(definition.methods, found.methods, Place(path, column=f"{name}.methods"))
    for number, one in enumerate(found.equivalences, 1):
        place = Place(path, column=f"equivalences, number {number}")
        _must_exist((one.property, *((one.for_property,) if one.for_property else ())), found.properties, place)
        _must_exist(tuple(name for name in (one.method, one.for_method) if name != "any"), found.methods, place)


def _must_exist(
    names: tuple[str, ...], known: dict[str, PropertyDefinition] | dict[str, MethodDefinition], place: Place
) -> None:
    for name in names:
        if name not in known:
            raise CatalogueError(
                f"{name!r} does not exist", where=place, do="Add it to the same file, or mend its spelling"
            )

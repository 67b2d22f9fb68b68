"""Canonical properties (`catalog/properties.yml`): one name and one unit for each quantity, whoever measured it."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pint
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tenring.exceptions import CatalogueError, Place

#: Units that pint does not know, in its own definition language.
UNITS = ("dBA = [sound_level]",)


#: Conversions multiply several factors; the last digits of 28 are noise.
_DIGITS = Context(prec=20)


class PropertyDefinition(BaseModel):
    """One property: what it is, and the unit all its values are kept in (None: a class or another text)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: dict[str, str]
    definition: dict[str, str]
    unit: str | None = None


@lru_cache(maxsize=1)
def unit_registry() -> pint.UnitRegistry[Any]:
    """Pint with Decimal numbers and our own units."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=False)
    for unit in UNITS:
        registry.define(unit)
    return registry


@lru_cache(maxsize=4096)
def conversion(unit: str, to: str) -> Decimal:
    """What a number in `unit` is multiplied by to be in `to`.

    Raises:
        ValueError: one of them is not a unit, or they measure different things.
    """
    if unit == to:
        unit_registry().parse_units(unit)
        return Decimal(1)
    registry = unit_registry()
    try:
        return _DIGITS.plus(Decimal(registry.Quantity(Decimal(1), unit).to(to).magnitude))
    except pint.PintError as error:
        message = f"{unit!r} cannot be converted to {to!r}: {error}"
        raise ValueError(message) from error


def load_properties(catalog: Path) -> dict[str, PropertyDefinition]:
    """All canonical properties by name.

    Raises:
        CatalogueError: the file breaks its format, a unit is unknown, or a name or definition in en or zh is missing.
    """
    path = catalog / "properties.yml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = TypeAdapter(dict[str, PropertyDefinition]).validate_python(raw["properties"])
    except (OSError, yaml.YAMLError, ValidationError, KeyError, TypeError) as error:
        what = f"it is not a list of properties: {error}"
        raise CatalogueError(what, where=path, do="Write names, definition and unit under properties:") from error
    for name, definition in found.items():
        _check(name, definition, path)
    return found


def _check(name: str, definition: PropertyDefinition, path: Path) -> None:
    for field in ("names", "definition"):
        if missing := {"en", "zh"} - set(getattr(definition, field)):
            what = f"it has no text in {', '.join(sorted(missing))}"
            raise CatalogueError(what, where=Place(path, column=f"{name}.{field}"), do="Add it")
    if definition.unit:
        try:
            conversion(definition.unit, definition.unit)
        except (pint.PintError, ValueError) as error:
            what = f"the unit {definition.unit!r} is unknown"
            raise CatalogueError(what, where=Place(path, column=name), do="Write it as pint does: kWh/year") from error

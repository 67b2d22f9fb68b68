"""Units of measure: pint with Decimal numbers, and the few units that documents print and pint does not know."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import pint

#: Units that pint does not know, in its own definition language. A share by volume (`ppmv`) is no share by mass:
#: documents write "ppm" for both, and only the property says which is meant.
UNITS = ("dBA = [sound_level]", "ppb = 1e-9", "ppmv = [share_by_volume]")

#: As documents print them -> as pint reads them. Counts, points and steps of a scale are plain numbers.
PRINTED = {
    "% w/w": "percent",
    "% v/v": "percent",
    "dB(A)": "dBA",
    "1": "dimensionless",
    "bel": "10 * dB",
    "cycles": "dimensionless",
    "level": "dimensionless",
    "mg/100 g": "mg/hg",
    "mg/m2h": "mg/m**2/hour",
    "points": "dimensionless",
    "°C": "degree_Celsius",
}

#: Conversions multiply several factors; the last digits of 28 are noise.
_DIGITS = Context(prec=20)
_LONGEST_UNIT = 60
_POWER = re.compile(r"(?<=[A-Za-z])([23])(?![0-9])")


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
    registry = unit_registry()
    try:
        if unit == to:
            registry.parse_units(unit)
            return Decimal(1)
        return _DIGITS.plus(Decimal(registry.Quantity(Decimal(1), unit).to(to).magnitude))
    except Exception as error:  # pint's parser answers a text that is no unit with whatever it trips over
        message = f"{unit!r} cannot be converted to {to!r}: {error}"
        raise ValueError(message) from error


def as_pint_writes(printed: str) -> str:
    """A unit as a document prints it (`µg/m3`, `% w/w`) in the way pint reads it."""
    text = " ".join(printed.split())
    if text in PRINTED:
        return PRINTED[text]
    return _POWER.sub(r"**\1", text) or "dimensionless"


@lru_cache(maxsize=4096)
def factor(printed: str, to: str) -> Decimal:
    """What a number in a printed unit is multiplied by to be in `to`.

    Raises:
        ValueError: it is not a unit, or the two measure different things.
    """
    if len(printed) > _LONGEST_UNIT:
        message = f"{printed[:_LONGEST_UNIT]!r}… is not a unit"
        raise ValueError(message)
    return conversion(as_pint_writes(printed), to)


def is_share_by_mass(printed: str) -> bool:
    """Whether a unit is a plain share: %, mg/kg, g/g."""
    try:
        factor(printed, "percent")
    except ValueError:
        return False
    return True

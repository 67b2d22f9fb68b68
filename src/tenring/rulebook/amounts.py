"""Amounts as documents write them (`60 µg/m3`, `< 0.1 mg/kg`, `28 d`), in the unit of a property."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenring.catalogue.properties import PropertyDefinition
from tenring.language import T
from tenring.model.units import factor

#: Longer numbers are no measurements.
_LONGEST = 80
_AMOUNT = re.compile(
    r"(?P<sign><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?)\s*(?P<unit>.*)"
)
#: A decimal comma, a full-width one included, or a separator of thousands.
_COMMA = re.compile(r"[,，]\s*\d")
_SIGNS = {"≤": "<=", "≥": ">="}


@dataclass(frozen=True)
class Amount:
    """A number with its unit as written; `sign` for what lies below or above it."""

    number: Decimal
    unit: str
    sign: str = ""


def amount(text: str) -> Amount:
    """Read an amount.

    Raises:
        ValueError: it does not begin with a number.
    """
    found = _AMOUNT.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        given = text[:_LONGEST]
        what = T("{given!r} is no amount; write a number with a point and its unit, for example 60 µg/m3", given=given)
        raise ValueError(what)
    if _COMMA.match(found["unit"]):
        message = T("{given!r} has a comma; write numbers with a point and without separators: 0.09, 1200", given=text)
        raise ValueError(message)
    sign = found["sign"] or ""
    return Amount(Decimal(found["number"]), found["unit"].strip(), _SIGNS.get(sign, sign))


def to_unit(unit: str, definition: PropertyDefinition) -> Decimal:
    """What an amount in `unit` is multiplied by to be in the unit of a property.

    Raises:
        ValueError: no unit, another dimension; says which unit is wanted.
    """
    wanted = definition.unit or "dimensionless"
    if unit in definition.also_in:
        other = amount(definition.also_in[unit])
        return other.number * factor(other.unit, wanted)
    if not unit and wanted != "dimensionless":
        message = T("the unit is missing; write it behind the number, for example {unit}", unit=wanted)
        raise ValueError(message)
    try:
        return factor(unit or "dimensionless", wanted)
    except ValueError as error:
        message = T("{unit!r} is not a unit of this property, which is in {wanted}", unit=unit, wanted=wanted)
        raise ValueError(message) from error


def number_in(text: str, definition: PropertyDefinition) -> Decimal:
    """A limit as the document writes it, in the unit of a property; of a date property, its day as a number.

    Raises:
        ValueError: no amount, or not of this property.
    """
    if definition.is_a == "date":
        return Decimal(date.fromisoformat(text.strip()).toordinal())
    read = amount(text)
    if read.sign:
        message = T("{given!r} has a sign; the word before it (at_most, below …) says which side is meant", given=text)
        raise ValueError(message)
    return read.number * to_unit(read.unit, definition)


#: Days are compared as text; a fifth decimal is less than a second.
_SECOND = Decimal("0.00001")


def condition_text(text: str) -> str:
    """A condition in one way of writing it: times in days (`72 h` is `3 d`), other texts with single spaces."""
    plain = " ".join(text.split())
    try:
        read = amount(plain)
        days = read.number * factor(read.unit, "day") if read.unit and not read.sign else None
    except ValueError:
        return plain
    return plain if days is None else f"{plain_number(days.quantize(_SECOND))} d"


def plain_number(number: Decimal) -> str:
    """A Decimal without exponent and without zeros at the end."""
    if number.is_infinite():
        return "∞" if number > 0 else "-∞"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

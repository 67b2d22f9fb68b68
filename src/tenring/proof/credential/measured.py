"""A measured or declared value as UNTP has it: a number with a UN/ECE unit where that says the same, else as a text."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from tenring.proof.strict import SAFE, JsonObject
from tenring.rulebook.describe import Describer
from tenring.rulebook.evidence import Measurement
from tenring.rulebook.expressions import Quantity
from tenring.rulebook.publish.names import Publication
from tenring.rulebook.publish.untp import UNIT_CODES

_LONGEST: Final = 500


def performance(publication: Publication, quantity: Quantity, measurement: Measurement) -> JsonObject:
    """One value: `measure` for a number whose unit has a code and whose digits JSON keeps, else `score`.

    A bound ("<0.1"), a class, words and several values are no number that a reader may compute with.
    """
    metric = {
        "type": ["PerformanceMetric"],
        "id": publication.property(quantity.property),
        "name": Describer(publication.library.properties).quantity(quantity),
    }
    unit = UNIT_CODES.get(publication.library.properties.properties[quantity.property].unit or "")
    number = _point(measurement)
    if unit is not None and number is not None and (safe := json_number(number)) is not None:
        return {"metric": metric, "measure": {"value": safe, "unit": unit}}
    return {"metric": metric, "score": {"code": measurement.printed[:_LONGEST] or _words(measurement)}}


def _point(measurement: Measurement) -> Decimal | None:
    found = measurement.number
    exact = found is not None and found.low == found.high and not measurement.not_detected
    return found.low if found is not None and exact else None


def _words(measurement: Measurement) -> str:
    return ", ".join(sorted(measurement.words or ())) or "reported"


def json_number(number: Decimal) -> int | float | None:
    """A number that every JSON reader holds exactly as it is written; None where there is none."""
    if not number.is_finite() or abs(number) > SAFE:
        return None
    if number == number.to_integral_value():
        return int(number)
    try:
        kept = float(number)
        return kept if Decimal(repr(kept)) == number else None
    except (InvalidOperation, OverflowError):
        return None

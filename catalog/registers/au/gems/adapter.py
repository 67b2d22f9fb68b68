"""GEMS: what its dates mean.

Australian registrations (numbers that begin with A) run five years: Greenhouse and Energy Minimum Standards Act 2012
(Cth), unverified; the register supports it, no Australian registration expires more than five years after its reading.
New Zealand registrations (Z) do not expire; the register writes a day one hundred years after their approval. So the
first day is derived from the last one, and marked so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from tenring.model.licence import Licence, Status

if TYPE_CHECKING:
    from tenring.register.adapter import Row

AUSTRALIAN_TERM_YEARS = 5
NEW_ZEALAND_TERM_YEARS = 100


def amend(row: Row, licence: Licence) -> Licence:
    """Derive the first day, drop the placeholder of an open end, and keep what is a remark and no status."""
    if licence.status is not Status.SUPERSEDED:
        licence = replace(licence, status_from=None)
    if row.cell("Availability Status") == "Unavailable":
        licence = replace(licence, note="The register says: unavailable")
    if licence.valid_until is None:
        return licence
    if licence.number.startswith("Z"):
        begin = years_before(licence.valid_until, NEW_ZEALAND_TERM_YEARS)
        return replace(licence, valid_from=begin, valid_until=None, valid_from_derived=True)
    if licence.number.startswith("A"):
        begin = years_before(licence.valid_until, AUSTRALIAN_TERM_YEARS)
        return replace(licence, valid_from=begin, valid_from_derived=True)
    return licence


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

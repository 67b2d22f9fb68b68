"""GEMS: what its dates mean.

Australian registrations (numbers that begin with A) run five years: Greenhouse and Energy Minimum Standards Act 2012
(Cth), unverified; the register supports it, no Australian registration expires more than five years after its reading.
New Zealand registrations (Z) do not expire; the register writes a day one hundred years after their approval. So the
first day is derived from the last one, and marked so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from tenring.model.licence import Licence, Status

if TYPE_CHECKING:
    from tenring.register.adapter import Row

AUSTRALIAN_TERM_YEARS = 5
NEW_ZEALAND_TERM_YEARS = 100

#: What some makers write behind a model with wildcards: `65QNED9#### (# can be A-Z, 0-9 or "-" or "." or blank)`.
_ABOUT_WILDCARDS = re.compile(r"\s*[(（]([^()（）]*\bblank\b[^()（）]*)[)）]$", re.IGNORECASE)


def amend(row: Row, licence: Licence) -> Licence:
    """Derive the first day, drop the placeholder of an open end, and keep what is a remark and no status."""
    if licence.status is not Status.SUPERSEDED:
        licence = replace(licence, status_from=None)
    if row.cell("Availability Status") == "Unavailable":
        licence = replace(licence, note="The register says: unavailable")
    licence = without_remarks(licence)
    if licence.valid_until is None:
        return licence
    if licence.number.startswith("Z"):
        begin = years_before(licence.valid_until, NEW_ZEALAND_TERM_YEARS)
        return replace(licence, valid_from=begin, valid_until=None, valid_from_derived=True)
    if licence.number.startswith("A"):
        begin = years_before(licence.valid_until, AUSTRALIAN_TERM_YEARS)
        return replace(licence, valid_from=begin, valid_from_derived=True)
    return licence


def without_remarks(licence: Licence) -> Licence:
    """Move a remark about wildcards from the model to the note; the wildcards stay as printed."""
    remarks = dict.fromkeys(found[1] for model in licence.models if (found := _ABOUT_WILDCARDS.search(model.text)))
    if not remarks:
        return licence
    models = (replace(model, text=_ABOUT_WILDCARDS.sub("", model.text)) for model in licence.models)
    return replace(licence, models=tuple(dict.fromkeys(models)), note="; ".join(filter(None, [licence.note, *remarks])))


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)

"""The answer for a purchase line, and what it rests on."""

from __future__ import annotations

from enum import StrEnum

#: A register read longer than this before a purchase may have missed a suspension or withdrawal: half a year, our own
#: choice.
STALE_AFTER_DAYS = 183


class Verdict(StrEnum):
    """The answer for one purchase line on its date."""

    GREEN = "green"
    """Certified by a programme that the rule accepts, valid on the line's date."""
    RECOGNISED = "recognised"
    """Certified elsewhere, and a live agreement carries it."""
    LAPSED = "lapsed"
    """Certified, but not on that date: not begun, suspended, withdrawn, superseded, delisted or expired."""
    MISSED = "missed"
    """No certificate found although certified products existed in the category on that date."""
    NONE_AVAILABLE = "none_available"
    """No certified product of the category was known on that date."""
    OUT_OF_SCOPE = "out_of_scope"
    """No label covers this category."""
    UNCLASSIFIED = "unclassified"
    """We do not know what was bought."""


class Obligation(StrEnum):
    """What a purchasing rule demands for a category, strongest first."""

    MANDATORY = "mandatory"
    PRIORITY = "priority"
    VOLUNTARY = "voluntary"


class Rung(StrEnum):
    """Which kind of evidence answered, strongest first."""

    CONFIRMED = "confirmed"
    """A person said so: see tenring.screening.memory."""
    CERTIFICATE = "certificate"
    GTIN = "gtin"
    MODEL = "model"
    TEXT = "text"

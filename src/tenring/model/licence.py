"""A licence as a register publishes it, and what became of it over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """State of a licence on a date. Only `ACTIVE` lets a label be used."""

    NOT_BEGUN = "not_begun"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    DELISTED = "delisted"
    """It vanished from its register without a word: all we know is that it is no longer listed."""


class ModelKind(StrEnum):
    """How a register names what a licence covers."""

    MODEL = "model"
    ADDITIONAL = "additional"
    FAMILY = "family"
    NAME = "name"


@dataclass(frozen=True)
class ModelName:
    """One model a licence covers, as printed; `*` and `#` in it stand for any characters and any one character."""

    text: str
    kind: ModelKind = ModelKind.MODEL


@dataclass(frozen=True)
class MeasuredProperty:
    """A measured or declared quantity: canonical name, and a value with unit or a text (a class such as `A+`)."""

    name: str
    value: Decimal | None = None
    unit: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class CellProblem:
    """A cell that could not be read although its row as a whole is usable; the field is then left empty."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Licence:
    """One entry of a register file: the right to use a label for the products it names.

    `key` tells it apart inside its register and stays the same from reading to reading; `status` is what the
    register says on the day it was read (`ACTIVE` where the register lists only valid licences), `status_from`
    since when, if it says so. Dates are inclusive; None means that the register does not say.
    """

    key: str
    number: str
    holder: str | None
    brand: str | None
    name: str | None
    category: str
    models: tuple[ModelName, ...] = ()
    gtins: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    valid_from_derived: bool = False
    status: Status = Status.ACTIVE
    status_from: date | None = None
    status_reason: str | None = None
    criteria: str | None = None
    properties: tuple[MeasuredProperty, ...] = ()
    note: str | None = None
    problems: tuple[CellProblem, ...] = field(default=(), compare=False)
    """What could not be read in single cells; never part of what makes two entries equal."""

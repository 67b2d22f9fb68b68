"""Purchasing rules of economies: obligations, preferences, reporting duties and the frames around them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from tenring.catalogue.files import CatalogueModel, Mark, Source, load_model, named_files, require_same_id
from tenring.model.verdict import Obligation

#: In an item: every category for which an accepted programme has licences.
ANY_CATEGORY = "*"


class Document(CatalogueModel):
    """The official document of a rule."""

    number: str
    title: dict[str, str] = {}
    issuer: dict[str, str] = {}
    date: dt.date | None = None


class InForce(CatalogueModel):
    """From and until when (inclusive) a rule is in force; None: not known or open."""

    from_: dt.date | None = Field(alias="from", default=None)
    until: dt.date | None = None
    mark: Mark | None = None


class Body(CatalogueModel):
    """A certification body that a rule lists."""

    zh: str | None = None
    en: str | None = None
    short: str | None = None


class Proof(CatalogueModel):
    """What counts as met: a valid certificate of one of these programmes, issued by one of these bodies."""

    programmes: tuple[str, ...] = ()
    bodies: tuple[Body, ...] = ()
    recognised_foreign: bool = False


class Item(CatalogueModel):
    """One item of a rule, as printed, and the category of ours it means."""

    item: str
    scheme: str | None = None
    name: dict[str, str]
    category: str
    obligation: Obligation
    standards: tuple[str, ...] = ()
    condition: dict[str, str] | None = None
    mark: Mark
    note: str | None = None


class Range(CatalogueModel):
    """A range that a buyer may choose from."""

    at_least: Decimal | None = None
    at_most: Decimal | None = None
    unit: str | None = None


class Preference(CatalogueModel):
    """What a buyer may give certified products when offers are evaluated."""

    price_deduction: Range | None = None
    points: Range | None = None
    mark: Mark


class Target(CatalogueModel):
    """A target of a rule: a value to reach by a date or year."""

    text: dict[str, str]
    value: str | None = None
    unit: str | None = None
    on: str | None = None
    mark: Mark


class Rule(CatalogueModel):
    """A purchasing rule of an economy, or of a jurisdiction below it."""

    id: str
    economy: str
    jurisdiction: str | None = None
    below: str | None = None
    kind: Literal["obligations", "preference", "reporting", "frame"]
    names: dict[str, str]
    document: Document
    in_force: InForce
    applies_to: dict[str, str] = {}
    proof: Proof = Proof()
    items: tuple[Item, ...] = ()
    preference: Preference | None = None
    targets: tuple[Target, ...] = ()
    sources: tuple[Source, ...] = ()
    note: str | None = None

    def obliges(self) -> bool:
        """Whether a certificate can meet it: a frame only informs."""
        return self.kind == "obligations" and bool(self.proof.programmes)


def load_rules(folder: Path) -> dict[str, Rule]:
    """All rules of a folder by id.

    Raises:
        CatalogueError: a file breaks the format.
    """
    rules = {}
    for name, path in named_files(folder):
        rule = load_model(path, Rule)
        require_same_id(rule.id, name, path)
        rules[name] = rule
    return rules

"""A product file (`product.yml`) as people keep and change it: what is said, nothing converted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tenring.catalogue.properties import Properties
from tenring.rulebook.document import parse_document, validated
from tenring.rulebook.evidence import Reader, several
from tenring.rulebook.written import WrittenLabel, WrittenMeasurement, WrittenProduct


@dataclass(frozen=True)
class Entry:
    """One value of one property, as a product file writes it (`WrittenMeasurement` without what is not said)."""

    property: str
    written: Mapping[str, Any]


@dataclass(frozen=True)
class ProductFile:
    """Everything that a product file says."""

    about: Mapping[str, str]
    entries: tuple[Entry, ...] = ()
    labels: tuple[Mapping[str, Any], ...] = ()

    def content(self) -> dict[str, Any]:
        """As a product file has it."""
        given: dict[str, list[Any]] = {}
        for one in self.entries:
            given.setdefault(one.property, []).append(dict(one.written))
        found = {"product": dict(self.about), "given": given, "labels": [dict(one) for one in self.labels]}
        return {name: value for name, value in found.items() if value}

    def data(self) -> bytes:
        """As `evidence.product_in` reads it."""
        return json.dumps(self.content(), ensure_ascii=False, indent=1).encode()

    def yaml(self) -> str:
        """The text of a `product.yml`."""
        return yaml.safe_dump(self.content(), allow_unicode=True, sort_keys=False, width=120)


def product_file(data: bytes, name: str, properties: Properties) -> ProductFile:
    """A `product.yml`, checked.

    Raises:
        CriteriaError: names the line and what to do.
    """
    document = parse_document(data, Path(name))
    written = validated(document, WrittenProduct)
    Reader(document, properties).product(written.given, written.labels)
    entries = (
        Entry(key, as_json(one))
        for key, given in written.given.items()
        for one in several(given, properties.properties[key])
    )
    return ProductFile(written.product, tuple(entries), tuple(as_json(one) for one in written.labels))


def as_json(written: WrittenMeasurement | WrittenLabel) -> dict[str, Any]:
    """What is said, in the types of JSON."""
    found = written.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    if isinstance(written, WrittenMeasurement) and written.substances == ():
        found["substances"] = []
    return found


def add_entry(entries: list[Entry], one: Entry) -> bool:
    """Add a value, or only its documents where the very same value is there; False: all of it was there."""
    bare = {name: value for name, value in one.written.items() if name != "shown_by"}
    for place, there in enumerate(entries):
        if there.property == one.property and {k: v for k, v in there.written.items() if k != "shown_by"} == bare:
            had = list(there.written.get("shown_by", ()))
            more = [proof for proof in one.written.get("shown_by", ()) if proof not in had]
            if more:
                entries[place] = Entry(one.property, {**there.written, "shown_by": [*had, *more]})
            return bool(more)
    entries.append(one)
    return True

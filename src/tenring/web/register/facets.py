"""Facets: what a list can be narrowed by, each key with its count and the address that narrows, or widens again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenring.language import N, T, in_language
from tenring.register.measured import Range, Span
from tenring.screening.report.wording import programme_type_name, status_name
from tenring.web.core.economies import economy_name
from tenring.web.core.sources import Sources
from tenring.web.register.asked import Asked

#: Keys shown at once; the others unfold.
SHOWN = 8
#: Keys that unfold at most: a page must stay light where a register has hundreds of categories.
MOST = 60
#: Page that lists every key of a facet.
_ALL = {"category": "categories", "programme": "programmes", "economy": "economies", "status": "search"}

#: A quantity as criteria name it: a property, of what, under which conditions.
_QUANTITY = re.compile(r"(?P<property>[a-z0-9_]+)(@(?P<subject>[^\[]+))?(\[(?P<conditions>.*)\])?")

TITLES = {
    "status": N("Status"),
    "category": N("Category"),
    "programme": N("Programme"),
    "economy": N("Economy"),
}


@dataclass(frozen=True)
class Key:
    """One key of a facet; a chosen one leads to the list without it."""

    name: str
    count: int | None
    address: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its keys, the most frequent first."""

    title: str
    keys: tuple[Key, ...]
    left_out: int
    """Keys that are not shown because others are more frequent; the page `all_of_them` has them."""
    all_of_them: str


@dataclass(frozen=True)
class RangeField:
    """A property with the limits that were asked for and those that there are."""

    property: str
    title: str
    unit: str
    least: Decimal
    most: Decimal
    at_least: Decimal | None
    at_most: Decimal | None


def facets(open_: Sources, asked: Asked, counted: Mapping[str, Mapping[str, int]], path: str) -> list[Facet]:
    """All facets that have a choice, or a choice made."""
    names = _names(open_)
    found = []
    for facet, title in TITLES.items():
        chosen = getattr(asked, facet)
        counts = dict(counted.get(facet, {}))
        ordered = sorted(
            (pair for pair in counts.items() if pair[0] != "unknown"), key=lambda pair: (-pair[1], pair[0])
        )
        if chosen:
            keys = [Key(names[facet](chosen), counts.get(chosen), asked.address(path, **_without(facet)), chosen=True)]
        else:
            address = asked.addresses(path, facet)
            keys = [Key(names[facet](key), count, address(key), chosen=False) for key, count in ordered[:MOST]]
        if keys:
            left_out = 0 if chosen else len(ordered) - len(keys)
            found.append(Facet(T(title), tuple(keys), left_out, _ALL[facet]))
    return found


def _without(facet: str) -> dict[str, object]:
    """What changes when a choice is taken back; ranges belong to a category."""
    return {facet: "", "ranges": (), "sort": ""} if facet == "category" else {facet: ""}


def _names(open_: Sources) -> dict[str, Callable[[str], str]]:
    return {
        "status": status_name,
        "category": lambda id_: category_name(open_, id_),
        "programme": lambda id_: programme_name(open_, id_),
        "economy": economy_name,
    }


def category_name(open_: Sources, id_: str) -> str:
    """A category's name in the language in use; its id where the catalogue has none."""
    found = open_.catalogue.categories.by_id.get(id_)
    return in_language(found.names) if found else id_


def programme_name(open_: Sources, id_: str) -> str:
    """A programme's name in the language in use; its id where the catalogue has none."""
    found = open_.catalogue.programmes.get(id_)
    return in_language(found.names) if found else id_


def programme_type(open_: Sources, id_: str) -> str:
    """A programme's type in words."""
    found = open_.catalogue.programmes.get(id_)
    return programme_type_name(found.type) if found else ""


def property_name(open_: Sources, name: str) -> str:
    """A property's name in the language in use."""
    found = open_.properties.properties.get(name)
    return in_language(found.names) if found else name


def unit_shown(unit: str | None) -> str:
    """A unit as readers write it: `ft**3` is ft³."""
    text = "" if unit in (None, "dimensionless") else str(unit)
    return text.replace("percent", "%").replace("**2", "²").replace("**3", "³")


def quantity_shown(open_: Sources, text: str) -> str:
    """A quantity of criteria in words: `material_share@wood[time=28 d]` is "Share of a material (wood, time=28 d)"."""
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return text
    subject = open_.properties.subjects.get(found["subject"] or "")
    of = in_language(subject.names) if subject else found["subject"]
    more = ", ".join(part for part in (of, found["conditions"]) if part)
    return f"{property_name(open_, found['property'])} ({more})" if more else property_name(open_, found["property"])


def range_fields(open_: Sources, asked: Asked, found: Sequence[Span]) -> list[RangeField]:
    """A field for each property that can be asked for, with what was asked."""
    asked_for: dict[str, Range] = {one.property: one for one in asked.ranges}
    return [
        RangeField(
            property=span.property,
            title=property_name(open_, span.property),
            unit=unit_shown(span.unit),
            least=span.least.normalize(),
            most=span.most.normalize(),
            at_least=(one := asked_for.get(span.property, Range(span.property))).at_least,
            at_most=one.at_most,
        )
        for span in found
    ]

"""Blank tables to fill in: every measurand that the criteria of a category ask for, with units and methods."""

from __future__ import annotations

from collections.abc import Iterable

from tenring.catalogue.properties import Properties
from tenring.language import T
from tenring.rulebook.asked import AskedFor
from tenring.rulebook.cells import ABOUT, COLUMNS, PROOF
from tenring.rulebook.describe import Describer
from tenring.rulebook.rows import COMMENT, wide_heading

Table = list[list[str]]


def blank_long(category: str, asked: Iterable[AskedFor], properties: Properties) -> Table:
    """A row for each measurand; headings in the language in use. Rows without a value are left out when it is read."""
    told = f"{COMMENT} {T('what is asked')}"
    columns = [name for name in COLUMNS if name not in {"until", "samples", "issuer"}]
    rows = [[*(T(COLUMNS[name]) for name in columns), told]]
    for one in asked:
        cells = {
            "category": category,
            "property": one.property,
            "of": "" if one.of == "product" else one.of,
            "at": "; ".join(f"{name}={text}" for name, text in one.at),
            "unit": unit_of(one, properties),
            "method": one.methods[0] if len(one.methods) == 1 else "",
            "values": "; ".join(f"{name}=" for name in one.items),
        }
        rows.append([*(cells.get(name, "") for name in columns), description(one, properties)])
    return rows


def blank_wide(category: str, asked: Iterable[AskedFor], properties: Properties) -> Table:
    """A row for each product, a column for each measurand that is one value; what they mean in the second row."""
    single = [one for one in asked if not one.items and properties.properties[one.property].is_a != "substances"]
    headings = [
        wide_heading(one.quantity().key, unit_of(one, properties), one.methods[0] if len(one.methods) == 1 else "")
        for one in single
    ]
    empty = [""] * (len(ABOUT) - 1)
    return [
        [*(T(COLUMNS[name]) for name in ABOUT), *headings, *(T(COLUMNS[name]) for name in PROOF)],
        [COMMENT, *empty, *(description(one, properties) for one in single), *([""] * len(PROOF))],
        ["", "", "", category, "", *([""] * (len(headings) + len(PROOF)))],
    ]


def unit_of(one: AskedFor, properties: Properties) -> str:
    """The unit to report in: that of a limit, else the property's own."""
    definition = properties.properties[one.property]
    if definition.is_a != "number":
        return ""
    if one.units:
        return one.units[0]
    return "" if definition.unit == "dimensionless" else definition.unit or ""


def description(one: AskedFor, properties: Properties) -> str:
    """What is asked for, by what methods, and the words it may have."""
    definition = properties.properties[one.property]
    words = {"flag": ("yes", "no"), "class": definition.scale}.get(definition.is_a, definition.values)
    parts = [Describer(properties).quantity(one.quantity()), " / ".join(one.methods), ", ".join(words)]
    return "; ".join(part for part in parts if part)

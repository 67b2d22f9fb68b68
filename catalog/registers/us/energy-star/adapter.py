"""ENERGY STAR: further models in one cell, and computers measured in several configurations."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tenring.model.licence import Licence, MeasuredProperty, ModelKind, ModelName
from tenring.register.cells import clean, read_decimal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tenring.register.adapter import Row

NOTHING = frozenset({"", "N/A", "NA", "0", "-", "None", "No"})

COMPUTERS = frozenset({"desktop-computers", "notebook-computers", "tablet-computers", "workstations", "thin-clients"})

DISPLAYS = frozenset({"computer-displays", "signage-displays", "other-displays", "displays"})

_PIXELS = re.compile(r"^(\d+)\s*x\s*(\d+)$", re.IGNORECASE)
_RETAIL_NUMBER = re.compile(r"^Retail\s*(?:Numbers?|#|No\.?)\s*:?\s*(.+)$", re.IGNORECASE)

#: Last words of a computer's columns (`Category I1: TEC of Model (kWh)`) -> property and unit, in the CSV export and in
#: the field names of the open-data service. A model has one value for each configuration; the highest is kept.
CONFIGURATION_COLUMNS = {
    re.compile(r"TEC of Model \(kWh\)$|_tec_of_model_kwh$"): ("annual_energy_use", "kWh/year"),
    re.compile(r": Off Mode \(watts\)$|_off_mode_watts$"): ("off_mode_power", "W"),
    re.compile(r": Sleep Mode \(watts\)$|_sleep_mode_watts$"): ("sleep_mode_power", "W"),
    re.compile(r": Long Idle \(watts\)$|_long_idle_watts$"): ("long_idle_power", "W"),
    re.compile(r": Short Idle \(watts\)$|_short_idle_watts$"): ("short_idle_power", "W"),
}


#: Facts about a display: property -> column of the CSV export, and the word that stands in its list if it is so.
DISPLAY_FACTS = {
    "touch_screen": ("Features Enabled in Default On Mode", "Touch Screen"),
    "curved_screen": ("Model Features", "Curved Screen"),
    "usb_c_power_delivery": ("USB-C with Power Delivery Supported", "Yes"),
    "full_network_connectivity": ("Features Enabled in Default Sleep Mode", "Full Network Connectivity"),
    "automatic_brightness_control": ("Model Features", "Automatic Brightness Control"),
    "occupancy_sensor": ("Model Features", "Occupancy Sensor"),
    "enhanced_performance_display": ("Enhanced-Performance Display?", "Yes"),
}


def amend(row: Row, licence: Licence) -> Licence:
    """Add the further models, for computers the highest value over all configurations, for displays their facts."""
    more = further_models(row.cell("Additional Model Information"))
    licence = replace(licence, models=_without_repeats((*licence.models, *more)))
    if licence.category in DISPLAYS:
        return replace(licence, properties=(*licence.properties, *display_facts(row.cells)))
    if licence.category not in COMPUTERS:
        return licence
    return replace(licence, properties=(*licence.properties, *highest(row.cells)))


def _without_repeats(models: tuple[ModelName, ...]) -> tuple[ModelName, ...]:
    """Each text once, under the first kind it has."""
    return tuple({model.text: model for model in reversed(models)}.values())[::-1]


def further_models(text: str) -> Iterator[ModelName]:
    """Models in `Additional Model Information`: entries `name,number,remark` between semicolons.

    A number may itself be a list with commas, and a remark may hold the number under which retailers sell the product.
    """
    for entry in text.split(";"):
        parts = [clean(part) for part in entry.split(",")]
        if len(parts) == 1:
            yield from _named(parts, ModelKind.ADDITIONAL)
            continue
        name, numbers, remark = parts[0], parts[1:-1], parts[-1]
        yield from _named([name], ModelKind.NAME)
        retail = _RETAIL_NUMBER.match(clean(entry.split(",", 2)[-1])) if len(parts) > 2 else None  # noqa: PLR2004 - name, number, remark
        if retail:
            yield from _named([clean(part) for part in retail[1].split(",")], ModelKind.ADDITIONAL)
        else:
            yield from _named(numbers if len(parts) > 2 else [remark], ModelKind.ADDITIONAL)  # noqa: PLR2004 - as above


def _named(texts: list[str], kind: ModelKind) -> Iterator[ModelName]:
    for text in texts:
        if text not in NOTHING:
            yield ModelName(text, kind)


def highest(cells: Mapping[str, str]) -> Iterator[MeasuredProperty]:
    """The highest value of each quantity over the configurations in which a computer was measured."""
    found: dict[tuple[str, str], Decimal] = {}
    for column, text in cells.items():
        if not text:
            continue
        for pattern, measured in CONFIGURATION_COLUMNS.items():
            value = read_decimal(text.strip()) if pattern.search(column) else None
            if value is not None and value > found.get(measured, value - 1):
                found[measured] = value
    for (name, unit), value in sorted(found.items()):
        yield MeasuredProperty(name, value, unit)


def display_facts(cells: Mapping[str, str]) -> Iterator[MeasuredProperty]:
    """What a display's lists of features say is so, and is not; nothing where the cell is empty.

    The resolution comes from the pixels: the column of megapixels is rounded to one decimal.
    """
    pixels = _PIXELS.match(clean(_cell(cells, "Native Resolution (pixels)")))
    if pixels:
        yield MeasuredProperty("screen_resolution", Decimal(int(pixels[1]) * int(pixels[2])).scaleb(-6), "megapixel")
    for name, (column, word) in DISPLAY_FACTS.items():
        listed = {clean(part) for part in _cell(cells, column).split(",")} - {""}
        if listed:
            yield MeasuredProperty(name, text="true" if word in listed else "false")


def _cell(cells: Mapping[str, str], column: str) -> str:
    """A cell by its column in the CSV export, or by the name that the open-data service makes of it."""
    words = "".join(sign if sign.isalnum() else " " for sign in column.lower()).split()
    return cells.get(column) or cells.get("_".join(words)) or ""

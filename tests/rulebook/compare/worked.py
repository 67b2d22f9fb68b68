"""Limits of real documents about wood-based panels and paper, as short files: the implications known from practice.

JIS A 5908 with JIS A 1460 (F-3-star 0.5 mg/L, F-4-star 0.3 mg/L), 15 U.S.C. 2697(b)(2) (limits in ppm by ASTM E1333),
EN 13986 class E1 (0.124 mg/m3 by EN 717-1) and the half of it that the EU Ecolabel asks for.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tenring.rulebook.compare.revisions import Comparison, compare
from tenring.rulebook.library import Library, load_library

ON = date(2020, 1, 1)
CATALOG = Path(__file__).resolve().parents[3] / "catalog"
HEAD = """document: {name}
titles: {{en: {name}}}
in_force: {{from: 2019-01-01}}
categories: [furniture]
mark: read
{extra}clauses:
"""
PANELS = "{{property: panel_type, of: wood-panel, equals: {panel}}}"
SHOWN = "    shown_by: [{kind: test_report}]\n"


def tsca() -> str:
    limits = {"hardwood plywood": "0.05", "particleboard": "0.09", "MDF": "0.11", "thin MDF": "0.13"}
    return "".join(
        f"  - id: {panel.replace(' ', '-')}\n    clause: (b)(2)\n    title: {{en: {panel}}}\n"
        f"    when: {PANELS.format(panel=panel)}\n"
        "    subject: wood-panel\n    property: formaldehyde_emission\n    by: [ASTM E1333]\n"
        f"    at_most: {limit} ppmv\n" + SHOWN
        for panel, limit in limits.items()
    )


def one(name: str, text: str) -> str:
    return f"  - id: {name}\n    clause: {name}\n    title: {{en: {name}}}\n    subject: wood-panel\n    {text}\n"


DESICCATOR = "property: formaldehyde_emission_desiccator\n    by: [JIS A 1460]\n    at_most: {} mg/L"
CHAMBER = "property: formaldehyde_emission\n    by: [EN 717-1]\n    at_most: {} mg/m3"
FIBRES = "".join(
    f"  {name}:\n    names: {{en: {name}, zh: {name}}}\n    definition: {{en: {name}, zh: {name}}}\n    unit: percent\n"
    for name in ("recovered_fibre_in_all", "post_consumer_fibre_in_all")
)
DOCUMENTS = {
    "recovered": one("fibre", "property: recovered_fibre_in_all\n    at_least: 100 %"),
    "post-consumer": one("fibre", "property: post_consumer_fibre_in_all\n    at_least: 30 %"),
    "tsca": tsca(),
    "f-4-star": one("class", DESICCATOR.format("0.3")) + SHOWN,
    "f-3-star": one("class", DESICCATOR.format("0.5")) + SHOWN,
    "e1": one("class", CHAMBER.format("0.124")) + SHOWN,
    "half-e1": one("class", CHAMBER.format("0.062")) + SHOWN,
    "half-e1-below": one("class", CHAMBER.replace("at_most", "below").format("0.062")) + SHOWN,
}


def library_of(folder: Path, documents: dict[str, str], extra: str = "") -> Library:
    """A catalogue with the real properties and these documents."""
    for name, clauses in documents.items():
        path = folder / "criteria" / "worked" / name / "2019-01-01.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD.format(name=name, extra=extra) + clauses, encoding="utf-8")
    properties = (CATALOG / "properties.yml").read_text(encoding="utf-8")
    text = properties.replace("\nproperties:\n", f"\nproperties:\n{FIBRES}", 1)
    (folder / "properties.yml").write_text(text, encoding="utf-8")
    return load_library(folder)


def compared(library: Library, first: str, second: str) -> Comparison:
    return compare(library.named(f"worked/{first}", ON), library.named(f"worked/{second}", ON), ON, library)

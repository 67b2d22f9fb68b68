"""Tables of evidence: a row for each value, or a row for each product; errors in their place, nothing lost.

Tables are read and written elsewhere (CSV, XLSX): here is what their rows mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenring.catalogue.properties import Properties
from tenring.language import LANGUAGES, T
from tenring.rulebook.cells import ABOUT, COLUMNS, LABEL, PROOF, Problem, cell, entry, is_untested, label
from tenring.rulebook.product_file import Entry, ProductFile, add_entry
from tenring.rulebook.publish.names import speaking

#: In a first cell: a row for people.
COMMENT = "#"
_KEY = re.compile(r"(?P<property>[a-z0-9_]+)(?:@(?P<of>[a-z0-9-]+))?(?:\[(?P<at>.*)\])?")


def rows_of(product: ProductFile) -> Iterator[dict[str, str]]:
    """A row for each value, each further document of a value, and each label; one row where there is none of these."""
    about = {column: product.about.get(column, "") for column in ABOUT}
    is_empty = True
    for one in product.entries:
        for cells in rows_of_entry(one):
            yield {**about, **cells}
            is_empty = False
    for held in product.labels:
        at = f"category={held['category']}" if held.get("category") else ""
        yield {
            **about,
            "property": LABEL,
            "value": held["programme"],
            "date": held["from"],
            "document": held.get("number", ""),
            "until": held.get("until", ""),
            "of": held.get("of", ""),
            "at": at,
        }
        is_empty = False
    if is_empty:
        yield about


def rows_of_entry(one: Entry) -> Iterator[dict[str, str]]:
    """The cells of a value: a row, and another one for each further document."""
    written = one.written
    value = written.get("value", "")
    cells = {
        "property": one.property,
        **{column: written.get(column, "") for column in ("of", "part", "unit", "method")},
        "at": "; ".join(f"{name}={text}" for name, text in written.get("at", {}).items()),
        "value": value if isinstance(value, str) else "; ".join(value),
        "values": _named_text(written["values"]) if "values" in written else "",
        "substances": _substances_text(written["substances"]) if "substances" in written else "",
        "not_detected": "yes" if written.get("not_detected") else "",
    }
    proofs: Sequence[Mapping[str, Any]] = written.get("shown_by") or ({},)
    for proof in proofs:
        yield {
            **cells,
            "document_kind": proof.get("kind", ""),
            **{column: proof.get(column, "") for column in ("document", "date", "laboratory", "issuer")},
            "accredited": "yes" if proof.get("accredited") else "",
            "samples": str(proof.get("samples", "")),
        }


def _named_text(values: Mapping[str, str]) -> str:
    if any(";" in one or "=" in one for one in values) or any(";" in one for one in values.values()):
        return json.dumps(values, ensure_ascii=False)
    return "; ".join(f"{name}={text}" for name, text in values.items())


def _substances_text(substances: Sequence[Any]) -> str:
    return json.dumps(substances, ensure_ascii=False) if substances else "none added"


@dataclass(frozen=True)
class Row:
    """One row of a table: its number in the file, and its cells by the table's own headings."""

    number: int
    cells: Mapping[str, str]
    formulas: frozenset[str] = frozenset()
    """Headings of cells that are formulas, which are never calculated."""


@dataclass(frozen=True)
class Rejected:
    """A row that was not read, and why."""

    row: Row
    column: str
    what: str
    do: str


@dataclass
class _Product:
    about: dict[str, str]
    entries: list[Entry] = field(default_factory=list)
    labels: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class TableRead:
    """What a table says: whole products, and the rows that are wrong."""

    products: tuple[ProductFile, ...]
    rejected: tuple[Rejected, ...]
    rows: int
    """Rows that were read."""


Check = Callable[[Mapping[str, str]], object]
"""Raises `Problem` for a product whose name, brand, model, category or GTINs are wrong."""


def read_table(
    header: Sequence[str], rows: Iterable[Row], properties: Properties, check: Check = lambda _: None
) -> TableRead:
    """The products of a table; a row that is wrong is left out and told.

    Raises:
        Problem: the header names no product, or neither a property nor values.
    """
    columns = columns_of(header)
    is_long = "property" in columns.values()
    headings = [name for name in header if name not in columns and name.strip() and not name.startswith(COMMENT)]
    wide = {} if is_long else {name: wide_column(name) for name in headings}
    if "name" not in columns.values() or not (is_long or wide):
        what = T("the first row has no columns of products and properties")
        raise Problem("name", what, T("Begin with the blank table of the category"))
    found: dict[tuple[str, str, str], _Product] = {}
    rejected, count = [], 0
    for row in rows:
        if _says_nothing(row, header, columns, wide):
            continue
        try:
            if row.formulas:
                raise _formula(min(row.formulas))
            cells = _by_column(row, columns)
            check(cells)
            _add(found, cells, _wide_cells(row, wide), properties)
            count += 1
        except Problem as problem:
            heading = next((name for name, column in columns.items() if column == problem.column), problem.column)
            rejected.append(Rejected(row, heading, problem.what, problem.do))
    products = tuple(ProductFile(one.about, tuple(one.entries), tuple(one.labels)) for one in found.values())
    return TableRead(products, tuple(rejected), count)


def _says_nothing(
    row: Row, header: Sequence[str], columns: Mapping[str, str], wide: Mapping[str, Mapping[str, str]]
) -> bool:
    """Whether a row is for people, or one of the blank table that nobody filled in."""
    if _first(header, row).startswith(COMMENT):
        return True
    filled = {columns.get(name, name) for name, text in row.cells.items() if text.strip()} | row.formulas
    blank = {"category", "property", "of", "at", "unit", "method"}
    is_named_blank = row.cells.get(next((name for name in columns if columns[name] == "values"), ""), "").endswith("=")
    said = filled - blank - ({"values"} if is_named_blank and "name" not in filled else set())
    return not {one for one in said if one in columns.values() or one in wide or one in row.formulas}


def _formula(heading: str) -> Problem:
    return Problem(heading, T("it is a formula; formulas are never calculated"), T("Paste the value in its place"))


def _first(header: Sequence[str], row: Row) -> str:
    return row.cells.get(header[0], "").strip() if header else ""


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Heading -> column of ours, of the headings that name one in any language."""
    known = {column: column for column in COLUMNS}
    for tag in LANGUAGES:
        with speaking(tag):
            known |= {T(title).lower(): column for column, title in COLUMNS.items()}
    return {name: known[name.strip().lower()] for name in header if name.strip().lower() in known}


def wide_column(heading: str) -> dict[str, str]:
    """`formaldehyde_emission@leather[time=28 d] | µg/m3 | EN 717-1` as cells.

    Raises:
        Problem: it is no such heading.
    """
    name, unit, method, *_ = [*(part.strip() for part in heading.split("|")), "", ""]
    found = _KEY.fullmatch(name)
    if found is None:
        what = T("{name!r} is neither a column nor a property", name=heading[:80])
        raise Problem(heading, what, T("Begin with the blank table of the category"))
    cells = {"property": found["property"], "of": found["of"] or "", "at": found["at"] or "", "unit": unit}
    return cells | {"method": method}


def wide_heading(key: str, unit: str, method: str) -> str:
    """The heading of the values of one measurand."""
    return f"{key} | {unit} | {method}".rstrip(" |")


def _by_column(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    return {column: row.cells.get(name, "").strip() for name, column in columns.items()}


def _wide_cells(row: Row, wide: Mapping[str, Mapping[str, str]]) -> list[tuple[str, dict[str, str]]]:
    """Heading and cells of each value of a row that is a whole product."""
    return [
        (name, {**cells, "value": row.cells[name]}) for name, cells in wide.items() if row.cells.get(name, "").strip()
    ]


def _add(
    found: dict[tuple[str, str, str], _Product],
    cells: Mapping[str, str],
    wide: Sequence[tuple[str, dict[str, str]]],
    properties: Properties,
) -> None:
    about = {column: text for column in ABOUT if (text := cell(cells, column))}
    if "name" not in about:
        raise Problem("name", T("the product has no name"), T("Write its name"))
    entries, labels = _said(cells, wide, properties)
    known = found.get(_identity(about))
    if known is not None:
        for column in ("category", "gtins"):
            if about.get(column, known.about.get(column)) != known.about.get(column, about.get(column)):
                what = T("it differs from another row of the same product: {given!r}", given=known.about[column])
                raise Problem(column, what, T("Write the same in all rows"))
    product = found.setdefault(_identity(about), _Product(about))
    product.about |= about
    for one in entries:
        add_entry(product.entries, one)
    product.labels += [one for one in labels if one not in product.labels]


def _identity(about: Mapping[str, str]) -> tuple[str, str, str]:
    return about["name"], about.get("brand", ""), about.get("model", "")


def _said(
    cells: Mapping[str, str], wide: Sequence[tuple[str, dict[str, str]]], properties: Properties
) -> tuple[list[Entry], list[Mapping[str, Any]]]:
    proof = {column: cells.get(column, "") for column in PROOF}
    entries = []
    for heading, one in wide:
        try:
            entries += [entry({**one, **proof}, properties)] if not is_untested(one["value"]) else []
        except Problem as problem:
            raise Problem(
                heading if problem.column not in PROOF else problem.column, problem.what, problem.do
            ) from problem
    name = cells.get("property", "").strip()
    if name == LABEL:
        return entries, [label(cells)]
    if name and not is_untested(cells.get("value", "")):
        return [*entries, entry(cells, properties)], []
    return entries, []

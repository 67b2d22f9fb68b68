"""Toy catalogues of several programmes, and prices, for the tests of plans."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import indent

from rulebook.toy import HEAD, PROPERTIES
from rulebook.toy import product as toy_product
from tenring.rulebook.evidence import Product
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.prices import Price, Prices, prices_of

DAY = date(2026, 6, 1)


def toys(folder: Path, *, head: str = "", **clauses: str) -> Library:
    """A library with one revision of each programme named."""
    catalog = folder / "catalog"
    for programme, written in clauses.items():
        path = catalog / "criteria" / programme / "paints" / "2020-01-01.yml"
        path.parent.mkdir(parents=True)
        path.write_text(f"{HEAD}{head}clauses:\n{written}", encoding="utf-8")
    (catalog / "properties.yml").write_text(PROPERTIES, encoding="utf-8")
    return load_library(catalog)


def label_of(library: Library, given: str) -> Product:
    """Evidence as it stands below `given:`."""
    return toy_product(library, "given:\n" + indent(given, "  "))


def priced(*rows: tuple[str, str, int]) -> Prices:
    """Prices in euro."""
    return prices_of(Price(name, method, Decimal(price), "EUR") for name, method, price in rows)

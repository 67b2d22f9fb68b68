"""What tests cost and how long they take, as a supplier knows it from its laboratories."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tenring.catalogue.properties import Properties
from tenring.exceptions import Place, UnusableInputError
from tenring.language import T
from tenring.rulebook.needs import ExtraTest

COLUMNS = ("property", "method", "price", "currency", "days")
MOST_BYTES = 1_000_000
_MOST_ROWS = 5_000
_PRICE = re.compile(r"\d{1,12}(\.\d{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_DAYS = 3650


@dataclass(frozen=True)
class Price:
    """What one test costs; without a method, every test of the property that has no price of its own."""

    property: str
    method: str
    price: Decimal
    currency: str
    days: int | None = None
    """How long it takes."""


@dataclass(frozen=True)
class Prices:
    """The prices of one supplier, all in one currency; it may be none."""

    of: Mapping[tuple[str, str], Price]

    @property
    def currency(self) -> str:
        """The currency; empty where there are no prices."""
        return next((one.currency for one in self.of.values()), "")

    def price(self, test: ExtraTest) -> Price | None:
        """What a test costs; None: nobody has said."""
        return self.of.get((test.property, test.method)) or self.of.get((test.property, ""))


NO_PRICES = Prices({})


def prices_of(rows: Iterable[Price]) -> Prices:
    """Prices as one list.

    Raises:
        UnusableInputError: two currencies, which cannot be added, or two prices of one test.
    """
    found: dict[tuple[str, str], Price] = {}
    for one in rows:
        first = next(iter(found.values()), one)
        if one.currency != first.currency:
            what = T("the prices are in {first} and {other}", first=first.currency, other=one.currency)
            raise UnusableInputError(what, do=T("Write all of them in one currency"))
        if found.setdefault((one.property, one.method), one) is not one:
            name = f"{one.property} {one.method}".strip()
            raise UnusableInputError(T("{name} has two prices", name=name), do=T("Remove one of them"))
    return Prices(found)


def read_prices(path: Path, properties: Properties) -> Prices:
    """The prices in a CSV file with the columns `property,method,price,currency,days`; method and days may be empty.

    Raises:
        UnusableInputError: names row and column of what cannot be read.
    """
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise UnusableInputError(T("it has {count} bytes", count=f"{len(data):,}"), where=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = T("it is not UTF-8: {reason}", reason=error.reason)
        raise UnusableInputError(what, where=path, do=T("Save it as UTF-8")) from error
    return prices_of(_rows(text, path, properties))


def _rows(text: str, path: Path, properties: Properties) -> Iterator[Price]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := {"property", "price", "currency"} - set(reader.fieldnames or ()):
        what = T("there is no column {name}", name=", ".join(sorted(missing)))
        raise UnusableInputError(what, where=Place(path, row=1), do=", ".join(COLUMNS))
    for number, row in enumerate(reader, 2):
        if number > _MOST_ROWS:
            raise UnusableInputError(T("it has too many rows"), where=path)
        yield price({name: (row.get(name) or "").strip() for name in COLUMNS}, properties, Place(path, row=number))


def price(written: Mapping[str, str], properties: Properties, where: Place) -> Price:
    """One price as it is written.

    Raises:
        UnusableInputError: an unknown property, no price, no currency, no number of days.
    """
    if written["property"] not in properties.properties:
        what = T("the property {name!r} is unknown", name=written["property"][:80])
        raise _wrong(what, where, "property", T("See docs/reference/properties for their names"))
    amount = _amount(written["price"])
    if amount is None:
        what = T("{given!r} is no price", given=written["price"][:40])
        raise _wrong(what, where, "price", T("Write a number with a point and without separators: 1250.50"))
    if not _CURRENCY.fullmatch(written["currency"].upper()):
        what = T("{value!r} is no currency", value=written["currency"][:20])
        raise _wrong(what, where, "currency", T("Write its three letters: CNY, EUR, USD"))
    days = written["days"]
    if days and not (days.isascii() and days.isdigit() and int(days[:9]) <= _MOST_DAYS):
        raise _wrong(T("{given!r} is no number of days", given=days[:20]), where, "days", T("Write a whole number"))
    return Price(
        written["property"], written["method"], amount, written["currency"].upper(), int(days) if days else None
    )


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _PRICE.fullmatch(text) else None
    except InvalidOperation:
        return None


def _wrong(what: str, where: Place, column: str, do: str) -> UnusableInputError:
    return UnusableInputError(what, where=Place(where.file, where.sheet, where.row, column), do=do)

"""Reading single cells: text, dates, decimals, GTINs, markets. Every function takes the text as printed."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

#: Names and codes of markets as registers print them -> ISO 3166-1 alpha-2 (EU: exceptional reservation).
MARKETS = {
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "canada": "CA",
    "japan": "JP",
    "taiwan": "TW",
    "chinese taipei": "TW",
    "switzerland": "CH",
    "australia": "AU",
    "new zealand": "NZ",
    "fiji": "FJ",
    "european union": "EU",
    "china": "CN",
    "hong kong": "HK",
    "korea": "KR",
    "republic of korea": "KR",
    "south korea": "KR",
    "singapore": "SG",
    "malaysia": "MY",
    "thailand": "TH",
}

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
REPUBLIC_OF_CHINA = 1911
"""Year 1 of the calendar that Chinese Taipei prints is 1912."""

_SPACE = re.compile(r"\s+")
_ROC = re.compile(r"^(?:民國)?\s*(\d{2,3})\s*[./年-]\s*(\d{1,2})\s*[./月-]\s*(\d{1,2})\s*日?$")
_ROC_DIGITS = re.compile(r"^(\d{3})(\d{2})(\d{2})$")
_NUMBER = re.compile(r"^([+-]?[0-9][0-9 ,.]*|[+-]?\.[0-9]+)(?:[eE]([+-]?[0-9]{1,2}))?$")
_GROUPED = re.compile(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
_LARGEST = Decimal(10) ** 15
_SMALLEST = Decimal("1e-9")


def clean(text: str) -> str:
    """Text without surrounding and repeated white space, HTML entities resolved (`&reg;` is ®)."""
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=65_536)
def read_date(text: str, formats: tuple[str, ...]) -> date | None:
    """The day printed, in the first of `formats` that fits; None if none does."""
    for form in formats:
        found = _roc_date(text) if form == "roc" else _formatted(text, form)
        if found:
            return found
    return None


def _formatted(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - only the calendar day is used
    except ValueError:
        return None


def _roc_date(text: str) -> date | None:
    found = _ROC.match(text) or _ROC_DIGITS.match(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year + REPUBLIC_OF_CHINA, month, day)
    except ValueError:
        return None


def read_decimal(text: str, *, decimal_comma: bool = False) -> Decimal | None:
    """The number printed (`1,234.5`, `.5`, `1e-3`); None if it is none, or too large or small to keep without loss."""
    found = _NUMBER.match(text)
    if not found:
        return None
    digits = found[1].replace(" ", "")
    if decimal_comma:
        digits = digits.replace(".", "").replace(",", ".")
    elif _GROUPED.match(digits):
        digits = digits.replace(",", "")
    try:
        value = Decimal(digits).scaleb(int(found[2] or 0))
    except InvalidOperation:
        return None
    return value if abs(value) < _LARGEST else None


def read_gtin(text: str) -> str | None:
    """A GTIN-8, UPC, EAN or GTIN-14 as 14 digits; None when its length or check digit is wrong.

    Source of the check digit: GS1 General Specifications, section 7.9 (weights 3 and 1 from the right).
    """
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in GTIN_LENGTHS or not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        return None
    padded = digits.zfill(14)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded[:-1]))
    return padded if (10 - total % 10) % 10 == int(padded[-1]) else None


def read_market(text: str) -> str:
    """The ISO code of a market where the name is one we are sure of, else the text as printed."""
    return MARKETS.get(text.lower(), text)

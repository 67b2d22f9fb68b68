"""Dates as people write them, in Gregorian, Minguo and Japanese calendars; never a guess about day and month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_month_names

from tenring.language import T

#: Day 0 of spreadsheet dates, chosen so that the spreadsheets' invented 29 February 1900 does no harm after it.
SPREADSHEET_EPOCH = date(1899, 12, 30)
SERIALS = range(18264, 73051)  # 1950-01-01 to 2099-12-31
YEARS = range(1950, 2101)
CENTURY, PIVOT = 100, 70
REPUBLIC_OF_CHINA = 1911
"""Year 1 of the Minguo calendar is 1912."""

#: Year before the first of each Japanese era.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925}

MONTH_LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")

_Y = r"(?P<y>\d{4})"
_M, _D = r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_TIME = r"(?:[t ,]+\d{1,2}[:时h]\d{2}.*|z|[+-]\d{2}:?\d{2})?"
_PATTERNS = tuple(
    re.compile(pattern + "$")
    for pattern in (
        rf"{_Y}-{_M}-{_D}{_TIME}",
        rf"{_Y}[/.]\s?{_M}[/.]\s?{_D}{_TIME}",
        rf"{_Y}\s*年\s*{_M}\s*月(?:\s*{_D}\s*[日号])?{_TIME}",
        rf"{_Y}\s*년\s*{_M}\s*월(?:\s*{_D}\s*일)?{_TIME}",
        r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])",
        rf"{_Y}[-/.]{_M}",
        rf"(?P<m>\d{{1,2}})[-/.]{_Y}",
    )
)
_ENDINGS = (rf"年\s*{_M}\s*月(?:\s*{_D}\s*日)?$", rf"[./-]{_M}[./-]{_D}$")
_MINGUO = tuple(re.compile(r"(?:中华)?(?:民国)?\s*(?P<y>\d{2,3})\s*" + ending) for ending in _ENDINGS)
_ERA = tuple(re.compile(r"(?P<era>令和|平成|昭和|[rhs])\s*(?P<y>\d{1,2}|元)\s*" + ending) for ending in _ENDINGS)
_ORDERED = re.compile(rf"(\d{{1,2}})([-/. ])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_TIME}$")
_NAMED = re.compile(
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th|er|º)?[-/. ]*(?:de )?)?"
    r"(?P<n>[a-zà-ÿ]{3,12})\.?[-/. ,']*(?:de )?(?P<y>\d{4}|\d{2})" + _TIME + "$"
)
_NAMED_FIRST = re.compile(r"(?P<n>[a-z]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME + "$")
_FINANCIAL = re.compile(r"(?:fy|gj|ej)?\s*(\d{4})\s*[-/–]\s*(\d{4}|\d{2})$|(?:fy|gj)\s*\d{2,4}$")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?$")


@dataclass(frozen=True)
class DateOrder:
    """What comes first in 5/3/2026: `day`, `month` or None (not to be told), and on what that rests."""

    first: str | None
    evidence: str


@dataclass(frozen=True)
class Reading:
    """A date and what had to be assumed for it."""

    day: date
    note: str | None = None


def parse_date(text: str, order: str | None = None, *, financial: bool = False) -> Reading:
    """Read `text`; `order` decides about 5/3/2026 (`day` or `month` first).

    `financial` says that the column holds financial years, so that 2010-11 is one too and not November 2010.

    Raises:
        ValueError: not a date, or one that can be read in two ways; the message says which.
    """
    folded = _fold(text)
    if is_financial(folded, certain=not financial):
        raise ValueError(T("a financial year is not a date"))
    for pattern in _PATTERNS:
        if match := pattern.match(folded):
            return _from_parts(match.groupdict())
    for reader in (_named, _ordered, _japanese, _minguo, _serial):
        if reading := reader(folded, order):
            return reading
    raise ValueError(T("this is not a date"))


def decide_order(texts: Iterable[str], *, fallback: str | None, because: str) -> DateOrder:
    """Day or month first in a column: any number above 12 shows it, else `fallback` (`because` of the language)."""
    day = month = both = 0
    for text in texts:
        match = _ORDERED.match(_fold(text))
        if not match or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        day += first > _MONTHS >= second
        month += second > _MONTHS >= first
        both += first <= _MONTHS and second <= _MONTHS
    if day and month:
        return DateOrder(None, T("{day} dates have the day first and {month} the month", day=day, month=month))
    if day or month:
        first_part = "day" if day else "month"
        return DateOrder(first_part, T("{count} dates can be read in one way only", count=day or month))
    if not both:
        return DateOrder(None, T("no date needs it"))
    return DateOrder(fallback, because)


_MONTHS = 12


def _fold(text: str) -> str:
    folded = (
        unicodedata.normalize("NFKC", text).strip().lower().replace("國", "国").replace("號", "号").replace("華", "华")
    )
    return _WEEKDAY.sub("", folded)


def is_financial(text: str, *, certain: bool = True) -> bool:
    """Whether `text` is a financial year; with `certain`, only if it cannot be a month (2017-18, but not 2010-11)."""
    match = _FINANCIAL.match(text.strip().lower())
    if not match:
        return False
    if match[1] is None or not text[0].isdigit():
        return True
    following = (int(match[1]) + 1) % CENTURY
    return int(match[2]) % CENTURY == following and (not certain or int(match[2]) > _MONTHS)


def _from_parts(parts: dict[str, str | None], *, add: int = 0) -> Reading:
    year = int(parts["y"] or 0) + add
    month, day = int(parts["m"] or 0), parts.get("d")
    if year not in YEARS:
        raise ValueError(T("the year {year} is out of range", year=year))
    return _reading(year, month, int(day) if day else None)


def _reading(year: int, month: int, day: int | None) -> Reading:
    try:
        found = date(year, month, day or 1)
    except ValueError as error:
        raise ValueError(T("there is no such day")) from error
    return Reading(found, None if day else T("only a month given: taken as its first day"))


def _full_year(text: str) -> int:
    year = int(text)
    if year >= CENTURY:
        return year
    return year + (2000 if year < PIVOT else 1900)


def _named(text: str, _order: str | None) -> Reading | None:
    match = _NAMED_FIRST.match(text) or _NAMED.match(text)
    month = _months().get(match["n"]) if match else None
    if not match or month is None:
        return None
    return _reading(_full_year(match["y"]), month, int(match["d"]) if match["d"] else None)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Month names and their short forms -> number, in the languages of `MONTH_LANGUAGES`."""
    found: dict[str, int] = {"sept": 9}
    for language in MONTH_LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                found.setdefault(name.lower().rstrip("."), number)
    return found


def _ordered(text: str, order: str | None) -> Reading | None:
    match = _ORDERED.match(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
    if match[2] == "." or first > _MONTHS:
        order = "day"
    elif second > _MONTHS:
        order = "month"
    if order is None and first != second:
        raise ValueError(T("day and month can be read in two ways"))
    day, month = (first, second) if order != "month" else (second, first)
    return _reading(year, month, day)


def _japanese(text: str, _order: str | None) -> Reading | None:
    match = next((found for pattern in _ERA if (found := pattern.match(text))), None)
    if not match:
        return None
    parts = match.groupdict()
    return _from_parts({**parts, "y": "1" if parts["y"] == "元" else parts["y"]}, add=ERAS[parts["era"]])


def _minguo(text: str, _order: str | None) -> Reading | None:
    match = next((found for pattern in _MINGUO if (found := pattern.match(text))), None)
    if not match or (len(match["y"]) < len("100") and "民国" not in text):
        return None
    reading = _from_parts(match.groupdict(), add=REPUBLIC_OF_CHINA)
    return Reading(reading.day, reading.note or T("Minguo year {year}", year=match["y"]))


def _serial(text: str, _order: str | None) -> Reading | None:
    if not _SERIAL.match(text) or int(text[:5]) not in SERIALS:
        return None
    return Reading(
        SPREADSHEET_EPOCH + timedelta(days=int(text[:5])), T("spreadsheet day number {number}", number=text[:5])
    )

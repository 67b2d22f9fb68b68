"""Amounts, quantities and currencies as people write them.

Everything is exact: text to Decimal, never through a float. A number whose point or comma can be read in two ways is
read only with a decision for its whole column (`decide_decimal`); without one it stays unread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache

from babel.numbers import list_currencies

from tenring.language import T

#: Words that multiply the number beside them.
FACTORS = {
    "k": 10**3,
    "tsd": 10**3,
    "thousand": 10**3,
    "thousands": 10**3,
    "mil": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "millones": 10**6,
    "millionen": 10**6,
    "bn": 10**9,
    "billion": 10**9,
    "mrd": 10**9,
    "milliarden": 10**9,
    "milliards": 10**9,
    "lakh": 10**5,
    "lakhs": 10**5,
    "crore": 10**7,
    "crores": 10**7,
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "百萬": 10**6,
    "千万": 10**7,
    "千萬": 10**7,
    "亿": 10**8,
    "億": 10**8,
    "천": 10**3,
    "만": 10**4,
    "백만": 10**6,
    "억": 10**8,
}

#: Signs and names that mean one currency wherever they stand.
CURRENCIES = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "teur": "EUR",
    "t€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₩": "KRW",
    "원": "KRW",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "₽": "RUB",
    "₺": "TRY",
    "us$": "USD",
    "usd$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "r$": "BRL",
    "mx$": "MXN",
    "rm": "MYR",
    "rp": "IDR",
    "zł": "PLN",
    "kč": "CZK",
    "sfr": "CHF",
    "rmb": "CNY",
    "cn¥": "CNY",
    "人民币": "CNY",
    "人民幣": "CNY",
    "人民币元": "CNY",
    "人民币万元": "CNY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "歐元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "日圆": "JPY",
    "円": "JPY",
    "jp¥": "JPY",
    "港元": "HKD",
    "港币": "HKD",
    "港幣": "HKD",
    "新台币": "TWD",
    "新臺幣": "TWD",
    "新台幣": "TWD",
    "台币": "TWD",
    "韩元": "KRW",
    "澳元": "AUD",
    "加元": "CAD",
    "新加坡元": "SGD",
    "pesos mexicanos": "MXN",
}

#: Signs shared by several currencies -> what they mean in a file written in a language; otherwise they stay unknown.
SHARED = {
    "元": {"zh": "CNY"},
    "圆": {"zh": "CNY"},
    "¥": {"zh": "CNY", "ja": "JPY"},
    "$": {},
    "kr": {},
    "rs": {},
    "peso": {},
    "pesos": {},
    "dollar": {},
    "dollars": {},
}

#: Words beside an amount that change nothing about it.
QUIET = (
    *("不含税", "含税", "税前", "税后", "整", "约", "大约"),
    *("excl vat", "incl vat", "excl. vat", "incl. vat", "ex gst", "inc gst", "gst", "ht", "ttc"),
    *("net", "gross", "netto", "brutto", "ca", "ca.", "approx", "approx.", "about"),
    *(".-", ",-", ".–", ",–", ".", ":"),
)
APPROXIMATE = ("ca", "ca.", "approx", "approx.", "about", "约", "大约", "~", "≈")

#: Cells that say "nothing here".
BLANKS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "–",
        "/",
        "//",
        "n/a",
        "na",
        "n.a.",
        "null",
        "none",
        "nan",
        "nil",
        "无",
        "無",
        "暂无",
        "#n/a",
        ".",
    }
)

MONEY_PLACES = Decimal("0.000001")
MONEY_LIMIT = Decimal(10) ** 22
_PRECISION = 60

#: Numbers that everybody writes and reads like this: no sign, no grouping, a point that is not before three digits, and
#: no more digits than money has. They are read in SQL, with the result that `parse_amount` has.
PLAIN = "[0-9]{1,15}([.]([0-9]{1,2}|[0-9]{4,6}))?"

_NUMBER = re.compile(r"\d(?:[\d.,' ’]*\d)?")
_PLAIN = re.compile(r"-?\d+(?:\.(\d+))?")
_TYPED = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?")
_SPACED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?")
_GROUPS = {",": re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})*,\d{3}"), ".": re.compile(r"\d{1,3}(?:\.\d{3})+")}
_GROUP = 3


class AmbiguousNumberError(ValueError):
    """A number such as 1,234 that needs a decision about its column."""


@dataclass(frozen=True)
class Amount:
    """A value, the currency written beside it (an ISO 4217 code, or a shared sign such as `$`), and notes on it."""

    value: Decimal
    currency: str | None = None
    notes: tuple[str, ...] = ()
    factor: int = 1


@dataclass(frozen=True)
class DecimalSign:
    """The decision on a column's decimal sign: `.`, `,` or None (nothing to go by), and on what it rests."""

    sign: str | None
    evidence: str


def is_blank(text: str | None) -> bool:
    """Whether a cell says nothing: empty, a dash, `n/a`, 无."""
    return text is None or text.strip().lower() in BLANKS


def parse_amount(text: str, decimal: str | None = None) -> Amount:
    """Read `text`; `decimal` is the column's decimal sign for numbers that can be read in two ways.

    Raises:
        AmbiguousNumberError: 1,234 or 1.234 and no `decimal`.
        ValueError: this is not an amount.
    """
    plain = _PLAIN.fullmatch(text)
    if plain and len(plain[1] or "") != _GROUP:
        return _amount(Decimal(text), Amount(Decimal(0)))
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace("’", "'").strip().lower()
    found = _NUMBER.findall(folded)
    if len(found) != 1:
        raise ValueError(T("this is not one amount"))
    number = interpret(found[0], decimal)
    before, after = folded.split(found[0], 1)
    around = _around(before, after)
    return _amount(number, around, negative=_negative(before, after))


def parse_typed(text: str) -> Amount:
    """Read a number that came as a number (a spreadsheet cell, a JSON value), where the point is always decimal.

    Raises:
        ValueError: not a finite number.
    """
    if not _TYPED.fullmatch(text):
        raise ValueError(T("this is not one amount"))
    return _amount(Decimal(text), Amount(Decimal(0)))


def _amount(number: Decimal, around: Amount, *, negative: bool = False) -> Amount:
    with localcontext() as context:
        context.prec = _PRECISION
        value = number * around.factor * (-1 if negative else 1)
        if abs(value) >= MONEY_LIMIT:
            raise ValueError(T("this amount is too large"))
        rounded = value.quantize(MONEY_PLACES, rounding=ROUND_HALF_EVEN)
    notes = around.notes
    if rounded != value:
        notes = (*notes, T("rounded to six decimals"))
    if rounded < 0:
        notes = (*notes, T("negative: counted as a refund"))
    return Amount(rounded, around.currency, notes, around.factor)


def product(price: Decimal, count: Decimal) -> Decimal:
    """A price times a count (or a unit's factor), exactly, then rounded to six decimals.

    Raises:
        ValueError: too large to be money.
    """
    with localcontext() as context:
        context.prec = _PRECISION
        value = (price * count).quantize(MONEY_PLACES, rounding=ROUND_HALF_EVEN)
    if abs(value) >= MONEY_LIMIT:
        raise ValueError(T("this amount is too large"))
    return value


def interpret(token: str, decimal: str | None = None) -> Decimal:
    """The value of digits with points, commas, spaces or apostrophes between them.

    Raises:
        AmbiguousNumberError: two readings and no `decimal`.
        ValueError: the grouping fits no way of writing numbers.
    """
    sign = sign_of(token)
    if sign == "?":
        if decimal is None:
            raise AmbiguousNumberError(T("{number} can be read in two ways", number=token))
        sign = decimal
    bare = re.sub(r"[ ']", "", token)
    whole, _, fraction = bare.rpartition(sign) if sign and sign in bare else (bare, "", "")
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def sign_of(token: str) -> str | None:
    """Which sign is decimal in a number: `.`, `,`, None (it has none), or `?` (it can be read in two ways).

    Raises:
        ValueError: the grouping fits no way of writing numbers.
    """
    if " " in token or "'" in token:
        if not _SPACED.fullmatch(token):
            raise ValueError(T("this is not one amount"))
        return next((sign for sign in ".," if sign in token), None)
    points, commas = token.count("."), token.count(",")
    if points and commas:
        return _sign_of_both(token)
    if not points and not commas:
        return None
    sign, count = (".", points) if points else (",", commas)
    other = "," if sign == "." else "."
    if count > 1:
        if not _GROUPS[sign].fullmatch(token):
            raise ValueError(T("this is not one amount"))
        return other
    whole, fraction = token.split(sign)
    if len(fraction) != _GROUP or whole == "0" or len(whole) > _GROUP:
        return sign
    return "?"


def _sign_of_both(token: str) -> str:
    last = max(token.rfind("."), token.rfind(","))
    sign = token[last]
    group = "," if sign == "." else "."
    if token.count(sign) > 1 or not _GROUPS[group].fullmatch(token[:last]):
        raise ValueError(T("this is not one amount"))
    return sign


def decide_decimal(texts: Iterable[str], *, points: int = 0, fallback: str = ".", because: str = "") -> DecimalSign:
    """The decimal sign of a column: what its unambiguous numbers show, else `fallback` (`because` of the language).

    `points`: how many further texts are `PLAIN` numbers with a point.
    """
    votes = {".": points, ",": 0, "?": 0}
    for text in texts:
        for token in _NUMBER.findall(text):
            try:
                sign = sign_of(token)
            except ValueError:
                continue
            if sign:
                votes[sign] += 1
    return _decision(votes, fallback, because)


#: Share of the unambiguous numbers of a column that must agree before its ambiguous ones are read like them.
AGREEMENT = 0.9


def _decision(votes: dict[str, int], fallback: str, because: str) -> DecimalSign:
    clear = votes["."] + votes[","]
    if not clear:
        if not votes["?"]:
            return DecimalSign(None, T("no number has a decimal sign"))
        return DecimalSign(fallback, because)
    sign = "." if votes["."] >= votes[","] else ","
    if votes[sign] < AGREEMENT * clear:
        return DecimalSign(
            None, T("{points} numbers use a point and {commas} a comma", points=votes["."], commas=votes[","])
        )
    return DecimalSign(sign, T("{count} numbers can be read in one way only", count=votes[sign]))


def _negative(before: str, after: str) -> bool:
    bracketed = before.count("(") > before.count(")") and re.fullmatch(r"[^(]*\)[^()]*", after) is not None
    return bracketed or "-" in before or re.fullmatch(r"\s*-", after) is not None


def _around(before: str, after: str) -> Amount:
    """What the words around a number say, as an amount of 0.

    Raises:
        ValueError: a word that has no place beside an amount.
    """
    rest = re.sub(r"^\s*[.,][-–]+", " ", after)
    pieces = [piece for side in (before, rest) for piece in _pieces(side)]
    factors = [FACTORS[piece] for piece in pieces if piece in FACTORS]
    factors += [10**3 for piece in pieces if piece in ("teur", "t€")]
    currency = _one_currency({code for piece in pieces if (code := currency_of(piece))})
    if len(factors) > 1:
        raise ValueError(T("this is not one amount"))
    notes = (T("approximate amount"),) if any(piece in APPROXIMATE for piece in pieces) else ()
    return Amount(Decimal(0), currency, notes, next(iter(factors), 1))


def _one_currency(found: set[str]) -> str | None:
    """The currency among codes and signs of one amount: a code decides over shared signs; ¥ and 元 go together.

    Raises:
        ValueError: they contradict each other.
    """
    codes, signs = found - SHARED.keys(), sorted(found & SHARED.keys())
    if len(codes) > 1 or (not codes and len(signs) > 1 and signs != ["¥", "元"]):
        raise ValueError(T("this is not one amount"))
    return next(iter(codes), None) or next(iter(signs), None)


@lru_cache(maxsize=4096)
def _pieces(side: str) -> tuple[str, ...]:
    """The known words of one side of a number, in order.

    Raises:
        ValueError: something is left over.
    """
    found = _known_words().findall(side)
    left = _known_words().sub("", side)
    if re.sub(r"[\s()\[\]~≈-]", "", left):
        raise ValueError(T("“{words}” beside the number is not understood", words=side.strip()))
    return (*found, *("~" for sign in "~≈" if sign in side))


@lru_cache(maxsize=1)
def _known_words() -> re.Pattern[str]:
    words = {*FACTORS, *CURRENCIES, *SHARED, *QUIET, *(code.lower() for code in _iso_codes())}
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_bounded(word) for word in ordered))


def _bounded(word: str) -> str:
    """A Latin word ends where letters end; "m€" and "5m" still work, "mm" does not."""
    escaped = re.escape(word)
    if word.isascii() and word.isalpha():
        return rf"(?<![a-z]){escaped}(?![a-z])"
    return escaped


@lru_cache(maxsize=1)
def _iso_codes() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=4096)
def currency_of(text: str) -> str | None:
    """The currency a sign, code or name stands for: an ISO 4217 code, a shared sign (see `SHARED`), or None."""
    word = unicodedata.normalize("NFKC", text).strip().lower()
    if word in CURRENCIES:
        return CURRENCIES[word]
    if word in SHARED:
        return word
    return word.upper() if word.upper() in _iso_codes() else None


def settle(currency: str | None, language: str) -> str | None:
    """An ISO code as it is; a shared sign by the language of the file, or None where it stays open."""
    if currency is None or currency not in SHARED:
        return currency
    return SHARED[currency].get(language)


_UNIT_TEXT = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]|(?:单位|單位|unit|einheit|en|in)[:： ]+(\S.*)$", re.IGNORECASE)
_JOINED = re.compile(r"[:：,，/\s]+")


@lru_cache(maxsize=1024)
def unit_in_header(header: str) -> Amount | None:
    """What a header says about all amounts below it: `预算金额（万元）` → factor 10,000 and 元; None if nothing."""
    for inside, after in _UNIT_TEXT.findall(header):
        for text in (inside, after):
            if found := _unit(text):
                return found
    return _unit(header.rsplit(maxsplit=1)[-1]) if len(header.split()) > 1 else None


def _unit(text: str) -> Amount | None:
    folded = _JOINED.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    folded = re.sub(r"^(?:单位|單位|unit|einheit|in)\s", "", folded)
    if not folded:
        return None
    try:
        around = _around(folded, "")
    except ValueError:
        return None
    return around if around.currency or around.factor != 1 else None


_QUANTITY = re.compile(r"^\s*(-?\d[\d.,' ]*?)\s*([^\d\s.,'-][^\d]*)?\s*$")
QUANTITY_PLACES = Decimal("0.000000001")
QUANTITY_LIMIT = Decimal(10) ** 15


def parse_quantity(text: str, decimal: str | None = None) -> tuple[Decimal, str | None]:
    """A quantity and the unit written after it: `500张/包` → 500, `张/包`.

    Raises:
        ValueError: this is not one quantity.
    """
    match = _QUANTITY.match(unicodedata.normalize("NFKC", text))
    if not match:
        raise ValueError(T("this is not one quantity"))
    token = match[1].strip()
    value = interpret(token.lstrip("-"), decimal or ".") * (-1 if token.startswith("-") else 1)
    if abs(value) >= QUANTITY_LIMIT:
        raise ValueError(T("this quantity is too large"))
    return value.quantize(QUANTITY_PLACES), (match[2] or "").strip() or None

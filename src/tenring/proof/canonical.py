"""JSON in its one canonical form (RFC 8785, JCS): the bytes that a signature is made over."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.strict import SAFE, JsonObject

_STRING: Final = json.JSONEncoder(ensure_ascii=False).encode
#: Up to here the order of code points is that of UTF-16, by which the RFC sorts.
_SORTED_ALIKE: Final = "\ud7ff"
#: Between these Python writes a float that is no integer as ECMAScript does: shortest digits, no exponent.
_FIXED: Final = (1e-4, 1e16)
_PLAIN_KINDS: Final = frozenset({str, bool, type(None)})
#: Where a usual encoder's text may not be that of RFC 8785: the first bytes of characters that the RFC sorts in another
#: order; integers written as floats, exponents. The searches for these are quick and find texts, too: where one finds
#: something, the slower one tells whether it is a number. That stands behind a bracket, a comma or a colon.
_ELSEWHERE: Final = tuple(bytes((first,)) for first in range(0xEE, 0xF5))
_WHOLE: Final = re.compile(rb"\.0[,\]}]")
_SMALL: Final = re.compile(rb"e-[0-9]")
_DIGITS: Final = frozenset(b"0123456789")
_NUMBER: Final = re.compile(rb"[:,\[]-?[0-9]+(?:\.0[,\]}]|(?:\.[0-9]+)?e)")
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
#: ECMAScript writes numbers without exponent from 1e-6 to below 1e21 (ECMA-262, Number::toString).
_PLAIN: Final = (-7, 21)


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON is anything
    """`value` (as `strict.read_json` gives it) in canonical form, UTF-8.

    Raises:
        MalformedError: it has no canonical form: a number that is not finite or not safe, a lone surrogate, a value
            that is not JSON.
    """
    try:
        # Usual encoders agree with RFC 8785 but for some floats, and for keys beyond U+D7FF, which the RFC sorts as
        # UTF-16 and they as code points.
        if not _simple(value):
            return _written(value).encode("utf-8")
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except UnicodeEncodeError as error:
        raise MalformedError(T("it holds half a character (a lone surrogate)")) from error
    except (TypeError, ValueError) as error:
        raise MalformedError(T("it cannot be written as canonical JSON: {error}", error=str(error))) from error


def canonical_object(value: JsonObject) -> bytes:
    """As `canonical`, faster: for an object that `strict.read_json` gave, so that nothing in it is not JSON.

    Raises:
        MalformedError: as `canonical`.
    """
    try:
        written = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return canonical(value)
    if not written.isascii() and any(mark in written for mark in _ELSEWHERE):
        return canonical(value)
    return canonical(value) if _may_be_otherwise(written) and _NUMBER.search(written) else written


def _may_be_otherwise(written: bytes) -> bool:
    """Whether some number in the text may not be written as the RFC asks; quick, and sometimes wrongly so."""
    if b"+" in written or (b".0" in written and _WHOLE.search(written)):
        return True
    # A clause-3 is no power of ten: that has a digit in front.
    return any(written[found.start() - 1] in _DIGITS for found in _SMALL.finditer(written))


def _simple(value: Any) -> bool:  # noqa: ANN401, C901 - one loop without calls: every signed byte comes by here
    """Whether usual encoders write `value` as RFC 8785 asks."""
    kind = type(value)
    if kind is dict:
        keys = "".join(value)
        if not keys.isascii() and max(keys) > _SORTED_ALIKE:
            return False
        entries = value.values()
    else:
        entries = value if kind is list else (value,)
    for entry in entries:
        kind = type(entry)
        if kind is dict or kind is list:
            if not _simple(entry):
                return False
        elif kind is int:
            if not -SAFE <= entry <= SAFE:
                return False
        elif kind is float:
            if not _FIXED[0] <= abs(entry) < _FIXED[1] or entry.is_integer():
                return False
        elif kind not in _PLAIN_KINDS:
            return False
    return True


def _written(value: object) -> str:
    """`value` written by the rules of RFC 8785, piece by piece."""
    match value:
        case dict():
            if not all(isinstance(key, str) for key in value):
                message = "a key is not a string"
                raise TypeError(message)
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{_STRING(key)}:{_written(value[key])}" for key in keys) + "}"
        case list():
            return "[" + ",".join(map(_written, value)) + "]"
        case bool() | None | str():
            return _STRING(value)
        case int():
            return _integer(value)
        case float():
            return number(value)
    message = f"{type(value).__name__} is not a type of JSON"
    raise TypeError(message)


def _integer(value: int) -> str:
    if abs(value) > SAFE:
        message = f"the integer {value} is not safe"
        raise ValueError(message)
    return str(value)


def number(value: float) -> str:
    """A float as ECMAScript writes it (RFC 8785, section 3.2.2.3).

    Raises:
        ValueError: it is not finite.
    """
    if not math.isfinite(value):
        message = "a number is not finite"
        raise ValueError(message)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    # value = 0.DIGITS x 10^point
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """0.DIGITS x 10^point, with or without exponent as ECMAScript has it."""
    if len(digits) <= point <= _PLAIN[1]:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _PLAIN[1]:
        return f"{digits[:point]}.{digits[point:]}"
    if _PLAIN[0] + 1 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = f"{point - 1:+d}"
    return f"{digits[0]}{'.' + digits[1:] if len(digits) > 1 else ''}e{power}"

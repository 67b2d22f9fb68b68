"""JSON in its one canonical form (RFC 8785, JCS): the bytes that a signature is made over."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.strict import SAFE

_ENCODE: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode
_STRING: Final = json.JSONEncoder(ensure_ascii=False).encode
#: ECMAScript writes numbers without exponent from 1e-6 to below 1e21 (ECMA-262, Number::toString).
_PLAIN: Final = (-7, 21)
#: Floats that are not whole, which Python writes without exponent, too.
_ALIKE: Final = (1e-4, 1e15)


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON is anything
    """`value` (as `strict.read_json` gives it) in canonical form, UTF-8.

    Raises:
        MalformedError: it has no canonical form: a number that is not finite or not safe, a lone surrogate, a value
            that is not JSON.
    """
    try:
        # The encoder of the standard library agrees with RFC 8785 but for floats, and for keys beyond U+D7FF, which the
        # RFC sorts as UTF-16 and Python as code points.
        text = _ENCODE(value) if _simple(value) else _written(value)
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedError(T("it holds half a character (a lone surrogate)")) from error
    except (TypeError, ValueError) as error:
        raise MalformedError(T("it cannot be written as canonical JSON: {error}", error=str(error))) from error


def _simple(value: object) -> bool:
    """Whether the standard encoder writes `value` as RFC 8785 asks."""
    kind = type(value)
    if kind is dict:
        return all(type(k) is str and (k.isascii() or max(k) < "\ud800") and _simple(v) for k, v in value.items())  # type: ignore[attr-defined]
    if kind is list:
        return all(map(_simple, value))  # type: ignore[call-overload]
    if kind is int:
        return -SAFE <= value <= SAFE  # type: ignore[operator]
    if kind is float:
        # Where neither writes an exponent and there is a fraction, both write the same shortest digits.
        return _ALIKE[0] <= abs(value) < _ALIKE[1] and value % 1 != 0  # type: ignore[operator,arg-type]
    return kind is str or kind is bool or value is None


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

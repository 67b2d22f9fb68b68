"""As much CBOR (RFC 8949) as COSE_Sign1 needs: integers, strings, arrays, maps, tags, all of definite length.

Reading refuses what could be read in two ways: duplicate keys, indefinite lengths, bytes left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
#: An argument below stands in the first byte itself; above, in 1, 2, 4 or 8 bytes after it.
_SHORT: Final = 24
_LENGTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_DEPTH: Final = 8
_ITEMS: Final = 1000


@dataclass(frozen=True)
class Tagged:
    """A value under a tag."""

    tag: int
    value: Any


def read_cbor(data: bytes) -> Any:  # noqa: ANN401 - CBOR is anything
    """The one value that `data` holds.

    Raises:
        MalformedError: it is not CBOR of the kind described above, or not all of it was read.
    """
    try:
        value, end = _value(data, 0, 0)
    except (IndexError, KeyError, UnicodeDecodeError, TypeError) as error:
        raise MalformedError(T("it is not CBOR of the kind that COSE uses")) from error
    if end != len(data):
        raise MalformedError(T("bytes are left over after its end"))
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind, argument, at = _head(data, at)
    if depth > _DEPTH or (kind in (_ARRAY, _MAP) and argument > _ITEMS):
        raise MalformedError(T("it is not CBOR of the kind that COSE uses"))
    if kind == _UNSIGNED:
        return argument, at
    if kind == _NEGATIVE:
        return -1 - argument, at
    if kind in (_BYTES, _TEXT):
        if at + argument > len(data):
            raise IndexError
        piece = data[at : at + argument]
        return piece if kind == _BYTES else piece.decode("utf-8"), at + argument
    if kind == _TAG:
        value, at = _value(data, at, depth + 1)
        return Tagged(argument, value), at
    items = []
    for _ in range(argument * (2 if kind == _MAP else 1)):
        item, at = _value(data, at, depth + 1)
        items.append(item)
    if kind == _ARRAY:
        return items, at
    found = dict(zip(items[::2], items[1::2], strict=True))
    if len(found) != argument:
        raise MalformedError(T("a key stands twice in one map"))
    return found, at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind, argument, and where what follows begins."""
    kind, argument = data[at] >> 5, data[at] & 0x1F
    if kind > _TAG:
        raise KeyError
    if argument < _SHORT:
        return kind, argument, at + 1
    length = _LENGTHS[argument]
    if at + 1 + length > len(data):
        raise IndexError
    return kind, int.from_bytes(data[at + 1 : at + 1 + length], "big"), at + 1 + length


def cbor(value: Any) -> bytes:  # noqa: ANN401 - CBOR is anything
    """`value` in its shortest form; maps in the order given."""
    match value:
        case int():
            return _written(_UNSIGNED, value) if value >= 0 else _written(_NEGATIVE, -1 - value)
        case bytes():
            return _written(_BYTES, len(value)) + value
        case str():
            text = value.encode("utf-8")
            return _written(_TEXT, len(text)) + text
        case list():
            return _written(_ARRAY, len(value)) + b"".join(map(cbor, value))
        case dict():
            return _written(_MAP, len(value)) + b"".join(cbor(key) + cbor(entry) for key, entry in value.items())
        case Tagged():
            return _written(_TAG, value.tag) + cbor(value.value)
    message = f"{type(value).__name__} has no place in COSE"
    raise TypeError(message)


def _written(kind: int, argument: int) -> bytes:
    if argument < _SHORT:
        return bytes([kind << 5 | argument])
    for code, length in _LENGTHS.items():
        if argument < 256**length:
            return bytes([kind << 5 | code]) + argument.to_bytes(length, "big")
    message = f"{argument} is too large for CBOR"
    raise ValueError(message)

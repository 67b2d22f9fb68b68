"""JSON from strangers: read once, strictly, or refused.

Two readers of one document must see the same document. So what JSON leaves open is refused here: duplicate keys,
numbers that not every reader holds exactly (RFC 7493: integers beyond ±(2^53 - 1), floats that overflow), NaN and
Infinity, lone surrogates, and text that is not UTF-8. Size and depth are limited before anything is built.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from tenring.exceptions import MalformedError
from tenring.language import T

JsonObject = dict[str, Any]

#: The largest integer that every JSON reader holds exactly (RFC 7493, section 2.2).
SAFE: Final = 2**53 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class JsonLimits:
    """How much JSON is read: bytes of the text, and how deep arrays and objects nest."""

    bytes: int = 4 * 1024**2
    depth: int = 64


LIMITS: Final = JsonLimits()


def read_json(text: bytes | str, limits: JsonLimits = LIMITS) -> Any:  # noqa: ANN401 - JSON is anything
    """The value that `text` (UTF-8) holds; see the module for what is refused.

    Raises:
        MalformedError: it is no JSON, or not JSON that every reader reads alike.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > limits.bytes:
        refuse(T("it is larger than {limit} bytes", limit=f"{limits.bytes:,}"))
    _require_shallow(raw, limits.depth)
    try:
        decoded = raw.decode("utf-8")
        return _DECODER.decode(decoded)
    except UnicodeDecodeError as error:
        refuse(T("it is not UTF-8 text (byte {position})", position=str(error.start)))
    except json.JSONDecodeError as error:
        refuse(T("it is not JSON: line {line}, column {column}", line=str(error.lineno), column=str(error.colno)))


def read_object(text: bytes | str, limits: JsonLimits = LIMITS) -> JsonObject:
    """As `read_json`, where only an object will do."""
    value = read_json(text, limits)
    if not isinstance(value, dict):
        refuse(T("it is not a JSON object"))
    return value


def refuse(what: str) -> NoReturn:
    """Refuse a document for this reason."""
    raise MalformedError(what)


def _require_shallow(raw: bytes, depth: int) -> None:
    """Refuse nesting deeper than `depth`, before the parser recurses into it."""
    if raw.count(b"[") + raw.count(b"{") <= depth:
        return
    level = 0
    for token in _NESTING.finditer(raw):
        mark = token[0]
        if mark in b"[{":
            level += 1
            if level > depth:
                refuse(T("it nests deeper than {limit} levels", limit=str(depth)))
        elif mark in b"]}":
            level -= 1


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                refuse(T("the key {key} stands twice in one object", key=repr(key)))
            seen.add(key)
    for key, value in pairs:
        if type(value) is str and not value.isascii() and _SURROGATE.search(value):
            refuse(T("the text of {key} holds half a character (a lone surrogate)", key=repr(key)))
        if not key.isascii() and _SURROGATE.search(key):
            refuse(T("a key holds half a character (a lone surrogate)"))
    return found


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= len(str(SAFE)) + 1 else SAFE + 1
    if abs(value) > SAFE:
        refuse(T("the number {number} is too large to be read alike everywhere", number=digits[:40]))
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        refuse(T("the number {number} is too large to be read alike everywhere", number=digits[:40]))
    return value


def _constant(name: str) -> NoReturn:
    refuse(T("{name} is not a number of JSON", name=name))


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)

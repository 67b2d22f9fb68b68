"""JSON from strangers: read once, strictly, or refused.

Two readers of one document must see the same document. So what JSON leaves open is refused here: duplicate keys,
numbers that not every reader holds exactly (RFC 7493: integers beyond ±(2^53 - 1), floats that overflow), NaN and
Infinity, lone surrogates, and text that is not UTF-8. Size and depth are limited before anything is built.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import orjson

from tenring.exceptions import MalformedError
from tenring.language import T

JsonObject = dict[str, Any]

#: The largest integer that every JSON reader holds exactly (RFC 7493, section 2.2).
SAFE: Final = 2**53 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Half a character can be written in one way only, since the text is UTF-8.
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
#: A text (also one that nothing ends: then all is text) or a bracket.
_NESTING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
#: Up to this length counting brackets is faster than the frame in which longer texts are written.
_SHORT: Final = 4096
_UNSURE: Final = object()
#: White space of JSON (RFC 8259, section 2).
_SPACES: Final = b" \t\n\r"


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
    value = _read_compact(raw, limits.depth)
    if value is not _UNSURE:
        return value
    _require_shallow(raw, limits.depth)
    try:
        if not _ESCAPED_SURROGATE.search(raw):
            return _DECODER.decode(raw.decode("utf-8"))
        value = _WARY_DECODER.decode(raw.decode("utf-8"))
        _require_whole(value, "$")
    except UnicodeDecodeError as error:
        refuse(T("it is not UTF-8 text (byte {position})", position=str(error.start)))
    except json.JSONDecodeError as error:
        refuse(T("it is not JSON: line {line}, column {column}", line=str(error.lineno), column=str(error.colno)))
    return value


def _read_compact(raw: bytes, depth: int) -> Any:  # noqa: ANN401 - JSON is anything
    """What JSON in its usual spelling holds, read fast; `_UNSURE`: read it carefully.

    When writing the value gives the text that was read, nothing in it was dropped, doubled or rounded: the text says
    what the value says, and no reader can find another key in it. White space makes no difference to that: without any,
    the tokens of a text are still told apart, so the same characters are the same keys and numbers in the same places.
    """
    try:
        value = orjson.loads(raw)
        if len(raw) < _SHORT and len(raw.translate(None, _NOT_BRACKETS)) <= 2 * depth:
            written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
        else:
            written = _FRAMES.written(value, depth)
    except (ValueError, TypeError):
        return _UNSURE
    if written == raw or written.translate(None, _SPACES) == raw.translate(None, _SPACES):
        return value
    return _UNSURE


def _deepest(most: int = 2_000) -> int:
    """So many arrays and objects within each other the fast encoder writes, and no more; 0: it knows no end."""
    nested: list[Any] = []
    for level in range(most):
        try:
            orjson.dumps(nested)
        except TypeError:
            return level
        nested = [nested]
    return 0


_DEEPEST: Final = _deepest()


class _Frames(threading.local):
    """Writes a value that nests no deeper than it may: in so many arrays that the encoder refuses a deeper one."""

    def __init__(self) -> None:
        self._framed: dict[int, tuple[list[Any], list[Any], int]] = {}

    def written(self, value: Any, depth: int) -> bytes:  # noqa: ANN401 - JSON is anything
        """The value as compact JSON.

        Raises:
            TypeError: it nests deeper than `depth`, or cannot be written.
        """
        outer, inner, width = self._framed.get(depth) or self._frame(depth)
        inner[0] = value
        try:
            written = orjson.dumps(outer, option=orjson.OPT_STRICT_INTEGER)
        finally:
            inner[0] = None
        return written[width:-width]

    def _frame(self, depth: int) -> tuple[list[Any], list[Any], int]:
        if not _DEEPEST:
            message = "the encoder does not tell how deep a value nests"
            raise TypeError(message)
        width = max(_DEEPEST - depth, 1)
        inner: list[Any] = [None]
        outer = inner
        for _ in range(width - 1):
            outer = [outer]
        self._framed[depth] = outer, inner, width
        return self._framed[depth]


_FRAMES: Final = _Frames()


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
    """Refuse nesting deeper than `depth`, before a parser recurses into it. Brackets in texts do not count."""
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
    return found


def _unique_and_whole(pairs: list[tuple[str, Any]]) -> JsonObject:
    """As `_unique`, where half a character may stand in a text."""
    for key, value in pairs:
        if _SURROGATE.search(key):
            refuse(T("a key holds half a character (a lone surrogate)"))
        _require_whole(value, key)
    return _unique(pairs)


def _require_whole(value: object, key: str) -> None:
    """Refuse a text with half a character in it, also inside arrays."""
    if isinstance(value, str) and _SURROGATE.search(value):
        refuse(T("the text of {key} holds half a character (a lone surrogate)", key=repr(key)))
    if isinstance(value, list):
        for entry in value:
            _require_whole(entry, key)


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
_WARY_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique_and_whole, parse_int=_integer, parse_float=_float, parse_constant=_constant
)

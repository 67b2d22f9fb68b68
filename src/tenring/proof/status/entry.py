"""What a credential says about where its status stands: `credentialStatus`, written and read.

Source: Bitstring Status List 1.0, section 2.1. UNTP 0.7 wants `statusListIndex` as a JSON integer where W3C wants a
string of digits; both are read, and no other spelling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, NoReturn

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.status.purposes import MESSAGE_SIZE, Purpose, message_table
from tenring.proof.strict import SAFE, JsonObject

TYPE: Final = "BitstringStatusListEntry"
_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]{1,8}")
#: A larger table of messages does not fit into a credential that we read.
_LARGEST_SIZE: Final = 16
_ONE_BIT: Final[Mapping[int, str]] = MappingProxyType({0: "unset", 1: "set"})


class Entry(NamedTuple):
    """One place in one list, as a credential names it."""

    purpose: str
    address: str
    position: int
    """The `statusListIndex`."""
    size: int = 1
    messages: Mapping[int, str] = MappingProxyType({})


def write_entry(purpose: Purpose, address: str, index: int, *, as_integer: bool = False) -> JsonObject:
    """An entry for `credentialStatus`; `as_integer`: the index as UNTP 0.7 wants it."""
    entry: JsonObject = {
        "id": f"{address}#{index}",
        "type": TYPE,
        "statusPurpose": purpose.value,
        "statusListIndex": index if as_integer else str(index),
        "statusListCredential": address,
    }
    if purpose is Purpose.MESSAGE:
        entry |= {"statusSize": MESSAGE_SIZE, "statusMessage": message_table()}
    return entry


def entries_in(credential: JsonObject) -> list[JsonObject]:
    """The status entries of a credential as written; none when it has no `credentialStatus`.

    Raises:
        MalformedError: they are not objects, or an empty list.
    """
    if "credentialStatus" not in credential:
        return []
    written = credential["credentialStatus"]
    found = written if isinstance(written, list) else [written]
    for entry in found:
        if not isinstance(entry, dict):
            break
    else:
        if found:
            return found
    raise MalformedError(T("credentialStatus must be an object, or a list of them"))


def is_bitstring_entry(written: JsonObject) -> bool:
    """Whether this is an entry of the kind that we read."""
    kind = written.get("type")
    return kind == TYPE or kind == [TYPE]  # noqa: PLR1714 - no tuple to build


def read_entry(written: JsonObject) -> Entry:
    """An entry that `is_bitstring_entry`.

    Raises:
        MalformedError: it breaks a rule of the specification (MALFORMED_VALUE_ERROR).
    """
    purpose, address = written.get("statusPurpose"), written.get("statusListCredential")
    if not isinstance(purpose, str) or not purpose:
        _refuse("statusPurpose", purpose)
    if not isinstance(address, str) or ":" not in address:
        _refuse("statusListCredential", address)
    if written.get("id") == address:
        raise MalformedError(T("the id of a status entry must not be the address of the list"))
    size = written.get("statusSize", 1)
    if type(size) is not int or not 1 <= size <= _LARGEST_SIZE:
        _refuse("statusSize", size)
    index = _index(written.get("statusListIndex"))
    return Entry(purpose, address, index, size, _messages(written.get("statusMessage"), size))


def _index(value: object) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is not int or not 0 <= value <= SAFE:
        _refuse("statusListIndex", value)
    return value


def _messages(written: object, size: int) -> Mapping[int, str]:
    if written is None:
        if size > 1:
            raise MalformedError(T("a status of several bits needs statusMessage"))
        return _ONE_BIT
    if not isinstance(written, list) or len(written) != 2**size:
        raise MalformedError(T("statusMessage must have {count} elements", count=str(2**size)))
    found: dict[int, str] = {}
    for element in written:
        status, message = (element.get(k) for k in ("status", "message")) if isinstance(element, dict) else (None, None)
        if not isinstance(status, str) or not _HEX.fullmatch(status) or not isinstance(message, str):
            _refuse("statusMessage", element)
        found[int(status, 16)] = message
    if found.keys() != set(range(2**size)):
        raise MalformedError(T("statusMessage must name each value once"))
    return found


def _refuse(term: str, value: object) -> NoReturn:
    raise MalformedError(T("{term} of a status entry cannot be {value}", term=term, value=repr(value)[:80]))

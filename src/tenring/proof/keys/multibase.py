"""Multibase: bytes as text that says its own alphabet (`z` base58btc, `u` base64url without padding).

Source: Controlled Identifiers 1.0, section 2.4 (Multibase). Both readers accept one spelling for each value.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
#: Characters read at once: 58^10 still fits a machine word, so few steps need large integers.
_CHUNK: Final = 10
_POWERS: Final = tuple(58**count for count in range(_CHUNK + 1))
#: Base58 takes time that grows with the square of its length; keys and signatures have less than 200 characters.
LONGEST: Final = 1024
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")


def from_multibase(text: str) -> bytes:
    """The bytes that `text` stands for.

    Raises:
        MalformedError: another alphabet, or a spelling that the alphabet does not have.
    """
    if text[:1] == "z":
        return from_base58(text[1:])
    if text[:1] == "u":
        return from_base64url(text[1:])
    raise MalformedError(T("{value} is neither base58btc (z…) nor base64url (u…)", value=repr(text[:40])))


def base58(raw: bytes) -> str:
    """Bytes in base58btc, without the leading `z`."""
    number, digits = int.from_bytes(raw, "big"), []
    while number:
        number, value = divmod(number, 58)
        digits.append(_ALPHABET[value])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def from_base58(text: str) -> bytes:
    """The bytes of a base58btc text without its leading `z`.

    Raises:
        MalformedError: a character that is not in the alphabet, or more than `LONGEST` characters.
    """
    if len(text) > LONGEST:
        raise MalformedError(T("a base58 text of {count} characters is too long", count=str(len(text))))
    number = 0
    try:
        for start in range(0, len(text), _CHUNK):
            part = 0
            chunk = text[start : start + _CHUNK]
            for character in chunk:
                part = part * 58 + _VALUES[character]
            number = number * _POWERS[len(chunk)] + part
    except KeyError as error:
        raise MalformedError(T("{value} is not base58", value=repr(text[:40]))) from error
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(raw: bytes) -> str:
    """Bytes in base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a base64url text without padding.

    Raises:
        MalformedError: other characters, padding, an impossible length, or bits that no byte holds (two spellings of
            the same bytes would be two readings of one document).
    """
    if _BASE64URL.fullmatch(text):
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            raw = b""
        if base64url(raw) == text:
            return raw
    raise MalformedError(T("{value} is not base64url without padding", value=repr(text[:40])))

"""Multibase: bytes as text that says its own alphabet (`z` base58btc, `u` base64url without padding).

Source: Controlled Identifiers 1.0, section 2.4 (Multibase). Both readers accept one spelling for each value.
"""

from __future__ import annotations

import binascii
from typing import Final

from pydantic import ConfigDict, TypeAdapter

from tenring.exceptions import MalformedError
from tenring.language import T

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FOREIGN: Final = 255
_VALUES: Final = bytes(_ALPHABET.find(chr(character)) % 256 for character in range(256))
#: Characters read at once: 58^8 still fits a machine word, so few steps need large integers.
_CHUNK: Final = 8
_TWO, _FOUR, _EIGHT = (58**count for count in (2, 4, 8))
#: Base58 takes time that grows with the square of its length; keys and signatures have less than 200 characters.
LONGEST: Final = 1024
_URL_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#: `+`, `/` and `=` become a character that strict reading refuses.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/---")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
#: From this length on the reader of pydantic pays: it reads base64 several times faster than the standard library.
_LONG: Final = 256
_read_long: Final = TypeAdapter(bytes, config=ConfigDict(val_json_bytes="base64")).validator.validate_json
#: By the length modulo 4: the padding left out, and the bits of the last character that no byte holds.
_PADDING: Final = {0: (b"", 0), 2: (b"==", 0b1111), 3: (b"=", 0b11)}


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
    digits = text.encode("ascii", "replace").translate(_VALUES)
    if _FOREIGN in digits:
        raise MalformedError(T("{value} is not base58", value=repr(text[:40])))
    number = 0
    padded = bytes(-len(digits) % _CHUNK) + digits
    for start in range(0, len(padded), _CHUNK):
        a, b, c, d, e, f, g, h = padded[start : start + _CHUNK]  # written out: every proof comes by here
        upper, lower = (a * 58 + b) * _TWO + c * 58 + d, (e * 58 + f) * _TWO + g * 58 + h
        number = number * _EIGHT + upper * _FOUR + lower
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(raw: bytes) -> str:
    """Bytes in base64url without padding (RFC 4648, section 5)."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def from_base64url(text: str | bytes) -> bytes:
    """The bytes of a base64url text without padding.

    Raises:
        MalformedError: other characters, padding, an impossible length, or bits that no byte holds (two spellings of
            the same bytes would be two readings of one document).
    """
    try:
        characters = text.encode("ascii") if isinstance(text, str) else text
        if len(characters) >= _LONG and not _readable_otherwise(characters):
            raw: bytes = _read_long(b'"%b"' % characters)
            return raw
        padding, unused = _PADDING[len(characters) % 4]
        unused = unused and _URL_ALPHABET.index(characters[-1]) & unused
        return binascii.a2b_base64(characters.translate(_FROM_URL) + (b"-" if unused else padding), strict_mode=True)
    except (ValueError, KeyError) as error:
        raise MalformedError(T("{value} is not base64url without padding", value=repr(text[:40]))) from error


def _readable_otherwise(characters: bytes) -> bool:
    """What the reader for long texts would read and we do not: another alphabet, padding, escapes of JSON."""
    return b"+" in characters or b"/" in characters or b"=" in characters or b"\\" in characters

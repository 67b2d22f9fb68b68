"""Bytes as text: base64url and multibase, read strictly: one text for one value, nothing that a lenient reader skips."""

from __future__ import annotations

import binascii
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FOREIGN: Final = 255
_DIGITS: Final = bytes(_BASE58.find(chr(letter)) % 256 for letter in range(256))
#: Digits read at once: 58^10 still fits a machine word.
_CHUNK: Final = 10
#: A text longer than this is no key and no signature of any kind known here; reading base58 is quadratic.
BASE58_LIMIT: Final = 2048
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD: Final = bytes.maketrans(b"-_+/", b"+/--")  # `+` and `/` become a letter that strict reading refuses
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_PADDING: Final = {0: b"", 2: b"==", 3: b"="}
#: The last letter of a text of this length modulo 4 carries so many bits that must be zero.
_UNUSED: Final = {0: 0, 2: 0b1111, 3: 0b11}


def base64url(data: bytes) -> str:
    """`data` as base64url without padding (RFC 7515, section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def from_base64url(text: str | bytes) -> bytes:
    """The bytes that `text` stands for.

    Raises:
        MalformedError: padding, a foreign letter, or bits left over that are not zero: two texts would stand for one
            value, and an altered text would pass for the original.
    """
    try:
        letters = text.encode("ascii") if isinstance(text, str) else text
        rest = len(letters) % 4
        if letters and _ALPHABET.index(letters[-1]) & _UNUSED[rest]:
            raise ValueError
        return binascii.a2b_base64(letters.translate(_TO_STANDARD) + _PADDING[rest], strict_mode=True)
    except (ValueError, KeyError) as error:
        raise MalformedError(T("it is not base64url text")) from error


def base58(data: bytes) -> str:
    """`data` in the alphabet of Bitcoin, as multibase `z` has it (without the letter `z`)."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    value = int.from_bytes(data, "big")
    letters = []
    while value:
        value, digit = divmod(value, 58)
        letters.append(_BASE58[digit])
    return "1" * zeros + "".join(reversed(letters))


def from_base58(text: str) -> bytes:
    """The bytes that `text` stands for.

    Raises:
        MalformedError: a letter outside the alphabet, or longer than any key or signature.
    """
    if len(text) > BASE58_LIMIT:
        raise MalformedError(T("it is not base58 text of a key or signature: it is too long"))
    digits = text.encode("ascii", "replace").translate(_DIGITS)
    if _FOREIGN in digits:
        raise MalformedError(T("it is not base58 text"))
    value = 0
    for start in range(0, len(digits), _CHUNK):
        part = 0
        piece = digits[start : start + _CHUNK]
        for digit in piece:
            part = part * 58 + digit
        value = value * 58 ** len(piece) + part
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + value.to_bytes((value.bit_length() + 7) // 8, "big")


def from_multibase(text: str) -> bytes:
    """The bytes of a multibase text: `z` (base58) or `u` (base64url without padding).

    Raises:
        MalformedError: another base, or not well written in it.
    """
    if text.startswith("z"):
        return from_base58(text[1:])
    if text.startswith("u"):
        return from_base64url(text[1:])
    raise MalformedError(T("it is not multibase text that starts with z or u"))

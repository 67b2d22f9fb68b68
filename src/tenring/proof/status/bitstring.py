"""Bit strings of a status list: compressed to text and back, with a limit against bombs.

Source: Bitstring Status List 1.0, sections 3.3 and 3.4. Index 0 is the left-most bit; an entry of several bits begins
at its index times its size, most significant bit first.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.keys.multibase import base64url, from_base64url

#: Fewest entries of a list (section 3.2): among fewer, one credential could be told from another.
MINIMUM: Final = 131_072
_MINIMUM_BYTES: Final = MINIMUM // 8
#: Largest list that is unpacked: 64 million entries. What unpacks to more is a bomb.
LARGEST_BYTES: Final = 8 * 1024**2
#: The result has the same bytes wherever it was made: no name, no time, and the strongest compression.
_LEVEL: Final = 9
_GZIP: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Bitstring:
    """Bits of a list as bytes."""

    raw: bytes

    @classmethod
    def read(cls, encoded: object, largest: int = LARGEST_BYTES) -> Bitstring:
        """The bits of an `encodedList`.

        Raises:
            MalformedError: it is not multibase base64url, not exactly one whole gzip stream, unpacks to less than the
                minimum or to more than `largest` bytes.
        """
        if not isinstance(encoded, str) or not encoded.startswith("u"):
            raise MalformedError(T("encodedList is not multibase base64url (u…)"))
        return cls(_unpacked(from_base64url(encoded[1:]), largest))

    @classmethod
    def of(cls, values: dict[int, int], *, length: int, size: int = 1) -> Bitstring:
        """A list of `length` entries of `size` bits: index -> value, all others 0."""
        raw = bytearray(max(-(-length * size // 8), _MINIMUM_BYTES * size))
        for index, value in values.items():
            for bit in range(size):
                if value >> (size - 1 - bit) & 1:
                    position = index * size + bit
                    raw[position >> 3] |= 0x80 >> (position & 7)
        return cls(bytes(raw))

    def encoded(self) -> str:
        """The bits as `encodedList`: the same bits always give the same text."""
        return "u" + base64url(gzip.compress(self.raw, compresslevel=_LEVEL, mtime=0))

    def entries(self, size: int = 1) -> int:
        """How many entries of this size there are."""
        return len(self.raw) * 8 // size

    def value(self, index: int, size: int = 1) -> int:
        """The value of an entry.

        Raises:
            MalformedError: the list ends before it.
        """
        if not 0 <= index < len(self.raw) * 8 // size:
            raise MalformedError(
                T("entry {index} lies outside of a list of {count}", index=str(index), count=f"{self.entries(size):,}")
            )
        if size == 1:
            return self.raw[index >> 3] >> (7 - (index & 7)) & 1
        value = 0
        for position in range(index * size, (index + 1) * size):
            value = value << 1 | (self.raw[position >> 3] >> (7 - (position & 7)) & 1)
        return value


def _unpacked(packed: bytes, largest: int) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    try:
        raw = stream.decompress(packed, largest + 1)
    except zlib.error as error:
        raise MalformedError(T("encodedList cannot be unpacked: {reason}", reason=str(error))) from error
    if len(raw) > largest:
        raise MalformedError(T("encodedList unpacks to more than {limit} bytes", limit=f"{largest:,}"))
    if not stream.eof or stream.unused_data:
        raise MalformedError(T("encodedList is cut off or has something behind its end"))
    if len(raw) < _MINIMUM_BYTES:
        raise MalformedError(T("encodedList has fewer than {count} entries", count=f"{MINIMUM:,}"))
    return raw

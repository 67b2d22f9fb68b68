"""The encoding of a text file: strictly decoded, chosen by how much the result reads like text people write."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.read.names import exact_names

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

#: Encodings tried when a file is not UTF-8, with the Python codec of each.
CANDIDATES = {
    "GB18030": "gb18030",
    "Big5": "big5hkscs",
    "Shift-JIS": "cp932",
    "EUC-KR": "cp949",
    "Windows-1252": "cp1252",
}

SAMPLE_BYTES = 1 << 20
CHUNK_BYTES = 1 << 22
HEADER_WEIGHT = 0.25
"""What one recognised column name adds to a score of 0 to 1: a header that reads is strong evidence."""

_UTF8_SEQUENCES = 20
"""This many correct sequences before the first wrong byte make a file UTF-8 with an error, not another encoding."""

_ZERO_SHARE, _ONE_SIDED = 0.05, 5
"""UTF-16 without mark shows zero bytes, at least this share of all, and so many times more on one side of each pair."""

_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_LATIN_WORDS = re.compile(r"(?<=[A-Za-z])[À-ÖØ-öø-ÿŒœŠšŽžŸ’ºª]|[À-ÖØ-öø-ÿŒœŠšŽž](?=[A-Za-z ])|[€£°“”‘’–—«»¿¡§]")
_CELL = re.compile(r"[,;\t|\r\n]")
_HEADER_LINES = 10


@dataclass(frozen=True)
class Encoding:
    """A Python codec and why it was chosen."""

    codec: str
    evidence: str


def choose(path: Path, *, given: str | None) -> Encoding:
    """The encoding of a text file.

    Raises:
        UnusableInputError: the given name is unknown, or no encoding fits; the message names the offset of the byte.
    """
    if given:
        return Encoding(_known(given, path), T("given by the user"))
    with path.open("rb") as stream:
        head = stream.read(SAMPLE_BYTES)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return Encoding(codec, T("byte order mark"))
    if wide := _utf16_without_mark(head):
        return Encoding(wide, T("every other byte is zero"))
    offset = first_wrong_byte(path, "utf-8")
    if offset is None:
        return Encoding("utf-8", T("all bytes are valid UTF-8"))
    return _scored(path, head, offset)


def _known(given: str, path: Path) -> str:
    try:
        return codecs.lookup(given).name
    except LookupError as error:
        names = ", ".join(("UTF-8", "UTF-16", *CANDIDATES))
        raise UnusableInputError(
            T("the encoding {name} is not known", name=given), where=path, do=T("Use one of: {names}", names=names)
        ) from error


def _utf16_without_mark(head: bytes) -> str | None:
    sample = head[:2000]
    low, high = sample[1::2].count(0), sample[0::2].count(0)
    if max(low, high) < _ZERO_SHARE * len(sample) or min(low, high) * _ONE_SIDED > max(low, high):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def first_wrong_byte(path: Path, codec: str) -> int | None:
    """The offset of the first byte that `codec` cannot decode; None if it decodes the whole file."""
    if codec == "utf-8" and _is_utf8(path.read_bytes()):
        return None
    decoder = codecs.getincrementaldecoder(codec)()
    done = 0
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(CHUNK_BYTES)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done - held + error.start
            if not chunk:
                return None
            done += len(chunk)


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8: five times as fast as decoding them."""
    ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _scored(path: Path, head: bytes, offset: int) -> Encoding:
    before = head[:offset] if offset < len(head) else head
    if len(_MULTIBYTE.findall(before)) >= _UTF8_SEQUENCES:
        what = T("the file is UTF-8, but the byte at offset {offset:,} is not", offset=offset)
        raise UnusableInputError(what, where=path, do=T("Correct that place, or name the encoding with --encoding"))
    scores = {name: score for name, codec in CANDIDATES.items() if (score := _score(head, codec)) is not None}
    for name in sorted(scores, key=lambda one: -scores[one]):
        if first_wrong_byte(path, CANDIDATES[name]) is None:
            return Encoding(
                CANDIDATES[name], T("reads best among the encodings tried ({scores})", scores=_listed(scores))
            )
    what = T("no encoding we know fits; as UTF-8, the byte at offset {offset:,} is wrong", offset=offset)
    raise UnusableInputError(what, where=path, do=T("Name the encoding with --encoding"))


def _listed(scores: dict[str, float]) -> str:
    return ", ".join(f"{name} {scores[name]:.2f}" for name in sorted(scores, key=lambda one: -scores[one]))


def _score(head: bytes, codec: str) -> float | None:
    """How much `head` reads like text in `codec`: 0 to 1 for its signs, more for column names; None if it cannot be."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return None
    signs = [sign for sign in text if sign > "\x7f"]
    if not signs:
        return 0.0
    common = len(_LATIN_WORDS.findall(text)) if codec == "cp1252" else sum(sign in _common(codec) for sign in signs)
    lines = text.splitlines()[:_HEADER_LINES]
    named = max(
        (exact_names(cell.strip(' "') for cell in _CELL.split(line) if _foreign(cell)) for line in lines), default=0
    )
    return common / len(signs) + HEADER_WEIGHT * named


def _foreign(cell: str) -> bool:
    return not cell.isascii()


#: Lead bytes of the most used ideographs (and kana, Hangul) of each encoding.
_COMMON_LEADS = {"gb18030": (0xB0, 0xD8), "big5hkscs": (0xA4, 0xC7), "cp932": (0x88, 0x98), "cp949": (0xB0, 0xC9)}
_PUNCTUATION = frozenset(
    "，。、；：？！（）《》【】“”‘’—…·～「」『』￥％／＋－．　０１２３４５６７８９"
    "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
)


@lru_cache(maxsize=8)
def _common(codec: str) -> frozenset[str]:
    """Signs usual in texts of an encoding: first-level ideographs, kana or Hangul, full-width punctuation."""
    first, last = _COMMON_LEADS[codec]
    usual = {
        sign
        for lead in range(first, last)
        for trail in range(0x40, 0xFF)
        for sign in _sign(bytes((lead, trail)), codec)
    }
    if codec == "cp932":
        usual |= {chr(code) for code in range(0x3041, 0x30FF)}
    return frozenset(usual) | _PUNCTUATION


def _sign(pair: bytes, codec: str) -> str:
    try:
        text = pair.decode(codec)
    except UnicodeDecodeError:
        return ""
    return text if len(text) == 1 and text > "\x7f" else ""


def decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text of a file in pieces, strictly decoded.

    Raises:
        UnusableInputError: a byte does not fit the encoding; the message names its offset.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(CHUNK_BYTES):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise wrong_encoding(path, encoding) from error


def wrong_encoding(path: Path, encoding: Encoding) -> UnusableInputError:
    """The error for a file that is not in the encoding somebody gave for it."""
    offset = first_wrong_byte(path, encoding.codec)
    what = T(
        "the file is not {codec}: the byte at offset {offset:,} does not fit", codec=encoding.codec, offset=offset or 0
    )
    return UnusableInputError(what, where=path, do=T("Leave --encoding out to let us find it, or give the right one"))


def as_utf8(path: Path, encoding: Encoding) -> bytes:
    """The whole file as UTF-8 without byte order mark.

    Raises:
        UnusableInputError: a byte does not fit the encoding; the message names its offset.
    """
    if encoding.codec in ("utf-8", "utf-8-sig"):
        data = path.read_bytes()
        if not _is_utf8(data):
            raise wrong_encoding(path, encoding)
        return data.removeprefix(codecs.BOM_UTF8)
    return "".join(decoded(path, encoding)).removeprefix("\ufeff").encode()

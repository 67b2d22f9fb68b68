"""One normal form of text for matching, classifying and searching, in Python and as SQL, with the same result.

Normal form: full-width letters, digits and signs become half-width, Traditional characters become Simplified,
accents go, upper case becomes lower case. `MODEL_KEY` goes further: only letters and digits stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import opencc

#: Ranges written without spaces between words: kana, CJK ideographs, Hangul, Thai.
CJK = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"

#: Stands behind every sign of ASCII: what is greater begins with a character of another script.
LAST_LATIN = "~"

_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = 0x4E00, 0x9FFF
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_HALF_WIDTH_KANA = range(0xFF66, 0xFF9E)
_VOICED_MARKS = {0xFF9E: 0x3099, 0xFF9F: 0x309A}
_ACCENTED = (range(0x00C0, 0x0250), range(0x0386, 0x03CF), range(0x0400, 0x0460), range(0x1E00, 0x1F00))
_COMBINING = range(0x0300, 0x0370)
_LOOSE_MARK = re.compile("[\u0300-\u036f\u3099\u309a]")
_MODEL_SIGNS = re.compile(r"[^0-9a-z" + CJK + r"]+")
_CJK_SIGN = re.compile("[" + CJK + "]")
_WORD = re.compile(r"[0-9a-z]+|[" + CJK + r"]+")


@lru_cache(maxsize=1)
def _characters() -> tuple[re.Pattern[str], dict[str, str]]:
    """The characters of `character_table` as a pattern, and what each becomes: few of a text's are among them."""
    table = character_table()
    return _one_of(table), {chr(code): chr(other) for code, other in table.items()}


def _one_of(codes: Iterable[int]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(re.escape, map(chr, sorted(codes))))}]")


@lru_cache(maxsize=1)
def character_table() -> dict[int, int]:
    """Characters that the normal form replaces one by one: accented letters and Traditional ideographs.

    Source of the Traditional/Simplified pairs: OpenCC's t2s table; of the others: Unicode decompositions.
    """
    simplify = opencc.OpenCC("t2s")
    characters = [chr(code) for code in range(_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH + 1)]
    simplified = [simplify.convert(character) for character in characters]
    pairs = {ord(a): ord(b) for a, b in zip(characters, simplified, strict=True) if len(b) == 1 and a != b}
    return _letters_without_accents() | pairs


@lru_cache(maxsize=1)
def _widths() -> tuple[re.Pattern[str], dict[int, int]]:
    """Full-width signs and half-width kana; these come first, so that ﾋ and its mark ﾟ can be composed to ピ."""
    kana = {code: ord(unicodedata.normalize("NFKC", chr(code))[0]) for code in _HALF_WIDTH_KANA}
    table = _FULL_WIDTH | kana | _VOICED_MARKS
    return _one_of(table), table


def _letters_without_accents() -> dict[int, int]:
    table = {}
    for code in (code for block in _ACCENTED for code in block):
        decomposed = [ord(character) for character in unicodedata.normalize("NFD", chr(code))]
        if len(decomposed) > 1 and all(mark in _COMBINING for mark in decomposed[1:]):
            table[code] = decomposed[0]
    return table


def normal(text: str) -> str:
    """`text` in normal form."""
    if text.isascii():
        return text.lower()
    wide, narrowed = _widths()
    if wide.search(text):
        text = text.translate(narrowed)
    replaced, become = _characters()
    plain = replaced.sub(lambda found: become[found[0]], unicodedata.normalize("NFC", text))
    return _LOOSE_MARK.sub("", plain).lower()


def model_key(text: str) -> str:
    """A model, brand or certificate number without spaces, hyphens and other signs: `RF-28 T/5` → `rf28t5`."""
    return _MODEL_SIGNS.sub("", normal(text))


def words(text: str) -> list[str]:
    """Words of the normal form: runs of Latin letters and digits, and runs of CJK characters."""
    return _WORD.findall(normal(text))


def bigrams(run: str) -> list[str]:
    """Overlapping pairs of characters of a run; a single character stands for itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def is_cjk(run: str) -> bool:
    """Whether a word from `words` is a run of CJK characters."""
    return _CJK_SIGN.match(run) is not None

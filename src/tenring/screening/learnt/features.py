"""What the category model sees of a text: its words, pairs of words, and runs of 2 to 5 letters within words, hashed.

All texts of a batch are cut at once with whole-array arithmetic. A span's hash is a polynomial of its characters,
taken from prefix sums, so every length costs the same. Texts are in normal form (tenring.model.text); digits count as
one sign, everything that is neither letter nor digit as a space.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tenring.model.text import normal

#: Buckets: 2 to this power. Twice as many changed no figure, and each costs a byte.
BITS = 17
#: Lengths of runs of letters, a word's edges counted as spaces.
RUNS = (2, 3, 4, 5)

_END, _SPACE, _DIGIT = 0, 32, 48
_MODULUS = 2**64
#: An odd number has an inverse modulo 2^64: a span's hash does not depend on where the span stands.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, _MODULUS)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_MIX_SHIFT = np.uint64(33)
_WORD_SALT, _PAIR_FACTOR = np.uint64(77), np.uint64(3)
_CHARACTERS = 0x30000

Integers = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint64]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Features:
    """The features of a batch of texts, in the order of the texts, one entry for each occurrence.

    `text`: index of the text; `bucket`: of the hash; `word`: running number of the word it begins in, over the batch.
    """

    text: Integers
    bucket: Integers
    word: Integers


@dataclass(frozen=True)
class _Cut:
    """All texts as one row of characters; `sums` and `powers` give the hash of every span."""

    space: _Flags
    text: Integers
    word: Integers
    sums: _Hashes
    inverse: _Hashes

    def hashes(self, begin: Integers, end: Integers) -> _Hashes:
        """Hash of the characters from `begin` up to `end`."""
        return (self.sums[end] - self.sums[begin]) * self.inverse[begin]


def features(texts: Sequence[str]) -> Features:
    """The features of all texts; a text without letters has none."""
    cut = _cut(texts)
    found = [*_runs(cut), *_words(cut)]
    text, hashes, word = (np.concatenate([one[place] for one in found]) for place in range(3))
    order = np.argsort(text, kind="stable")
    bucket = (hashes >> np.uint64(64 - BITS)).astype(np.int64)
    return Features(text[order], bucket[order], word[order])


def words_of(text: str) -> list[str]:
    """The words of a text in the numbering of `Features.word` when it is the only text."""
    letters = _letters()
    return "".join(one if letters[min(ord(one), _CHARACTERS - 1)] else " " for one in normal(text)).split()


def _cut(texts: Sequence[str]) -> _Cut:
    joined = "\n \0 ".join(text.replace("\0", " ") for text in texts)
    raw = np.frombuffer(f" {normal(joined)} \0".encode("utf-32-le", "replace"), dtype=np.uint32)
    end = raw == _END
    codes = np.where(_letters()[np.minimum(raw, _CHARACTERS - 1)], raw, _SPACE)
    codes = np.where(_digits()[np.minimum(raw, _CHARACTERS - 1)], _DIGIT, codes)
    text = np.cumsum(end) - end
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[1:] = (codes[1:] != _SPACE) | (codes[:-1] != _SPACE) | (text[1:] != text[:-1])
    codes, text = codes[kept].astype(np.uint64), text[kept]
    space = codes == _SPACE
    begins = ~space & np.concatenate(([True], space[:-1]))
    powers, inverse = _powers(_BASE, len(codes) + 1), _powers(_INVERSE, len(codes) + 1)
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes + np.uint64(1)) * powers[:-1], out=sums[1:])
    # a run that begins with the space before a word belongs to that word
    word = np.cumsum(begins) - 1 + space
    return _Cut(space, text, word, sums, inverse)


def _powers(base: int, count: int) -> _Hashes:
    factors = np.full(count, np.uint64(base))
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mixed(hashes: _Hashes) -> _Hashes:
    """Hashes whose high bits depend on all bits."""
    folded = (hashes ^ (hashes >> _MIX_SHIFT)) * _MIX
    return folded ^ (folded >> _MIX_SHIFT)


def _runs(cut: _Cut) -> Iterator[tuple[Integers, _Hashes, Integers]]:
    """Runs of each length that lie in one word with the space on either side, and are not a space alone."""
    count = len(cut.space)
    place = np.arange(count)
    next_space = np.minimum.accumulate(np.where(cut.space, place, count)[::-1])[::-1]
    # the space that ends the word: for a run that begins with a space, the one after
    closing = np.where(cut.space, np.append(next_space[1:], count), next_space)
    for length in RUNS:
        begin = place[(place + length <= np.minimum(closing + 1, count)) & (closing > place + cut.space)]
        hashes = cut.hashes(begin, begin + length) + np.uint64(length)
        yield cut.text[begin], _mixed(hashes), cut.word[begin]


def _words(cut: _Cut) -> Iterator[tuple[Integers, _Hashes, Integers]]:
    begin = np.flatnonzero(~cut.space & np.concatenate(([True], cut.space[:-1])))
    end = np.flatnonzero(~cut.space & np.concatenate((cut.space[1:], [True]))) + 1
    hashes = _mixed(cut.hashes(begin, end) + _WORD_SALT)
    yield cut.text[begin], hashes, cut.word[begin]
    pairs = cut.text[begin][1:] == cut.text[begin][:-1]
    yield cut.text[begin][1:][pairs], _mixed(hashes[:-1] * _PAIR_FACTOR + hashes[1:])[pairs], cut.word[begin][1:][pairs]


@lru_cache(maxsize=1)
def _letters() -> _Flags:
    """Which characters are letters, marks of letters, or digits."""
    kinds = (unicodedata.category(chr(code))[0] in "LMN" for code in range(_CHARACTERS))
    return np.fromiter(kinds, dtype=np.bool_, count=_CHARACTERS)


@lru_cache(maxsize=1)
def _digits() -> _Flags:
    return np.fromiter((chr(code).isdigit() for code in range(_CHARACTERS)), dtype=np.bool_, count=_CHARACTERS)

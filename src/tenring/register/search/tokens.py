"""What of a licence's texts becomes a term of the index; a question's texts become terms by the same functions."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence

from tenring.model.text import bigrams, model_key, normal, words
from tenring.model.wildcards import has_wildcard, variants

#: Prefixes of models up to this length are terms of their own: a question for them reads one list, not thousands.
EDGES = range(2, 6)

#: Likewise of words, of which a user's `*` may leave off the end.
WORD_EDGES = EDGES

#: Likewise of licence numbers, of which thousands begin alike.
NUMBER_EDGES = range(2, 13)

#: A model of many words can be entered at each of its first words, not at every word of a description.
STARTS = 8

#: Longest model key kept; what follows tells no two products apart.
KEY_LENGTH = 64

#: A wildcard that fixes fewer characters than this would cover everything.
_LEAST_LITERAL = 2

#: What words of Latin letters consist of, in normal form.
_SIGNS = string.digits + string.ascii_lowercase

_WILDCARD = re.compile(r"[*#]")
_PATTERN_SIGNS = re.compile(r"[^0-9a-z*#\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")


def word_terms(text: str) -> Iterator[str]:
    """Whole words, and of CJK runs each single character (a word is either all ASCII or all CJK)."""
    for word in words(text):
        if word.isascii():
            yield word
        else:
            yield from word


def runs(text: str) -> list[str]:
    """The CJK runs of a text that are two characters or longer."""
    return [word for word in words(text) if len(word) > 1 and not word.isascii()]


def run_terms(texts: Iterable[str], gap: str) -> Iterator[str]:
    """Pairs of neighbouring characters, with `gap` between runs so that the end of one is no neighbour of the next."""
    for text in texts:
        for run in runs(text):
            yield from bigrams(run)
            yield gap


def brand_terms(brand: str) -> set[str]:
    """Words and whole CJK runs of a brand, and the brand written together (`TP-Link` → `tplink`)."""
    return {*words(brand), model_key(brand)} - {""}


def literal(model: str) -> str:
    """What a model prints before its first wildcard."""
    return _WILDCARD.split(model, maxsplit=1)[0]


def whole_key(model: str) -> str:
    """The key of a model printed without wildcards; empty for one with them."""
    return "" if has_wildcard(model) else model_key(model)[:KEY_LENGTH]


def keys(text: str) -> Iterator[str]:
    """The key of a model from each of its first words on: `HP 800 G1` → hp800g1, 800g1, g1."""
    yield from keys_of(words(literal(text)))


def keys_of(parts: Sequence[str]) -> list[str]:
    """The keys of a model by its words before the first wildcard."""
    found = ["".join(parts[start:])[:KEY_LENGTH] for start in range(min(len(parts), STARTS))]
    return [key for key in found if len(key) >= EDGES.start]


def edges(key: str, lengths: range = EDGES) -> Iterator[str]:
    """The beginnings of a key that are terms of their own."""
    return (key[:length] for length in lengths if length <= len(key))


def patterns(model: str) -> Iterator[str]:
    """The normal form of a model with wildcards, from its beginning and from each further word separated by space.

    `LG RF-28R**/AA` → lgrf28r*aa, rf28r*aa. Signs go, a run of `*` is one.
    """
    if not has_wildcard(model):
        return
    for variant in variants(model):
        parts = variant.split()
        for start in range(min(len(parts), STARTS)):
            pattern = pattern_key("".join(parts[start:]))
            if len(head(pattern)) >= _LEAST_LITERAL:
                yield pattern


def pattern_key(text: str) -> str:
    """A text with wildcards in normal form, without signs, runs of `*` joined."""
    return re.sub(r"\*+", "*", _PATTERN_SIGNS.sub("", normal(text)))[:KEY_LENGTH]


def head(pattern: str) -> str:
    """The characters of a pattern before its first wildcard."""
    return literal(pattern)


def covers(pattern: str, key: str) -> bool:
    """Whether a pattern (`*` any characters, `#` any one) covers a key from end to end.

    Thousands of patterns can begin like a key; making an expression of each would take far longer than this.
    """
    if len(pattern) - pattern.count("*") > len(key):
        return False
    first, *rest = pattern.split("*")
    if not rest:
        return len(first) == len(key) and _stands_at(first, key, 0)
    *middle, last = rest
    end = len(key) - len(last)
    place = len(first)
    if end < place or not _stands_at(first, key, 0) or not _stands_at(last, key, end):
        return False
    for piece in middle:
        place = next((start for start in range(place, end - len(piece) + 1) if _stands_at(piece, key, start)), -1)
        if place < 0:
            return False
        place += len(piece)
    return True


def _stands_at(piece: str, key: str, start: int) -> bool:
    """Whether a piece, in which `#` is any character, stands in a key from a place on."""
    if "#" not in piece:
        return key.startswith(piece, start)
    return all(sign in ("#", key[start + place]) for place, sign in enumerate(piece))


def as_regex(pattern: str) -> str:
    """A pattern as a regular expression; keys have letters and digits only, so nothing needs escaping."""
    return pattern.replace("*", ".*").replace("#", ".")


def gtin14(key: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits in its 14-digit form; empty if the key cannot be one."""
    return key.zfill(14) if key.isdigit() and len(key) in {8, 12, 13, 14} else ""


def fold_plural(word: str) -> str:
    """An English plural and its singular as one: `printers`, `printer` → printer."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - gas, bus stay


def other_number(word: str) -> str:
    """The plural of a singular, the singular of a plural, of words written in letters only; else empty."""
    if len(word) <= 3 or not word.isalpha() or word.endswith("ss"):  # noqa: PLR2004 - gas, bus have no singular here
        return ""
    return word[:-1] if word.endswith("s") else f"{word}s"


def neighbours(word: str) -> set[str]:
    """The words of Latin letters and digits that are one letter removed, replaced, inserted or swapped away."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    removed = {before + after[1:] for before, after in cuts if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    replaced = {before + sign + after[1:] for before, after in cuts if after for sign in _SIGNS}
    inserted = {before + sign + after for before, after in cuts for sign in _SIGNS}
    return (removed | swapped | replaced | inserted) - {word}


def distance(a: str, b: str, *, most: int) -> int:
    """Letters to insert, remove, replace or swap to get from `a` to `b`; `most` + 1 when it is more than `most`."""
    if abs(len(a) - len(b)) > most or len(set(a) ^ set(b)) > 2 * most:
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)

"""What one product description says: words, codes, quantities, versions, editions, colours; worked out once per text.

Works on the normal form of text (tenring.model.text). Words of scripts without spaces are pairs of neighbouring
characters. Everything here is about one text alone: what two texts have in common is tenring.matching.v1.likeness.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tenring.matching.v1.vocabulary import ACCESSORIES, COLOURS, COMPANY_WORDS, EDITIONS, PLATFORMS, UNITS
from tenring.model.text import CJK, LAST_LATIN, bigrams, normal

#: A mixed code has at least so many signs, a bare number at least so many digits.
SHORTEST_MIXED, SHORTEST_NUMBER = 4, 5
_LONGEST_VERSION = 4
_RUN = re.compile(f"[0-9a-z]+|[{CJK}]+")
_CHUNK = re.compile(r"[0-9a-z]+(?:(?:[-/._+]| / )[0-9a-z]+)*")
_NOT_SIGN = re.compile(f"[^0-9a-z{CJK}]+")
#: A number and what may be its unit: `80 g`, `500张`, `27"`, `1.5-HP`. A Latin unit is a whole word.
_QUANTITY = re.compile(rf"(?<![0-9a-z.])([0-9]+(?:[.,][0-9]+)?)[ -]?([a-z]++(?![0-9])|['\"]+|[{CJK}]{{1,2}})")
#: A number of packs behind a sign of multiplication: `500张/包 × 480`.
_TIMES = re.compile(rf"(?:[{CJK}] ?[x*×]|×) ?([0-9]+)(?![0-9a-z.])")
#: A number that stands alone, perhaps behind `v` or `version`.
_NUMBER = re.compile(r"(?<![0-9a-z.])(?:v|ver|version)?\.? ?([0-9]+(?:\.[0-9]+)*)(?: ?x)?(?![0-9a-z])")
_YEAR = re.compile(r"(?:19[89]|20[0-3])[0-9]")
_SERIES = re.compile(r"([a-z]{1,3})([0-9]{1,2})")
_LONGEST_SERIES = 5
_ZEROS = re.compile(r"(?:\.0+)+$")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_TRIGRAM = 3

Quantities = Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Facts:
    """One description. Weights of words are hundredths of the most a word can weigh (one that nobody else has)."""

    words: Mapping[str, int]
    """Distinct words of the name, in order, each with its weight."""
    weight: int
    first: str
    joined: str
    """The name without signs and spaces."""
    all_joined: str
    all_words: frozenset[str]
    """Words of the name and of all that is said besides."""
    trigrams: frozenset[str]
    codes: frozenset[str]
    """Codes with letters and digits, joined over signs: `str-dg520` gives strdg520 and dg520."""
    numbers: frozenset[str]
    """Bare numbers of five digits and more."""
    wholes: Mapping[str, str]
    """Words -> the run joined by signs that they are a part of: dg520 -> strdg520."""
    coded: Mapping[str, str]
    """Words with letters and digits, and long numbers -> what they are a part of, without signs."""
    quantities: Quantities
    all_quantities: Quantities
    versions: frozenset[str]
    years: frozenset[str]
    editions: frozenset[str]
    platforms: frozenset[str]
    colours: frozenset[str]
    accessories: frozenset[str]
    spelt: frozenset[str] = field(default_factory=frozenset)
    """Words by which a brand field names the brand."""
    often: Mapping[str, int] = field(default_factory=dict)
    """Words that the name has more than once, and how often."""


def tokens(norm: str) -> list[str]:
    """Words of a text in normal form, in order; pairs of neighbouring characters for scripts without spaces."""
    found: list[str] = []
    for run in _RUN.findall(norm):
        if run[0] > LAST_LATIN:
            found += bigrams(run)
        else:
            found.append(run)
    return found


def facts_of(name: str, *, more: str = "", brand: str = "", weights: Mapping[str, int] | None = None) -> Facts:
    """The facts of a name, of what is said besides (`more`) and of the brand field.

    A word that `weights` does not have weighs 100.
    """
    norm, rest = normal(name), normal(more)
    ordered, known = tokens(norm), weights or {}
    words = {word: known.get(word, 100) for word in ordered}
    all_words = frozenset(ordered).union(tokens(rest)) if rest else frozenset(words)
    joined = _NOT_SIGN.sub("", norm)
    wholes = _wholes(norm)
    codes, numbers = _codes(wholes)
    quantities, spans = _quantities(norm)
    versions, years = _versions(norm, ordered, spans)
    return Facts(
        words=words,
        weight=sum(words.values()),
        first=ordered[0] if ordered else "",
        joined=joined,
        all_joined=joined + _NOT_SIGN.sub("", rest) if rest else joined,
        all_words=all_words,
        trigrams=frozenset([joined[place : place + _TRIGRAM] for place in range(len(joined) - _TRIGRAM + 1)]),
        codes=codes,
        numbers=numbers,
        wholes=wholes,
        coded={word: whole for word, whole in wholes.items() if _says_much(word)},
        quantities=quantities,
        all_quantities=_together(quantities, _quantities(rest)[0]) if rest else quantities,
        versions=versions,
        years=years,
        editions=_kinds(words.keys(), EDITIONS),
        platforms=_kinds(words.keys(), PLATFORMS),
        colours=_kinds(all_words, COLOURS),
        accessories=frozenset(ACCESSORIES.keys() & words.keys()),
        spelt=frozenset(tokens(normal(brand))) - COMPANY_WORDS.keys() if brand else frozenset(),
        often=_often(ordered) if len(words) < len(ordered) else {},
    )


def _often(ordered: Iterable[str]) -> dict[str, int]:
    return {word: count for word, count in Counter(ordered).items() if count > 1}


def _kinds(words: AbstractSet[str], kinds: Mapping[str, str]) -> frozenset[str]:
    return frozenset([kinds[word] for word in words & kinds.keys()])


def _wholes(norm: str) -> dict[str, str]:
    """Words and joined runs of words -> the joined run they are in: dg520 and strdg520 -> strdg520."""
    found = {}
    for chunk in _CHUNK.findall(norm):
        if chunk.isalnum():  # nothing is joined
            found[chunk] = chunk
            continue
        whole = _NOT_SIGN.sub("", chunk)
        found[whole] = whole
        for part in _RUN.findall(chunk):
            found.setdefault(part, whole)
    return found


def _says_much(word: str) -> bool:
    return len(word) >= SHORTEST_NUMBER if word.isdigit() else not word.isalpha()


def _codes(keys: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Codes with letters and digits, and long bare numbers; neither is a number with its unit."""
    mixed, bare = set(), set()
    for key in keys:
        if key.isdigit():
            if len(key) >= SHORTEST_NUMBER:
                bare.add(key)
        elif len(key) >= SHORTEST_MIXED and not key.isalpha() and not _is_quantity(key):
            mixed.add(key)
    return frozenset(mixed), frozenset(bare)


def _is_quantity(key: str) -> bool:
    match = _QUANTITY.fullmatch(key)
    return match is not None and match[2] in UNITS


def _quantities(norm: str) -> tuple[dict[str, frozenset[int]], set[int]]:
    """Kind of quantity -> its values in tenths of the smallest unit; and where their numbers begin."""
    found: dict[str, set[int]] = {}
    begins = set()
    for match in _QUANTITY.finditer(norm):
        unit = UNITS.get(match[2]) or UNITS.get(match[2][0] if match[2][0] > LAST_LATIN else "")
        if unit:
            kind, factor = unit
            found.setdefault(kind, set()).add(round(float(match[1].replace(",", ".")) * factor * 10))
            begins.add(match.start(1))
    if not norm.isascii():  # the sign of multiplication, or a character before it, is not
        for match in _TIMES.finditer(norm):
            found.setdefault("times", set()).add(int(match[1]))
            begins.add(match.start(1))
    return {kind: frozenset(values) for kind, values in found.items()}, begins


def _together(some: Quantities, others: Quantities) -> Quantities:
    return {kind: some.get(kind, frozenset()) | others.get(kind, frozenset()) for kind in {*some, *others}}


def _versions(norm: str, ordered: Iterable[str], taken: set[int]) -> tuple[frozenset[str], frozenset[str]]:
    """Numbers that stand alone, short series (`cs3`), Roman numerals; and years. Not what has a unit."""
    versions, years = set(), set()
    for match in _NUMBER.finditer(norm):
        number = match[1]
        if match.start(1) in taken:
            continue
        if _YEAR.fullmatch(number):
            years.add(number)
        elif len(number) <= _LONGEST_VERSION or "." in number:
            versions.add(_ZEROS.sub("", number))
    for word in ordered:
        if word in _ROMAN:
            versions.add(_ROMAN[word])
        elif len(word) <= _LONGEST_SERIES and not word.isalpha() and (series := _SERIES.fullmatch(word)):
            versions.add(series[2] if series[1] == "v" else word)
    return frozenset(versions), frozenset(years)

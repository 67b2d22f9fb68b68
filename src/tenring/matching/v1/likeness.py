"""How alike two product descriptions are: the numbers of the features, and the steps that the card gives points for.

`likeness` is the one place where pairs are compared: a million pairs in bulk and one pair typed by hand go through it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from tenring.matching.v1.card import Integers, Steps
from tenring.matching.v1.facts import Facts, Quantities
from tenring.matching.v1.features import (
    BRAND_ABSENT,
    BRAND_AGREES,
    BRAND_CONTRADICTS,
    BRAND_NAMED,
    FEATURES,
    NEITHER,
    ONE_SIDE,
    OTHERS,
    SAME,
    SOME,
)

#: What a word that is only nearly the same counts, in hundredths of its weight.
_NEARLY = 80
_SHORTEST_JOINED, _SHORTEST_NEAR, _SHORTEST_TYPO, _SHORTEST_START = 5, 3, 4, 3
_WHOLE = 100
#: Signs of a code by which a product may be known.
IDENTIFIES = 6


@dataclass(frozen=True, slots=True)
class Overlap:
    """Words of two names: those of both, those of one side only, and of these the ones the other nearly has."""

    shared: AbstractSet[str]
    only_left: AbstractSet[str]
    only_right: AbstractSet[str]
    near_left: AbstractSet[str]
    near_right: AbstractSet[str]


def overlap(left: Facts, right: Facts) -> Overlap:
    """How the words of two names overlap."""
    shared = left.words.keys() & right.words.keys()
    only_left, only_right = left.words.keys() - shared, right.words.keys() - shared
    near_left, near_right = _near(only_left, right, only_right), _near(only_right, left, only_left)
    return Overlap(shared, only_left, only_right, near_left, near_right)


def likeness(left: Facts, right: Facts, *, brand: int, price: int, words: Overlap | None = None) -> tuple[int, ...]:
    """The numbers of `FEATURES`, in their order, for a pair; `brand` and `price` by `brand_of` and `price_apart`.

    `words`: their `overlap`, where it is known.
    """
    return (
        *_words(left, right, words or overlap(left, right)),
        *_signs(left, right),
        *_codes(left, right),
        *_sisters(left.codes, right.codes),
        max(map(len, left.numbers & right.numbers), default=0),
        *_quantities(left, right),
        *_versions(left, right),
        *_kinds(left, right),
        price,
        brand,
        first_word(left, right),
        *sorted((len(left.words), len(right.words))),
    )


def steps_of(numbers: Sequence[int]) -> list[int]:
    """The step of each number."""
    return [bisect_right(cuts, number) for cuts, number in zip(_CUTS, numbers, strict=True)]


def steps_of_all(numbers: Integers) -> Steps:
    """The step of each number of many pairs (pair × feature)."""
    steps = np.empty(numbers.shape, dtype=np.int8)
    for place, cuts in enumerate(_CUTS):
        steps[:, place] = np.searchsorted(cuts, numbers[:, place], side="right")
    return steps


_CUTS = [feature.cuts for feature in FEATURES]


def price_apart(one: float | None, other: float | None) -> int:
    """Hundredths of the logarithm of the ratio of two prices; -1 where one is not known."""
    if not one or not other or one < 0 or other < 0:
        return -1
    return round(_WHOLE * abs(math.log(one / other)))


def brand_of(left: Facts, right: Facts, *, stated: str) -> int:
    """The state of the brand; `stated` is what the brands' keys say (agrees, absent, contradicts).

    Where keys say nothing, the words of a brand field may stand in the other text, or, where neither side has a brand
    field, both texts may begin with the same word.
    """
    if stated == "agrees" or left.spelt & right.spelt:
        return BRAND_AGREES
    if (left.spelt & right.words.keys() and not right.spelt) or (right.spelt & left.words.keys() and not left.spelt):
        return BRAND_NAMED
    if stated == "contradicts" or (left.spelt and right.spelt):
        return BRAND_CONTRADICTS
    if not left.spelt and not right.spelt and left.first and left.first == right.first:
        return BRAND_NAMED
    return BRAND_ABSENT


def first_word(left: Facts, right: Facts) -> int:
    """How far the first words agree: 0 not at all, 1 one is on the other side, 2 both are, 3 they are the same."""
    if left.first == right.first:
        return 3
    return (left.first in right.words) + (right.first in left.words)


def knows_codes(facts: Facts, line: Facts) -> bool:
    """Whether every code, size and long number of the line's text is in the other one, however it is joined."""
    return all(
        word in facts.words or word in facts.codes or whole in facts.words or whole in facts.codes
        for word, whole in line.coded.items()
    )


def covered(facts: Facts, other: Facts) -> int:
    """Hundredths of the weight of a text's words that the other text has, however codes are joined."""
    return _share(sum([facts.words[word] for word in _had(facts, other)]), facts.weight)


def name_covered(name: Facts, line: Facts) -> int:
    """Hundredths of the weight of a name's words, but its brand's, that the line has as often.

    A hundred only if it has all of them, or there are none: `A 10/12, B 10/15` does not cover `A 10/12, B 10/12`.
    """
    asked = {word: weight for word, weight in name.words.items() if word not in name.spelt}
    has = [
        asked[word] for word in _had(name, line) if word in asked and name.often.get(word, 1) <= line.often.get(word, 1)
    ]
    return _share(sum(has), sum(asked.values())) if asked else _WHOLE


def _had(facts: Facts, other: Facts) -> list[str]:
    """The words of a text that the other text has, however codes are joined."""
    words, codes, wholes = other.words, other.codes, facts.wholes
    return [word for word in facts.words if word in words or word in codes or wholes.get(word) in words]


def same_code(left: Facts, right: Facts) -> bool:
    """Whether both texts have one code of `IDENTIFIES` signs and more, whole."""
    return any(len(code) >= IDENTIFIES for code in left.codes & right.codes)


def nearly_said(line: Facts, name: Facts, words: Overlap | None = None) -> bool:
    """Whether the line has a word that is nearly one of the name, and not it: a typing error, or a sister's name.

    `words`: their `overlap`, where it is known.
    """
    found = words or overlap(line, name)
    return bool(found.near_left) or bool(_near(found.only_left, name, found.shared))


def _words(left: Facts, right: Facts, words: Overlap) -> tuple[int, ...]:
    weight = sum([left.words[word] for word in words.shared])
    have_left = weight + _NEARLY * sum([left.words[word] for word in words.near_left]) // _WHOLE
    have_right = weight + _NEARLY * sum([right.words[word] for word in words.near_right]) // _WHOLE
    covered_left, covered_right = _share(have_left, left.weight), _share(have_right, right.weight)
    missing = (
        _rarest_plain(words.only_left - words.near_left, left),
        _rarest_plain(words.only_right - words.near_right, right),
    )
    return (
        max(covered_left, covered_right),
        min(covered_left, covered_right),
        _share(have_left + have_right, left.weight + right.weight),
        max([left.words[word] for word in words.shared], default=0),
        max(missing),
        min(missing),
    )


def _share(part: int, whole: int) -> int:
    return _WHOLE * part // whole if whole else 0


def _rarest_plain(words: AbstractSet[str], facts: Facts) -> int:
    return max([facts.words[word] for word in words if word.isalpha()], default=0)


def _near(words: AbstractSet[str], other: Facts, theirs: AbstractSet[str]) -> set[str]:
    """Words that the other side has in another form: joined (`eastwest`), cut short (`immers`), with a typing error."""
    found = set()
    initials = {their[0] for their in theirs}
    for word in words:
        if len(word) >= _SHORTEST_JOINED and word in other.joined and not word.isdigit():
            found.add(word)
        elif len(word) >= _SHORTEST_NEAR and (first := word[0]) in initials and not word.isdigit():
            for their in theirs:
                if their[0] == first and near(word, their):
                    found.add(word)
                    break
    return found


def near(one: str, other: str) -> bool:
    """Whether two words with the same first letter are one: cut short, without some letters, or one letter wrong."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < _SHORTEST_NEAR or long.isdigit() or short.isdigit():
        return False
    if long.startswith(short):
        return True
    if not (short.isalpha() and long.isalpha()):
        return False
    if len(short) == len(long):
        return len(short) >= _SHORTEST_TYPO and sum(map(str.__ne__, short, long)) == 1
    letters = iter(long)
    return len(short) * 2 >= len(long) and all(letter in letters for letter in short)


def _signs(left: Facts, right: Facts) -> tuple[int, int]:
    both = len(left.trigrams & right.trigrams)
    if not both:
        return 0, 0
    one, other = len(left.trigrams), len(right.trigrams)
    return _WHOLE * both // math.isqrt(one * other), _WHOLE * both // min(one, other)


def _codes(left: Facts, right: Facts) -> tuple[int, int, int, int, int]:
    """Longest code met whole, greatest share of a code, the less of both sides' shares, anywhere, codes."""
    if not left.codes and not right.codes:
        return 0, 0, -1, 0, 0
    whole_left, part_left = _met(left.codes, right.joined)
    whole_right, part_right = _met(right.codes, left.joined)
    part = max(part_left, part_right)
    anywhere = part
    if part < _WHOLE and (left.all_joined is not left.joined or right.all_joined is not right.joined):
        anywhere = max(part, _met(left.codes, right.all_joined)[1], _met(right.codes, left.all_joined)[1])
    fewer = min(len(left.codes), len(right.codes))
    return max(whole_left, whole_right), part, min(part_left, part_right) if fewer else -1, anywhere, fewer


def _met(codes: AbstractSet[str], text: str) -> tuple[int, int]:
    """Length of the longest code that `text` has whole, and the greatest share of one that it has from its start."""
    whole = part = 0
    for code in codes:
        if code in text:
            whole = max(whole, len(code))
            continue
        if whole or code[:_SHORTEST_START] not in text:
            continue
        size = len(code) - 1
        while code[:size] not in text:
            size -= 1
        if not code[:size].isalpha():
            part = max(part, _WHOLE * size // len(code))
    return whole, _WHOLE if whole else part


def _sisters(some: AbstractSet[str], others: AbstractSet[str]) -> tuple[int, int]:
    """Signs that two different codes share before a digit differs, and the greatest share that begins alike."""
    signs = part = 0
    for one in some:
        for other in others:
            if one[0] != other[0] or one[1] != other[1] or one == other:
                continue
            shortest = min(len(one), len(other))
            same = 2
            while same < shortest and one[same] == other[same]:
                same += 1
            if same < shortest:
                part = max(part, _WHOLE * same // max(len(one), len(other)))
                if one[same].isdigit() or other[same].isdigit():
                    signs = max(signs, same)
    return signs, part


def _quantities(left: Facts, right: Facts) -> tuple[int, int]:
    """The state of the quantities, and in how many kinds the two differ; a kind counts if one side's name has it."""
    agree = against = 0
    for kind in left.all_quantities.keys() & right.all_quantities.keys():
        if kind in left.quantities or kind in right.quantities:
            if _agree(left.all_quantities, right.all_quantities, kind):
                agree += 1
            else:
                against += 1
    if agree:
        return (SOME if against else SAME), against
    if against:
        return OTHERS, against
    return (ONE_SIDE if left.quantities or right.quantities else NEITHER), 0


def _agree(some: Quantities, others: Quantities, kind: str) -> bool:
    return not some[kind].isdisjoint(others[kind])


def _versions(left: Facts, right: Facts) -> tuple[int, int, int]:
    alone = max(len(left.versions - right.versions), len(right.versions - left.versions))
    return _state(left.versions, right.versions), alone, _state(left.years, right.years)


def _kinds(left: Facts, right: Facts) -> tuple[int, int, int, int, int, int]:
    return (
        _state(left.colours, right.colours),
        _on_both("upgrade", left, right),
        _on_both("academic", left, right),
        len(left.editions ^ right.editions),
        _state(left.platforms, right.platforms),
        len(left.accessories - right.all_words) + len(right.accessories - left.all_words),
    )


def _on_both(edition: str, left: Facts, right: Facts) -> int:
    on_left, on_right = edition in left.editions, edition in right.editions
    if on_left and on_right:
        return SAME
    return ONE_SIDE if on_left or on_right else NEITHER


def _state(some: AbstractSet[str], others: AbstractSet[str]) -> int:
    if not some and not others:
        return NEITHER
    if not some or not others:
        return ONE_SIDE
    if some == others:
        return SAME
    return OTHERS if some.isdisjoint(others) else SOME

"""The features of a pair of texts: their names, the cuts between their steps, and which are crossed.

No feature knows which data set a pair is from, and all treat both sides alike. How their numbers come about:
tenring.matching.v1.likeness.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """One named feature: numbers from `cuts[i - 1]` on and below `cuts[i]` are step i. `why` is its documentation."""

    name: str
    group: str
    cuts: tuple[int, ...]
    why: str

    def step(self, number: int) -> int:
        """The step that a number is in."""
        return bisect_right(self.cuts, number)


#: States of two sets that say the same kind of thing (versions, colours): the numbers of their features.
NEITHER, ONE_SIDE, OTHERS, SOME, SAME = range(5)
_STATES = (ONE_SIDE, OTHERS, SOME, SAME)
#: States of the brand.
BRAND_CONTRADICTS, BRAND_ABSENT, BRAND_NAMED, BRAND_AGREES = range(4)

FEATURES: tuple[Feature, ...] = (
    Feature(
        "words_most",
        "words",
        (20, 30, 40, 50, 60, 70, 80, 90, 98),
        "share of the words, by weight, that the other side has; the side covered more",
    ),
    Feature("words_least", "words", (10, 20, 30, 40, 50, 60, 70, 80, 90), "the same by the side covered less"),
    Feature("words_both", "words", (15, 25, 35, 45, 55, 65, 75, 85, 95), "the same over both sides together"),
    Feature(
        "rarest_shared", "rare words", (30, 45, 55, 65, 75, 82, 90, 97), "weight of the rarest word that both have"
    ),
    Feature(
        "rarest_missing",
        "rare words",
        (1, 45, 60, 70, 80, 90, 97),
        "weight of the rarest plain word that one side has alone",
    ),
    Feature("rarest_missing_less", "rare words", (1, 45, 60, 70, 80, 90, 97), "the same by the side where it is less"),
    Feature(
        "signs_alike", "signs", (10, 20, 30, 40, 50, 60, 70, 80), "runs of three signs that both have, by the cosine"
    ),
    Feature(
        "signs_within",
        "signs",
        (15, 30, 40, 50, 60, 70, 80, 90),
        "share of the runs of three signs of the shorter side that the longer has",
    ),
    Feature("code_met", "codes", (4, 5, 6, 7, 8, 10), "length of the longest code that the other side has whole"),
    Feature(
        "code_part", "codes", (40, 50, 60, 70, 80, 90, 100), "share of a code, from its beginning, that the other has"
    ),
    Feature(
        "code_part_less",
        "codes",
        (0, 40, 50, 60, 70, 80, 90, 100),
        "the same by the side where it is less; where both sides have codes",
    ),
    Feature("code_anywhere", "codes", (40, 60, 70, 80, 90, 100), "the same, with the further descriptions"),
    Feature("codes", "codes", (1, 2, 3), "codes on the side that has fewer"),
    Feature(
        "sister_code", "sister codes", (2, 3, 4, 5, 6), "signs that two different codes share before a digit differs"
    ),
    Feature("sister_part", "sister codes", (20, 35, 50, 65, 80), "share of two different codes that begins alike"),
    Feature("number_met", "codes", (5, 6, 7), "length of the longest bare number that both have"),
    Feature(
        "quantity", "quantities", _STATES, "quantities with units: on neither, one side, different, some, the same"
    ),
    Feature("quantity_against", "quantities", (1, 2), "kinds of quantity in which the two differ"),
    Feature("version", "versions", _STATES, "version numbers: on neither, one side, different, some, the same"),
    Feature("version_alone", "versions", (1, 2, 3), "version numbers that one side has alone"),
    Feature("year", "versions", _STATES, "years: on neither, one side, different, some, the same"),
    Feature("colour", "colours", _STATES, "colours: on neither, one side, different, some, the same"),
    Feature("upgrade", "editions", _STATES, "an upgrade: on neither side, on one, on both"),
    Feature("academic", "editions", _STATES, "an academic edition: on neither side, on one, on both"),
    Feature("editions_alone", "editions", (1, 2, 3), "editions that one side has alone"),
    Feature("platform", "editions", _STATES, "platforms: on neither, one side, different, some, the same"),
    Feature("accessory", "accessories", (1, 2), "words for accessories that one side has alone"),
    Feature(
        "price",
        "price",
        (0, 3, 8, 15, 25, 40, 60, 100),
        "hundredths of the logarithm of the prices' ratio; unknown is a step of its own",
    ),
    Feature("brand", "brand", (1, 2, 3), "contradicts, absent, named in the other text or first in both, agrees"),
    Feature(
        "first_word",
        "brand",
        (1, 2, 3),
        "the first word of neither side, one, both is on the other; both begin with it",
    ),
    Feature("shorter", "length", (3, 5, 7, 10), "words of the shorter side"),
    Feature("longer", "length", (5, 8, 12, 17), "words of the longer side"),
)
NAMES = tuple(feature.name for feature in FEATURES)
#: Features that mean something else together than each alone; those that pairs of the train splits chose in most folds.
CROSSES: tuple[tuple[str, str], ...] = (
    ("code_part_less", "first_word"),
    ("words_least", "code_part_less"),
    ("rarest_shared", "code_part_less"),
    ("code_met", "words_most"),
    ("code_met", "code_part_less"),
    ("rarest_shared", "signs_alike"),
    ("words_most", "signs_alike"),
    ("signs_within", "quantity"),
    ("signs_within", "version"),
    ("rarest_shared", "rarest_missing_less"),
    ("words_most", "rarest_missing_less"),
    ("rarest_missing", "editions_alone"),
    ("rarest_missing", "longer"),
    ("words_most", "platform"),
    ("words_most", "price"),
    ("words_both", "sister_part"),
    ("version_alone", "year"),
    ("rarest_shared", "year"),
    ("colour", "accessory"),
    ("words_least", "first_word"),
    ("words_least", "longer"),
    ("first_word", "longer"),
)
#: What the card gives points for: each feature, and the crosses.
TERMS: tuple[tuple[str, ...], ...] = (*((name,) for name in NAMES), *CROSSES)

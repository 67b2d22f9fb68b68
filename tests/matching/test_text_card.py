"""The rung `text`: what texts say, how alike two are, and what the card makes of it; for one pair as for many."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.matching.v1.card import TOLD, as_data, from_data, frozen_card
from tenring.matching.v1.facts import Facts, facts_of
from tenring.matching.v1.features import (
    BRAND_ABSENT,
    BRAND_AGREES,
    BRAND_CONTRADICTS,
    BRAND_NAMED,
    FEATURES,
    NAMES,
    OTHERS,
    SAME,
    SOME,
    TERMS,
)
from tenring.matching.v1.likeness import (
    brand_of,
    covered,
    knows_codes,
    likeness,
    name_covered,
    near,
    nearly_said,
    price_apart,
    same_code,
    steps_of,
    steps_of_all,
)
from tenring.matching.v1.text import compare

LATIN_AND_CHINESE = st.text(st.sampled_from("ab1 2-/.张包g复印纸×Ａ１'\"(）"), max_size=40)


def numbers(one: str, other: str, *, price: int = -1) -> dict[str, int]:
    left, right = facts_of(one), facts_of(other)
    found = likeness(left, right, brand=brand_of(left, right, stated="absent"), price=price)
    return dict(zip(NAMES, found, strict=True))


def chance(one: str, other: str, *, stated: str = "absent") -> int:
    left, right = facts_of(one), facts_of(other)
    steps = steps_of(likeness(left, right, brand=brand_of(left, right, stated=stated), price=-1))
    return frozen_card().chance(frozen_card().points(steps))


# what one text says


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("copy paper A4 80 g 500 sheets", "sheets", 5000),
        ("复印纸 A4 80克 500张/包", "sheets", 5000),
        ("复印纸 ５００ 张／包", "sheets", 5000),
        ("复印纸 A4 80g 500张/包", "mass", 800),
        ('27" monitor', "inch", 270),
        ("27英寸显示器", "inch", 270),
        ("空调 1.5匹", "power", 11025),
        ("air conditioner 1.5 HP", "power", 11025),
        ("disk 1 TB", "storage", 10485760),
        ("disk 1024GB", "storage", 10485760),
        ("500张/包 × 480", "times", 480),
    ],
)
def test_a_quantity_is_read_with_its_unit_in_any_script(text: str, kind: str, value: int) -> None:
    assert value in facts_of(text).quantities[kind]


def test_words_of_scripts_without_spaces_are_pairs_of_characters() -> None:
    assert list(facts_of("復印紙 A4").words) == ["复印", "印纸", "a4"]


@pytest.mark.parametrize("text", ["Sony STR-DG520", "sony str dg520 / strdg520", "索尼STR-DG520功放"])
def test_a_code_is_known_with_and_without_its_signs(text: str) -> None:
    assert {"strdg520", "dg520"} <= facts_of(text).codes


def test_a_quantity_is_no_code_and_no_version() -> None:
    facts = facts_of("memory card 8gb class 6")
    assert (facts.codes, facts.versions) == (frozenset(), {"6"})


@pytest.mark.parametrize("text", ["office 7.0", "office v. 7", "office version 7", "office vii"])
def test_a_version_is_one_number_however_it_is_written(text: str) -> None:
    assert facts_of(text).versions == {"7"}


# what two texts have in common


@pytest.mark.parametrize(
    ("one", "other"),
    [("immersion", "immers"), ("deluxe", "dlux"), ("black", "blk"), ("adventure", "adventura")],
)
def test_a_word_cut_short_or_with_a_typing_error_is_nearly_the_same(one: str, other: str) -> None:
    assert near(one, other)
    assert near(other, one)


@pytest.mark.parametrize(("one", "other"), [("500", "5000"), ("red", "rod"), ("printer", "paper"), ("a4", "a4x")])
def test_other_words_are_not(one: str, other: str) -> None:
    assert not near(one, other)


def test_words_joined_on_one_side_cover_those_of_the_other() -> None:
    assert numbers("east west symphonic choirs", "eastwest symphonic choirs")["words_most"] >= 90


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [
        ("复印纸 80g 500张", "copy paper 80 gsm 500 sheets", SAME),
        ("复印纸 80g 500张", "复印纸 70g 500张", SOME),
        ("memory card 8 GB", "memory card 16 GB", OTHERS),
        ("disk 1 TB", "disk 1024 GB", SAME),
    ],
)
def test_quantities_agree_or_not_across_scripts_and_units(one: str, other: str, state: int) -> None:
    assert numbers(one, other)["quantity"] == state


def test_sister_codes_are_seen_by_what_they_share() -> None:
    found = numbers("LG DLE2514W dryer", "LG DLE2516W dryer")
    assert (found["code_met"], found["sister_code"]) == (0, 6)


def test_an_unknown_price_is_an_answer_of_its_own() -> None:
    price = FEATURES[NAMES.index("price")]
    unknown, same, other = (price.step(price_apart(10, known)) for known in (None, 10, 40))
    assert len({unknown, same, other}) == 3


@pytest.mark.parametrize(
    ("line", "entry", "stated", "state"),
    [
        (facts_of("打印机 M401"), facts_of("laserjet m401", brand="HP"), "agrees", BRAND_AGREES),
        (facts_of("hp laserjet m401"), facts_of("laserjet m401", brand="HP"), "absent", BRAND_NAMED),
        (facts_of("sony bravia"), facts_of("sony television"), "absent", BRAND_NAMED),
        (facts_of("bravia"), facts_of("sony television"), "absent", BRAND_ABSENT),
        (facts_of("bravia", brand="LG"), facts_of("bravia", brand="Sony"), "contradicts", BRAND_CONTRADICTS),
    ],
)
def test_the_brand_agrees_is_named_absent_or_contradicts(line: Facts, entry: Facts, stated: str, state: int) -> None:
    assert brand_of(line, entry, stated=stated) == state


@pytest.mark.parametrize(
    ("line", "known"),
    [("cushtop F8N044SLV", True), ("cushtop f8n044-slv", True), ("cushtop F8N044BLK", False), ("cushtop 12345", False)],
)
def test_a_code_of_a_line_is_known_however_it_is_joined(line: str, known: bool) -> None:
    assert knows_codes(facts_of("belkin cushtop f8n044-slv"), facts_of(line)) is known


def test_a_name_is_covered_however_its_codes_are_joined() -> None:
    name = facts_of("belkin cushtop f8n044-slv")
    assert covered(name, facts_of("Belkin cushtop F8N044SLV, new")) == 100
    assert covered(name, facts_of("belkin cushtop")) == 50


def test_a_name_is_covered_only_by_all_its_words() -> None:
    name = facts_of("Neofast mono awhp2r 4/6", brand="Neofast")
    assert name_covered(name, facts_of("mono awhp2r 4/6")) == 100
    assert name_covered(name, facts_of("Neofast mono awhp2r 4/7")) < 100
    assert name_covered(facts_of("Neofast", brand="Neofast"), facts_of("paper")) == 100
    assert name_covered(facts_of("hp60 10/12 ahp60 10/12"), facts_of("hp60 10/12 ahp60 10/15")) < 100


@pytest.mark.parametrize(
    ("line", "nearly"),
    [
        ("ecodan eco inverter 6 kw", False),
        ("ecodan eco inveraer 6 kw", True),
        ("ecodan eco invetrer 6 kw", False),  # two letters changed places: not one word wrong, but one missing
        ("wall mounted ecodan eco inverter 6 kw", False),
    ],
)
def test_a_word_that_is_nearly_one_of_the_name_is_seen(line: str, nearly: bool) -> None:
    assert nearly_said(facts_of(line), facts_of("ecodan eco inverter 6 kw")) is nearly


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("str-dg520", "STRDG520", True), ("str-dg520", "str-dg920", False), ("80g a4", "a4 80g", False)],
)
def test_a_code_that_identifies_is_whole_and_long_enough(one: str, other: str, same: bool) -> None:
    assert same_code(facts_of(one), facts_of(other)) is same


@given(LATIN_AND_CHINESE, LATIN_AND_CHINESE)
def test_both_sides_are_treated_alike(one: str, other: str) -> None:
    assert numbers(one, other) == numbers(other, one)


@given(LATIN_AND_CHINESE, LATIN_AND_CHINESE)
def test_every_number_has_a_step_that_the_card_knows(one: str, other: str) -> None:
    steps = steps_of(list(numbers(one, other).values()))
    assert all(0 <= step <= len(feature.cuts) for step, feature in zip(steps, FEATURES, strict=True))
    assert 0 <= frozen_card().chance(frozen_card().points(steps)) <= 99


# what the card makes of it


def test_the_card_has_points_for_every_term() -> None:
    assert [term.features for term in frozen_card().terms] == list(TERMS)
    assert [len(term.points) for term in frozen_card().terms] == [
        len(FEATURES[NAMES.index(term[0])].cuts) + 1
        if len(term) == 1
        else (len(FEATURES[NAMES.index(term[0])].cuts) + 1) * (len(FEATURES[NAMES.index(term[1])].cuts) + 1)
        for term in TERMS
    ]


def test_more_points_never_mean_a_smaller_chance() -> None:
    chances = [frozen_card().chance(points) for points in range(-2000, 2000, 10)]
    assert chances == sorted(chances)


def test_the_points_told_add_up() -> None:
    card, steps = frozen_card(), steps_of(list(numbers("sony str-dg520 receiver", "sony strdg520").values()))
    told = sum(float(part["points"]) for part in json.loads(card.told(steps)).values())
    assert round(100 * told) == card.points(steps) - card.begin


def test_the_weightiest_features_are_told_one_by_one_and_the_others_together() -> None:
    card, steps = frozen_card(), steps_of(list(numbers("sony str-dg520 receiver", "sony strdg520").values()))
    *told, (last, others) = json.loads(card.told(steps)).items()
    points = [abs(part["points"]) for _, part in told]
    assert (len(told), last) == (TOLD, "others")
    assert points == sorted(points, reverse=True)
    given = [abs(points) / 100 for _, points in card.parts(steps) if points]
    assert sorted(given, reverse=True)[:TOLD] == points
    assert others["is"] == f"{len(given) - TOLD} more"


def test_many_pairs_have_the_steps_and_the_chance_of_each() -> None:
    card = frozen_card()
    pairs = [("sony str-dg520 receiver", "sony strdg520"), ("lamp 8 w e27", "toner q5942x"), ("", "hp laserjet 4250")]
    seen = [list(numbers(one, other).values()) for one, other in pairs]
    steps = steps_of_all(np.array(seen))
    assert steps.tolist() == [steps_of(one) for one in seen]
    assert card.chances_of(steps).tolist() == [card.chance(card.points(steps_of(one))) for one in seen]


def test_a_card_is_read_as_it_was_written() -> None:
    card = frozen_card()
    again = from_data(as_data(card, {}))
    assert (again.terms, again.begin, again.chances) == (card.terms, card.begin, card.chances)


@pytest.mark.parametrize(
    ("one", "like", "unlike"),
    [
        ("Sony STR-DG520 A/V receiver", "sony 5.1 a/v receiver strdg520", "sony 5.1 a/v receiver strdg920"),
        ("Transcend 8 GB CF card TS8GCF133", "transcend 8gb cf ts8gcf133", "transcend 4gb cf ts4gcf133"),
        ("adobe photoshop cs3 upgrade", "adobe photoshop cs3 upgrade for mac", "adobe indesign cs3 upgrade"),
        ("得力 复印纸 A4 80g 500张/包", "得力复印纸Ａ４ ８０克 ５００张", "得力 档案盒 A4 55mm"),
    ],
)  # fmt: skip
def test_the_same_product_has_a_better_chance_than_its_neighbour(one: str, like: str, unlike: str) -> None:
    assert chance(one, like) > chance(one, unlike)


def branded(text: str, *, brand: str | None = None) -> bool:
    """Whether the brand counts as named, for a line and an entry with one text."""
    weights = " ".join(f"{word} 100" for word in text.split())
    side = (text, weights, brand, None, None)
    batch = pa.RecordBatch.from_pylist([dict(enumerate_names((1, 1, "absent", *side, *side)))])
    return bool(compare(batch).to_pylist()[0]["branded"])


def enumerate_names(values: tuple[object, ...]) -> list[tuple[str, object]]:
    """Columns by their places, as `compare` reads them."""
    return [(f"column_{place:02}", value) for place, value in enumerate(values)]


def test_a_common_first_word_counts_as_the_brand_only_beside_a_code_of_both() -> None:
    assert not branded("office swivel chair with armrests black")
    assert branded("steelcase swivel chair 435a00 black")
    assert branded("steelcase swivel chair with armrests", brand="steelcase")

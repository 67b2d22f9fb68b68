"""A card learnt from labelled pairs: what pays gets points, and chances come from pairs that were left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.matching.learn import FOLDS, Example, chances, learn, learn_points, left_out
from tenring.matching.v1.features import NAMES

WORDS, PRICE, COLOUR = (NAMES.index(name) for name in ("words_most", "price", "colour"))


def example(record: int, *, label: bool, weight: float = 1.0, **steps: int) -> Example:
    found = [0] * len(NAMES)
    for name, step in steps.items():
        found[NAMES.index(name)] = step
    return Example(found, label, str(record), weight)


def like_words(count: int = 200) -> list[Example]:
    """The more words are shared the more often it is a match; the price says nothing."""
    return [
        example(place, label=place % 10 < 9 if place % 2 else place % 10 == 0, words_most=7 if place % 2 else 2,
                price=place // 10 % 8)
        for place in range(count)
    ]  # fmt: skip


def test_what_tells_matches_apart_gets_points_and_what_does_not_gets_few() -> None:
    words, price = learn_points(like_words(), [("words_most",), ("price",)]).terms
    assert words.points[7] > 50 > -50 > words.points[2]
    assert all(abs(points) < 20 for points in price.points)


def test_only_a_cross_learns_what_two_features_say_together() -> None:
    examples = [
        example(place, label=(place % 2 == 0) == (place // 2 % 2 == 0), words_most=9 * (place % 2),
                colour=4 * (place // 2 % 2))
        for place in range(400)
    ]  # fmt: skip
    alone = learn_points(examples, [("words_most",), ("colour",)])
    crossed = learn_points(examples, [("words_most", "colour")])
    assert {alone.points(one.steps) for one in examples} == {0}
    assert all((crossed.points(one.steps) > 0) == one.label for one in examples)


def test_examples_of_little_weight_move_little() -> None:
    light = [example(place, label=place % 2 == 0, words_most=9, weight=0.01) for place in range(100)]
    with_light, without = (learn_points(some, [("words_most",)]) for some in (like_words() + light, like_words()))
    assert with_light.terms[0].points[7] == pytest.approx(without.terms[0].points[7], abs=5)


def test_the_same_examples_give_the_same_card() -> None:
    first, second = (learn(like_words(), [("words_most",), ("price",)]) for _ in range(2))
    assert (first.terms, first.begin, first.chances) == (second.terms, second.begin, second.chances)


def test_points_left_out_are_learnt_from_other_records_only() -> None:
    """Each record says the opposite of all others: learnt from the others, it gets points against its own label."""
    examples = [example(record, label=record % FOLDS == 0, words_most=record % FOLDS) for record in range(FOLDS)] * 50
    points = left_out(examples, [("words_most",)])
    assert len(points) == len(examples)
    assert points[0] < points[1]


def test_a_chance_is_the_share_that_was_right() -> None:
    cases = [(0, False, 1.0)] * 98 + [(0, True, 1.0)] * 2 + [(300, True, 1.0)] * 98 + [(300, False, 1.0)] * 2
    found = dict(chances(cases))
    assert max(found.values()) == 97
    assert min(found) <= 20


@given(st.lists(st.tuples(st.integers(-500, 500), st.booleans(), st.just(1.0)), min_size=1, max_size=60))
def test_chances_never_fall(cases: list[tuple[int, bool, float]]) -> None:
    found = chances(cases)
    assert found == sorted(set(found))
    assert [chance for _, chance in found] == sorted({chance for _, chance in found})
    assert all(0 < chance < 100 for _, chance in found)

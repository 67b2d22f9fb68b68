"""What the category model sees of a text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.screening.learnt.features import BITS, features, words_of

TEXTS = st.lists(st.text(max_size=60), min_size=1, max_size=6)


def buckets(texts: list[str], place: int) -> list[int]:
    found = features(texts)
    return sorted(found.bucket[found.text == place].tolist())


def test_words_pairs_of_words_and_runs_of_letters_are_counted() -> None:
    edges_and_letters = (6, 7)
    runs = sum(length - run + 1 for length in edges_and_letters for run in (2, 3, 4, 5))
    assert len(buckets(["copy paper"], 0)) == runs + 2 + 1


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Copy  paper", "copy paper"),
        ("Ａ４ 影印紙", "a4 影印纸"),
        ("café-crème", "cafe creme"),
        ("80 g", "75 g"),
        ("ΧΑΡΤΙ", "χαρτι"),
    ],
)
def test_spelling_that_says_nothing_is_not_seen(text: str, same: str) -> None:
    assert buckets([text], 0) == buckets([same], 0)


@pytest.mark.parametrize("text", ["", "  ", "—/—", "\0", "(*)"])
def test_a_text_without_letters_has_no_features(text: str) -> None:
    assert buckets([text, "paper"], 0) == []


def test_every_script_has_features() -> None:
    for text in ("хартия", "χαρτί", "复印纸", "コピー用紙", "복사용지", "กระดาษ", "papír"):
        assert buckets([text], 0)


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    for place, text in enumerate(texts):
        assert buckets(texts, place) == buckets([text], 0)


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_every_feature_belongs_to_a_word_of_its_text(texts: list[str]) -> None:
    found = features(texts)
    assert (np.diff(found.text) >= 0).all()
    assert ((found.bucket >= 0) & (found.bucket < 2**BITS)).all()
    alone = features(texts[:1])
    assert set(alone.word.tolist()) == set(range(len(words_of(texts[0]))))

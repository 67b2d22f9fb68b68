"""What fuzzing began with and what it found: asked again, each file, with the same demand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.fuzzed import Fuzzed, within
from tenring.proof.answers import Validity

CORPUS = Path(__file__).with_name("corpus") / "verify"
FILES = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []


@cache
def fuzzed() -> Fuzzed:
    return Fuzzed.ready()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_fuzzing_found_is_answered(path: Path) -> None:
    fuzzed().require_sound(path.read_bytes())


def test_the_seeds_are_what_they_are_meant_to_be() -> None:
    answers = {name: fuzzed().require_sound(seed).validity for name, seed in fuzzed().seeds.items()}
    valid = {name for name, validity in answers.items() if validity is Validity.VALID}
    assert valid == {"token", "archive", "set", "sd-jwt", "behind"}


@given(st.data())
def test_a_seed_damaged_anywhere_says_nothing_new(data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(sorted(fuzzed().seeds.values()))))
    for _ in range(data.draw(st.integers(1, 3))):
        seed[data.draw(st.integers(0, len(seed) - 1))] = data.draw(st.integers(0, 255))
    fuzzed().require_sound(bytes(seed))


def test_the_demand_itself_tells_more_from_less() -> None:
    whole = {"a": [1, {"b": True}], "c": "x"}
    assert within({"a": [{"b": True}]}, whole)
    for more in ({"a": [2]}, {"d": 1}, {"a": [{"b": 1}]}, {"c": "y"}):
        assert not within(more, whole)

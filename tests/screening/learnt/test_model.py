"""The category model: trained from names in seconds, kept without code, checked when read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from screening.learnt.tiny import FEW, all_categories, tiny_model
from tenring.exceptions import UnusableInputError
from tenring.screening.learnt.model import OUTSIDE, Guess, load, save

TEXTS = ["copy paper A4 80 g", "台式电脑", "nettoyage des bureaux", "", "qqqq"]


def kept(folder: Path) -> Path:
    path = folder / "models" / "categories.npz"
    save(tiny_model(), path)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("copy papers", "copy-paper"),
        ("复印纸 500张", "copy-paper"),
        ("ordinateur portable pour école", "notebook-computers"),
        ("office cleaning service", "cleaning-services"),
    ],
)
def test_words_near_a_name_find_its_category(text: str, expected: str) -> None:
    (guess,) = tiny_model().guesses([text])
    assert guess.nearest[0] == expected
    assert set(guess.nearest) <= set(FEW)
    assert 1 >= guess.scores[0] >= guess.scores[-1] > 0


def test_a_text_of_which_nothing_is_known_has_no_guess() -> None:
    empty, nonsense = tiny_model().guesses(["", "ฎฎฎฎ"])
    assert empty.nearest == nonsense.nearest == ()
    assert tiny_model().sure(empty) is None


def test_the_same_text_has_the_same_score_in_any_batch() -> None:
    model = tiny_model()
    together = model.category_scores(TEXTS * 50)
    for place, text in enumerate(TEXTS):
        assert np.array_equal(model.category_scores([text])[0], together[place])


def test_only_categories_of_the_catalogue_in_use_are_given() -> None:
    (guess,) = tiny_model().guesses(["copy machine lights"], frozenset({"lighting", OUTSIDE}))
    assert guess.nearest == ("lighting",)


def test_a_guess_tells_which_words_spoke_for_it() -> None:
    words = tiny_model().spoken_for("urgent copy paper", "copy-paper")
    assert [word for word, _ in words][-1] == "urgent"
    assert words[0][1] > 0


def test_a_kept_model_answers_the_same(tmp_path: Path) -> None:
    again = load(kept(tmp_path))
    assert np.array_equal(again.category_scores(TEXTS), tiny_model().category_scores(TEXTS))
    assert (again.leaves, again.threshold) == (tiny_model().leaves, tiny_model().threshold)


def test_keeping_a_model_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert kept(tmp_path / "a").read_bytes() == kept(tmp_path / "b").read_bytes()


def test_the_card_names_sources_with_licence_and_size(tmp_path: Path) -> None:
    path = kept(tmp_path)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["bytes"] == path.stat().st_size
    assert [source["licence"] for source in card["sources"]] == ["Apache-2.0"]
    assert set(all_categories().by_id) >= {leaf.split(" ")[1] for leaf in card["leaves"]}


def test_a_changed_file_is_not_used(tmp_path: Path) -> None:
    path = kept(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(UnusableInputError, match="do not belong together"):
        load(path)


def card_says(path: Path, **facts: object) -> None:
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text(encoding="utf-8")) | facts), encoding="utf-8")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"format": 99}, "another format"),
        ({"leaves": ["302 desktop-computers"]}, "cannot be read"),
        ({"scale": None}, "cannot be read"),
    ],
)
def test_a_card_that_does_not_fit_is_told(tmp_path: Path, facts: dict[str, object], message: str) -> None:
    path = kept(tmp_path)
    card_says(path, **facts)
    with pytest.raises(UnusableInputError, match=message):
        load(path)


def test_a_missing_card_is_told(tmp_path: Path) -> None:
    path = kept(tmp_path)
    path.with_suffix(".json").unlink()
    with pytest.raises(UnusableInputError, match="tenring categories train"):
        load(path)


def test_a_file_with_python_objects_is_not_unpacked(tmp_path: Path) -> None:
    path = kept(tmp_path)
    np.savez(path, weight=np.array([{"an": "object"}], dtype=object))
    card_says(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(UnusableInputError, match="cannot be read"):
        load(path)


@pytest.mark.parametrize(
    ("text", "enough"), [("Lot 5", False), ("12345678", False), ("复印纸", True), ("papier", True)]
)
def test_a_text_that_says_too_little_is_given_no_category(text: str, enough: bool) -> None:
    (guess,) = tiny_model().guesses([text])
    assert guess.enough is enough
    assert tiny_model().sure(Guess(("copy-paper",), (1.0,), enough=enough)) == ("copy-paper" if enough else None)

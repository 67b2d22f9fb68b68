"""Wordings as categories by words see them: canonical, and without what no phrase has."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenring.catalogue import Catalogue
from tenring.model.duck import DuckEngine, duck_engine
from tenring.model.sql import Step, quoted
from tenring.model.text import words
from tenring.screening.classify import _WORD_STEPS, _known_words
from tenring.screening.phrases import canonical, told
from tenring.screening.reference import add_phrases, add_reference
from tenring.settings import Settings

WORDINGS = (
    "Henps LED lamps 16a21/per/950/p/e26/dim",
    "toner for HP LaserJet 4250, black (Q5942X)",
    'Laptop computers 14" with docking station WD-19',
    "Computer desk 1600x800",
    "A4复印纸 80g 500张/包 X200",
    "4K电视机 55U7H",
    "打印机用硒鼓 CF226X 适用于 M402",
    "Servicios de limpieza de oficinas, lote 3",
    "ordinateurs portables; stations d'accueil",
    "ZZZ 12 | 34",
    "",
)


@pytest.mark.parametrize("wording", WORDINGS)
def test_what_is_told_is_as_long_and_has_all_known_words(wording: str) -> None:
    text, known = canonical(wording), {"led", "lamp", "toner", "for"}
    (said,) = told([wording], known)
    assert len(said) == len(text)
    assert [word for word in said.split(" ") if word in known] == [word for word in text.split(" ") if word in known]


def test_words_that_no_phrase_has_are_signs() -> None:
    assert told(["Lamps e26, 950 LED打印纸 x"], {"lamp", "led"}) == ["lamp ######### led 打印纸 #"]


def test_numbers_and_models_do_not_make_another_text() -> None:
    one, other = told(["led lamp 16a21 per 950", "led lamp 27b41 xy 1234"], {"led", "lamp"})
    assert one == other


def _plainly_canonical(text: str) -> str:
    """The canonical form of one text, step by step."""
    parts = [words(part) for part in re.split(r"[,;:，；：、。()（）\[\]【】\n]|\.\s", text)]
    singular = [[one[:-1] if re.fullmatch(r"\w{2,}[^s]s", one) else one for one in part] for part in parts if part]
    return " | ".join(" ".join(part) for part in singular)


_PIECES = st.sampled_from(
    ["a4", "Laptops", "glass", "gas", "打印纸", "，", ",", "（", ". ", ".", "\n", " ", "|", "\x01", "\x02", "é"]
)


@settings(deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), max_size=5))
def test_many_texts_at_once_have_the_forms_of_each(texts: list[str]) -> None:
    plain = [_plainly_canonical(text) for text in texts]
    assert [canonical(text) for text in texts] == plain
    assert told(texts, {word for text in plain for word in text.split(" ")}) == plain


def test_words_that_no_phrase_has_change_no_category() -> None:
    with duck_engine() as engine:
        categories = Catalogue(Settings().catalog).categories
        add_reference(engine, Catalogue(Settings().catalog), None)
        add_phrases(engine, categories)
        known = _known_words(engine)
        whole = _by_words(engine, {wording: canonical(wording) for wording in WORDINGS})
        said = _by_words(engine, dict(zip(WORDINGS, told(WORDINGS, known), strict=True)))
    assert whole == said
    assert len(whole) > len(WORDINGS) // 2


def _by_words(engine: DuckEngine, texts: dict[str, str]) -> dict[str, tuple[object, ...]]:
    """Wording -> category, score and nearest categories by words."""
    rows = ", ".join(f"({number}, {quoted(text)})" for number, text in enumerate(texts.values()))
    engine.run([Step("purchase_text", f"SELECT * FROM (VALUES {rows}) AS t (text_id, text)"), *_WORD_STEPS])
    found = {number: tuple(rest) for number, *rest in engine.rows("SELECT * FROM word_best")}
    return {wording: found[number] for number, wording in enumerate(texts) if number in found}

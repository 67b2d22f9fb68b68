"""Wordings as categories by words see them: canonical, and without what no phrase has."""

from __future__ import annotations

import pytest

from tenring.catalogue import Catalogue
from tenring.model.duck import DuckEngine, duck_engine
from tenring.model.sql import Step, quoted
from tenring.screening.classify import _WORD_STEPS, _known_words
from tenring.screening.phrases import canonical, telling
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
    told = telling(text, known)
    assert len(told) == len(text)
    assert [word for word in told.split(" ") if word in known] == [word for word in text.split(" ") if word in known]


def test_words_that_no_phrase_has_are_signs() -> None:
    assert telling("lamp e26 | 950 led 打印纸 x", {"lamp", "led"}) == "lamp ######### led 打印纸 #"


def test_numbers_and_models_do_not_make_another_text() -> None:
    assert telling("led lamp 16a21 per 950", {"led", "lamp"}) == telling("led lamp 27b41 xy 1234", {"led", "lamp"})


def test_words_that_no_phrase_has_change_no_category() -> None:
    with duck_engine() as engine:
        categories = Catalogue(Settings().catalog).categories
        add_reference(engine, Catalogue(Settings().catalog), None)
        add_phrases(engine, categories)
        known = _known_words(engine)
        whole = _by_words(engine, {wording: canonical(wording) for wording in WORDINGS})
        told = _by_words(engine, {wording: telling(canonical(wording), known) for wording in WORDINGS})
    assert whole == told
    assert len(whole) > len(WORDINGS) // 2


def _by_words(engine: DuckEngine, texts: dict[str, str]) -> dict[str, tuple[object, ...]]:
    """Wording -> category, score and nearest categories by words."""
    rows = ", ".join(f"({number}, {quoted(text)})" for number, text in enumerate(texts.values()))
    engine.run([Step("purchase_text", f"SELECT * FROM (VALUES {rows}) AS t (text_id, text)"), *_WORD_STEPS])
    found = {number: tuple(rest) for number, *rest in engine.rows("SELECT * FROM word_best")}
    return {wording: found[number] for number, wording in enumerate(texts) if number in found}

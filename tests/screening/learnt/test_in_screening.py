"""The category model in classification: asked last, never used for matching."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engines import Engines, Worlds
from screening.learnt.tiny import tiny_model
from tenring.catalogue import Catalogue
from tenring.model import tables
from tenring.screening.classify import classify
from tenring.screening.learnt.model import save
from tenring.screening.match import _CATEGORY
from tenring.screening.reference import add_reference

CATALOG = Path(__file__).resolve().parents[3] / "catalog"
#: Six categories cannot be as sure as four hundred.
THRESHOLD = 0.45
LINES = [
    {"line_id": "known", "description": "copy paper A4"},
    {
        "line_id": "coded",
        "description": "papiers recyclés reprographies",
        "code": "30213300",
        "code_scheme": "cpv-2008",
    },
    {"line_id": "guessed", "description": "fotokopiererpapiere"},
    {"line_id": "guessed again", "description": "fotokopiererpapiere"},
    {"line_id": "unknown", "description": "qqqqqq wwwwww"},
]


@pytest.fixture
def answers(tmp_path: Path, engines: Engines, engine_name: str, worlds: Worlds) -> dict[str, dict[str, Any]]:
    def run(_: list[str]) -> list[dict[str, dict[str, Any]]]:
        path = tmp_path / "categories.npz"
        save(replace(tiny_model(), threshold=THRESHOLD), path)
        catalogue = Catalogue(CATALOG)
        with engines(engine_name) as engine:
            engine.add("purchase", pa.Table.from_pylist(LINES, schema=tables.PURCHASE_LINES))
            add_reference(engine, catalogue, None)
            classify(engine, catalogue.categories, model=path)
            rows = engine.arrow(f"SELECT *, {_CATEGORY} AS matched_by FROM classified c").to_pylist()
        return [{row["line_id"]: row for row in rows}]

    found: dict[str, dict[str, Any]] = worlds.answer(engine_name, "a tiny model", "all lines", run)
    return found


def test_codes_and_phrases_are_asked_first(answers: dict[str, dict[str, Any]]) -> None:
    assert [answers[name]["category_by"] for name in ("known", "coded")] == ["words", "code"]


def test_the_model_answers_what_they_leave_open(answers: dict[str, dict[str, Any]]) -> None:
    for name in ("guessed", "guessed again"):
        assert (answers[name]["category"], answers[name]["category_by"]) == ("copy-paper", "model")
        assert answers[name]["category_score"] >= THRESHOLD


def test_an_unsure_line_keeps_the_three_nearest(answers: dict[str, dict[str, Any]]) -> None:
    line = answers["unknown"]
    assert (line["category"], line["category_by"]) == (None, None)
    assert len(line["nearest"]) in {0, 3}


def test_a_guess_is_not_seen_by_the_matcher(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["guessed"]["matched_by"] is None
    assert answers["known"]["matched_by"] == "copy-paper"

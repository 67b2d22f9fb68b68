"""Compiled criteria are the criteria, and are made again whenever something they rest on changes."""

import json
import time
from pathlib import Path

import pytest

from rulebook.toy import revision_file
from tenring.rulebook.compiled import NAME, decoded, encoded
from tenring.rulebook.library import Library, load_library

CLAUSE = '  - {{id: "1", clause: "1", title: {{en: VOC}}, property: voc_content, at_most: {limit} g/L}}\n'
CATALOG = Path(__file__).resolve().parents[2] / "catalog"


def test_nothing_is_lost_on_the_way(library: Library) -> None:
    assert decoded(json.loads(json.dumps(encoded(library.revisions)))) == library.revisions


def test_a_changed_file_is_compiled_again(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    catalog = revision_file(tmp_path, CLAUSE.format(limit=10))
    first = load_library(catalog, kept).revisions
    assert load_library(catalog, kept).revisions == first
    revision_file(tmp_path, CLAUSE.format(limit=11))
    assert load_library(catalog, kept).revisions != first


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"basis": 1}', "\x00"])
def test_a_broken_cache_costs_time_only(tmp_path: Path, broken: str) -> None:
    kept = tmp_path / "kept"
    catalog = revision_file(tmp_path, CLAUSE.format(limit=10))
    whole = load_library(catalog, kept).revisions
    (kept / NAME).write_text(broken, encoding="utf-8")
    assert load_library(catalog, kept).revisions == whole


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file, no folder", encoding="utf-8")
    catalog = revision_file(tmp_path, CLAUSE.format(limit=10))
    assert load_library(catalog, tmp_path / "kept").revisions


def test_the_whole_catalogue_opens_in_less_than_a_second(tmp_path: Path) -> None:
    load_library(CATALOG, tmp_path)
    began = time.process_time()
    load_library(CATALOG, tmp_path)
    assert time.process_time() - began < 1

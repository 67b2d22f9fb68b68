"""Gaps and overlaps of sub-category tables are found, with a product that shows them."""

from pathlib import Path

import pytest

from rulebook.toy import revision_file
from tenring.rulebook.check import Known, check_criteria

KNOWN = Known(frozenset({"toy"}), frozenset({"paints"}))


def problems(tmp_path: Path, rows: str) -> list[str]:
    catalog = revision_file(
        tmp_path,
        f"""
  - id: "1"
    clause: "1"
    title: {{en: VOC}}
    property: voc_content
    at_most_by:
      rows:
{rows}
""",
    )
    return [one.what for one in check_criteria(catalog, KNOWN).problems if "case" not in one.what]


def row(when: str, limit: str) -> str:
    """A row; `gloss at_most 25` stands for the condition."""
    name, word, value = when.split()
    return f'        - {{when: {{property: {name}, {word}: "{value}"}}, limit: {limit}}}'


GLOSSY = row("gloss above 25", "40 g/L")


def test_rows_that_part_the_products_are_sound(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{row('gloss at_most 25', '10 g/L')}\n{GLOSSY}") == []


def test_a_gap_is_found_at_the_limit_itself(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"{row('gloss below 25', '10 g/L')}\n{GLOSSY}")
    assert "no row for gloss@product = 25" in problem


def test_an_overlap_is_found(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"{row('gloss at_most 30', '10 g/L')}\n{GLOSSY}")
    assert "two rows for gloss@product" in problem
    assert "1 and 2" in problem


@pytest.mark.parametrize("missing", ["white", "tinted"])
def test_every_word_needs_a_row(tmp_path: Path, missing: str) -> None:
    other = {"white": "tinted", "tinted": "white"}[missing]
    (problem,) = problems(tmp_path, row(f"paint_colour equals {other}", "10 g/L"))
    assert f"no row for paint_colour@product = {missing}" in problem

"""What no product can pass is found by the solver; what only looks odd is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook.toy import library_of
from tenring.rulebook.check import Known, check_criteria
from tenring.rulebook.compare.contradictions import Contradiction, contradictions
from tenring.rulebook.compare.revisions import side_of
from tenring.rulebook.library import Library

CLAUSE = "  - id: {id}\n    clause: '1'\n    title: {{en: a}}\n    {text}\n"


def found(folder: Path, *texts: str) -> list[Contradiction]:
    clauses = "".join(CLAUSE.format(id=f"c{number}", text=text) for number, text in enumerate(texts))
    library = library_of(folder, clauses)
    revision = library.revisions[0]
    return list(contradictions(side_of(revision, revision.since, library), library.properties))


def test_a_clause_that_no_number_can_meet(tmp_path: Path) -> None:
    text = "all_of: [{property: gloss, below: '5'}, {property: gloss, above: '7'}]"
    assert [(one.clause.id, one.with_clauses) for one in found(tmp_path, text)] == [("c0", ())]


def test_two_clauses_that_rule_each_other_out_are_named_and_no_others(tmp_path: Path) -> None:
    texts = (
        "{property: voc_content, at_most: 30 g/L}",
        "{property: gloss, below: '5'}",
        "{property: gloss, above: '7'}",
    )
    (one,) = found(tmp_path, *(text.strip("{}").replace(", ", "\n    ") for text in texts))
    assert {one.clause.id, *one.with_clauses} == {"c1", "c2"}


def test_limits_for_different_products_do_not_contradict_each_other(tmp_path: Path) -> None:
    white = "when: {property: paint_colour, equals: white}\n    property: gloss\n    below: '5'"
    tinted = "when: {property: paint_colour, equals: tinted}\n    property: gloss\n    above: '7'"
    assert not found(tmp_path, white, tinted)


@pytest.mark.parametrize(
    ("second", "dead"),
    [("{property: gloss, below: '4'}", True), ("{property: gloss, below: '6'}", False)],
)
def test_an_alternative_that_one_before_it_holds_too_is_dead(tmp_path: Path, second: str, dead: bool) -> None:
    alternatives = f"any_of: [{{property: gloss, below: '5'}}, {second}]"
    assert [one.alternative for one in found(tmp_path, alternatives)] == ([2] if dead else [])


def test_unread_limits_are_no_contradiction(tmp_path: Path) -> None:
    assert not found(tmp_path, "unread: not read")


def test_nothing_in_the_catalogue_contradicts_itself(library: Library) -> None:
    for revision in library.revisions:
        assert not list(contradictions(side_of(revision, revision.since, library), library.properties)), revision.id


def test_the_check_says_so_with_file_and_clause(tmp_path: Path) -> None:
    text = "all_of: [{property: gloss, below: '5'}, {property: gloss, above: '7'}]"
    library_of(tmp_path, CLAUSE.format(id="c0", text=text))
    report = check_criteria(tmp_path / "catalog", Known(frozenset({"toy"}), frozenset({"paints"})))
    assert any(one.clause == "c0" and one.what == "no product can pass it" for one in report.problems)

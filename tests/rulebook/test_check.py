"""`criteria check` finds what no single line can know."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulebook.toy import revision_file
from tenring.rulebook.check import CriteriaReport, Known, check_criteria

KNOWN = Known(frozenset({"toy"}), frozenset({"paints"}))
CLAUSE = '  - {id: "1", clause: "1", title: {en: VOC}, property: voc_content, at_most: 10 g/L}\n'
CASE = """cases:
  - name: Ten is allowed
    on: 2021-01-01
    given: {voc_content: {value: "10", unit: g/L, method: ISO 11890-2}}
    expect: {"1": met}
"""


def checked(tmp_path: Path, clauses: str = CLAUSE, cases: str | None = CASE, known: Known = KNOWN) -> CriteriaReport:
    catalog = revision_file(tmp_path, clauses)
    if cases is not None:
        (catalog / "criteria" / "toy" / "paints" / "cases.yml").write_text(cases, encoding="utf-8")
    return check_criteria(catalog, known)


def test_a_sound_revision_has_no_problems(tmp_path: Path) -> None:
    report = checked(tmp_path)
    assert (report.problems, report.revisions, report.clauses, report.cases) == ((), 1, 1, 1)


@pytest.mark.parametrize(
    ("known", "what"),
    [
        (Known(frozenset(), frozenset({"paints"})), "there is no programme 'toy'"),
        (Known(frozenset({"toy"}), frozenset()), "there is no category 'paints'"),
    ],
)
def test_programme_and_category_must_exist(tmp_path: Path, known: Known, what: str) -> None:
    (problem,) = checked(tmp_path, known=known).problems
    assert problem.what == what


@pytest.mark.parametrize("cases", [None, CASE.replace("2021-01-01", "2019-01-01")])
def test_a_revision_without_cases_is_refused(tmp_path: Path, cases: str | None) -> None:
    (problem,) = checked(tmp_path, cases=cases).problems
    assert problem.what == "the revision toy/paints/2020-01-01 has no case"


def test_a_case_that_comes_out_otherwise_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = checked(tmp_path, cases=CASE.replace('{"1": met}', '{"1": not_met, "2": met}')).problems[:1]
    assert (problem.line, problem.clause) == (2, "1")
    assert problem.what == "the case 'Ten is allowed' expects not_met and finds met"


def test_a_clause_without_source_is_refused(tmp_path: Path) -> None:
    (problem,) = checked(tmp_path, CLAUSE.replace('clause: "1"', 'clause: " "')).problems
    assert problem.what == "its source is missing"


def test_every_file_is_checked_whatever_is_wrong_with_another(tmp_path: Path) -> None:
    checked(tmp_path)
    broken = tmp_path / "catalog" / "criteria" / "toy" / "paints" / "2022-01-01.yml"
    broken.write_text("document: [", encoding="utf-8")
    report = check_criteria(tmp_path / "catalog", KNOWN)
    assert [Path(one.file).name for one in report.problems] == ["2022-01-01.yml"]
    assert report.revisions == 1


def test_one_file_can_be_checked_alone(tmp_path: Path) -> None:
    checked(tmp_path)
    folder = tmp_path / "catalog" / "criteria" / "toy" / "paints"
    (folder / "2022-01-01.yml").write_text("document: [", encoding="utf-8")
    assert check_criteria(tmp_path / "catalog", KNOWN, [folder / "2020-01-01.yml"]).problems == ()


def test_a_table_that_cannot_be_proven_is_refused(tmp_path: Path) -> None:
    row = "{{when: {{property: claims, {word}: [a]}}, limit: {limit} g/L}}"
    rows = ", ".join((row.format(word="has_any", limit=1), row.format(word="none_of", limit=2)))
    clause = CLAUSE.replace("at_most: 10 g/L", f"at_most_by: {{rows: [{rows}]}}")
    assert "too many or too unlike conditions" in checked(tmp_path, clause).problems[0].what


@pytest.mark.parametrize("test", ["none_of: [a]", "has_any: [a]"])
def test_a_word_that_is_forbidden_must_be_one_of_a_closed_list(tmp_path: Path, test: str) -> None:
    negated = f"not: {{property: claims, {test}}}" if test.startswith("has") else f"property: claims, {test}"
    clause = CLAUSE.replace("property: voc_content, at_most: 10 g/L", negated)
    assert "a misspelt one would pass" in checked(tmp_path, clause).problems[0].what

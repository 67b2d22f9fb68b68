from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.toy import ToyCatalogue
from tenring.catalogue import Catalogue
from tenring.catalogue.check import CheckReport, Coverage, RegisterReferences, SharedCode, check
from tenring.catalogue.published import published_codes
from tenring.commands.catalogue import register_references
from tenring.exceptions import CatalogueError, UnusableInputError
from tenring.settings import Settings

PEN = "categories/pens.yml"
RULE = "rules/nz/pens.yml"


@pytest.fixture
def toy(tmp_path: Path) -> ToyCatalogue:
    return ToyCatalogue.make(tmp_path)


def problems(report: CheckReport) -> list[tuple[str, str]]:
    return [(problem.file, problem.what) for problem in report.problems]


def test_the_catalogue_that_ships_has_no_problems(data: Path) -> None:
    settings = Settings()
    report = check(
        Catalogue(settings.catalog), registers=register_references(settings), published=published_codes(data)
    )
    assert problems(report) == []


def test_a_catalogue_in_order_has_no_problems(toy: ToyCatalogue) -> None:
    report = check(toy.catalogue, registers=[RegisterReferences("registers/nz/toy", "toy-label", ("pens",))])
    assert problems(report) == []
    assert report.parts == {"categories": 3, "programmes": 1, "rules": 1, "recognition": 1, "registers": 1}
    assert report.unlabelled == 1
    assert report.languages == {"en": 3, "zh": 3, "fr": 1}


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (RULE, "category: pens", "category: pencils", "item A01020000: 'pencils' does not exist"),
        (RULE, "[toy-label]", "[other-label]", "proof.programmes: 'other-label' does not exist"),
        (RULE, "kind: obligations", "kind: obligations\nbelow: nz/all", "below: 'nz/all' does not exist"),
        (RULE, "scheme: in-pairs", "scheme: in-triples", "item A01020000: 'in-triples' does not exist"),
        (
            RULE,
            "category: pens",
            "category: writing",
            "item A01020000 means writing, but its code leads to pens",
        ),
        (
            RULE,
            "item: A01020000",
            "item: B01020000",
            "item B01020000 means pens, but its code leads to no category",
        ),
        (
            RULE,
            "item: A01020000, scheme: in-pairs, name: {en: Pens}, category: pens",
            "item: Coffins, name: {en: Coffins}, category: funerals",
            "item Coffins asks for labels on funerals, which says `labelled: false`",
        ),
        ("recognition/toy.yml", "[toy-label, toy-label]", "[toy-label, x]", "parties: 'x' does not exist"),
        ("recognition/toy.yml", "categories: [pens]", "categories: [ink]", "categories: 'ink' does not exist"),
        (PEN, "fountain pen", "funerals", "'funerals' is also a name or synonym of funerals"),
        (PEN, "zh: [圆珠笔]", "zh: [笔]", "synonyms.zh: '笔' is too short to be told from other words"),
        (PEN, "fountain pen", "ＢＡＬＬ pen", "synonyms.en: 'ball pen' stands there twice"),
        (PEN, '["9608"]', '["9608", "9608"]', "codes.by-prefix: 9608 stands there twice"),
    ],
)
def test_a_broken_reference_phrase_or_code_is_a_problem_of_its_file(
    toy: ToyCatalogue, file: str, old: str, new: str, told: str
) -> None:
    toy.change(file, old, new)
    assert [(file, told)] == [(where, what) for where, what in problems(check(toy.catalogue)) if what == told]


def test_the_any_category_sign_of_a_rule_is_no_reference(toy: ToyCatalogue) -> None:
    toy.change(RULE, "category: pens", 'category: "*"')
    report = check(toy.catalogue)
    assert problems(report) == []
    assert (report.items.items, report.items.any_category, report.items.categories) == (1, 1, 0)


@pytest.mark.parametrize(
    ("programme", "category", "told"),
    [
        ("no-label", "pens", "programme: 'no-label' does not exist"),
        ("toy-label", "ink", "category: 'ink' does not exist"),
        ("toy-label", "funerals", "category: funerals has certified products here, but says `labelled: false`"),
    ],
)
def test_what_a_register_refers_to_must_exist(toy: ToyCatalogue, programme: str, category: str, told: str) -> None:
    register = RegisterReferences("registers/nz/toy/register.yml", programme, (category,))
    assert problems(check(toy.catalogue, registers=[register])) == [("registers/nz/toy/register.yml", told)]


def test_a_code_that_the_published_list_lacks_is_a_problem_and_coverage_is_counted(toy: ToyCatalogue) -> None:
    published = {"by-prefix": frozenset({"96", "9609", "960810", "95", "01"})}
    report = check(toy.catalogue, published=published)
    assert problems(report) == [(PEN, "codes.by-prefix: 9608 is not in the published list of by-prefix")]
    found = {one.scheme: one for one in report.schemes}["by-prefix"]
    assert found.coverage == Coverage(published=5, covered=3)
    assert found.divisions == {"01": Coverage(1, 0), "95": Coverage(1, 0), "96": Coverage(3, 3)}


def test_without_a_published_list_coverage_is_not_known_rather_than_zero(toy: ToyCatalogue) -> None:
    assert all(one.coverage is None for one in check(toy.catalogue).schemes)


def test_a_code_of_two_unrelated_categories_is_shared_but_no_problem(toy: ToyCatalogue) -> None:
    toy.change("categories/funerals.yml", '["98000000"]', '["30110000"]')
    report = check(toy.catalogue)
    assert problems(report) == []
    assert report.shared == (SharedCode("ends-in-zeros", "30110000", ("funerals", "pens")),)


def test_a_code_of_a_category_and_its_parent_is_not_shared(toy: ToyCatalogue) -> None:
    toy.change("categories/writing.yml", '["30100000"]', '["30100000", "30110000"]')
    assert check(toy.catalogue).shared == ()


def test_marks_are_counted_for_each_part(toy: ToyCatalogue) -> None:
    marks = check(toy.catalogue).marks
    assert marks["schemes"] == {"read": 2, "secondary": 0, "unverified": 1}
    assert marks["recognition"] == {"read": 0, "secondary": 1, "unverified": 0}


def test_a_file_that_breaks_its_own_format_leaves_nothing_to_check(toy: ToyCatalogue) -> None:
    toy.change("brands.yml", "brands:", "brand:")
    with pytest.raises(CatalogueError):
        check(toy.catalogue)


def test_a_published_list_without_its_column_is_unusable(tmp_path: Path) -> None:
    path = tmp_path / "purchases" / "codes" / "harmonized-system.csv"
    path.parent.mkdir(parents=True)
    path.write_text("code,description\n01,Animals\n", encoding="utf-8")
    with pytest.raises(UnusableInputError, match="column hscode"):
        published_codes(tmp_path)


def test_lists_that_are_not_at_hand_are_left_out(tmp_path: Path) -> None:
    assert published_codes(tmp_path) == {}

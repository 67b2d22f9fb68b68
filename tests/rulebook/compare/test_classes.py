"""Classes, points, disclosures and waivers in comparisons: what follows, who shows the contrary, what stays open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rulebook.toy import HEAD, PROPERTIES, judged, product
from tenring.rulebook.compare.classes import ClassFollowing
from tenring.rulebook.compare.relation import Relation
from tenring.rulebook.compare.revisions import Comparison, compare
from tenring.rulebook.judge import Judged, judge
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.trace import Why

ON = date(2021, 1, 1)


def two(folder: Path, first: str, second: str) -> Library:
    """A catalogue with the documents one/paints and two/paints: what stands below their heads."""
    for name, text in {"one": first, "two": second}.items():
        path = folder / "criteria" / name / "paints" / "2020-01-01.yml"
        path.parent.mkdir(parents=True)
        path.write_text(HEAD + text, encoding="utf-8")
    (folder / "properties.yml").write_text(PROPERTIES, encoding="utf-8")
    return load_library(folder)


def compared(folder: Path, first: str, second: str) -> Comparison:
    library = two(folder, first, second)
    return compare(library.named("one/paints", ON), library.named("two/paints", ON), ON, library)


def graded(**limits: int) -> str:
    """Classes from best to worst, each with its limit of VOC."""
    grades = "".join(
        f"      - {{name: {name}, requires: {{property: voc_content, at_most: {limit} g/L}}}}\n"
        for name, limit in limits.items()
    )
    worst = max(limits.values())
    return (
        f"grades: [{', '.join(limits)}]\nclauses:\n  - id: voc\n    clause: '1'\n    title: {{en: VOC}}\n"
        f"    property: voc_content\n    at_most: {worst} g/L\n    grades:\n{grades}"
    )


def limit(number: int) -> str:
    return f"clauses:\n  - {{id: voc, clause: '1', title: {{en: VOC}}, property: voc_content, at_most: {number} g/L}}\n"


def given_by(found: tuple[ClassFollowing, ...]) -> list[tuple[str | None, str | None, bool]]:
    return [(one.holds, one.gives, one.meets) for one in found]


# classes


def test_each_class_gives_the_best_class_that_follows(tmp_path: Path) -> None:
    found = compared(tmp_path, graded(A=10, B=30, C=50), graded(I=5, II=20, III=40))
    assert given_by(found.classes) == [("A", "II", True), ("B", "III", True), ("C", None, False)]
    assert given_by(found.classes_back) == [("I", "A", True), ("II", "B", True), ("III", "C", True)]
    assert all(one.sure for one in found.classes)


def test_a_product_shows_that_the_next_better_class_does_not_follow(tmp_path: Path) -> None:
    found = compared(tmp_path, graded(A=10, B=30), graded(I=5, II=20))
    library = load_library(tmp_path)
    for one in found.classes:
        assert one.witness is not None
        first = judge(one.witness.product, library.named("one/paints", ON), ON, library)
        second = judge(one.witness.product, library.named("two/paints", ON), ON, library)
        assert first.grade is not None
        assert first.grade <= (one.holds or ""), "this class or a better one"
        assert second.grade != "I"


def test_a_document_without_classes_is_met_or_not_by_each_class(tmp_path: Path) -> None:
    found = compared(tmp_path, graded(A=10, B=30), limit(20))
    assert given_by(found.classes) == [("A", None, True), ("B", None, False)]
    assert given_by(found.classes_back) == [(None, "B", True)]


def test_an_unread_part_of_a_class_never_gives_it(tmp_path: Path) -> None:
    unread = graded(I=20).replace(
        "{property: voc_content, at_most: 20 g/L}}",
        "{all_of: [{property: voc_content, at_most: 20 g/L}, {unread: the rest of the class}]}}",
    )
    found = compared(tmp_path, graded(A=10), unread)
    assert given_by(found.classes) == [("A", None, False)]
    assert found.classes[0].witness is None


def test_documents_without_classes_have_none_to_compare(tmp_path: Path) -> None:
    found = compared(tmp_path, limit(10), limit(20))
    assert (found.classes, found.classes_back) == ((), ())


# points


def points(needed: int, gloss: int) -> str:
    """So many points are needed of VOC (2), a colour (1) and gloss (1)."""
    return f"""points: [{{at_least: {needed}}}]
clauses:
  - {{id: voc, clause: '1', title: {{en: VOC}}, role: optional, property: voc_content, at_most: 30 g/L, points: 2}}
  - {{id: colour, clause: '2', title: {{en: Colour}}, role: optional, property: paint_colour, equals: white, points: 1}}
  - {{id: gloss, clause: '3', title: {{en: Gloss}}, role: optional, property: gloss, at_most: {gloss}, points: 1}}
"""


def test_more_points_of_the_same_clauses_imply_fewer_and_a_product_shows_the_contrary(tmp_path: Path) -> None:
    found = compared(tmp_path, points(3, 50), points(2, 50))
    assert found.relation is Relation.IMPLIES
    assert found.witness is None
    assert found.reverse_witness is not None
    assert found.reverse_witness.fails == "one/paints/2020-01-01 points"
    library = load_library(tmp_path)
    answers = [
        judge(found.reverse_witness.product, library.named(f"{name}/paints", ON), ON, library).overall
        for name in ("two", "one")
    ]
    assert answers == [Judged.MET, Judged.NOT_MET]


def test_points_for_other_limits_overlap_with_a_product_each_way(tmp_path: Path) -> None:
    first = points(3, 50).replace("at_most: 30", "at_most: 10")
    second = points(3, 20)
    found = compared(tmp_path, first, second)
    assert found.relation is Relation.OVERLAPS
    assert found.witness is not None
    assert found.reverse_witness is not None


# disclosures

STATED = "clauses:\n  - {id: stated, clause: '1', title: {en: Stated}, property: gloss, disclosed: true}\n"
UNSTATED = "clauses:\n  - {id: stated, clause: '1', title: {en: Not}, not: {property: gloss, disclosed: true}}\n"


def test_a_disclosure_and_its_negation_exclude_each_other(tmp_path: Path) -> None:
    library = two(tmp_path, STATED, UNSTATED)
    known, unknown = product(library, "given: {gloss: '20'}"), product(library, "given: {}")
    answers = [
        [judge(one, library.named(f"{name}/paints", ON), ON, library).overall for name in ("one", "two")]
        for one in (known, unknown)
    ]
    assert answers == [[Judged.MET, Judged.NOT_MET], [Judged.NOT_SHOWN, Judged.MET]], "no product meets both"
    found = compare(library.named("one/paints", ON), library.named("two/paints", ON), ON, library)
    assert found.relation is Relation.DISJOINT


def test_what_asks_for_more_than_a_disclosure_implies_it(tmp_path: Path) -> None:
    more = STATED.replace(
        "disclosed: true", "all_of: [{property: gloss, disclosed: true}, {property: gloss, at_most: 20}]"
    )
    more = more.replace("property: gloss, all_of", "all_of")
    assert compared(tmp_path, more, STATED).relation is Relation.IMPLIES


# waivers

WAIVED = """
  - id: voc
    clause: "1"
    title: {en: VOC}
    property: voc_content
    at_most: 30 g/L
    waived: {property: paint_colour, equals: tinted}
"""
BEYOND = 'voc_content: {value: "50", unit: g/L, method: ISO 11890-2}'


@pytest.mark.parametrize(
    ("colour", "judgement"),
    [("", Judged.NOT_SHOWN), (", paint_colour: tinted", Judged.MET), (", paint_colour: white", Judged.NOT_MET)],
)
def test_a_clear_breach_is_not_shown_while_its_waiver_may_hold(tmp_path: Path, colour: str, judgement: Judged) -> None:
    """It is no breach if the waiver holds, and no pass while nobody knows: what is missing is the waiver's fact."""
    found = judged(tmp_path, WAIVED, f"given: {{{BEYOND}{colour}}}").of("voc")
    assert found.judgement is judgement
    if judgement is Judged.NOT_SHOWN:
        assert [one.quantity for one in found.missing] == ["paint_colour@product"]
        assert found.why is Why.NO_EVIDENCE
        assert any(step.why is Why.FAILS for step in found.trace), "and the trace says that the limit is broken"


def test_a_breach_with_a_waiver_that_nobody_read_is_not_checked(tmp_path: Path) -> None:
    unread = WAIVED.replace("{property: paint_colour, equals: tinted}", "{unread: which paints are exempt}")
    assert judged(tmp_path, unread, f"given: {{{BEYOND}}}").of("voc").judgement is Judged.NOT_CHECKED

"""Implications that people know from practice come out, with what they rest on; the reverse is refuted by a product."""

from __future__ import annotations

import pytest

from rulebook.compare.worked import DOCUMENTS, compared, library_of
from tenring.rulebook.compare.relation import Relation
from tenring.rulebook.compare.revisions import ClauseComparison
from tenring.rulebook.library import Library


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library_of(tmp_path_factory.mktemp("catalog"), DOCUMENTS)


def pair(library: Library, first: str, second: str, clause: str) -> ClauseComparison:
    found = compared(library, first, second)
    return next(one for one in found.clauses if one.first and one.second == clause)


def kinds(one: ClauseComparison) -> set[str]:
    return {basis.kind for basis in one.basis}


@pytest.mark.parametrize("panel", ["hardwood-plywood", "particleboard", "MDF", "thin-MDF"])
def test_f_4_star_implies_every_limit_of_the_american_law_by_the_published_estimate_only(
    panels: Library, panel: str
) -> None:
    found = pair(panels, "f-4-star", "tsca", panel)
    assert found.relation is Relation.IMPLIES
    assert not found.sure
    assert "estimate" in kinds(found)
    assert "proportional" not in kinds(found)


def test_f_3_star_implies_the_limits_of_particleboard_and_mdf_but_not_of_plywood(panels: Library) -> None:
    assert pair(panels, "f-3-star", "tsca", "particleboard").relation is Relation.IMPLIES
    assert pair(panels, "f-3-star", "tsca", "MDF").relation is Relation.IMPLIES
    plywood = pair(panels, "f-3-star", "tsca", "hardwood-plywood")
    assert plywood.relation is not Relation.IMPLIES
    assert plywood.witness is not None
    assert plywood.witness.judged == ("met", "not_met")


def test_the_american_law_implies_no_star(panels: Library) -> None:
    for star in ("f-3-star", "f-4-star"):
        found = compared(panels, "tsca", star)
        assert found.relation is not Relation.IMPLIES
        assert found.witness is not None
        assert all(one.witness for one in found.clauses if one.first and one.second)


def test_half_of_e1_implies_the_limit_of_particleboard_only_if_the_estimate_is_taken_as_proportional(
    panels: Library,
) -> None:
    found = pair(panels, "half-e1-below", "tsca", "particleboard")
    assert found.relation is Relation.IMPLIES
    assert "proportional" in kinds(found)
    assert not found.sure


def test_e1_alone_does_not_imply_it(panels: Library) -> None:
    found = pair(panels, "e1", "tsca", "particleboard")
    assert found.relation is not Relation.IMPLIES
    assert found.witness is not None


def test_a_lower_limit_by_the_same_method_implies_a_higher_one_and_says_by_how_much(panels: Library) -> None:
    found = pair(panels, "half-e1", "e1", "class")
    assert found.relation is Relation.IMPLIES
    assert found.sure
    assert str(found.margins[0].room) == "100.0"
    assert found.reverse_witness is not None
    assert found.reverse_witness.judged == ("met", "not_met")


def test_strict_and_non_strict_limits_differ_by_one_product(panels: Library) -> None:
    found = pair(panels, "half-e1-below", "half-e1", "class")
    assert found.relation is Relation.IMPLIES
    assert found.reverse_witness is not None
    assert [value.value for value in found.reverse_witness.values] == ["0.062 mg/m**3"]


def test_paper_of_recovered_fibre_need_not_have_any_from_consumers(panels: Library) -> None:
    found = compared(panels, "recovered", "post-consumer")
    assert found.relation is Relation.INCOMPARABLE
    assert found.reason == "measurand"
    assert found.witness is not None
    values = {value.quantity: value.value for value in found.witness.values}
    assert values["recovered_fibre_in_all@wood-panel"] == "100 percent"
    assert [one.need for one in found.missing_evidence] == ["value"]


def test_a_document_equals_itself(panels: Library) -> None:
    assert compared(panels, "tsca", "tsca").relation is Relation.EQUAL

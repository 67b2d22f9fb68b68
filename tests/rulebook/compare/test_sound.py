"""No implication is ever refuted: not by the products of the cases, not by any that can be generated."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulebook.generated import products
from tenring.rulebook.compare.relation import Relation
from tenring.rulebook.compare.revisions import Comparison, compare, side_of
from tenring.rulebook.compare.witness import PASSES
from tenring.rulebook.evaluate import Circumstances
from tenring.rulebook.evidence import Product
from tenring.rulebook.judge import Judged, judge_clause
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.revision import Clause, Revision

LIBRARY: Library = load_library(Path(__file__).resolve().parents[3] / "catalog")
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
PAIRS = [
    pytest.param(one, other, id=f"{one.id} {other.id}")
    for one, other in combinations_with_replacement(LIBRARY.revisions, 2)
    if set(one.categories) & set(other.categories) and max(len(one.clauses), len(other.clauses)) < 120
]


def judged(product: Product, clause: Clause, revision: Revision) -> Judged:
    given_ = Circumstances(product, LIBRARY.properties, revision.criteria, revision.since, trusted=True)
    answer = judge_clause(clause, given_)
    return answer.would_be or answer.judgement


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_witness_was_seen_by_the_judge(one: Revision, other: Revision) -> None:
    for found in comparison_of(one, other).clauses:
        for witness in (found.witness, found.reverse_witness):
            if witness is not None:
                assert witness.judged[0] in PASSES
                assert witness.judged[1] is Judged.NOT_MET


@pytest.mark.parametrize(("one", "other"), PAIRS)
@FEW
@given(data=st.data())
def test_no_generated_product_passes_a_clause_and_fails_one_that_it_implies(
    one: Revision, other: Revision, data: st.DataObject
) -> None:
    for found in comparison_of(one, other).clauses:
        estimated = {"estimate", "proportional"} & {basis.kind for basis in found.basis}
        if estimated or found.relation not in {Relation.IMPLIES, Relation.EQUAL, Relation.IMPLIED_BY}:
            continue
        first, second = clause_of(one, found.first, other), clause_of(other, found.second, other)
        both = replace(one, clauses=(first, second))
        product = data.draw(products(both, LIBRARY))
        answers = judged(product, first, one), judged(product, second, other)
        if found.relation is not Relation.IMPLIED_BY:
            assert not (answers[0] in PASSES and answers[1] is Judged.NOT_MET), (found.first, found.second)
        if found.relation is not Relation.IMPLIES:
            assert not (answers[1] in PASSES and answers[0] is Judged.NOT_MET), (found.first, found.second)


_KEPT: dict[tuple[str, str], Comparison] = {}


def comparison_of(one: Revision, other: Revision) -> Comparison:
    if (one.id, other.id) not in _KEPT:
        _KEPT[one.id, other.id] = compare(one, other, other.since, LIBRARY)
    return _KEPT[one.id, other.id]


def clause_of(revision: Revision, name: str | None, other: Revision) -> Clause:
    found = side_of(revision, other.since, LIBRARY).revision.clause(name or "")
    assert found is not None
    return found

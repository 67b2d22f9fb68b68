"""What must hold of every revision and every product: knowing less never turns an answer into its opposite."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulebook.generated import products
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, judge_condition
from tenring.rulebook.evidence import Product
from tenring.rulebook.expressions import Disclosed, Unread, negated, walk
from tenring.rulebook.judge import Judged, judge
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.truth import opposite

LIBRARY: Library = load_library(Path(__file__).resolve().parents[2] / "catalog")
REVISIONS = [pytest.param(one, id=one.id) for one in LIBRARY.revisions]
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
STRETCH = 6
SETTLED = {Judged.MET, Judged.NOT_MET}


def answers(product: Product, revision: Revision) -> dict[str, Judged]:
    result = judge(product, revision, revision.since, LIBRARY, trusted=True)
    return {one.clause: one.judgement for one in result.judgements}


def some_clauses(revision: Revision, data: st.DataObject) -> Revision:
    """A stretch of a revision: documents are long, and clauses are judged one by one."""
    begin = data.draw(st.integers(0, max(len(revision.clauses) - STRETCH, 0)))
    return replace(revision, clauses=revision.clauses[begin : begin + STRETCH])


def asks_what_is_unknown(clause: Clause) -> bool:
    """ "Or unknown": the only condition that missing evidence makes true."""
    return any(isinstance(node, Disclosed) and node.negated for part in clause.parts for node in walk(part))


@pytest.mark.parametrize("revision", REVISIONS)
@FEW
@given(data=st.data())
def test_taking_evidence_away_never_turns_an_answer_round(revision: Revision, data: st.DataObject) -> None:
    revision = some_clauses(revision, data)
    product = data.draw(products(revision, LIBRARY))
    if not product.measurements:
        return
    gone = data.draw(st.integers(0, len(product.measurements) - 1))
    less = replace(product, measurements=product.measurements[:gone] + product.measurements[gone + 1 :])
    before, after = answers(product, revision), answers(less, revision)
    for clause in revision.clauses:
        if not asks_what_is_unknown(clause) and {before[clause.id], after[clause.id]} <= SETTLED:
            assert before[clause.id] is after[clause.id], clause.id


@pytest.mark.parametrize("revision", REVISIONS)
@FEW
@given(data=st.data())
def test_a_condition_and_its_opposite_are_opposite(revision: Revision, data: st.DataObject) -> None:
    revision = some_clauses(revision, data)
    product = data.draw(products(revision, LIBRARY))
    given_ = Circumstances(product, LIBRARY.properties, revision.criteria, revision.since, trusted=True)
    for clause in taken_on(revision, revision.since, LIBRARY.find).clauses:
        try:
            other = negated(clause.requires)
        except ValueError:
            continue
        truth, reverse = judge_condition(clause.requires, given_).truth, judge_condition(other, given_).truth
        if truth.known or reverse.known:
            assert reverse is opposite(truth), clause.id


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_unread_clause_is_never_met_nor_broken(revision: Revision) -> None:
    result = answers(Product(), revision)
    for clause in revision.clauses:
        if clause.source.mark == "unverified" or isinstance(clause.requires, Unread):
            assert result[clause.id] not in SETTLED


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_product_of_which_nothing_is_known_meets_nothing(revision: Revision) -> None:
    assert Judged.MET not in answers(Product(), revision).values()

"""Clauses made up at random: what the solver says of two of them is never refuted, and it always finds an answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulebook.generated import products
from rulebook.toy import library_of
from tenring.rulebook.compare.relation import Relation
from tenring.rulebook.compare.revisions import compare
from tenring.rulebook.compare.witness import PASSES
from tenring.rulebook.evaluate import Circumstances
from tenring.rulebook.evidence import Product
from tenring.rulebook.expressions import (
    ALWAYS,
    Aggregate,
    All,
    Amount,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Derogation,
    Excludes,
    Has,
    Is,
    Match,
    Maximum,
    Quantity,
    Rounded,
    Row,
    Sum,
    Term,
    Unread,
    Value,
)
from tenring.rulebook.judge import Judged, judge_clause
from tenring.rulebook.library import Library
from tenring.rulebook.revision import Clause, Revision, Source

VOC, GLOSS = Quantity("voc_content", methods=("ISO 11890-2",)), Quantity("gloss")
LEAD = Quantity("content", at=(("substance", "lead"),))
COLOUR, CLASS, CLAIMS = Quantity("paint_colour"), Quantity("scrub_class"), Quantity("claims")
RECIPE = Quantity("formulation")
HAZARDS = ("H300", "H350", "H412")
MANY = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))

numbers = st.sampled_from([Value(VOC), Value(GLOSS), Value(VOC, Decimal("0.5"))])
limits = st.sampled_from(["0", "1", "4.5", "5", "20"]).map(lambda text: Constant(Decimal(text)))
lists = st.sampled_from(["sum", "maximum", "minimum", "mean"]).map(lambda how: Aggregate(LEAD, how))  # type: ignore[arg-type]
operators = st.sampled_from(["<", "<=", ">", ">="])
words = st.one_of(
    st.builds(Is, st.just(COLOUR), st.sampled_from([frozenset({"white"}), frozenset({"tinted"})]), st.booleans()),
    st.builds(Is, st.just(CLASS), st.sampled_from([frozenset({"1"}), frozenset({"1", "2"})])),
    st.builds(
        Has,
        st.just(CLAIMS),
        st.sampled_from(["any", "all", "none"]),
        st.frozensets(st.sampled_from(["quiet", "dry", "fast"]), min_size=1, max_size=2),
    ),
)
tables = st.builds(
    lambda when, then, otherwise, hit: Choice((Row(when, then),), otherwise, hit),
    words, limits, limits, st.sampled_from(["first", "least", "greatest"]),
)  # fmt: skip
left_sides: st.SearchStrategy[Term] = st.one_of(
    numbers,
    lists,
    st.tuples(numbers, numbers).map(Sum),
    st.tuples(numbers, numbers).map(Maximum),
    numbers.map(lambda term: Rounded(term, 0)),
)
matches = st.frozensets(st.sampled_from(HAZARDS), min_size=1).map(lambda found: Match(hazards=found))
amounts = st.none() | st.sampled_from([Amount(Decimal(0)), Amount(Decimal(1), "<"), Amount(Decimal(5))])
exclusions = st.builds(
    lambda match, added, carried, freed: Excludes(
        RECIPE, match, added, carried, (Derogation("a", freed, ALWAYS),) if freed else ()
    ),
    matches, amounts, amounts, st.none() | matches,
)  # fmt: skip
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Compare, left_sides, operators, limits | tables),
    words,
    exclusions,
)


def groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return several.map(All) | several.map(AnyOf) | several.map(lambda found: AtLeast(2, found))


conditions = st.recursive(leaves, groups, max_leaves=4)
clauses = st.builds(
    lambda requires, applies: Clause("c", Source("invented", "1", "read"), {"en": "c"}, requires, applies),
    conditions,
    st.just(ALWAYS) | words,
)


@cache
def toy() -> Library:
    with TemporaryDirectory() as folder:
        return library_of(Path(folder), "  - {id: c, clause: '1', title: {en: c}, property: gloss, below: '5'}\n")


def passes(product: Product, revision: Revision) -> Judged:
    given_ = Circumstances(product, toy().properties, revision.criteria, revision.since, trusted=True)
    return judge_clause(revision.clauses[0], given_).judgement


@MANY
@given(first=clauses, second=clauses, data=st.data())
def test_what_is_said_of_two_random_clauses_is_never_refuted(
    first: Clause, second: Clause, data: st.DataObject
) -> None:
    base = toy().revisions[0]
    one, other = (
        replace(base, category=name, clauses=(replace(clause, id=name),))
        for name, clause in (("one", first), ("other", second))
    )
    (found, *_) = compare(one, other, base.since, toy()).clauses
    if found.second is None or found.reason == "measurand":
        return
    both = replace(base, clauses=(*one.clauses, *other.clauses))
    for _ in range(8):
        product = data.draw(products(both, toy()))
        answers = passes(product, one), passes(product, other)
        if found.relation in {Relation.IMPLIES, Relation.EQUAL}:
            assert not (answers[0] in PASSES and answers[1] is Judged.NOT_MET)
        if found.relation in {Relation.IMPLIED_BY, Relation.EQUAL}:
            assert not (answers[1] in PASSES and answers[0] is Judged.NOT_MET)
        if found.relation is Relation.DISJOINT:
            assert not set(answers) <= PASSES


@MANY
@given(clause=clauses, unread=st.booleans())
def test_a_clause_implies_itself_with_an_alternative_and_follows_from_itself_with_more(
    clause: Clause, unread: bool
) -> None:
    base = toy().revisions[0]
    more: Condition = Unread("not read") if unread else Compare(Value(GLOSS), "<", Constant(Decimal(3)))
    looser = replace(clause, id="looser", requires=AnyOf((clause.requires, more)))
    stricter = replace(clause, id="stricter", requires=All((clause.requires, more)))
    one, loose, strict = (
        replace(base, category=name, clauses=(made,))
        for name, made in (("one", clause), ("loose", looser), ("strict", stricter))
    )
    forth = compare(one, loose, base.since, toy()).clauses[0]
    assert forth.relation in {Relation.IMPLIES, Relation.EQUAL}
    back = compare(one, strict, base.since, toy()).clauses[0]
    assert back.relation in {Relation.IMPLIED_BY, Relation.EQUAL}
    assert forth.sure is back.sure is not unread

"""Judging in bulk gives the answers of `judge`, whatever the criteria and the products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines import Engines, checked_duck_engine
from tenring.catalogue.properties import Equivalence, Properties, PropertyDefinition
from tenring.model.sql import Engine, table_of
from tenring.rulebook.bulk.by_hand import compared_in
from tenring.rulebook.bulk.run import Tables, judge_all
from tenring.rulebook.bulk.table import (
    DOCUMENTS,
    SHOWN_VALUES,
    VALUES,
    documents_table,
    values_table,
)
from tenring.rulebook.cases import Case, load_cases
from tenring.rulebook.dates import taken_on
from tenring.rulebook.evaluate import Circumstances, sides
from tenring.rulebook.evidence import Measurement, Product, Proof
from tenring.rulebook.expressions import (
    Aggregate,
    All,
    AnyOf,
    AtLeast,
    Choice,
    Compare,
    Condition,
    Constant,
    Disclosed,
    Given,
    Has,
    Holds,
    Is,
    Maximum,
    Minimum,
    Multiply,
    NotDetected,
    Opaque,
    Quantity,
    Rounded,
    Row,
    Sum,
    Term,
    Unread,
    UnreadNumber,
    Value,
)
from tenring.rulebook.intervals import Interval
from tenring.rulebook.judge import judge
from tenring.rulebook.library import CASES, FOLDER, Library, load_library
from tenring.rulebook.revision import Clause, Grade, Needed, PointsRule, Revision, Source

DAY = date(2021, 1, 1)
CATALOG = Path(__file__).resolve().parents[2] / "catalog"
REVISION = Revision(
    programme="toy",
    category="paints",
    since=date(2020, 1, 1),
    document="invented",
    titles={},
    categories=(),
    until=None,
    transition_until=None,
    mark="read",
    clauses=(),
    grades=("A", "B"),
)


def clause(requires: Condition) -> Clause:
    return Clause(id="", source=Source("invented", "1", "read"), titles={}, requires=requires)


INFINITE = Decimal("Infinity")

# criteria of any form

NUMBERS = st.decimals(min_value=-20, max_value=20, places=2, allow_nan=False) | st.sampled_from(
    [Decimal(number) for number in ("0", "1", "-1", "0.5", "2.5", "10", "0.25")]
)
QUANTITIES = [
    Quantity("power"),
    Quantity("area"),
    Quantity("area", "can"),
    Quantity("content", at=(("substance", "lead"),)),
    Quantity("content", at=(("substance", "lead"), ("time", "28 d"))),
    Quantity("content"),
]
WORDED = [Quantity("colour"), Quantity("claims")]
WORDS = ["red", "it's", "green"]
quantities = st.sampled_from(QUANTITIES)
constants = st.builds(Constant, NUMBERS)
word_sets = st.frozensets(st.sampled_from(WORDS), max_size=2)


def terms(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Term]:
    leaves = constants | st.builds(Value, quantities, NUMBERS | st.just(Decimal(1)))
    leaves |= st.builds(Value, quantities) | st.builds(UnreadNumber, st.just("not read"))
    hits = st.sampled_from(["only", "first", "least", "greatest"])

    def larger(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        rows = st.lists(st.builds(Row, conditions, inner), min_size=1, max_size=3).map(tuple)
        fixed = st.lists(st.builds(Row, conditions, constants), min_size=1, max_size=2).map(tuple)
        factor = constants | st.builds(Choice, fixed, st.none() | constants, hits)
        return st.one_of(
            st.builds(Sum, several),
            st.builds(Multiply, factor, inner),
            st.builds(Multiply, inner, factor),
            st.builds(Minimum, several),
            st.builds(Maximum, several),
            st.builds(Rounded, inner, st.integers(0, 2), st.sampled_from(["half_up", "half_even", "down", "up"])),
            st.builds(Choice, rows, st.none() | inner, hits),
            st.builds(Opaque, st.sampled_from(["tanh", "square_root"]), st.tuples(inner)),
            st.builds(Opaque, st.sampled_from(["product", "ratio"]), st.tuples(inner, inner)),
        )

    return st.recursive(leaves, larger, max_leaves=5)


simple = st.one_of(
    st.builds(Compare, st.builds(Value, quantities), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), constants),
    st.builds(Is, st.sampled_from(WORDED), word_sets, st.booleans()),
    st.builds(Has, st.sampled_from(WORDED), st.sampled_from(["any", "all", "none"]), word_sets),
    st.builds(NotDetected, quantities, st.none() | NUMBERS),
    st.builds(Disclosed, st.sampled_from(QUANTITIES + WORDED), st.booleans()),
    st.builds(Unread, st.just("not read")),
)


def groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, several),
        st.builds(AnyOf, several),
        st.builds(AtLeast, st.integers(0, 3), several),
        st.builds(Given, inner),
    )


def aggregates() -> st.SearchStrategy[Term]:
    how = st.sampled_from(["sum", "maximum", "minimum", "mean", "percentile", "count"])
    items = st.sampled_from([(), ("a",), ("a", "b")])
    return st.builds(Aggregate, st.sampled_from(QUANTITIES[3:]), how, items, st.just(Decimal(50)), NUMBERS)


gates = st.recursive(simple, groups, max_leaves=3)
compares = st.builds(
    Compare, terms(gates) | aggregates(), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), terms(gates)
)
conditions = st.recursive(compares | simple, groups, max_leaves=3)


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    names = draw(st.sampled_from([(), ("A", "B"), ("B",)]))
    return replace(
        clause(draw(conditions)),
        source=Source("invented", "1", draw(st.sampled_from(["read", "read", "unverified"]))),
        applies=draw(st.just(All()) | gates),
        waived_by=draw(st.just(AnyOf()) | gates),
        role=draw(st.sampled_from(["mandatory", "mandatory", "optional"])),
        points=draw(st.none() | terms(gates)),
        grades=tuple(Grade(name, draw(conditions)) for name in names),
    )


@st.composite
def revisions(draw: st.DrawFn) -> Revision:
    found = draw(st.lists(clauses(), min_size=1, max_size=3))
    rules = draw(st.lists(st.builds(PointsRule, NUMBERS), max_size=1))
    named = tuple(replace(one, id=f"c{place}") for place, one in enumerate(found))
    return replace(REVISION, clauses=named, points=tuple(rules))


# products of any form


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    kind = draw(st.sampled_from(["point", "point", "below", "above", "between"]))
    number = draw(NUMBERS)
    if kind == "point":
        return Interval(number, number)
    if kind == "above":
        return Interval(number, INFINITE)
    size = draw(st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(3)]))
    return Interval(number - size, number, open_high=kind == "below")


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    if draw(st.booleans()) and draw(st.booleans()):
        worded = draw(st.sampled_from(WORDED))
        return Measurement(worded.property, words=draw(st.frozensets(st.sampled_from(WORDS), max_size=2)))
    quantity = draw(quantities)
    named = draw(st.just(None) | st.dictionaries(st.sampled_from("abc"), intervals(), min_size=1, max_size=3))
    return Measurement(
        quantity.property,
        quantity.of,
        dict(quantity.at),
        number=draw(intervals()) if named is None else None,
        named=named,
        not_detected=draw(st.booleans()),
    )


products = st.lists(measurements(), max_size=6).map(lambda found: Product(tuple(found)))


def agree(
    engine: Engine, revision: Revision, given_products: list[Product], library: Library, *, trusted: bool = True
) -> None:
    """Every clause, value, limit, class and whole answer is the same."""
    named = {f"p{place}": one for place, one in enumerate(given_products)}
    table = values_table(named.items(), VALUES if trusted else SHOWN_VALUES)
    engine.add("given_values", table)
    engine.add("given_documents", documents_table(named.items()))
    tables = Tables("given_values", documents=None if trusted else "given_documents")
    answers = judge_all(engine, tables, revision, DAY, library)
    overall = {row[0]: row[1:] for row in engine.rows(answers.overall())}
    rows = {(row[0], row[1]): row[2:] for row in engine.rows(answers.judgements())}
    for name, product in named.items():
        if name not in table["product"].to_pylist():
            assert name not in overall, "the table says nothing of it"
            continue
        expected = judge(product, revision, DAY, library, trusted=trusted)
        assert {one.clause: rows[name, one.clause][0] for one in expected.judgements} == {
            one.clause: one.judgement for one in expected.judgements
        }
        assert overall[name] == (expected.overall, expected.grade)
        circumstances = Circumstances(product, library.properties, revision.criteria, DAY, trusted=trusted)
        for clause in taken_on(revision, DAY, library.find).clauses:
            compared = compared_in(clause)
            if compared is None or expected.of(clause.id).judgement == "not_applicable":
                assert rows[name, clause.id][1:] == (None,) * 4
                continue
            ruled = replace(circumstances, rule=clause.shown_by if compared is clause.requires else ())
            both = [side.interval for side in sides(compared, ruled)]
            ends = tuple(end for side in both for end in (side.low, side.high))
            assert rows[name, clause.id][1:] == tuple(_to_18_decimals(end) for end in ends)


def fits(product: Product) -> bool:
    """Whether the table can hold a product: a converted number without end, or a list of substances, it cannot."""
    try:
        values_table([("p", product)])
    except ValueError:
        return False
    return True


def _to_18_decimals(number: Decimal) -> Decimal | None:
    if not number.is_finite():
        return None
    with localcontext(prec=60):  # of gases in grams there are more digits than Decimals usually keep
        return number.quantize(Decimal(1).scaleb(-18), rounding="ROUND_HALF_UP")


def definition(unit: str, *, from_zero: bool = False) -> PropertyDefinition:
    return PropertyDefinition(names={}, definition={}, unit=unit, from_zero=from_zero)


#: Needs no catalogue: what a revision refers to is in the revision. A power is never negative, nor is a content.
NO_LIBRARY = Library(
    (),
    Properties(
        {"power": definition("W"), "area": definition("degC"), "content": definition("dimensionless", from_zero=True)},
        {},
        {},
        (),
    ),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with checked_duck_engine(threads=1) as opened:
        yield opened


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(revision=revisions(), given_products=st.lists(products, min_size=1, max_size=5))
def test_any_product_and_any_criteria_have_the_same_answers(
    engine: Engine, revision: Revision, given_products: list[Product]
) -> None:
    agree(engine, revision, given_products, NO_LIBRARY)


# rules of evidence

METHODS = ["EN 1", "EN 2", "EN 3"]
KINDS = ["test_report", "certificate", "declaration"]
DAYS = [DAY - timedelta(400), DAY - timedelta(30), DAY, DAY + timedelta(1)]
needed = st.builds(
    Needed,
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(METHODS), max_size=2).map(tuple),
    st.none() | st.sampled_from([0, 30, 365]),
    st.booleans(),
    st.lists(st.sampled_from(["laboratory", "supplier"]), max_size=1).map(tuple),
    st.none() | st.integers(0, 2),
)
ways = st.lists(st.lists(needed, max_size=2).map(tuple), max_size=2).map(tuple)
proofs = st.builds(
    Proof,
    st.sampled_from(KINDS),
    date=st.none() | st.sampled_from(DAYS),
    accredited=st.booleans(),
    issuer=st.none() | st.sampled_from(["laboratory", "supplier"]),
    samples=st.none() | st.integers(0, 2),
)


def by_methods(node: object, draw: st.DrawFn) -> object:
    """The same criteria, each quantity by some methods only."""
    if isinstance(node, Quantity):
        return replace(node, methods=tuple(draw(st.lists(st.sampled_from(METHODS), max_size=2))))
    if isinstance(node, tuple):
        return tuple(by_methods(one, draw) for one in node)
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{one.name: by_methods(getattr(node, one.name), draw) for one in fields(node)})
    return node


@st.composite
def shown_revisions(draw: st.DrawFn) -> Revision:
    revision = draw(revisions())
    found = []
    for one in revision.clauses:
        parts = ("requires", "applies", "waived_by", "grades", "points")
        found.append(
            replace(one, shown_by=draw(ways), **{name: by_methods(getattr(one, name), draw) for name in parts})
        )
    return replace(revision, clauses=tuple(found))


@st.composite
def shown_products(draw: st.DrawFn) -> Product:
    found = [
        replace(
            one, method=draw(st.none() | st.sampled_from(METHODS)), proofs=tuple(draw(st.lists(proofs, max_size=2)))
        )
        for one in draw(products).measurements
    ]
    return Product(tuple(found))


DECLARED = Equivalence(
    property="power",
    method="EN 3",
    for_method="EN 1",
    relation="declared",
    scope=("toy/paints",),
    document="invented",
    mark="read",
)
WITH_EQUIVALENCE = Library((), replace(NO_LIBRARY.properties, equivalences=(DECLARED,)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(revision=shown_revisions(), given_products=st.lists(shown_products(), min_size=1, max_size=5))
def test_any_product_and_any_rules_of_evidence_have_the_same_answers(
    engine: Engine, revision: Revision, given_products: list[Product]
) -> None:
    agree(engine, revision, given_products, WITH_EQUIVALENCE, trusted=False)


def test_all_products_of_the_cases_have_the_same_answers_with_their_documents(engine: Engine, library: Library) -> None:
    by_criteria: dict[str, list[Product]] = {}
    for name, case in cases():
        if fits(case.product):
            by_criteria.setdefault(name, []).append(case.product)
    for revision in library.revisions:
        agree(engine, revision, by_criteria.get(revision.criteria, []), library, trusted=False)


def test_one_table_may_hold_values_and_their_documents(engine: Engine) -> None:
    asked = Compare(Value(Quantity("power", methods=("EN 1",))), "<=", Constant(Decimal(5)))
    report = Needed("test_report", max_age_days=365, accredited=True)
    revision = replace(REVISION, clauses=(replace(clause(asked), id="power", shown_by=((report,),)),))
    row = {"property": "power", "subject": "product", "conditions": "{}", "low": Decimal(4), "high": Decimal(4)}
    row |= {"open_high": False, "not_detected": False, "report": 0, "method": "EN 1"}
    row |= {"kind": "test_report", "date": DAY, "laboratory": "Example Laboratory", "accredited": True}
    old, unaccredited, other = {"date": DAY - timedelta(366)}, {"accredited": False}, {"method": "EN 2"}
    beyond, without = {"low": Decimal(6), "high": Decimal(6), "kind": None}, {"kind": None}
    given_rows = dict(enumerate([{}, old, unaccredited, other, without, beyond]))
    schema = pa.unify_schemas([SHOWN_VALUES, DOCUMENTS])
    rows = [row | change | {"product": f"p{place}"} for place, change in given_rows.items()]
    engine.add("given_all", pa.Table.from_pylist(rows, schema=schema))
    judge_all(engine, Tables("given_all", documents="given_all"), revision, DAY, NO_LIBRARY)
    answers = [code for _, code in sorted(engine.rows("SELECT product, judged_0 FROM bulk_answers"))]
    assert answers == [3, 2, 2, 2, 2, 0], "met, four times not shown, and a breach is one whoever reports it"


def cases() -> list[tuple[str, Case]]:
    """The cases of the catalogue that a table of values can hold."""
    found = load_library(CATALOG)
    folders = sorted(path.parent for path in (CATALOG / FOLDER).glob(f"*/*/{CASES}"))
    return [
        (f"{folder.parent.name}/{folder.name}", case)
        for folder in folders
        for case in load_cases(folder, found)
        if all(one.substances is None for one in case.product.measurements) and not case.product.labels
    ]


def test_all_products_of_the_cases_have_the_same_answers_by_all_criteria_they_are_cases_of(
    engine: Engine, library: Library
) -> None:
    by_criteria: dict[str, list[Product]] = {}
    for name, case in cases():
        if fits(case.product):
            by_criteria.setdefault(name, []).append(case.product)
    assert sum(map(len, by_criteria.values())) > 300
    for revision in library.revisions:
        agree(engine, revision, by_criteria.get(revision.criteria, []), library)


def test_labels_are_held_from_and_until_their_days(engine: Engine) -> None:
    held = Holds(frozenset({"eco-mark"}), "paints")
    revision = replace(REVISION, clauses=(clause(held), clause(replace(held, negated=True))))
    engine.add(
        "given_values",
        values_table([(name, Product((Measurement("colour", words=frozenset({"red"})),))) for name in "abcd"]),
    )
    columns = ("product", "programme", "category", "subject", "since", "until")
    rows = [
        ("a", "eco-mark", "paints", "product", DAY, DAY),
        ("b", "eco-mark", "paints", "product", DAY + timedelta(1), None),
        ("c", "eco-mark", "paper", "product", DAY, None),
    ]
    types = [pa.string()] * 4 + [pa.date32()] * 2
    engine.add("given_labels", table_of(zip(columns, types, strict=True), rows))
    answers = judge_all(engine, Tables("given_values", "given_labels"), revision, DAY, NO_LIBRARY)
    assert sorted(engine.rows("SELECT * FROM bulk_answers")) == [
        ("a", 3, 0, 0, None),
        ("b", 0, 3, 0, None),
        ("c", 0, 3, 0, None),
        ("d", 0, 3, 0, None),
    ]
    assert not answers.by_hand


def test_a_number_with_more_digits_than_the_table_holds_is_refused() -> None:
    third = Decimal("0.3333333333333333")
    with pytest.raises(ValueError, match="does not fit"):
        values_table([("a", Product((Measurement("power", number=Interval(third, third)),)))])


def test_a_list_of_substances_is_refused() -> None:
    with pytest.raises(ValueError, match="one by one"):
        values_table([("a", Product((Measurement("formulation", substances=()),)))])


def test_a_product_with_named_parts_is_refused() -> None:
    part = Measurement("power", "lid", number=Interval(Decimal(1), Decimal(1)), part="lid")
    with pytest.raises(ValueError, match="one by one"):
        values_table([("a", Product((part,)))])


def test_both_engines_have_the_same_answers(engines: Engines, engine_name: str, library: Library) -> None:
    by_criteria: dict[str, list[Product]] = {}
    for name, case in cases():
        if fits(case.product):
            by_criteria.setdefault(name, []).append(case.product)
    revision = library.named("energy-star/displays/2020-03-05", DAY)
    with engines(engine_name) as opened:
        agree(opened, revision, by_criteria[revision.criteria], library)
        agree(opened, revision, by_criteria[revision.criteria], library, trusted=False)

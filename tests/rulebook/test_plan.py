"""The cheapest extra tests: against every subset of tests, and against the judge itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain, combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.toy_plan import DAY, label_of, priced, toys
from tenring.catalogue.properties import Properties
from tenring.exceptions import UnusableInputError
from tenring.rulebook.evidence import Measurement, Product, Proof
from tenring.rulebook.intervals import point
from tenring.rulebook.judge import Judged, judge
from tenring.rulebook.library import Library
from tenring.rulebook.needs import (
    IMPOSSIBLE,
    NOTHING,
    ExtraTest,
    Need,
    OneOf,
    Points,
    Several,
    every,
    is_possible,
    one_of,
    so_many_of,
    suffices,
)
from tenring.rulebook.needs import tests_in as all_in
from tenring.rulebook.plan import Bar, Plan, Reach, _cheapest, cost, plan
from tenring.rulebook.prices import NO_PRICES, Price, Prices, prices_of, read_prices

VOC = "  - {id: voc, clause: '1', title: {en: VOC}, property: voc_content, at_most: 30 g/L"
REPORT = "shown_by: [{kind: test_report, accredited: true}]"


def planned(library: Library, given: str = "{}", prices: Prices = NO_PRICES, *, only: str | None = None) -> Plan:
    wanted = [one for one in library.revisions if only is None or one.programme == only]
    return plan(label_of(library, given), wanted, DAY, library, prices)


def names(found: Plan) -> list[str]:
    return [f"{one.test.property}:{one.test.method}" for one in found.tests]


# what is said


def test_what_is_met_needs_no_test(tmp_path: Path) -> None:
    found = planned(toys(tmp_path, a=VOC + "}\n"), "voc_content: {value: '20', unit: g/L, method: ISO 11890-2}")
    assert found.tests == ()
    assert [one.reach for one in found.labels] == [Reach.MET]


def test_what_nothing_is_asked_of_is_not_said_to_be_met(tmp_path: Path) -> None:
    found = planned(toys(tmp_path, a=VOC + ", role: information}\n"))
    assert [one.reach for one in found.labels] == [Reach.NOT_ASKED]


def test_a_value_that_breaks_the_limit_is_mended_by_no_test_and_costs_none(tmp_path: Path) -> None:
    gloss = "  - {id: gloss, clause: '2', title: {en: gloss}, property: gloss, at_most: '5'}\n"
    library = toys(tmp_path, a=VOC + "}\n" + gloss)
    found = planned(library, "voc_content: {value: '40', unit: g/L, method: ISO 11890-2}")
    assert found.labels[0].reach is Reach.BEYOND
    assert [(one.clause, one.bar) for one in found.labels[0].barred] == [("voc", Bar.BEYOND)]
    assert found.tests == ()


def test_a_clause_that_nobody_verified_is_left_to_the_programme(tmp_path: Path) -> None:
    library = toys(tmp_path, a=VOC + ", mark: unverified}\n")
    found = planned(library)
    assert found.labels[0].reach is Reach.OPEN
    assert [(one.clause, one.bar) for one in found.labels[0].barred] == [("voc", Bar.UNREAD)]
    assert found.tests == ()


def test_one_test_serves_two_labels_where_both_accept_its_method(tmp_path: Path) -> None:
    found = planned(toys(tmp_path, a=VOC + "}\n", b=VOC.replace("30", "20") + "}\n"))
    assert names(found) == ["voc_content:ISO 11890-2"]
    assert [one.criteria for one in found.tests[0].serves] == ["a/paints/2020-01-01", "b/paints/2020-01-01"]


def test_a_declared_equivalent_counts_only_for_the_criteria_that_declare_it(tmp_path: Path) -> None:
    library = toys(tmp_path, toy=VOC + "}\n", other=VOC + "}\n")
    cheap = priced(("voc_content", "ASTM D2369", 1), ("voc_content", "ISO 11890-2", 100))
    assert names(planned(library, prices=cheap, only="toy")) == ["voc_content:ASTM D2369"]
    assert names(planned(library, prices=cheap)) == ["voc_content:ISO 11890-2"]


def test_a_value_by_an_estimated_method_does_not_do(tmp_path: Path) -> None:
    library = toys(tmp_path, toy=VOC + "}\n")
    found = planned(library, "voc_content: {value: '1', unit: g/L, method: ISO 11890-1}")
    assert len(found.tests) == 1
    assert found.tests[0].why.value == "other_method"


def test_a_value_without_the_document_asked_for_is_shown_again(tmp_path: Path) -> None:
    library = toys(tmp_path, a=VOC + f", {REPORT}}}\n")
    found = planned(library, "voc_content: {value: '1', unit: g/L, method: ISO 11890-2}")
    assert found.tests[0].why.value == "not_shown_as_asked"
    assert [[needed.kind for needed in way] for way in found.tests[0].serves[0].documents] == [["test_report"]]


def test_of_alternatives_the_cheaper_is_taken_and_without_prices_the_one_without_a_laboratory(tmp_path: Path) -> None:
    either = (
        "  - id: either\n    clause: '1'\n    title: {en: one of two}\n    any_of:\n"
        "      - {property: gloss, at_most: '5'}\n      - {property: washable, equals: 'true'}\n"
    )
    library = toys(tmp_path, a=either)
    assert names(planned(library)) == ["washable:"]
    prices = priced(("gloss", "", 5), ("washable", "", 9))
    assert names(planned(library, prices=prices)) == ["gloss:"]


def test_a_test_without_a_price_is_counted_and_not_taken_for_free(tmp_path: Path) -> None:
    either = (
        "  - id: either\n    clause: '1'\n    title: {en: one of two}\n    any_of:\n"
        "      - {property: gloss, at_most: '5'}\n      - {property: density, at_most: 2 kg/L}\n"
    )
    library = toys(tmp_path, a=either, b=VOC + "}\n")
    found = planned(library, prices=priced(("density", "", 900)))
    assert names(found) == ["density:", "voc_content:ISO 11890-2"]
    assert (found.cost, found.currency, found.without_price) == (Decimal(900), "EUR", 1)


def test_what_decides_whether_a_clause_applies_is_asked_first(tmp_path: Path) -> None:
    library = toys(tmp_path, a=VOC + ", when: {property: paint_colour, equals: white}}\n")
    found = planned(library)
    assert names(found) == ["paint_colour:", "voc_content:ISO 11890-2"]
    assert [one.is_sure for one in found.tests] == [False, False]
    assert names(planned(library, "paint_colour: white")) == ["voc_content:ISO 11890-2"]
    assert names(planned(library, "paint_colour: tinted")) == []


def test_a_clause_that_would_be_broken_may_still_not_apply(tmp_path: Path) -> None:
    library = toys(tmp_path, a=VOC + ", when: {property: paint_colour, equals: white}}\n")
    found = planned(library, "voc_content: {value: '40', unit: g/L, method: ISO 11890-2}")
    assert names(found) == ["paint_colour:"]
    assert found.labels[0].relies == ("voc",)


def test_each_of_several_parts_is_tested(tmp_path: Path) -> None:
    library = toys(
        tmp_path, a="  - {id: g, clause: '1', title: {en: g}, subject: can, property: gloss, at_most: '5'}\n"
    )
    given = "gloss: [{value: '1', of: can, part: lid}]\ndensity: [{value: '1', unit: kg/L, of: can, part: base}]"
    assert [(one.test.of, one.test.part) for one in planned(library, given).tests] == [("can", "base")]


def test_points_are_reached_by_the_cheapest_clauses(tmp_path: Path) -> None:
    limits = {"gloss": ("at_most: '5'", 3), "density": ("at_most: 2 kg/L", 2), "voc_content": ("at_most: 30 g/L", 2)}
    clauses = "".join(
        f"  - {{id: {name}, clause: '1', title: {{en: {name}}}, property: {name}, {limit}, role: optional, "
        f"points: '{points}'}}\n"
        for name, (limit, points) in limits.items()
    )
    library = toys(tmp_path, head="points: [{at_least: '4'}]\n", a=clauses)
    assert names(planned(library, prices=priced(("gloss", "", 50), ("density", "", 10), ("voc_content", "", 20)))) == [
        "density:",
        "voc_content:ISO 11890-2",
    ]
    beyond = planned(library, "gloss: '9'\ndensity: 5 kg/L")
    assert beyond.labels[0].barred[0].bar is Bar.POINTS


def test_days_are_those_of_the_longest_test(tmp_path: Path) -> None:
    library = toys(tmp_path, a=VOC + "}\n  - {id: g, clause: '2', title: {en: g}, property: gloss, at_most: '5'}\n")
    prices = prices_of([Price("voc_content", "", Decimal(2), "EUR", 30), Price("gloss", "", Decimal(2), "EUR", 7)])
    assert planned(library, prices=prices).days == 30


# prices


def test_prices_are_read_with_their_method_or_for_all_methods(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("property,method,price,currency,days\nvoc_content,,1250.50,eur,14\n", encoding="utf-8")
    found = read_prices(path, library.properties)
    assert found.price(ExtraTest("voc_content", method="ISO 11890-2")) == Price(
        "voc_content", "", Decimal("1250.50"), "EUR", 14
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nonsense,,1,EUR,", "row 2, column property"),
        ("voc_content,,1.250,EUR,x", "row 2, column days"),
        ('voc_content,,"1,250",EUR,', "row 2, column price"),
        ("voc_content,,-1,EUR,", "row 2, column price"),
        ("voc_content,,NaN,EUR,", "row 2, column price"),
        ("voc_content,,1,€,", "row 2, column currency"),
        ("voc_content,,1,EUR,\ngloss_level,,1,EUR,", "row 3, column property"),
    ],
)
def test_a_wrong_price_is_told_with_row_and_column(row: str, told: str, tmp_path: Path, library: Library) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"property,method,price,currency,days\n{row}\n", encoding="utf-8")
    with pytest.raises(UnusableInputError, match=told):
        read_prices(path, library.properties)


def test_two_currencies_are_refused() -> None:
    with pytest.raises(UnusableInputError, match="EUR and CNY"):
        prices_of([Price("a", "", Decimal(1), "EUR"), Price("b", "", Decimal(1), "CNY")])


# exact: against every subset

TESTS = tuple(ExtraTest(name) for name in ("voc_content", "gloss", "density", "content", "paint_colour", "washable"))


def needs_of(leaves: st.SearchStrategy[Need]) -> st.SearchStrategy[Need]:
    several = st.lists(leaves, max_size=4)
    points = st.tuples(st.integers(0, 6), st.lists(st.tuples(st.integers(0, 4), leaves), max_size=4))
    return (
        several.map(every)
        | several.map(one_of)
        | st.tuples(st.integers(0, 4), several).map(lambda one: so_many_of(*one))
        | points.map(lambda one: Points(Decimal(one[0]), tuple((Decimal(p), need) for p, need in one[1])))
    )


LEAVES = st.frozensets(st.sampled_from(TESTS), max_size=3).map(OneOf) | st.just(NOTHING)
NEEDS = st.recursive(LEAVES, needs_of, max_leaves=8)
PRICES = st.dictionaries(st.sampled_from([one.property for one in TESTS]), st.integers(0, 30)).map(
    lambda found: prices_of(Price(name, "", Decimal(price), "EUR") for name, price in found.items())
)


def subsets(tests: tuple[ExtraTest, ...]) -> list[frozenset[ExtraTest]]:
    return [frozenset(one) for one in chain.from_iterable(combinations(tests, n) for n in range(len(tests) + 1))]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Properties]:
    """The properties of the toy catalogue, behind a name that is short to print."""
    properties = toys(tmp_path_factory.mktemp("known"), a=VOC + "}\n").properties
    return lambda: properties


@settings(max_examples=200, deadline=None)
@given(need=NEEDS, prices=PRICES)
def test_no_subset_of_the_tests_is_enough_and_cheaper(
    need: Need, prices: Prices, known: Callable[[], Properties]
) -> None:
    enough = [one for one in subsets(TESTS) if suffices(one, need)]
    assert is_possible(need) is bool(enough)
    if not enough:
        return
    chosen, proven = _cheapest(need, prices, known())
    assert proven
    assert suffices(frozenset(chosen), need)
    assert total(chosen, prices, known()) == min(total(one, prices, known()) for one in enough)


def total(
    tests: frozenset[ExtraTest] | tuple[ExtraTest, ...], prices: Prices, properties: Properties
) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(cost(one, prices, properties) for one in tests), strict=True))) or (0, 0, 0)


@given(needs=st.lists(NEEDS, max_size=4), tests=st.frozensets(st.sampled_from(TESTS)), count=st.integers(0, 5))
def test_needs_that_are_put_together_say_what_they_said_apart(
    needs: list[Need], tests: frozenset[ExtraTest], count: int
) -> None:
    apart = [suffices(tests, one) for one in needs]
    assert suffices(tests, every(needs)) is all(apart)
    assert suffices(tests, one_of(needs)) is any(apart)
    assert suffices(tests, so_many_of(count, needs)) is (sum(apart) >= count)
    assert every([IMPOSSIBLE, *needs]) == IMPOSSIBLE


# exact: against the judge, which knows nothing of needs

LEAF = st.sampled_from(
    [
        "property: voc_content, at_most: 30 g/L",
        "property: voc_content, at_least: 10 g/L",
        "property: gloss, at_most: '5'",
        "property: density, below: 2 kg/L",
        "property: paint_colour, equals: white",
        "property: washable, equals: 'true'",
    ]
)
ASKED = LEAF.map(lambda one: f"{{{one}}}")
CONDITION = st.one_of(
    LEAF,
    st.tuples(ASKED, ASKED).map(lambda two: f"any_of: [{', '.join(two)}]"),
    st.tuples(ASKED, ASKED).map(lambda two: f"all_of: [{', '.join(two)}]"),
    st.tuples(ASKED, ASKED, ASKED).map(lambda three: f"at_least_of: {{count: 2, of: [{', '.join(three)}]}}"),
)
CLAUSE = st.tuples(
    CONDITION, st.just("") | st.just(f", {REPORT}"), st.just("") | ASKED.map(lambda one: f", waived: {one}")
)
VOC_GIVEN = (("20", "ISO 11890-2"), ("40", "ISO 11890-2"), ("20", "ISO 11890-1"))
EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "voc_content": st.sampled_from([f"{{value: '{value}', unit: g/L, method: {by}}}" for value, by in VOC_GIVEN]),
        "gloss": st.sampled_from(["'4'", "'9'"]),
        "paint_colour": st.sampled_from(["white", "tinted"]),
    },
)
#: Values that a test may find: on both sides of every limit.
RESULTS: dict[str, list[dict[str, object]]] = {
    "voc_content": [{"number": point(Decimal(value))} for value in (5, 20, 40)],
    "gloss": [{"number": point(Decimal(value))} for value in (4, 9)],
    "density": [{"number": point(Decimal(value))} for value in (1, 3)],
    "paint_colour": [{"words": frozenset({value})} for value in ("white", "tinted")],
    "washable": [{"words": frozenset({value})} for value in ("true", "false")],
}
PROOF = Proof("test_report", accredited=True, date=date(2026, 1, 1))


@settings(max_examples=80, deadline=None)
@given(clauses=st.lists(CLAUSE, min_size=1, max_size=3), evidence=EVIDENCE)
def test_the_judge_agrees_that_the_tests_are_enough_and_that_no_fewer_are(
    clauses: list[tuple[str, str, str]], evidence: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = "".join(
        f"  - {{id: c{place}, clause: '{place}', title: {{en: c}}, {asked}{shown}{waived}}}\n"
        for place, (asked, shown, waived) in enumerate(clauses)
    )
    library = toys(tmp_path_factory.mktemp("toy"), a=written)
    given_ = "\n".join(f"{name}: {value}" for name, value in evidence.items()) or "{}"
    before = label_of(library, given_)
    found = plan(before, library.revisions, DAY, library)
    possible = [one for one in subsets(tuple(ExtraTest(name) for name in RESULTS)) if can_meet(before, one, library)]
    if found.labels[0].reach is Reach.BEYOND:
        assert possible == []
    elif possible:
        chosen = frozenset(ExtraTest(one.test.property) for one in found.tests)
        assert chosen in possible
        assert total(chosen, NO_PRICES, library.properties) == min(
            total(one, NO_PRICES, library.properties) for one in possible
        )
    else:  # single values that each clause could have, and no product has all of
        assert len(clauses) > 1 or "all_of" in written or "at_least_of" in written


def can_meet(before: Product, tests: frozenset[ExtraTest], library: Library) -> bool:
    """Whether some results of these tests, added to what is known and no other than that, meet the criteria."""
    names_ = sorted(one.property for one in tests)
    known = {one.property: one for one in before.measurements if one.method != "ISO 11890-1"}
    results_of = {
        name: [
            one
            for one in found
            if name not in known or all(getattr(known[name], kind) == value for kind, value in one.items())
        ]
        for name, found in RESULTS.items()
    }
    for results in product(*(results_of[name] for name in names_)):
        found = [
            Measurement(name, method="ISO 11890-2" if name == "voc_content" else None, proofs=(PROOF,), **result)  # type: ignore[arg-type]
            for name, result in zip(names_, results, strict=True)
        ]
        after = replace(before, measurements=(*before.measurements, *found))
        if judge(after, library.revisions[0], DAY, library).overall is Judged.MET:
            return True
    return False


def test_furniture_of_all_programmes_is_proven_in_seconds(library: Library) -> None:
    wanted = [one for one in library.revisions if "furniture" in one.categories and one.in_force(DAY)]
    found = plan(Product(), wanted, DAY, library)
    assert found.proven
    assert 100 < len(found.tests) < found.considered


def test_several_is_enough_only_with_its_number() -> None:
    need = Several(2, tuple(OneOf(frozenset({one})) for one in TESTS[:3]))
    assert not suffices(frozenset(TESTS[:1]), need)
    assert suffices(frozenset(TESTS[1:3]), need)
    assert all_in(need) == frozenset(TESTS[:3])

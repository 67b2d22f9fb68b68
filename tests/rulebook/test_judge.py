"""What the language can say, point by point, and what comes out of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rulebook.toy import judged, library_of, product
from tenring.exceptions import UnusableInputError
from tenring.rulebook.dates import is_taken, taken_on
from tenring.rulebook.document import CriteriaError, parse_document
from tenring.rulebook.judge import Judged, judge
from tenring.rulebook.publish.names import speaking
from tenring.rulebook.trace import Why

HEAD = """  - id: "1"
    clause: "1"
    title: {en: a clause}
"""


def clause(test: str) -> str:
    return HEAD + "\n".join(f"    {line}" for line in test.strip().splitlines()) + "\n"


def answer(tmp_path: Path, test: str, given: str, *, head: str = "", on: date = date(2021, 1, 1)) -> str:
    return judged(tmp_path, clause(test), given, head=head, on=on).of("1").judgement


VOC = "property: voc_content\nat_most: 10 g/L"


def voc(value: str, unit: str = "g/L", method: str = "ISO 11890-2", more: str = "") -> str:
    return f'given: {{voc_content: {{value: "{value}", unit: {unit}, method: {method}{more}}}}}'


# limits, units, strictness


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        ("at_most: 10 g/L", "10", "met"),
        ("at_most: 10 g/L", "10.0000001", "not_met"),
        ("below: 10 g/L", "10", "not_met"),
        ("at_least: 10 g/L", "10", "met"),
        ("above: 10 g/L", "10", "not_met"),
        ("between: [5 g/L, 10 g/L]", "5", "met"),
        ("between: [5 g/L, 10 g/L]", "4.9", "not_met"),
        ("at_most: 0.01 kg/L", "10", "met"),
        ("below: 0.1 g/L\nrounded: {digits: 1}", "0.049", "met"),
        ("below: 0.1 g/L\nrounded: {digits: 1}", "0.05", "not_met"),
        ("below: 0.1 g/L\nrounded: {digits: 1, direction: down}", "0.09", "met"),
    ],
)
def test_limits_are_as_strict_as_printed(tmp_path: Path, test: str, value: str, expected: str) -> None:
    assert answer(tmp_path, f"property: voc_content\n{test}", voc(value)) == expected


def test_values_are_converted_without_floats(tmp_path: Path) -> None:
    assert answer(tmp_path, "property: voc_content\nat_most: 0.3 g/L", voc("300", "mg/L")) == "met"


def test_a_share_by_mass_needs_the_density(tmp_path: Path) -> None:
    given = 'given: {voc_content: {value: "1", unit: "%", method: ISO 11890-2}}'
    found = judged(tmp_path, clause(VOC), given).of("1")
    assert (found.judgement, found.why) == ("not_shown", Why.NEEDS_DENSITY)
    dense = 'given: {density: 1.0 kg/L, voc_content: {value: "1", unit: "%", method: ISO 11890-2}}'
    assert answer(tmp_path, VOC, dense) == "met"
    denser = 'given: {density: 1.001 kg/L, voc_content: {value: "1", unit: "%", method: ISO 11890-2}}'
    assert answer(tmp_path, VOC, denser) == "not_met"


# methods and conditions


def test_another_method_neither_meets_nor_breaks_a_clause(tmp_path: Path) -> None:
    assert answer(tmp_path, VOC, voc("5", method="somebody's own")) == "not_shown"
    assert answer(tmp_path, VOC, voc("50", method="somebody's own")) == "not_shown"


def test_a_declared_equivalence_counts_from_its_day_on(tmp_path: Path) -> None:
    assert answer(tmp_path, VOC, voc("5", method="ASTM D2369")) == "met"
    assert answer(tmp_path, VOC, voc("5", method="ASTM D2369"), on=date(2019, 12, 31)) == "not_shown"


def test_an_equivalence_has_one_direction(tmp_path: Path) -> None:
    assert answer(tmp_path, f"{VOC}\nby: [ASTM D2369]", voc("5")) == "not_shown"


def test_an_estimate_is_no_equivalence(tmp_path: Path) -> None:
    assert answer(tmp_path, VOC, voc("5", method="ISO 11890-1")) == "not_shown"


def test_the_same_property_of_something_else_is_another_one(tmp_path: Path) -> None:
    test = "property: content\nat: {substance: lead}\nat_most: 90 mg/kg"
    assert answer(tmp_path, test, "given: {content: {at: {substance: lead}, value: '5', unit: mg/kg}}") == "met"
    assert (
        answer(tmp_path, test, "given: {content: {of: can, at: {substance: lead}, value: '5', unit: mg/kg}}")
        == "not_shown"
    )
    assert answer(tmp_path, test, "given: {content: {at: {substance: tin}, value: '5', unit: mg/kg}}") == "not_shown"


# evidence


RULE = f"{VOC}\nshown_by: [{{kind: test_report, max_age: 12 months, accredited: true}}]"


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        ("kind: test_report, date: 2020-06-01, accredited: true", "met"),
        ("kind: test_report, date: 2020-06-01", "not_shown"),
        ("kind: test_report, date: 2019-12-01, accredited: true", "not_shown"),
        ("kind: test_report, date: 2021-02-01, accredited: true", "not_shown"),
        ("kind: test_report, accredited: true", "not_shown"),
        ("kind: declaration, date: 2020-06-01, accredited: true", "not_shown"),
    ],
)
def test_a_pass_needs_the_evidence_asked_for(tmp_path: Path, proof: str, expected: str) -> None:
    assert answer(tmp_path, RULE, voc("5", more=f", shown_by: [{{{proof}}}]")) == expected


def test_a_value_beyond_the_limit_breaks_it_whoever_says_so(tmp_path: Path) -> None:
    assert answer(tmp_path, RULE, voc("11", more=", shown_by: [{kind: declaration}]")) == "not_met"


def test_bad_evidence_does_not_pass_behind_a_negation(tmp_path: Path) -> None:
    test = "not: {property: washable, equals: 'true'}\nshown_by: [{kind: certificate}]"
    assert answer(tmp_path, test, "given: {washable: 'false'}") == "not_shown"
    shown = "given: {washable: {value: 'false', shown_by: [{kind: certificate}]}}"
    assert answer(tmp_path, test, shown) == "met"


def test_all_pieces_of_one_way_are_needed(tmp_path: Path) -> None:
    test = f"{VOC}\nshown_by: [[{{kind: declaration}}, {{kind: test_report, samples: 6}}]]"
    assert answer(tmp_path, test, voc("5", more=", shown_by: [{kind: declaration}]")) == "not_shown"
    both = ", shown_by: [{kind: declaration}, {kind: test_report, samples: 6}]"
    assert answer(tmp_path, test, voc("5", more=both)) == "met"


def test_a_report_as_asked_goes_before_one_that_is_not(tmp_path: Path) -> None:
    given = """given:
  voc_content:
    - {value: "50", unit: g/L, method: ISO 11890-2, shown_by: [{kind: declaration}]}
    - {value: "5", unit: g/L, method: ISO 11890-2, shown_by: [{kind: test_report, date: 2020-06-01, accredited: true}]}
"""
    assert answer(tmp_path, RULE, given) == "met"
    assert answer(tmp_path, VOC, given) == "not_shown", "two reports that disagree settle nothing"


def test_words_that_contradict_each_other_settle_nothing(tmp_path: Path) -> None:
    given = "given: {washable: [{value: 'true'}, {value: 'false'}]}"
    found = judged(tmp_path, clause("property: washable\nequals: 'true'"), given).of("1")
    assert (found.judgement, found.why) == ("not_shown", Why.CONTRADICTORY)


# gates, alternatives, waivers


def test_a_gate_that_is_unknown_is_never_a_pass(tmp_path: Path) -> None:
    test = f"{VOC}\nwhen: {{property: washable, equals: 'true'}}"
    assert answer(tmp_path, test, voc("5")) == "not_checked"
    assert answer(tmp_path, test, voc("5")[:-1] + ", washable: 'false'}") == "not_applicable"
    assert answer(tmp_path, test, voc("5")[:-1] + ", washable: 'true'}") == "met"


def test_a_waiver_meets_the_clause_and_an_open_one_leaves_it_open(tmp_path: Path) -> None:
    test = f"{VOC}\nwaived: {{property: washable, equals: 'true'}}"
    assert answer(tmp_path, test, voc("11")[:-1] + ", washable: 'true'}") == "met"
    assert answer(tmp_path, test, voc("11")) == "not_shown"
    assert answer(tmp_path, test, voc("11")[:-1] + ", washable: 'false'}") == "not_met"


def test_a_preferred_value_or_a_justified_fallback(tmp_path: Path) -> None:
    test = """
preferred:
  best: {property: gloss, at_least: "30"}
  fallback: {property: gloss, at_least: "20"}
  justified_by: {property: claims, has_any: [not available, too dear]}
"""
    assert answer(tmp_path, test, "given: {gloss: '30'}") == "met"
    assert answer(tmp_path, test, "given: {gloss: '25'}") == "not_shown"
    assert answer(tmp_path, test, "given: {gloss: '25', claims: [too dear]}") == "met"
    assert answer(tmp_path, test, "given: {gloss: '19', claims: [too dear]}") == "not_met"


def test_k_of_n(tmp_path: Path) -> None:
    tests = ", ".join(f"{{property: content, at: {{substance: {name}}}, at_most: 1 mg/kg}}" for name in "abc")
    test = f"at_least_of: {{count: 2, of: [{tests}]}}"

    def given(*values: str) -> str:
        rows = ", ".join(
            f"{{at: {{substance: {name}}}, value: '{value}', unit: mg/kg}}"
            for name, value in zip("abc", values, strict=False)
        )
        return f"given: {{content: [{rows}]}}"

    assert answer(tmp_path, test, given("1", "1")) == "met"
    assert answer(tmp_path, test, given("1", "2")) == "not_shown"
    assert answer(tmp_path, test, given("2", "2", "1")) == "not_met"


# dates


def test_a_limit_counts_from_its_day_on(tmp_path: Path) -> None:
    test = "property: voc_content\nat_most: {2020-01-01: 30 g/L, 2022-01-01: 10 g/L}"
    assert answer(tmp_path, test, voc("20"), on=date(2021, 12, 31)) == "met"
    assert answer(tmp_path, test, voc("20"), on=date(2022, 1, 1)) == "not_met"
    assert answer(tmp_path, test, voc("20"), on=date(2019, 12, 31)) == "not_applicable"


def test_a_day_of_purchase_can_be_a_gate(tmp_path: Path) -> None:
    test = f"{VOC}\nwhen: {{property: sold_on, at_least: 2020-09-01}}"
    assert answer(tmp_path, test, voc("11")[:-1] + ", sold_on: 2020-08-31}") == "not_applicable"
    assert answer(tmp_path, test, voc("11")[:-1] + ", sold_on: 2020-09-01}") == "not_met"


def test_a_reference_is_followed_on_its_day_and_one_into_nothing_is_not_checked(tmp_path: Path) -> None:
    test = 'meets: {criteria: toy/paints, clause: "2", version: latest}'
    other = '  - {id: "2", clause: "2", title: {en: other}, property: voc_content, at_most: 10 g/L}\n'
    library = library_of(tmp_path, clause(test) + other)
    result = judge(product(library, voc("10")), library.revisions[0], date(2021, 1, 1), library)
    assert result.of("1").judgement == "met"
    assert is_taken(taken_on(library.revisions[0], date(2021, 1, 1), library.find))
    found = judged(tmp_path, clause("meets: {criteria: else/where}"), voc("10")).of("1")
    assert (found.judgement, found.why) == ("not_checked", Why.UNRESOLVED)


# tables


TABLE = """
property: voc_content
at_most_by:
  rows:
    - {when: {property: gloss, at_most: "25"}, limit: 10 g/L, label: matt}
    - {when: {property: gloss, above: "25"}, limit: 40 g/L, label: glossy}
"""


@pytest.mark.parametrize(
    ("gloss", "value", "expected"),
    [
        ("gloss: '25'", "11", "not_met"),
        ("gloss: '26'", "11", "met"),
        ("", "10", "met"),
        ("", "11", "not_shown"),
        ("", "41", "not_met"),
    ],
)
def test_the_row_decides_and_an_unknown_row_leaves_open_only_what_depends_on_it(
    tmp_path: Path, gloss: str, value: str, expected: str
) -> None:
    assert answer(tmp_path, TABLE, voc(value)[:-1] + (f", {gloss}}}" if gloss else "}")) == expected


def test_of_several_rows_the_strictest_counts(tmp_path: Path) -> None:
    test = """
property: voc_content
at_most_by:
  hit: strictest
  rows:
    - {when: {property: washable, equals: "true"}, limit: 30 g/L}
    - {when: {property: paint_colour, equals: white}, limit: 10 g/L}
  otherwise: 50 g/L
"""
    assert answer(tmp_path, test, voc("20")[:-1] + ", washable: 'true', paint_colour: white}") == "not_met"
    assert answer(tmp_path, test, voc("20")[:-1] + ", washable: 'true', paint_colour: tinted}") == "met"
    assert answer(tmp_path, test, voc("20")[:-1] + ", washable: 'true'}") == "not_shown"
    assert answer(tmp_path, test, voc("5")[:-1] + ", washable: 'true'}") == "met"
    assert answer(tmp_path, test, voc("50")[:-1] + ", washable: 'false', paint_colour: tinted}") == "met"


def test_an_unread_row_is_not_checked(tmp_path: Path) -> None:
    test = TABLE.replace("limit: 40 g/L", "unread: nobody has read it")
    assert answer(tmp_path, test, voc("1")[:-1] + ", gloss: '30'}") == "not_checked"
    assert answer(tmp_path, test, voc("1")[:-1] + ", gloss: '20'}") == "met"


# several values


ITEMS = "given: {content: {at: {substance: PAH}, values: {a: '1', b: '2', c: '<0.5', d: '4'}, unit: mg/kg}}"


@pytest.mark.parametrize(
    ("over", "limit", "expected"),
    [
        ("{how: each}", "at_most: 4 mg/kg", "met"),
        ("{how: each}", "below: 4 mg/kg", "not_met"),
        ("{how: each, items: [a, b]}", "at_most: 2 mg/kg", "met"),
        ("{how: each, items: [a, e]}", "at_most: 9 mg/kg", "not_shown"),
        ("{how: sum}", "at_most: 7.5 mg/kg", "met"),
        ("{how: sum}", "at_most: 7.2 mg/kg", "not_shown"),
        ("{how: sum}", "at_most: 6.9 mg/kg", "not_met"),
        ("{how: mean, items: [a, b, d]}", "at_most: 2.34 mg/kg", "met"),
        ("{how: mean, items: [b, b, b]}", "at_least: 2 mg/kg", "met"),
        ("{how: percentile, percent: '50'}", "at_most: 1 mg/kg", "met"),
        ("{how: percentile, percent: '90'}", "at_most: 3.9 mg/kg", "not_met"),
        ("{how: count}", "at_least: '4'", "met"),
        ("{how: minimum, items: [a, b]}", "at_least: 1 mg/kg", "met"),
    ],
)
def test_each_sum_mean_percentile(tmp_path: Path, over: str, limit: str, expected: str) -> None:
    test = f"property: content\nat: {{substance: PAH}}\nover: {over}\n{limit}"
    assert answer(tmp_path, test, ITEMS) == expected


def test_not_detected_needs_a_detection_limit_low_enough(tmp_path: Path) -> None:
    test = "property: content\nat: {substance: SCCP}\nnot_detected: 50 mg/kg"

    def given(value: str, more: str = "") -> str:
        return f"given: {{content: {{at: {{substance: SCCP}}, value: '{value}', unit: mg/kg{more}}}}}"

    assert answer(tmp_path, test, given("<50")) == "met"
    assert answer(tmp_path, test, given("<100")) == "not_shown"
    assert answer(tmp_path, test, given("10")) == "not_met"
    assert answer(tmp_path, test, given("40", ", not_detected: true")) == "met"


def test_the_worst_class_of_several_decides(tmp_path: Path) -> None:
    test = "property: scrub_class\nclass_at_least: '2'"
    assert answer(tmp_path, test, "given: {scrub_class: {values: {wall: '1', ceiling: '2'}}}") == "met"
    assert answer(tmp_path, test, "given: {scrub_class: {values: {wall: '1', ceiling: '3'}}}") == "not_met"


# exclusion lists


def substances(*rows: str) -> str:
    return "given: {formulation: {substances: [" + ", ".join(f"{{{row}}}" for row in rows) + "]}, washable: 'true'}"


CARRY = "property: formulation\nexcludes: {cas: [55965-84-9], added: 0 %, carried: below 0.5 mg/kg}"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("cas: 55965-84-9, share: 0.4 mg/kg", "not_met"),
        ("cas: 55965-84-9, share: 0.4 mg/kg, added: false", "met"),
        ("cas: 55965-84-9, share: 0.5 mg/kg, added: false", "not_met"),
        ("cas: 55965-84-9, added: false", "not_shown"),
        ("cas: 55965-84-9", "not_met"),
        ("cas: 7732-18-5, share: 50 %", "met"),
    ],
)
def test_added_and_carried_over_have_their_own_amounts(tmp_path: Path, row: str, expected: str) -> None:
    assert answer(tmp_path, CARRY, substances(row)) == expected


def test_a_list_that_is_not_given_is_not_shown_and_an_empty_one_is_clean(tmp_path: Path) -> None:
    assert answer(tmp_path, CARRY, "given: {}") == "not_shown"
    assert answer(tmp_path, CARRY, substances()) == "met"


DEROGATED = """
property: formulation
excludes:
  hazards: [H350, H317]
  derogations:
    - {id: d, hazards: [H317], roles: [dye], when: {property: washable, equals: "true"}}
"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("name: a, hazards: [H317], role: dye", "met"),
        ("name: a, hazards: [H317, H350], role: dye", "not_met"),
        ("name: a, hazards: [H317], role: resin", "not_met"),
        ("name: a, hazards: [H317]", "not_met"),
        ("name: a, hazards: [H226], role: resin", "met"),
    ],
)
def test_a_derogation_takes_away_its_hazards_of_its_roles_only(tmp_path: Path, row: str, expected: str) -> None:
    assert answer(tmp_path, DEROGATED, substances(row)) == expected


def test_a_derogation_whose_condition_is_unknown_leaves_it_open(tmp_path: Path) -> None:
    given = substances("name: a, hazards: [H317], role: dye").replace(", washable: 'true'", "")
    assert answer(tmp_path, DEROGATED, given) == "not_shown"
    assert answer(tmp_path, DEROGATED, given.replace("H317", "H350")) == "not_met"


# formulae, points, classes


def test_formulae_with_clamps_rounding_and_opaque_functions(tmp_path: Path) -> None:
    head = """names: {g: {property: gloss, in: "1"}}
formulas:
  score: {formula: "round(clamp(g - 20, 0, 80) + 50.4 * tanh(0) + 2 * 3, 0, down)", unit: points}
"""
    test = 'formula: score\nat_least: "46"'
    assert answer(tmp_path, test, "given: {gloss: '60'}", head=head) == "met"
    assert answer(tmp_path, test, "given: {gloss: '59.9'}", head=head) == "not_met"


def test_a_third_of_three_is_one(tmp_path: Path) -> None:
    head = 'names: {g: {property: gloss, in: "1"}}\nformulas: {third: {formula: g / 3, unit: "1"}}\n'
    assert answer(tmp_path, 'formula: third\nat_least: "1"', "given: {gloss: '3'}", head=head) == "met"
    assert answer(tmp_path, 'formula: third\nat_least: "1"', "given: {gloss: '2.999999999'}", head=head) == "not_met"


def test_the_opaque_keep_their_order_within_bounds(tmp_path: Path) -> None:
    head = 'names: {g: {property: gloss, in: "1"}}\nformulas: {t: {formula: tanh(g), unit: "1"}}\n'
    test = 'formula: t\nbelow: "0.5"'
    assert answer(tmp_path, test, "given: {gloss: '<0.5'}", head=head) == "met"
    assert answer(tmp_path, test, "given: {gloss: '<0.6'}", head=head) == "not_shown"
    assert answer(tmp_path, test, "given: {gloss: '>0.6'}", head=head) == "not_met"


OPTIONAL = """
  - {id: a, clause: a, title: {en: a}, role: optional, points: "3", property: washable, equals: "true"}
  - id: b
    clause: b
    title: {en: b}
    role: optional
    property: gloss
    at_least: "15"
    points:
      - {when: {property: gloss, at_least: "15"}, points: "1"}
      - {when: {property: gloss, at_least: "30"}, points: "1"}
"""


@pytest.mark.parametrize(
    ("given", "overall", "reached"),
    [
        ("given: {washable: 'true', gloss: '30'}", "met", "5"),
        ("given: {washable: 'true', gloss: '20'}", "met", "4"),
        ("given: {washable: 'true'}", "not_shown", "3 … 5"),
        ("given: {washable: 'false'}", "not_met", "0 … 2"),
    ],
)
def test_points_are_enough_too_few_or_open(tmp_path: Path, given: str, overall: str, reached: str) -> None:
    result = judged(tmp_path, OPTIONAL, given, head='points: [{at_least: "4"}]\n')
    assert result.overall == overall
    assert str(result.points[0].reached) == reached


def test_the_class_is_the_worst_of_all_clauses(tmp_path: Path) -> None:
    graded = """
  - id: a
    clause: a
    title: {en: a}
    property: gloss
    at_most: "100"
    grades:
      - {name: A+, requires: {property: gloss, at_most: "10"}}
      - {name: A, requires: {property: gloss, at_most: "50"}}
      - {name: B, requires: {property: gloss, at_most: "100"}}
  - id: b
    clause: b
    title: {en: b}
    property: voc_content
    at_most: 100 g/L
    grades:
      - {name: A+, requires: {property: voc_content, at_most: 10 g/L}}
      - {name: B, requires: {property: voc_content, at_most: 100 g/L}}
"""
    head = "grades: [A+, A, B]\n"
    assert judged(tmp_path, graded, voc("9")[:-1] + ", gloss: '20'}", head=head).grade == "A"
    assert judged(tmp_path, graded, voc("11")[:-1] + ", gloss: '20'}", head=head).grade == "B"
    assert judged(tmp_path, graded, "given: {gloss: '20'}", head=head).grade is None
    with pytest.raises(CriteriaError, match="not in the order"):
        judged(tmp_path, graded, "given: {}", head="grades: [B, A, A+]\n")


def test_sums_over_ingredients_join_a_table(tmp_path: Path) -> None:
    head = """names: {cdv: {property: formulation, ingredients: {table: did, column: toxicity}}}
formulas: {cdv: {formula: "10 * load", unit: "1"}}
""".replace("names: {cdv:", "names: {load:")
    test = 'formula: cdv\nat_most: "100"'
    folder = tmp_path / "catalog" / "criteria" / "tables"
    folder.mkdir(parents=True)
    table = (
        'ingredients: {"1-1-1": {name: a, numbers: {toxicity: "0.5"}}, "2-2-2": {name: b, numbers: {toxicity: "2"}}}'
    )
    (folder / "did.yml").write_text(table, encoding="utf-8")
    assert answer(tmp_path, test, substances("cas: 1-1-1, share: 4 %", "cas: 2-2-2, share: 4 %"), head=head) == "met"
    assert (
        answer(tmp_path, test, substances("cas: 1-1-1, share: 5 %", "cas: 2-2-2, share: 4 %"), head=head) == "not_met"
    )
    unknown = judged(tmp_path, clause(test), substances("cas: 3-3-3, share: 5 %"), head=head).of("1")
    assert (unknown.judgement, unknown.why) == ("not_checked", Why.NOT_IN_TABLE)


def test_a_foreign_limit_that_is_only_remembered_is_unread(tmp_path: Path) -> None:
    for mark, expected in (("secondary", "met"), ("unverified", "not_checked")):
        head = f"names: {{e1: {{amount: 20 g/L, document: another, mark: {mark}}}}}\n"
        assert answer(tmp_path, 'property: voc_content\nbelow: "= 0.5 * e1"', voc("9"), head=head) == expected


# marks and wholes


def test_a_limit_from_memory_is_neither_met_nor_broken_and_says_what_it_would_be(tmp_path: Path) -> None:
    for value, would_be in (("5", "met"), ("50", "not_met")):
        found = judged(tmp_path, clause(f"{VOC}\nmark: unverified"), voc(value)).of("1")
        assert (found.judgement, found.would_be, found.mark) == ("not_checked", would_be, "unverified")


@pytest.mark.parametrize("test", ["unread: nobody has read it", "qualitative: as far as possible"])
def test_what_cannot_be_applied_is_never_a_pass(tmp_path: Path, test: str) -> None:
    assert judged(tmp_path, clause(test), "given: {}").overall == "not_checked"


def test_to_disclose_is_enough_where_only_that_is_asked(tmp_path: Path) -> None:
    assert answer(tmp_path, "property: gloss\ndisclosed: true", "given: {gloss: '7'}") == "met"
    assert answer(tmp_path, "property: gloss\ndisclosed: true", "given: {}") == "not_shown"


def test_procurement_clauses_do_not_change_the_label(tmp_path: Path) -> None:
    clauses = clause(VOC) + clause("property: washable\nequals: 'true'\nrole: award").replace('id: "1"', "id: award")
    result = judged(tmp_path, clauses, voc("5")[:-1] + ", washable: 'false'}")
    assert (result.overall, result.of("award").judgement) == ("met", "not_met")


def test_the_trace_has_the_value_as_reported_and_in_the_unit_of_the_limit(tmp_path: Path) -> None:
    leaf = judged(tmp_path, clause(VOC), voc("0.02", "kg/L")).of("1").trace[-1]
    assert (leaf.given, leaf.value, leaf.operator, leaf.limit) == ("0.02 kg/L", "20", "<=", "10 g/L")
    assert leaf.quantity == "voc_content@product"


def test_missing_evidence_is_named_once(tmp_path: Path) -> None:
    result = judged(tmp_path, clause(VOC) + clause(VOC).replace('id: "1"', 'id: "2"'), "given: {}")
    assert [(one.quantity, one.why) for one in result.missing] == [("voc_content@product", Why.NO_EVIDENCE)]


def test_a_register_is_trusted_whatever_the_method(tmp_path: Path) -> None:
    library = library_of(tmp_path, clause(RULE))
    known = product(library, 'given: {voc_content: {value: "5", unit: g/L}}')
    revision, on = library.revisions[0], date(2021, 1, 1)
    assert judge(known, revision, on, library).overall == "not_shown"
    assert judge(known, revision, on, library, trusted=True).overall == "met"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("given: {voc: 1 g/L}", "unknown"),
        ("given: {voc_content: 1 kg}", "not a unit of this property"),
        ("given: {voc_content: {value: '1', unit: g/L, of: lid}}", "the subject 'lid' is unknown"),
        ("given: {paint_colour: red}", "red is no value of it"),
        ("given: {voc_content: {unit: g/L}}", "not one of value, values and substances"),
        ("given: {gloss: {value: '1e99999', unit: '1'}}", "has a unit"),
    ],
)
def test_wrong_evidence_is_refused_with_its_line(tmp_path: Path, given: str, what: str) -> None:
    with pytest.raises(CriteriaError, match=what) as caught:
        judged(tmp_path, clause(VOC), given)
    assert caught.value.line == 1


def test_decimals_stay_exact(tmp_path: Path) -> None:
    library = library_of(tmp_path, clause("property: gloss\nat_most: '0.1'"))
    constants = [one for one in library.revisions[0].clauses[0].parts if hasattr(one, "right")]
    assert constants[0].right.value == Decimal("0.1")


@pytest.mark.parametrize(
    ("match", "what"),
    [
        ("hazards: [cmr-hazards]", "'cmr-hazards' is neither one of hazards nor a list"),
        ("cas: [55965849]", "'55965849' is neither one of cas nor a list"),
        ("hazards: [H350], roles: [dyestuff]", "dyestuff is no role of 'formulation'"),
    ],
)
def test_a_misspelt_exclusion_that_would_exclude_nothing_is_refused(tmp_path: Path, match: str, what: str) -> None:
    with pytest.raises(CriteriaError, match=what):
        judged(tmp_path, clause(f"property: formulation\nexcludes: {{{match}}}"), "given: {}")


def test_a_misspelt_role_in_the_evidence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CriteriaError, match="dyestuff is no role of it"):
        judged(tmp_path, clause(DEROGATED), substances("name: a, hazards: [H317], role: dyestuff"))


# several parts of one kind

CANS = """
  - id: can
    clause: "1"
    title: {en: Cans}
    subject: can
    when: {property: density, of: can, above: 1 kg/L}
    property: content
    of: can
    at: {substance: lead}
    at_most: 30 mg/kg
"""


def cans(**content: str) -> str:
    """Cans by name: density and content of lead; nothing where it is empty."""
    density, lead = [], []
    for name, text in content.items():
        heavy, much = text.split("/")
        density += [f"{{of: can, part: {name}, value: '{heavy}', unit: kg/L}}"] if heavy else []
        lead += [f"{{of: can, part: {name}, at: {{substance: lead}}, value: '{much}', unit: mg/kg}}"] if much else []
    return f"given: {{density: [{', '.join(density)}], content: [{', '.join(lead)}]}}"


@pytest.mark.parametrize(
    ("given_cans", "judgement", "part"),
    [
        ({"body": "2/20", "lid": "2/30"}, Judged.MET, "body"),
        ({"body": "2/20", "lid": "2/40"}, Judged.NOT_MET, "lid"),
        ({"body": "2/20", "lid": "0.5/40"}, Judged.MET, "body"),
        ({"body": "0.5/40", "lid": "0.5/40"}, Judged.NOT_APPLICABLE, None),
        ({"body": "2/20", "lid": "2/"}, Judged.NOT_SHOWN, "lid"),
        ({"body": "2/20", "lid": "/20"}, Judged.NOT_CHECKED, "lid"),
        ({"body": "2/40", "lid": "2/"}, Judged.NOT_MET, "body"),
    ],
)
def test_each_of_several_parts_is_judged_with_its_own_gate(
    tmp_path: Path, given_cans: dict[str, str], judgement: Judged, part: str | None
) -> None:
    found = judged(tmp_path, CANS, cans(**given_cans)).of("can")
    assert (found.judgement, found.part) == (judgement, part)


def test_a_value_that_names_no_part_is_of_each(tmp_path: Path) -> None:
    given = cans(body="/20", lid="/40").replace("density: []", "density: {of: can, value: '2', unit: kg/L}")
    assert judged(tmp_path, CANS, given).of("can").judgement is Judged.NOT_MET


def test_without_names_several_values_are_reports_of_one(tmp_path: Path) -> None:
    lead = ", ".join(f"{{of: can, at: {{substance: lead}}, value: '{one}', unit: mg/kg}}" for one in (20, 40))
    given = f"given: {{density: {{of: can, value: '2', unit: kg/L}}, content: [{lead}]}}"
    found = judged(tmp_path, CANS, given).of("can")
    assert (found.judgement, found.part) == (Judged.NOT_SHOWN, None)


def test_a_part_without_its_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CriteriaError, match="not of what kind"):
        judged(tmp_path, CANS, "given: {density: {part: lid, value: '2', unit: kg/L}}")


def test_what_is_missing_of_any_part_is_named(tmp_path: Path) -> None:
    found = judged(tmp_path, CANS, cans(body="2/", lid="2/"), on=date(2021, 1, 1)).of("can")
    assert [one.quantity for one in found.missing] == ["content@can[substance=lead]"]


# what people write by mistake


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{voc_content: {value: "0,09", unit: g/L}}', "has a comma"),
        ('{voc_content: "1,200 g/L"}', "has a comma"),
        ('{voc_content: "0,09 g/L"}', "has a comma"),
        ('{voc: "3 g/L"}', "voc_content"),
        ("{颜色: white}", "Perhaps you mean: paint_colour"),
        ('{voc_content: "3 kg"}', "is not a unit of this property"),
    ],
)
def test_a_mistake_in_a_value_or_name_is_told_with_the_way_out(tmp_path: Path, given: str, told: str) -> None:
    with pytest.raises(CriteriaError, match=told):
        judged(tmp_path, CANS, f"given: {given}")


def test_errors_of_a_product_file_are_told_in_chinese(tmp_path: Path) -> None:
    with speaking("zh"), pytest.raises(CriteriaError, match="含有逗号"):
        judged(tmp_path, CANS, 'given: {voc_content: {value: "0,09", unit: g/L}}')


def test_a_workbook_with_the_name_of_a_yaml_file_is_told_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(CriteriaError, match="workbook or an archive"):
        parse_document(b"PK\x03\x04...", tmp_path / "product.yml")


def test_criteria_of_no_such_name_name_those_like_it(tmp_path: Path) -> None:
    library = library_of(tmp_path, CANS)
    for name in ("toy/paint", "toy", "toy/paints/2021-01-01"):
        with pytest.raises(UnusableInputError, match="toy/paints"):
            library.named(name, date(2021, 1, 1))

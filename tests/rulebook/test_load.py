"""Criteria files are read strictly: errors name file, line, clause and the way out; nothing crashes or hangs."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rulebook.toy import HEAD, library_of, revision_file
from tenring.exceptions import TenringError
from tenring.rulebook.document import CriteriaError
from tenring.rulebook.library import load_library, load_measurands
from tenring.rulebook.load import revision_from

CLAUSE = """
  - id: "1"
    clause: "1"
    title: {en: a clause}
"""


def error(tmp_path: Path, test: str, *, head: str = "") -> CriteriaError:
    indented = "\n".join(f"    {line}" for line in test.strip().splitlines())
    with pytest.raises(CriteriaError) as caught:
        library_of(tmp_path, CLAUSE + indented + "\n", head=head)
    return caught.value


@pytest.mark.parametrize(
    ("test", "what", "do"),
    [
        ("property: voc\nat_most: 1 g/L", "the property 'voc' is unknown", "properties.yml"),
        (
            "property: voc_content\nat_most: 1 kg",
            "'kg' is not a unit of this property, which is in g/L",
            "number and its unit",
        ),
        ("property: voc_content\nat_most: 1 furlongs", "'furlongs' is not a unit", "unit"),
        ("property: voc_content\nat_most: '10'", "the unit is missing", "unit"),
        ("property: voc_content\nat_most: 10,5 g/L", "has a comma", "unit"),
        ("property: voc_content\nat_most: about ten", "is no amount", "number"),
        ("property: voc_content", "does not say what must hold", "at_most"),
        ("property: voc_content\nat_most: 1 g/L\nabove: 0 g/L", "says several things: at_most, above", "all_of"),
        ("property: voc_content\nat_most: 1 g/L\nby: [ISO 1]", "the method 'ISO 1' is unknown", "methods"),
        ("property: voc_content\nat_most: 1 g/L\nof: lid", "the subject 'lid' is unknown", "subjects"),
        ("property: content\nat_most: 1 mg/kg", "means nothing without substance", "at: {substance: …}"),
        ("property: paint_colour\nequals: red", "red is no value of 'paint_colour'", "white, tinted"),
        ("property: paint_colour\nat_most: 1 g/L", "'at_most' is for numbers", "one_of"),
        ("property: voc_content\none_of: [low]", "'one_of' is for words", "at_most"),
        ("property: scrub_class\nclass_at_least: '4'", "4 is no value of 'scrub_class'", "3, 2, 1"),
        ("property: voc_content\nat_most: '= a * b'", "'a' is not known", "formula"),
        ("meets: {criteria: somewhere}", "names no criteria", "<programme>/<category>"),
        ("at_least_of: {count: 3, of: [{property: washable, equals: 'true'}]}", "can never hold", "Lower count"),
        ("property: formulation\nexcludes: {added: much}", "is no amount", "share"),
        ("condition: sunny", "there is no condition 'sunny'", "conditions"),
        (
            "property: voc_content\nat_most: 1 g/L\nshown_by: [{kind: test_report, max_age: long}]",
            "is no age",
            "12 months",
        ),
        ("property: voc_content\nat_most: 1 g/L\nshown_by: [{kind: rumour}]", "shown_by", "reference"),
        ("property: voc_content\nat_most: 1 g/L\nat_moost: 2", "Extra inputs", "reference"),
    ],
)
def test_a_wrong_clause_is_refused_with_the_way_out(tmp_path: Path, test: str, what: str, do: str) -> None:
    found = error(tmp_path, test)
    assert what in found.what
    assert do in (found.do or "")
    assert found.file.endswith("criteria/toy/paints/2020-01-01.yml")
    assert found.clause == "1"
    assert found.line >= 8


def test_the_line_is_that_of_the_wrong_word(tmp_path: Path) -> None:
    found = error(
        tmp_path, "all_of:\n  - {property: washable, equals: 'true'}\n  - property: voc_content\n    at_most: 5 kg"
    )
    text = Path(found.file).read_text(encoding="utf-8").splitlines()
    assert text[found.line - 1].strip() == "at_most: 5 kg"


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("formulas: {a: {formula: b, unit: '1'}, b: {formula: a, unit: '1'}}\n", "leads to itself"),
        ("conditions: {a: {condition: a}}\n", "leads to itself"),
        ("names: {v: {property: voc_content}}\n", "its unit in the formula is missing"),
        ("names: {v: {amount: 1 g/L}}\n", "an amount without its source"),
        ("formulas: {f: {formula: 1 +, unit: '1'}}\n", "ends too early"),
        ("formulas: {f: {formula: 1 / 0, unit: '1'}}\n", "divides by zero"),
        ("presumptions: [{holds: {programmes: [x]}, satisfies: ['9']}]\n", "there is no clause '9'"),
        ("points: [{at_least: '2', clauses: ['9']}]\n", "there is no clause '9'"),
    ],
)
def test_a_wrong_head_is_refused(tmp_path: Path, head: str, what: str) -> None:
    assert what in error(tmp_path, "property: washable\nequals: 'true'", head=head).what


def test_two_measured_values_are_not_multiplied(tmp_path: Path) -> None:
    head = "names: {v: {property: voc_content, in: g/L}, g: {property: gloss, in: '1'}}\n"
    found = error(tmp_path, "property: voc_content\nat_most: '= v * g'", head=head)
    assert "write product(a, b)" in found.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: &x [1]\nb: *x\n", "alias"),
        ("a: 1\na: 2\n", "'a' is there twice"),
        ("? [1]\n: 2\n", "a key is no text"),
        ("[" * 100, "nested too deeply"),
        ("- 1\n", "no mapping"),
        ("a: [1\n", "line 2"),
        ("a: \t- b", "line 1"),
    ],
)
def test_awkward_yaml_is_refused(tmp_path: Path, text: str, what: str) -> None:
    catalog = revision_file(tmp_path, CLAUSE)
    path = catalog / "criteria" / "toy" / "paints" / "2020-01-01.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CriteriaError, match=what):
        load_library(catalog)


def test_the_name_of_the_file_is_its_date(tmp_path: Path) -> None:
    clause = CLAUSE + "    property: washable\n    equals: 'true'\n"
    with pytest.raises(CriteriaError, match="its name says 2021-01-01"):
        load_library(revision_file(tmp_path, clause, name="2021-01-01.yml"))


# fuzz: real files with something broken in them

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
REAL = CATALOG / "criteria" / "energy-star" / "displays" / "2020-03-05.yml"
LINES = REAL.read_text(encoding="utf-8").splitlines(keepends=True)
PROPERTIES = load_measurands(CATALOG)
BITS = st.sampled_from(
    [
        *"{}[]:\"'\t\0é<",
        "- ",
        "&a ",
        "*a ",
        "!!python ",
        "9" * 400,
        "(" * 60,
        "= ",
        "|\n",
    ]  # what YAML and formulae trip over
)


@settings(max_examples=150, deadline=1000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 80), BITS), min_size=1, max_size=3))
def test_a_damaged_file_is_refused_or_read_but_never_crashes(damages: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for line, column, bit in damages:
        lines[line] = lines[line][:column] + bit + lines[line][column:]
    read_somehow("".join(lines).encode())


@settings(max_examples=150, deadline=1000)
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"a: !!binary x")
@example(b"%YAML 9.9\n---\na")
def test_any_bytes_are_refused_or_read(content: bytes) -> None:
    read_somehow(content)


@settings(max_examples=200, deadline=1000)
@given(st.text(alphabet="ab12.+-*/(), <>=^%\"'\\", max_size=60))
def test_any_formula_is_refused_or_read(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"')
    formula = f'formulas: {{f: {{formula: "{written}", unit: "1"}}}}\n'
    read_somehow((HEAD + formula + "clauses: []\n").encode())


def test_a_long_file_is_refused_in_time() -> None:
    began = time.process_time()
    read_somehow(b"clauses: [" + b"{a: 1}," * 200_000 + b"]")
    read_somehow(b"[" * 500_000)
    read_somehow(b"a: " + b"(" * 1_000_000)
    assert time.process_time() - began < 3


def read_somehow(content: bytes) -> None:
    with suppress(TenringError):  # refused with a message; anything else is a crash
        revision_from(content, Path("catalog/criteria/energy-star/displays/2020-03-05.yml"), PROPERTIES)


def test_a_comma_that_ends_a_text_too_early_is_told(tmp_path: Path) -> None:
    clause = '  - {id: "1", clause: "1", title: {en: Benzene, toluene}, property: washable, equals: "true"}\n'
    with pytest.raises(CriteriaError, match=r"title\.toluene"):
        library_of(tmp_path, clause)

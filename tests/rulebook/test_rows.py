"""Evidence as tables: what cells mean, errors in their place, and nothing lost on the way there and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenring.catalogue.properties import Properties
from tenring.language import use
from tenring.rulebook.asked import asked_for, criteria_for
from tenring.rulebook.blank import blank_long, blank_wide
from tenring.rulebook.cells import COLUMNS, Problem, entry
from tenring.rulebook.evidence import product_in
from tenring.rulebook.library import Library
from tenring.rulebook.product_file import Entry, ProductFile, add_entry, product_file
from tenring.rulebook.rows import Row, TableRead, read_table, rows_of

BOARD = b"""product: {name: an invented board, brand: Hexlowe, model: HX-1, category: wood-panels}
given:
  panel_type: {value: MDF, shown_by: [{kind: declaration}]}
  panel_resin_class: other
  formaldehyde_emission:
    - value: "0.09"
      unit: ppmv
      method: ASTM E1333
      shown_by: [{kind: test_report, date: 2024-04-15, accredited: true}]
    - {value: "<0.05", unit: mg/m3, method: EN 717-1, not_detected: true}
  chamber_concentration:
    - {values: {benzene: "1", "a;b": "2"}, unit: ug/m3, at: {time: 28 d, substance: voc}}
  recycled_content: {value: "40.50", unit: "%"}
labels:
  - {programme: blue-angel, number: DE-UZ 1, from: 2023-01-01, until: 2027-12-31, category: wood-panels}
"""


def rows(table: list[list[str]]) -> tuple[list[str], list[Row]]:
    return table[0], [Row(place, dict(zip(table[0], cells, strict=True))) for place, cells in enumerate(table[1:], 2)]


def read(library: Library, *cells: Mapping[str, str]) -> TableRead:
    return read_table(list(COLUMNS), [Row(place, one) for place, one in enumerate(cells, 2)], library.properties)


VALUE = {"name": "board", "property": "formaldehyde_emission", "value": "0.09", "unit": "ppmv"}


# there and back


def test_a_product_file_is_the_same_after_a_table_and_after_a_product_file(library: Library) -> None:
    before = product_file(BOARD, "product.yml", library.properties)
    table = [Row(place, cells) for place, cells in enumerate(rows_of(before), 2)]
    read_again = read_table(list(COLUMNS), table, library.properties)
    assert read_again.rejected == ()
    assert read_again.products == (before,)
    assert product_file(before.yaml().encode(), "product.yml", library.properties) == before
    product = product_in(BOARD, "product.yml", library.properties)
    assert product_in(before.data(), "product.yml", library.properties) == product


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
WRITTEN = st.fixed_dictionaries(
    {
        "value": st.decimals(0, 1000, places=3).map(str),
        "unit": st.sampled_from(["mg/m3", "ug/m3"]),
        "of": st.just("wood-panel"),
    },
    optional={
        "method": WORDS,
        "part": WORDS,
        "not_detected": st.just(True),
        "shown_by": st.lists(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["test_report", "declaration"])},
                optional={"laboratory": WORDS, "accredited": st.just(True), "samples": st.integers(1, 9)},
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda one: str(sorted(one.items())),
        ),
    },
)


@given(name=WORDS.filter(lambda one: not one.startswith("#")), written=st.lists(WRITTEN, max_size=5))
def test_nothing_is_lost_in_a_table(name: str, written: list[dict[str, Any]], known: Callable[[], Properties]) -> None:
    entries: list[Entry] = []
    for one in written:
        add_entry(entries, Entry("formaldehyde_emission", one))
    before = ProductFile({"name": name}, tuple(entries))
    table = [Row(place, cells) for place, cells in enumerate(rows_of(before), 2)]
    after = read_table(list(COLUMNS), table, known())
    assert [one.what for one in after.rejected] == []
    assert [one.content() for one in after.products] == [before.content()]


@pytest.fixture(scope="session")
def known(library: Library) -> Callable[[], Properties]:
    """The properties of the catalogue, behind a name that is short to print."""
    return lambda: library.properties


# errors in their place


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"name": ""}, "name"),
        ({"property": "formaldehyde"}, "property"),
        ({"value": "0,09"}, "value"),
        ({"value": "about 3"}, "value"),
        ({"unit": ""}, "unit"),
        ({"unit": "kWh"}, "unit"),
        ({"of": "moon"}, "of"),
        ({"at": "28 d"}, "at"),
        ({"accredited": "perhaps"}, "accredited"),
        ({"date": "2024-04-15"}, "document_kind"),
        ({"document_kind": "test report", "date": "15.4.2024"}, "date"),
        ({"document_kind": "gossip"}, "document_kind"),
        ({"values": "1; 2"}, "values"),
    ],
)
def test_a_wrong_cell_is_named_and_its_row_left_out(change: dict[str, str], column: str, library: Library) -> None:
    found = read(library, VALUE, {**VALUE, "name": "other", **change})
    assert [(one.row.number, one.column) for one in found.rejected] == [(3, column)]
    assert [one.about["name"] for one in found.products] == ["board"]


def test_a_formula_is_never_calculated(library: Library) -> None:
    found = read_table(list(COLUMNS), [Row(2, VALUE, frozenset({"value"}))], library.properties)
    assert (found.products, found.rejected[0].column) == ((), "value")


def test_two_rows_of_one_product_may_not_differ_in_what_it_is(library: Library) -> None:
    found = read(library, {**VALUE, "category": "wood-panels"}, {**VALUE, "category": "furniture"})
    assert found.rejected[0].column == "category"


def test_what_is_not_tested_says_nothing_and_what_is_not_added_is_an_empty_list(library: Library) -> None:
    assert read(library, {**VALUE, "value": "not tested"}).products[0].entries == ()
    name = next(key for key, one in library.properties.properties.items() if one.is_a == "substances")
    assert entry({"property": name, "value": "none added"}, library.properties).written == {"substances": []}


def test_a_table_of_something_else_is_refused(library: Library) -> None:
    for header in ([], ["name"], ["description", "amount"], ["name", "some heading"]):
        with pytest.raises(Problem):
            read_table(header, [], library.properties)


def test_the_same_row_twice_is_one_value(library: Library) -> None:
    assert len(read(library, VALUE, VALUE).products[0].entries) == 1


# blank tables


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("category", ["wood-panels", "furniture", "paints"])
def test_blank_tables_say_nothing_until_they_are_filled_in(category: str, language: str, library: Library) -> None:
    asked = asked_for(criteria_for(library, [category], date(2026, 6, 1)))
    use(language)
    try:
        long, wide = blank_long(category, asked, library.properties), blank_wide(category, asked, library.properties)
    finally:
        use("en")
    for table in (long, wide):
        header, blank = rows(table)
        assert read_table(header, blank, library.properties) == TableRead((), (), 0)


def test_a_row_for_each_product_is_read_with_unit_and_method_of_its_heading(library: Library) -> None:
    header = [
        "name",
        "formaldehyde_emission | mg/m3 | EN 717-1",
        "content@leather[substance=cr] | mg/kg",
        "document_kind",
    ]
    cells = [["a", "0.09", "", "test_report"], ["b", "not tested", "2", ""], ["c", "much", "", ""]]
    found = read_table(*rows([header, *cells]), library.properties)
    assert [[(one.property, one.written["value"]) for one in each.entries] for each in found.products] == [
        [("formaldehyde_emission", "0.09")],
        [("content", "2")],
    ]
    assert found.products[0].entries[0].written["method"] == "EN 717-1"
    assert found.products[1].entries[0].written["at"] == {"substance": "cr"}
    assert [(one.row.number, one.column) for one in found.rejected] == [(4, header[1])]


def test_what_most_programmes_ask_for_comes_first(library: Library) -> None:
    asked = asked_for(criteria_for(library, ["paints"], date(2026, 6, 1)))
    counts = [len(one.programmes) for one in asked]
    assert counts == sorted(counts, reverse=True)
    voc = next(one for one in asked if one.property == "voc_content")
    assert "g/L" in voc.units

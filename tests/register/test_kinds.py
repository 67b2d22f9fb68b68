from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tenring.register.adapter import Row
from tenring.register.kinds import KindColumns, kind_of

COLUMNS = KindColumns(re.compile(r"(HJ)\s*([0-9]+)"), standard=("standard",), names=("name",))
KINDS = {"hj 1": ("",), "hj 2": ("office desk", "desk"), "hj 3": ("lamp", "")}


def kind(standard: str, name: str) -> str:
    return kind_of(Row(1, {"standard": standard, "name": name}), KINDS, COLUMNS)


def test_a_standard_with_one_kind_needs_no_name() -> None:
    assert kind("HJ1-2020", "") == "HJ 1"


def test_the_longest_word_in_the_name_decides() -> None:
    assert kind("HJ 2", "Office desk, oak") == "HJ 2 / office desk"
    assert kind("HJ 2", "Standing desk") == "HJ 2 / desk"


def test_a_word_goes_before_the_standard_alone() -> None:
    assert kind("HJ 3", "Street lamp") == "HJ 3 / lamp"
    assert kind("HJ 3", "Pole") == "HJ 3"


def test_the_first_known_of_several_standards_counts() -> None:
    assert kind("HJ 9 / HJ 2", "desk") == "HJ 2 / desk"


def test_without_a_standard_the_name_itself_is_looked_up() -> None:
    assert kind("", "Desk") == "Desk"


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_not_in_the_table_stays_as_printed(standard: str, name: str) -> None:
    printed = COLUMNS.pattern.search(standard)
    found = kind_of(Row(1, {"standard": standard, "name": name}), {}, COLUMNS)
    expected = " / ".join(
        [*([" ".join(printed.groups())] if printed else []), *([name.strip()] if name.strip() else [])]
    )
    assert found == expected

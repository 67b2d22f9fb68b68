"""Categories of purchase lines, by code and by words."""

from __future__ import annotations

import pytest

from screening.conftest import Judge, line
from tenring.screening.phrases import canonical


def category(judge: Judge, description: str, **fields: str) -> str | None:
    (answer,) = judge([line(description, **fields)], [])
    found: str | None = answer["category"]
    return found


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("HP EliteDesk 800 G4 台式计算机", "desktop-computers"),
        ("笔记本电脑", "notebook-computers"),
        ("A4复印纸 80g 500张/包", "copy-paper"),
        ("Ａ４影印紙", "copy-paper"),
        ("打印机用硒鼓", "toner-cartridges"),
        ("toner for laser printers", "toner-cartridges"),
        ("Laptop computers with docking station", "notebook-computers"),
        ("Computer desk", "desks-and-tables"),
        ("Servicios de limpieza de oficinas", "cleaning-services"),
        ("ZZZ 12", None),
    ],
)
def test_words_in_any_language_name_a_category(judge: Judge, description: str, expected: str | None) -> None:
    assert category(judge, description) == expected


def test_a_code_is_believed_before_words(judge: Judge) -> None:
    assert category(judge, "copy paper", code="30213300", code_scheme="cpv-2008") == "desktop-computers"


def test_sure_words_are_believed_before_the_code_of_a_whole_division(judge: Judge) -> None:
    assert category(judge, "toner cartridges", code="42000000", code_scheme="cpv-2008") == "toner-cartridges"


def test_words_decide_between_the_categories_of_one_code(judge: Judge) -> None:
    for words, expected in (("小便器", "urinals"), ("坐便器", "toilets")):
        assert category(judge, words, code="A060805", code_scheme="cn-2013") == expected


def test_words_refine_the_group_that_a_code_names(judge: Judge) -> None:
    assert category(judge, "ordinateurs portables", code="30200000", code_scheme="cpv-2008") == "notebook-computers"


def test_a_code_below_a_listed_one_is_less_sure(judge: Judge) -> None:
    (exact,) = judge([line("x", code="30213300", code_scheme="cpv-2008")], [])
    (below,) = judge([line("x", code="30213310", code_scheme="cpv-2008")], [])
    assert (below["category"], below["category_by"]) == ("desktop-computers", "code")
    assert below["category_score"] < exact["category_score"]


# a code without its edition


@pytest.mark.parametrize(("words", "expected"), [("台式计算机", "desktop-computers"), ("服务器", "servers")])
def test_words_choose_between_the_editions_of_a_code(judge: Judge, words: str, expected: str) -> None:
    (answer,) = judge([line(words, code="A02010104")], [])
    assert (answer["category"], answer["category_by"]) == (expected, "code and words")


@pytest.mark.parametrize("code", ["A02010104", "A02010105", "a02010104"])
def test_a_code_with_two_meanings_decides_nothing(judge: Judge, code: str) -> None:
    assert category(judge, "办公设备采购项目二标段", code=code) is None
    assert category(judge, "办公设备采购项目二标段", code=code.upper(), code_scheme="cn-2013") is not None


def test_a_code_that_only_one_edition_is_known_to_have_decides_nothing(judge: Judge) -> None:
    assert category(judge, "x", code="A0206180203") is None
    assert category(judge, "x", code="30213300") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A4打印纸，80g", "a4 打印纸 | 80g"),
        ('Laptops (13")', "laptop | 13"),
        ("Glass, glasses", "glass | glasse"),
        ("", ""),
    ],
)
def test_canonical_form(text: str, expected: str) -> None:
    assert canonical(text) == expected

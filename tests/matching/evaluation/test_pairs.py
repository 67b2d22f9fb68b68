"""Labelled pairs as people bring them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tenring.exceptions import UnusableInputError
from tenring.matching.evaluation.pairs import read_pairs

HEADER = "label,left_id,left_title,left_brand,left_price,right_id,right_name,right_model,right_gtin\n"


def write(folder: Path, content: str | bytes, name: str = "pairs.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_row_is_two_products_and_a_label(tmp_path: Path) -> None:
    read = read_pairs(write(tmp_path, HEADER + "1,a,Desk,Ikea,$5,b,Table,T-1,4006381333931\n"))
    (pair,) = read.pairs
    assert (pair.row, pair.label) == (2, True)
    assert (pair.left.id, pair.left.name, pair.left.brand, pair.left.price) == ("a", "Desk", "Ikea", Decimal(5))
    assert (pair.right.name, pair.right.model, pair.right.gtin) == ("Table", "T-1", "04006381333931")


@pytest.mark.parametrize(
    ("text", "label"),
    [("1", True), ("True", True), ("MATCH", True), ("是", True), ("0", False), ("no", False), ("不匹配", False)],
)
def test_labels_are_written_in_many_ways(tmp_path: Path, text: str, label: bool) -> None:
    assert read_pairs(write(tmp_path, f"label,left_title,right_title\n{text},a,b\n")).pairs[0].label is label


def test_a_blank_label_is_left_out_and_a_bad_cell_told(tmp_path: Path) -> None:
    read = read_pairs(write(tmp_path, HEADER + ",a,x,,,b,y,,\n1,a,x,,dear,b,y,,12\n"))
    assert (len(read.pairs), read.unlabelled) == (1, 1)
    assert [(p.row, p.column) for p in read.problems] == [(3, "left_price"), (3, "right_gtin")]


def test_the_format_of_ditto_is_read(tmp_path: Path) -> None:
    line = "COL title VAL sony tv COL manufacturer VAL sony COL price VAL 9.5 \tCOL title VAL tv COL price VAL  \t0\n"
    (pair,) = read_pairs(write(tmp_path, line, "valid.txt")).pairs
    assert (pair.left.name, pair.left.brand, pair.left.price) == ("sony tv", "sony", Decimal("9.5"))
    assert (pair.right.name, pair.right.price, pair.label) == ("tv", None, False)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", "left_title,right_title\na,b\n", "no column `label`; found: left_title, right_title"),
        ("p.csv", "label,left_title\n1,a\n", "no column right_title"),
        ("p.csv", "label,left_title,right_title\n1,a,b\nperhaps,a,b\n", "row 3, column label: the label 'perhaps'"),
        ("p.csv", "label,left_title,right_title\n", "has no labelled pair"),
        ("p.csv", "", "is empty"),
        ("p.csv", b"label,left_title,right_title\n1,\xff\xfe,b\n", "row 2: is not CSV in UTF-8"),
        ("p.txt", "COL title VAL a\tCOL title VAL b\n", "row 1: the line has 2 parts"),
        ("p.txt", "some words\tCOL title VAL b\t1\n", "row 1, column left: no record in Ditto's format"),
        ("p.txt", "COL title VAL a\tCOL title VAL b\t2\n", "row 1, column label: the label '2'"),
        ("p.txt", b"COL title VAL a\tCOL title VAL \xff\t1\n", "row 1: is not text in UTF-8"),
        ("p.txt", "\n", "has no labelled pair"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(UnusableInputError, match=name) as caught:
        read_pairs(write(tmp_path, content, name))
    assert message in str(caught.value)

"""The classifier judged on labelled lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenring.catalogue import Catalogue
from tenring.exceptions import UnusableInputError
from tenring.screening.evaluate import JudgedLines, judge_lines, read_lines
from tenring.settings import Settings


def write(folder: Path, content: str) -> Path:
    path = folder / "lines.csv"
    path.write_text(content, encoding="utf-8")
    return path


def judged(folder: Path, content: str, catalogue: Catalogue) -> JudgedLines:
    read = read_lines(write(folder, content), catalogue.categories)
    return judge_lines(read.lines, catalogue=catalogue, settings=Settings(), thresholds=(0.5, 0.99))


def test_right_wrong_and_unsure_lines_are_told_apart(tmp_path: Path, catalogue: Catalogue) -> None:
    found = judged(
        tmp_path,
        "text,category,language\ncopy paper A4 80g,copy-paper,en\n复印纸,copy-paper,zh\n"
        "copy paper A4,desktop-computers,en\nqwertz,copy-paper,en\n",
        catalogue,
    )
    assert (found.all.lines, found.all.with_category, found.all.given, found.all.right) == (4, 4, 3, 2)
    assert (found.all.top_1, found.all.precision, found.all.coverage) == (0.5, 0.6667, 0.75)
    assert [(one.name, one.lines) for one in found.languages] == [("en", 3), ("zh", 1)]
    assert [error.line.row for error in found.errors] == [4]


def test_a_code_is_evidence_as_in_a_purchase_file(tmp_path: Path, catalogue: Catalogue) -> None:
    found = judged(tmp_path, "text,code,code_scheme,category\nqwertz,30197643,cpv-2008,copy-paper\n", catalogue)
    assert [(one.name, one.precision) for one in found.by] == [("code", 1.0)]


def test_a_true_code_means_its_categories_and_those_below(tmp_path: Path, catalogue: Catalogue) -> None:
    content = "text,true_code,true_scheme\ncopy paper A4 80g,30197643,cpv-2008\ncopy paper A4 80g,98000000,cpv-2008\n"
    found = judged(tmp_path, content, catalogue)
    assert found.all.right == 1
    assert found.thresholds[0].missed == found.all.with_category - 1


def test_a_given_category_outside_the_catalogue_is_an_error(tmp_path: Path, catalogue: Catalogue) -> None:
    read = read_lines(
        write(tmp_path, "text,true_code,true_scheme\ncopy paper A4 80g,00000000,cpv-2008\n"), catalogue.categories
    )
    assert read.lines[0].true == frozenset()
    found = judge_lines(read.lines, catalogue=catalogue, settings=Settings(), thresholds=(0.5,))
    assert (found.all.with_category, found.all.precision, found.all.top_1) == (0, 0.0, None)


def test_rows_without_a_label_are_counted(tmp_path: Path, catalogue: Catalogue) -> None:
    read = read_lines(write(tmp_path, "text,category\na,\n,copy-paper\nb,copy-paper\n"), catalogue.categories)
    assert (len(read.lines), read.unlabelled) == (1, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,price\na,1\n", "found: text, price"),
        ("category\ncopy-paper\n", "found: category"),
        ("text,category\na,no-such\n", "row 2, column category: category no-such is not known"),
        ("text,true_code,true_scheme\na,1,klingon\n", "row 2, column true_scheme: the scheme klingon is not known"),
        ("text,category\na,\n", "has no labelled line"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(
    tmp_path: Path, catalogue: Catalogue, content: str, message: str
) -> None:
    with pytest.raises(UnusableInputError, match=r"lines\.csv") as caught:
        read_lines(write(tmp_path, content), catalogue.categories)
    assert message in str(caught.value)

from __future__ import annotations

import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tenring.screening.report.spreadsheet import MAX_TEXT, Column, Kind, Workbook, day_number

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, *columns: Column, values: list[list[str | None]]) -> Path:
    """A workbook of one sheet with these columns."""
    with Workbook(path) as workbook:
        workbook.add("Lines").fill_table(columns=columns, batches=[values])
    return path


def test_each_kind_of_cell_reads_back_as_what_it_is(tmp_path: Path) -> None:
    columns = (Column("Buyer"), Column("Amount", Kind.MONEY), Column("Share", Kind.SHARE), Column("Day", Kind.DAY))
    values = [["环州市"], ["-12.50"], ["0.25"], [day_number(date(2020, 2, 29))]]
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", *columns, values=values))["Lines"]
    assert [cell.value for cell in sheet[2]] == ["环州市", -12.5, 0.25, datetime(2020, 2, 29)]  # noqa: DTZ001 - openpyxl's
    assert [cell.number_format for cell in sheet[2]] == ["General", "#,##0.00", "0.0%", "yyyy-mm-dd"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D2"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1"])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.xlsx", Column("Description"), values=[[text]])
    cell = openpyxl.load_workbook(path)["Lines"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_text_comes_back(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.xlsx", Column("Text"), Column("Other"), values=[[text], ["x"]])
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Lines").to_python()
    assert rows[1] == [text, "x"]


def test_signs_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", Column("Text"), values=[["a\x00\x0bb\ud800\uffffc"]])
    assert openpyxl.load_workbook(path)["Lines"]["A2"].value == "abc"


def test_text_longer_than_a_cell_may_be_is_cut_visibly(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", Column("Text"), values=[["x" * 40_000]])
    value = openpyxl.load_workbook(path)["Lines"]["A2"].value
    assert len(value) == MAX_TEXT
    assert value.endswith("…")


def test_rows_of_several_batches_follow_one_another(tmp_path: Path) -> None:
    with Workbook(tmp_path / "a.xlsx") as workbook:
        workbook.add("N").fill_table(columns=[Column("n", Kind.WHOLE)], batches=[[["1", "2"]], [["3", None]], [["5"]]])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["N"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["n", 1, 2, 3, None, 5]


def test_columns_go_on_after_z(tmp_path: Path) -> None:
    columns = [Column(str(number)) for number in range(60)]
    path = write(tmp_path / "a.xlsx", *columns, values=[[str(number)] for number in range(60)])
    assert openpyxl.load_workbook(path)["Lines"]["BH2"].value == "59"


def test_signs_that_a_sheet_name_cannot_have_become_spaces(tmp_path: Path) -> None:
    with Workbook(tmp_path / "a.xlsx") as workbook:
        workbook.add("By [a/b]: <c>").fill_page(widths=[10], rows=[[(Kind.TITLE, "x"), (Kind.WHOLE, "3")]])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["By  a b   <c>"]

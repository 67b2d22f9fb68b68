"""The report as a whole: its files, and that page, workbook, summary and figures say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest
import vl_convert

from screening.report.factory import (
    CONTEXT,
    a_line,
    a_problem,
    an_alternative,
    an_obligation,
    in_chinese,
    write_inputs,
)
from tenring.exceptions import UnusableInputError
from tenring.model.verdict import Verdict
from tenring.screening import drawing
from tenring.screening.report import ReportFiles, write, write_report
from tenring.screening.report.summary import Summary

if TYPE_CHECKING:
    from pathlib import Path

UNMET = "cn/environmental-label-list"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    """A report on a line of every verdict in two currencies, with everything that can be odd."""
    lines = [a_line(verdict, "100.10", currency=currency) for verdict in Verdict for currency in ("CNY", "CNY", "EUR")]
    lines += [
        a_line("green", "7", programme="energy-star", programme_type="energy", register_read=date(2019, 3, 4)),
        a_line("lapsed", "-3.25", valid_from_derived=True, licence_status="suspended", licence_number="CEC-9999"),
        a_line("missed", None, currency=None, description="=cmd|' /C calc'!A0", obligations_unmet=[UNMET]),
        a_line("missed", "900", buyer="<script>alert(1)</script>", supplier=None, obligations_unmet=[UNMET]),
    ]
    obligations = [
        an_obligation(lines[-1]),
        an_obligation(lines[-2]),
        an_obligation(lines[0], met=True),
        an_obligation(
            lines[-1], rule="cn-gd/own", obligation="mandatory", mark="unverified", document="粤财〔2020〕1号"
        ),
    ]
    problems = [
        a_problem(amount=Decimal("12.50")),
        a_problem("unread", column="date", value="31.02.2020", reason="not a date", row=9),
        a_problem(source_file="other.csv", amount=Decimal(5)),
        a_problem("skipped", reason="a total"),
    ]
    folder = write_inputs(
        tmp_path_factory.mktemp("report"),
        lines,
        obligations=obligations,
        alternatives=[an_alternative()],
        problems=problems,
    )
    return write_report(folder, context=CONTEXT)


@pytest.fixture(scope="module")
def page(report: ReportFiles) -> str:
    return report.html.read_text(encoding="utf-8")


def test_the_summary_has_every_total_as_text(report: ReportFiles) -> None:
    summary = json.loads(report.summary.read_text(encoding="utf-8"))
    assert summary["totals"]["green"]["value"] == {"CNY": "207.20", "EUR": "100.10"}
    assert summary["totals"]["all"]["lines"] == 25
    assert summary["totals"]["all"]["unpriced"] == 1
    assert summary["shares"]["green"]["by_lines"]["of_all"]["value"] == "0.16"
    assert [rule["obligation"] for rule in summary["obligations"]] == ["mandatory", "priority"]
    assert summary["missed"][0]["alternatives"][0]["licence_number"] == "CEC-0042"
    assert summary["lapsed"]["suspended"]["value"] == {"CNY": "-3.25"}
    assert summary["cautions"]["stale"]["lines"] == 1
    assert summary["basis"]["matcher"] == "v1"


def test_the_summary_is_what_its_schema_says(report: ReportFiles) -> None:
    assert Summary.model_validate_json(report.summary.read_text(encoding="utf-8")).format == 1


def test_rejected_amounts_have_a_currency_only_where_their_file_has_one(report: ReportFiles) -> None:
    problems = json.loads(report.summary.read_text(encoding="utf-8"))["problems"]
    assert [(p["source_file"], p["with_amount"], p["value"]) for p in problems if p["severity"] == "rejected"] == [
        ("other.csv", 1, None),
        ("purchases.xlsx", 1, None),
    ]


def test_page_workbook_and_summary_say_the_same(report: ReportFiles, page: str) -> None:
    summary = json.loads(report.summary.read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(report.xlsx)["Summary"]
    for measure, total in summary["totals"].items():
        row = next(row for row in sheet.iter_rows(values_only=True) if row[1] == f"total.all.{measure}")
        assert row[2] == total["lines"]
        if measure in list(Verdict):
            assert f'data-figure="total.all.{measure}.CNY">{float(total["value"]["CNY"]):,.2f}<' in page


def test_every_figure_of_the_page_is_in_the_figures(report: ReportFiles, page: str) -> None:
    shown = set(re.findall(r'data-figure="([^"]+)"', page))
    ids = {id_ for (id_,) in duckdb.read_parquet(str(report.figures)).project("figure_id").fetchall()}
    assert len(shown) > 100
    assert shown <= ids


def test_every_link_of_the_page_leads_somewhere_in_it(page: str) -> None:
    links = {link.replace("%3A", ":").replace("%7E", "~") for link in re.findall(r'href="#([^"]+)"', page)}
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert {link for link in links if link.replace("%2F", "/") not in anchors} == set()


def test_a_figure_says_which_lines_are_behind_it(report: ReportFiles) -> None:
    figures = duckdb.read_parquet(str(report.figures))
    ((where,),) = figures.filter("figure_id = 'total.all.lapsed.CNY'").project("lines_where").fetchall()
    assert len(duckdb.read_parquet(str(report.figures.parent / "lines.parquet")).filter(where).fetchall()) == 3


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert not re.findall(r"url\(|@import|<script", page)
    assert "default-src 'none'" in page


def test_input_is_text_on_the_page_never_markup(page: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


class _Outline(HTMLParser):
    """Tags of the page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_can_be_read_without_seeing_it(page: str) -> None:
    outline = _Outline()
    outline.feed(page)
    tags = [tag for tag, _ in outline.found]
    assert {"main", "header", "footer", "nav"} <= set(tags)
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attributes for tag, attributes in outline.found if tag == "th")
    assert all(a.get("aria-label") for _, a in outline.found if a.get("role") == "img")
    ids = [attributes["id"] for _, attributes in outline.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_what_is_unverified_is_called_so(page: str) -> None:
    assert re.search(r"粤财〔2020〕1号<small>unverified", page)
    assert "energy label (unverified)" in page


def test_a_lapsed_certificate_is_shown_with_its_dates(page: str) -> None:
    row = next(row for row in page.split("<tr>") if "CEC-9999" in row)
    for text in ("4 May 2020", "1 Jan 2018 to 31 Dec 2019", "first day derived", "suspended", "-3.25"):
        assert text in row


def test_a_missed_opportunity_names_certified_products(page: str) -> None:
    assert "Bamboo Leaf BL-70 (China Environmental Label, Type I ecolabel, CEC-0042, valid until 31 Dec 2021)" in page


def test_both_denominators_stand_side_by_side_with_their_meaning(page: str) -> None:
    for text in ("by value, in categories with a label", "by value, of everything", "by lines, of everything"):
        assert text in page
    assert "Purchases whose category at least one label covers" in page


def test_the_workbook_holds_every_sheet_and_every_line(report: ReportFiles) -> None:
    workbook = openpyxl.load_workbook(report.xlsx)
    assert workbook.sheetnames == [
        "Summary",
        "By category",
        "By buyer",
        "By supplier",
        "By month",
        "Obligations not met",
        "Lapsed",
        "Missed",
        "Not read or classified",
        "Lines",
    ]
    assert workbook["Lines"].max_row == 26
    assert workbook["Obligations not met"]["A2"].value == "Mandatory"
    assert workbook["Obligations not met"].max_row == 4
    assert all(cell.data_type != "f" for sheet in workbook for row in sheet.iter_rows() for cell in row)


def test_a_snapshot_of_samples_is_called_so_on_top(tmp_path: Path) -> None:
    context = replace(CONTEXT, snapshot=replace(CONTEXT.snapshot, sample=True))
    files = write_report(write_inputs(tmp_path, [a_line()]), context=context)
    page = files.html.read_text(encoding="utf-8")
    assert page.index("Sample data.") < page.index("<main")
    assert openpyxl.load_workbook(files.xlsx)["Summary"]["A2"].value == "Sample data."


def test_a_report_for_chinese_readers_has_chinese_names_and_dates(tmp_path: Path) -> None:
    page = write_report(write_inputs(tmp_path, [a_line()]), context=in_chinese()).html.read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert "复印纸" in page
    assert "2020年5月4日" in page


def test_a_file_without_any_line_still_has_a_report(tmp_path: Path) -> None:
    files = write_report(write_inputs(tmp_path, []), context=CONTEXT)
    assert "not defined" in files.html.read_text(encoding="utf-8")
    assert json.loads(files.summary.read_text(encoding="utf-8"))["totals"]["all"]["lines"] == 0


def test_lines_without_any_amount_are_measured_by_lines(tmp_path: Path) -> None:
    lines = [a_line("green", None, currency=None), a_line("missed", None, currency=None)]
    page = write_report(write_inputs(tmp_path, lines), context=CONTEXT).html.read_text(encoding="utf-8")
    assert "Of 2 lines in categories that a label covers, 50.0% is green; of all 2 lines, 50.0%." in page


def test_the_same_lines_make_the_same_report(tmp_path: Path) -> None:
    lines = [a_line(verdict) for verdict in Verdict]
    first, second = (write_report(write_inputs(tmp_path / name, lines), context=CONTEXT) for name in ("a", "b"))
    assert first.html.read_bytes() == second.html.read_bytes()
    assert first.summary.read_bytes() == second.summary.read_bytes()


def test_a_missing_input_says_what_to_run_first(tmp_path: Path) -> None:
    (write_inputs(tmp_path, [a_line()]) / "problems.parquet").unlink()
    with pytest.raises(UnusableInputError, match=r"needs problems\.parquet.*tenring screen"):
        write_report(tmp_path, context=CONTEXT)


def test_a_workbook_of_more_lines_than_a_sheet_shows_the_largest_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenring.screening.report.workbook.SHEET_ROWS", 5)
    monkeypatch.setattr("tenring.screening.report.workbook.EXTRACT_ROWS", 2)
    lines = [a_line("green", str(amount)) for amount in (30, 10, 60, 20, 50, 40)]
    book = openpyxl.load_workbook(write_report(write_inputs(tmp_path, lines), context=CONTEXT).xlsx)
    header, *rows = book["Lines"].iter_rows(values_only=True)
    assert [row[header.index("Amount")] for row in rows] == [60, 50]
    told = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("at most 2 rows of 6 lines" in cell for cell in told), told


def test_pictures_drawn_by_another_process_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, pages = [], []

    def counted(chart: str) -> str:
        here.append(chart)
        return str(vl_convert.vegalite_to_svg(chart))

    monkeypatch.setattr(drawing, "vl_convert", SimpleNamespace(vegalite_to_svg=counted))
    folder = write_inputs(tmp_path, [a_line(verdict, "100.10") for verdict in Verdict])
    for many_lines, drawn_here in ((10**9, True), (1, False)):
        monkeypatch.setattr(write, "_MANY_LINES", many_lines)
        here.clear()
        pages.append(write_report(folder, context=CONTEXT).html.read_text(encoding="utf-8"))
        assert bool(here) is drawn_here
    assert pages[0] == pages[1]

"""Reading purchase files of every kind, good and bad: what is read, what is left out and why, and that sums agree."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tenring.exceptions import UnusableInputError
from tenring.model.tables import PROBLEMS, PURCHASE_LINES
from tenring.screening.prepare import Prepared, lines_of, prepare
from tenring.screening.read.options import ReadOptions
from tenring.settings import Settings

Row = Sequence[object]


def text_file(folder: Path, content: str, name: str = "lines.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def workbook(folder: Path, *sheets: Sequence[Row], merged: Sequence[str] = (), name: str = "lines.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(list(row))
        for area in merged:
            sheet.merge_cells(area)
    path = folder / name
    book.save(path)
    return path


def run(path: Path, **options: Any) -> Prepared:
    limits = {
        name: options.pop(name)
        for name in ("max_cell_chars", "max_rows", "max_file_bytes", "max_unpacked_bytes")
        if name in options
    }
    settings = Settings(home=path.parent / "home", **limits)
    return prepare([path], settings=settings, out=path.parent / "out", options=ReadOptions(**options))


def lines(path: Path, **options: Any) -> list[dict[str, Any]]:
    return list(lines_of(run(path, **options)))


def problems(prepared: Prepared) -> list[dict[str, Any]]:
    return pq.read_table(prepared.problems).to_pylist()


def understood(prepared: Prepared) -> dict[str, Any]:
    return json.loads(prepared.understood.read_text(encoding="utf-8"))


# ------------------------------------------------------------ good files


def test_a_plain_file_becomes_lines_with_exact_values(tmp_path: Path) -> None:
    header = "Order date,Vendor,Item,Brand,Model,Qty,Amount,Currency\n"
    content = header + '2026-03-05,Maker,Laptop,HP,EliteDesk 800,3,"1,234.56",EUR\n'
    (line,) = lines(text_file(tmp_path, content))
    assert line["line_id"] == "1.2"
    assert (line["date"], line["supplier"], line["description"]) == (date(2026, 3, 5), "Maker", "Laptop")
    assert (line["brand"], line["model"], line["quantity"]) == ("HP", "EliteDesk 800", 3)
    assert (line["amount"], line["currency"], line["repairs"]) == (Decimal("1234.56"), "EUR", [])


def test_the_tables_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Item,Amount\nPaper,1\n,\nTotal,1\n"))
    assert pq.read_schema(prepared.purchases).equals(PURCHASE_LINES)
    assert pq.read_schema(prepared.problems).equals(PROBLEMS)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path: Path, separator: str) -> None:
    content = "\n".join(
        separator.join(row)
        for row in (["Item", "Amount", "Date"], ["Paper", "12.50", "2026-03-01"], ["Pens", "3.20", "2026-03-02"])
    )
    assert [line["amount"] for line in lines(text_file(tmp_path, content))] == [Decimal("12.5"), Decimal("3.2")]


def test_a_quoted_line_break_stays_inside_its_cell(tmp_path: Path) -> None:
    (line,) = lines(text_file(tmp_path, 'Item,Amount\n"Paper\nA4",5\n'))
    assert line["description"] == "Paper A4"


def test_rows_of_unequal_length_are_padded(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Purchases 2026\n\nItem,Amount,Date\nPaper,5\nPens,7,2026-03-01,extra\n"))
    assert [(line["row"], line["amount"]) for line in lines_of(prepared)] == [(4, 5), (5, 7)]
    assert [(one["row"], one["severity"]) for one in problems(prepared)] == [(1, "skipped"), (2, "skipped")]


def test_a_header_states_factor_and_currency_of_all_amounts(tmp_path: Path) -> None:
    content = "采购项目名称,预算金额（万元）,预计采购时间\n台式计算机,12.5,2026年3月\n复印纸,3万元,2026年4月\n"
    first, second = lines(text_file(tmp_path, content))
    assert (first["amount"], first["currency"], first["date"]) == (125_000, "CNY", date(2026, 3, 1))
    assert first["repairs"] == ["only a month given: taken as its first day"]
    assert second["amount"] == 30_000


def test_a_title_above_the_header_states_the_unit(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["2026年采购清单"], ["单位：万元"], ["品名", "数量", "金额"], ["电脑", "3台", 1.5]])
    (line,) = lines(path)
    assert (line["amount"], line["currency"], line["quantity"], line["unit"]) == (15_000, "CNY", 3, "台")


def test_a_column_shows_its_decimal_sign(tmp_path: Path) -> None:
    found = lines(text_file(tmp_path, "Bezeichnung;Betrag\nPapier;1.234\nStifte;12,50\n"))
    assert [line["amount"] for line in found] == [1234, Decimal("12.5")]


def test_an_ambiguous_amount_is_read_by_language_and_that_is_said(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Bezeichnung;Betrag (EUR)\nPapier;1.234\n"))
    assert next(lines_of(prepared))["amount"] == 1234
    decision = understood(prepared)["files"][0]["sheets"][0]["decisions"]["amount decimal sign"]
    assert decision == {"decided": ",", "evidence": "no number tells; a comma is usual in this language"}


def test_dates_with_two_readings_stay_unread_until_the_user_decides(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Item,Amount,Order date\nPaper,5,5/3/2026\n")
    prepared = run(path)
    assert next(lines_of(prepared))["date"] is None
    assert [(one["column"], one["value"]) for one in problems(prepared)] == [("Order date", "5/3/2026")]
    assert lines(path, date_order="month")[0]["date"] == date(2026, 5, 3)


def test_a_dollar_is_not_taken_for_any_dollar(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Item,Amount\nPaper,$5.00\nPens,US$7.00\n")
    assert [line["currency"] for line in lines(path)] == [None, "USD"]
    assert [line["currency"] for line in lines(path, currency="AUD")] == ["AUD", "USD"]


def test_unit_price_times_quantity_makes_an_amount_where_none_is_stated(tmp_path: Path) -> None:
    (line,) = lines(text_file(tmp_path, "Item,Unit price,Qty\nPaper,4.35,3\n"))
    assert (line["amount"], line["repairs"]) == (Decimal("13.05"), ["amount = unit price × quantity"])


def test_the_date_given_by_the_user_stands_in_and_is_noted(tmp_path: Path) -> None:
    (line,) = lines(text_file(tmp_path, "Item,Amount\nPaper,5\n"), on=date(2026, 3, 1))
    assert (line["date"], line["repairs"]) == (date(2026, 3, 1), ["no date: the one given was taken"])


def test_chinese_codes_carry_their_edition_or_none(tmp_path: Path) -> None:
    def schemes(*codes: str, **options: Any) -> set[str | None]:
        content = "品名,品目编码,金额\n" + "".join(f"物品,{code},5\n" for code in codes)
        return {line["code_scheme"] for line in lines(text_file(tmp_path, content), **options)}

    assert schemes("A02010104", "A0206180203") == {"cn-2013"}
    assert schemes("A02010104", "A05040100") == {"cn-2022"}
    assert schemes("A02010104") == {None}
    assert schemes("A02010104", code_scheme="cn-2022") == {"cn-2022"}


def test_a_gtin_is_checked_and_kept_as_fourteen_digits(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Item,EAN,Amount\nPaper,4006381333931,5\nPens,4006381333932,6\n"))
    assert [line["gtin"] for line in lines_of(prepared)] == ["04006381333931", None]
    assert problems(prepared)[0]["reason"] == "the check digit of the GTIN is wrong"


def test_the_users_columns_win(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Item,Amount,Paid\nPaper,5,7\n")
    assert lines(path, columns={"amount": "Paid"})[0]["amount"] == 7


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    table = pa.table(
        {"Item": ["Paper"], "Amount": pa.array([Decimal("12.345678")]), "Date": pa.array([date(2026, 3, 1)])}
    )
    pq.write_table(table, tmp_path / "lines.parquet")
    (line,) = lines(tmp_path / "lines.parquet")
    assert (line["amount"], line["date"]) == (Decimal("12.345678"), date(2026, 3, 1))


def test_json_numbers_are_exact_and_lines_of_json_work(tmp_path: Path) -> None:
    objects = ['{"item": "Paper", "amount": 0.1}', '{"item": "Pens", "amount": 1.234}']
    for content in (f"[{','.join(objects)}]", f'{{"source": "x", "rows": [{",".join(objects)}]}}', "\n".join(objects)):
        assert [line["amount"] for line in lines(text_file(tmp_path, content, "lines.json"))] == [
            Decimal("0.1"),
            Decimal("1.234"),
        ]


def test_several_sheets_and_files_give_unique_line_ids(tmp_path: Path) -> None:
    rows = [["Item", "Amount"], ["Paper", 5]]
    first = workbook(tmp_path, rows, rows)
    second = text_file(tmp_path, "Item,Amount\nPens,7\n")
    prepared = prepare([first, second], settings=Settings(home=tmp_path), out=tmp_path / "out")
    assert [line["line_id"] for line in lines_of(prepared)] == ["1.1.2", "1.2.2", "2.2"]


# ------------------------------------------------------------ awkward and bad files


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"  \n\n"])
def test_an_empty_file_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableInputError, match=r"empty\.csv: the file is empty"):
        run(path)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="there is no such file"):
        run(tmp_path / "nowhere.csv")


def test_a_wrong_encoding_names_the_byte(tmp_path: Path) -> None:
    path = text_file(tmp_path, "品名,金额\n纸,5\n", encoding="gb18030")
    assert lines(path)[0]["description"] == "纸"
    with pytest.raises(UnusableInputError, match="the byte at offset 2 does not fit"):
        run(path, encoding="utf-8")


def test_merged_cells_are_filled_down_but_amounts_stand_once(tmp_path: Path) -> None:
    rows = [["Buyer", "Item", "Amount"], ["City", "Paper", 100], [None, "Pens", None], [None, "Ink", None]]
    found = lines(workbook(tmp_path, rows, merged=["A2:A4", "C2:C4"]))
    assert [(line["buyer"], line["amount"]) for line in found] == [("City", 100), ("City", None), ("City", None)]


def test_two_header_rows_are_read_together(tmp_path: Path) -> None:
    rows = [
        ["序号", "采购内容", None, "金额（元）", None],
        [None, "名称", "型号", "单价", "总价"],
        [1, "电脑", "X1", 10, 30],
    ]
    (line,) = lines(workbook(tmp_path, rows, merged=["B1:C1", "D1:E1", "A1:A2"]))
    assert (line["description"], line["model"], line["amount"], line["currency"]) == ("电脑", "X1", 30, "CNY")


def test_rows_of_totals_are_told_and_not_counted(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Item,Amount,Currency\nPaper,5,EUR\nPens,7,EUR\nTotal,12,EUR\n"))
    assert (prepared.counts.lines, prepared.counts.skipped) == (2, 1)
    assert prepared.sums.raw == {"EUR": 24}
    assert prepared.sums.skipped == {"EUR": 12}
    assert problems(prepared)[0]["amount"] == 12


def test_a_supplier_called_total_is_no_total(tmp_path: Path) -> None:
    (line,) = lines(text_file(tmp_path, "Supplier,Item,Date,Amount\nTotal,Diesel,2026-03-01,5\n"))
    assert line["supplier"] == "Total"


def test_a_header_in_the_middle_is_skipped_and_a_new_layout_followed(tmp_path: Path) -> None:
    rows = [
        ["Item", "Amount", "Date"],
        ["Paper", 5, "2026-03-01"],
        ["Item", "Amount", "Date"],
        ["Pens", 7, "2026-03-02"],
    ]
    rows += [["Order date", "Item description", "Total amount"], ["2026-03-03", "Ink", 9]]
    found = lines(workbook(tmp_path, rows))
    assert [(line["description"], line["amount"]) for line in found] == [("Paper", 5), ("Pens", 7), ("Ink", 9)]


def test_a_formula_is_never_evaluated(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Item", "Amount"], ["Paper", "=2+3"], ["=cmd|'/C calc'!A0", 7]])
    prepared = run(path)
    assert [(line["description"], line["amount"]) for line in lines_of(prepared)] == [("Paper", None), (None, 7)]
    assert {(one["row"], one["column"], one["reason"]) for one in problems(prepared)} == {
        (2, "Amount", "a formula that was never calculated; formulas are not evaluated"),
        (3, "Item", "a formula that was never calculated; formulas are not evaluated"),
    }


def test_the_calculated_value_of_a_formula_is_used_and_noted(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Item", "Amount"], ["Paper", "=2+3"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(
                name, part.replace(b"<v></v>", b"<v>5</v>").replace(b"<v />", b"<v>5</v>").replace(b"<v/>", b"<v>5</v>")
            )
    (line,) = lines(path)
    assert (line["amount"], line["repairs"]) == (5, ["Amount: value of a formula as last calculated"])


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    with pytest.raises(UnusableInputError, match="zip bomb"):
        run(path)
    with pytest.raises(UnusableInputError, match="unpacks to"):
        run(path, max_unpacked_bytes=1 << 20)


def test_a_sheet_spanning_everything_is_not_held_in_memory(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Item", "Amount"], ["Paper", 5]])
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(UnusableInputError, match=r"spans 1,048,576 rows and 16,384 columns"):
        run(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Item", "Amount"], ["Paper", 5]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, b'<!DOCTYPE x [<!ENTITY a "b">]>' + part if "sheet1" in name else part)
    with pytest.raises(UnusableInputError, match="document type or entities"):
        run(path)


def test_other_archives_and_documents_are_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lines.csv", "Item,Amount\n")
    with pytest.raises(UnusableInputError, match="a ZIP archive, not a workbook"):
        run(path)
    for content, message in (
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old or password-protected"),
        (b"<html>", "web page"),
    ):
        path.write_bytes(content)
        with pytest.raises(UnusableInputError, match=message):
            run(path)


def test_a_damaged_workbook_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Item", "Amount"], ["Paper", 5]])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UnusableInputError, match="damaged"):
        run(path)


def test_a_cell_of_ten_megabytes_is_cut_and_told(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, f'Item,Amount\n"{"x" * 10_000_000}",5\n'))
    assert len(next(lines_of(prepared))["description"]) == Settings().max_cell_chars
    assert problems(prepared)[0]["reason"] == "cut: the cell has 10,000,000 characters"


def test_missing_columns_tell_which_were_found_and_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"Columns found: Foo, Bar.*--column description="):
        run(text_file(tmp_path, "Foo,Bar\n1,2\n"))
    with pytest.raises(UnusableInputError, match=r"no column Baz for amount. Columns found: Item, Bar"):
        run(text_file(tmp_path, "Item,Bar\nPaper,2\n"), columns={"amount": "Baz"})
    with pytest.raises(UnusableInputError, match="price is not a field"):
        ReadOptions(columns={"price": "Bar"})


def test_negative_amounts_are_kept_as_refunds(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Item,Amount,Currency\nPaper,5,EUR\nPaper back,(2.50),EUR\n"))
    assert [line["amount"] for line in lines_of(prepared)] == [5, Decimal("-2.5")]
    assert prepared.sums.lines == {"EUR": Decimal("2.5")}


def test_rows_that_say_nothing_are_rejected_with_their_cells(tmp_path: Path) -> None:
    path = text_file(
        tmp_path, "Date,Supplier,Buyer,Item,Amount\n2026-03-01,Maker,City,Paper,5\n2026-03-01,=1+1,City,,\n"
    )
    prepared = run(path)
    assert prepared.counts.rejected == 1
    with prepared.problems_csv.open(encoding="utf-8-sig", newline="") as stream:
        header, row = csv.reader(stream)
    assert header == ["File", "Sheet", "Row in file", "Reason", "Date", "Supplier", "Buyer", "Item", "Amount"]
    assert row == ["lines.csv", "", "3", "nothing says what was bought", "2026-03-01", "'=1+1", "City", "", ""]


def test_an_unclosed_quote_does_not_swallow_the_file_in_silence(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, 'Item,Amount\nPaper,5\n"Pens,7\nInk,9\n'))
    assert prepared.counts.read == 3


def test_too_many_rows_and_too_large_files_are_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Item,Amount\n" + "Paper,5\n" * 20)
    with pytest.raises(UnusableInputError, match="21 rows, more than the limit of 10"):
        run(path, max_rows=10)
    with pytest.raises(UnusableInputError, match="more than the limit of 50"):
        run(path, max_file_bytes=50)


def test_deep_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="nested too deeply"):
        run(text_file(tmp_path, "[" * 100_000, "deep.json"))


def test_a_million_lines_are_read_and_add_up(tmp_path: Path) -> None:
    block = "".join(f"2026-03-{day:02},Item {day},{day}.25,EUR\n" for day in range(1, 26))
    path = tmp_path / "million.csv"
    path.write_text("Date,Item,Amount,Currency\n" + block * 40_000)
    prepared = run(path)
    assert prepared.counts.lines == 1_000_000
    assert prepared.sums.lines == {"EUR": Decimal("331.25") * 40_000}


def test_old_results_stay_when_a_new_reading_fails(tmp_path: Path) -> None:
    prepared = run(text_file(tmp_path, "Item,Amount\nPaper,5\n"))
    before = prepared.purchases.read_bytes()
    with pytest.raises(UnusableInputError):
        run(text_file(tmp_path, "Foo,Bar\n1,2\n"))
    assert prepared.purchases.read_bytes() == before


# ------------------------------------------------------------ real files


NO_CURRENCY = "TEST"
"""One Mexican file has this in its currency column."""


def csv_sum(path: Path, amount: str, currency: str | None) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row[amount]:
                key = row[currency].replace(NO_CURRENCY, "") if currency else ""
                totals[key] = totals.get(key, Decimal(0)) + Decimal(row[amount])
    return totals


def real(path: Path, tmp_path: Path) -> Prepared:
    return prepare([path], settings=Settings(home=tmp_path), out=tmp_path / "out")


def test_australian_contracts_add_up_with_the_file(data: Path, tmp_path: Path) -> None:
    path = data / "purchases/lines/au_act_contracts/data/act_contracts_2025.csv"
    prepared = real(path, tmp_path)
    assert prepared.sums.lines == csv_sum(path, "amount", None)
    first = next(lines_of(prepared))
    assert first["description"] == "Belconnen High School Year 9 Camp 2026 Jindabyne"
    assert (first["amount"], first["date"], first["supplier"]) == (58665, date(2025, 9, 15), "Office of Sport")


def test_mexican_contracts_add_up_with_the_file(data: Path, tmp_path: Path) -> None:
    for path in sorted((data / "purchases/lines/mex_compranet").rglob("*.csv")):
        prepared = real(path, tmp_path)
        assert prepared.sums.raw == prepared.sums.lines == csv_sum(path, "IMPORTE_CONTRATO", "MONEDA")


def test_chinese_intentions_add_up_and_repeated_rows_are_not_counted(data: Path, tmp_path: Path) -> None:
    folder = data / "purchases/lines/cn_shandong_intentions"
    tidy = real(folder / "output_8214d9f9-a3f4-4ad5-a3a3-196fe8cd2e66.xlsx", tmp_path)
    rows = list(openpyxl.load_workbook(folder / "output_8214d9f9-a3f4-4ad5-a3a3-196fe8cd2e66.xlsx").active.values)
    assert tidy.sums.lines == {"CNY": sum(Decimal(row[9]) for row in rows[1:]) * 10_000}
    messy = real(folder / "output_c2b32c35-8fb6-45c5-9529-5085a95634fa.xlsx", tmp_path)
    assert messy.sums.lines == tidy.sums.lines
    assert messy.counts.rejected == 21
    assert "repeats row 3" in problems(messy)[0]["reason"]


def test_chinese_intentions_with_headers_in_the_middle_add_up(data: Path, tmp_path: Path) -> None:
    path = data / "purchases/lines/cn_shandong_intentions/output_64fb32ff-2923-4ca1-bd54-7380223f9efd.xlsx"
    prepared = real(path, tmp_path)
    amounts = [row[6] for row in openpyxl.load_workbook(path).active.values]
    assert prepared.sums.lines == {"": sum(Decimal(text) for text in amounts if text and text[0].isdigit())}
    line = next(lines_of(prepared))
    assert (line["row"], line["amount"], line["date"], line["buyer"]) == (10, 690, date(2026, 6, 1), "临沂大学")


def test_chinese_notices_add_up_with_the_file(data: Path, tmp_path: Path) -> None:
    for path in sorted((data / "purchases/lines/cn_telecom_notices").glob("*.json")):
        prepared = real(path, tmp_path)
        budgets = [one.get("budget") or "" for one in json.loads(path.read_text(encoding="utf-8"))["notices"]]
        total = Decimal(0)
        for text in budgets:
            if text.endswith("元") and text.count(".") <= 1:  # one cell holds two amounts run together
                factor = 10_000 if "万" in text else 1
                total += Decimal(text.rstrip("元").rstrip("万").replace(",", "")) * factor
        assert prepared.sums.lines == {"CNY": total}
        assert prepared.counts.lines == len(budgets)


def test_indian_awards_in_a_flattened_workbook_add_up_with_the_file(data: Path, tmp_path: Path) -> None:
    (path,) = (data / "purchases/lines/in_hp_health_ocds").glob("*.xlsx")
    prepared = real(path, tmp_path)
    totals: dict[str, Decimal] = {}
    with contextlib.closing(openpyxl.load_workbook(path, read_only=True)) as book:
        for row in book["awards"].iter_rows(min_row=2, values_only=True):
            if row[0] and row[10] is not None:
                totals[row[9]] = totals.get(row[9], Decimal(0)) + Decimal(repr(row[10]))
    assert prepared.sums.lines == totals
    assert prepared.counts.lines == 4211


def test_files_without_amounts_are_read_whole(data: Path, tmp_path: Path) -> None:
    titles = real(data / "purchases/lines/ted_titles_cpv.csv", tmp_path)
    assert titles.counts.lines == 9535
    first = next(lines_of(titles))
    assert (first["code"], first["code_scheme"], first["date"]) == ("45215100", "cpv-2008", date(2021, 1, 4))
    austin = real(data / "purchases/lines/austin_lines_naics.csv", tmp_path)
    assert austin.counts.lines == 3133
    assert (next(lines_of(austin))["description"], next(lines_of(austin))["code_scheme"]) == (
        "NIPPLE BRASS 2 X 8 IN",
        "naics",
    )


def test_a_real_record_package_adds_up_with_its_contracts(data: Path, tmp_path: Path) -> None:
    path = data / "purchases/ocds/paraguay_155220_record_package.json"
    prepared = real(path, tmp_path)
    contracts = json.loads(path.read_text(encoding="utf-8"))["records"][0]["compiledRelease"]["contracts"]
    items = [
        Decimal(str(i["quantity"])) * Decimal(str(i["unit"]["value"]["amount"])) for c in contracts for i in c["items"]
    ]
    assert prepared.sums.lines == {"PYG": sum(items)}
    award = json.loads(path.read_text(encoding="utf-8"))["records"][0]["compiledRelease"]["awards"][0]["value"][
        "amount"
    ]
    assert prepared.sums.lines == {"PYG": Decimal(str(award))}
    line = next(lines_of(prepared))
    assert (line["description"], line["amount"], line["code"]) == ("Tiras Reactivas de Orina", 1_707_000, "41113035")


@pytest.mark.parametrize("stage", ["02-tender", "04-award", "05-contract", "06-implementation"])
def test_official_flattened_examples_give_the_value_of_their_stage(data: Path, tmp_path: Path, stage: str) -> None:
    (path,) = (data / "purchases/ocds/fictional_official/fictional-example/flattened").glob(f"*{stage}.xlsx")
    assert real(path, tmp_path).sums.lines == {"GBP": 1_100_000 if stage == "02-tender" else 11_000_000}


def test_the_official_release_package_is_counted_once(data: Path, tmp_path: Path) -> None:
    (path,) = (data / "purchases/ocds/fictional_official").rglob("ocds-213czf-000-00001.json")
    prepared = real(path, tmp_path)
    assert prepared.sums.lines == {"GBP": 11_000_000}
    assert understood(prepared)["files"][0]["stages"] == {"contract": 1}


def test_philippine_releases_add_up_with_the_package(data: Path, tmp_path: Path) -> None:
    path = data / "purchases/ocds/philgeps_examples/poc_etl/release_package.json"
    total = Decimal(0)
    for release in json.loads(path.read_text(encoding="utf-8"))["releases"]:
        contracted = {one["awardID"] for one in release.get("contracts", [])}
        total += sum(Decimal(str(one["value"]["amount"])) for one in release.get("contracts", []))
        total += sum(
            Decimal(str(one["value"]["amount"])) for one in release.get("awards", []) if one["id"] not in contracted
        )
    assert real(path, tmp_path).sums.lines == {"PHP": total}


def payable(path: Path) -> dict[str, Decimal]:
    """Sum of all values of tenders (BT-720) in an award notice, by plain text search."""
    totals: dict[str, Decimal] = {}
    for piece in path.read_text(encoding="utf-8").split("<cbc:PayableAmount ")[1:]:
        currency, amount = piece.split('"')[1], piece.split(">")[1].split("<")[0]
        totals[currency] = totals.get(currency, Decimal(0)) + Decimal(amount)
    return totals


def test_official_eforms_examples_are_read_and_award_values_add_up(data: Path, tmp_path: Path) -> None:
    paths = sorted((data / "purchases/eforms_sdk/examples/notices").glob("*.xml"))
    prepared = prepare(paths, settings=Settings(home=tmp_path), out=tmp_path / "out")
    assert len(paths) == 92
    assert sum(1 for one in prepared.files if one.counts.lines) == 78
    for path, one in zip(paths, prepared.files, strict=True):
        assert one.sums.reconciled
        if expected := payable(path):
            assert one.sums.lines == expected, path.name


def test_an_eforms_award_names_buyer_winner_code_and_date(data: Path, tmp_path: Path) -> None:
    prepared = real(data / "purchases/eforms_sdk/examples/notices/can_24_maximal.xml", tmp_path)
    line = next(line for line in lines_of(prepared) if line["supplier"] == "Competitor")
    assert (line["amount"], line["currency"], line["date"]) == (Decimal("9999999.99"), "EUR", date(2023, 3, 24))
    assert line["code_scheme"] == "cpv-2008"


def test_every_lot_of_a_large_contract_notice_is_a_line(data: Path, tmp_path: Path) -> None:
    prepared = real(data / "purchases/eforms_sdk/examples/notices/cn_24_maximal_100_lots.xml", tmp_path)
    assert prepared.counts.lines == 100
    assert "estimate of the tender, not yet bought" in next(lines_of(prepared))["repairs"]


def test_a_whole_file_written_back_is_read_back_the_same(tmp_path: Path) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["Item", "Amount", "Currency", "Date"])
    writer.writerows([f"Item {n}", f"{Decimal(n) / 7:.6f}", "EUR", f"2026-01-{n % 28 + 1:02}"] for n in range(1, 200))
    prepared = run(text_file(tmp_path, stream.getvalue()))
    assert prepared.sums.lines == {"EUR": sum(Decimal(f"{Decimal(n) / 7:.6f}") for n in range(1, 200))}

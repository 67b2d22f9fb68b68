from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from register.toy import HEADER, REGISTER, Toy, pen
from tenring.catalogue.properties import load_properties
from tenring.exceptions import CatalogueError, RegisterError
from tenring.model.licence import ModelName
from tenring.register.adapter import Row, load_adapter
from tenring.register.definition import load_registers
from tenring.register.files import Limits
from tenring.register.read import FileReading, Reader


def read(toy: Toy, path: Path, *, max_rows: int = 1000, max_bytes: int = 10**6) -> FileReading:
    register = load_registers(toy.settings.catalog)["toy"]
    properties = load_properties(toy.settings.catalog)
    limits = Limits(max_bytes, max_rows)
    return Reader(register, register.lists["pens"], load_adapter(register.folder), properties, limits).read(path)


def reasons(reading: FileReading) -> list[tuple[int, str | None, str]]:
    return [(row.row, row.column, row.reason) for row in reading.rejected]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy.make(tmp_path)


def test_a_row_becomes_a_licence(toy: Toy) -> None:
    row = pen("7", Model="A*;B#", GTIN="195133146203", From="2020-01-31", Until="2025-01-30", Energy="12.50")
    (entry,) = read(toy, toy.write("pens.csv", row)).entries
    licence = entry.licence
    assert entry.row == 2
    assert (licence.key, licence.brand, licence.category) == ("7", "Inkling", "pens")
    assert licence.models == (ModelName("A*"), ModelName("B#"))
    assert licence.gtins == ("00195133146203",)
    assert (licence.valid_from, licence.valid_until) == (date(2020, 1, 31), date(2025, 1, 30))
    assert licence.properties[0].value == Decimal("12.5")
    assert licence.properties[0].unit == "kWh/year"


def test_a_bad_cell_is_a_problem_and_the_row_is_published(toy: Toy) -> None:
    reading = read(toy, toy.write("pens.csv", pen("7", GTIN="195133146204;195133146203", Energy="much")))
    assert [(p.row, p.cell.column, p.cell.value) for p in reading.problems] == [
        (2, "GTIN", "195133146204"),
        (2, "Energy", "much"),
    ]
    assert reading.entries[0].licence.gtins == ("00195133146203",)


def test_a_row_that_cannot_be_trusted_is_rejected_with_its_reason(toy: Toy) -> None:
    path = toy.write(
        "pens.csv",
        pen(""),
        pen("2", From="31.12.2020"),
        pen("3", Until="never"),
        pen("4", Status="Unheard-of"),
        "5,too,few",
        pen("6") + ",one,too many",
        pen("7"),
    )
    reading = read(toy, path)
    assert [number for number, *_ in reasons(reading)] == [2, 3, 4, 5, 6, 7]
    assert [column for _, column, _ in reasons(reading)] == ["Number", "From", "Until", "Status", None, None]
    assert "has 3 cells, the header 10" in reading.rejected[4].reason
    assert reading.rejected[1].cells["From"] == "31.12.2020"
    assert reading.rows == len(reading.entries) + reading.merged + len(reading.rejected) == 7


def test_an_exact_repeat_is_merged_and_a_contradiction_rejected(toy: Toy) -> None:
    reading = read(toy, toy.write("pens.csv", pen("1"), pen("1"), pen("1", Model="Other")))
    assert (len(reading.entries), reading.merged) == (1, 1)
    assert reasons(reading)[0][0] == 4
    assert "row 2 has the same key" in reading.rejected[0].reason


def test_rows_of_one_licence_are_united_where_the_register_says_so(tmp_path: Path) -> None:
    toy = Toy.make(tmp_path, REGISTER.replace("  number: Number", "  number: Number\n  same_key: unite"))
    reading = read(toy, toy.write("pens.csv", pen("1"), pen("1", Model="Other"), pen("1", Brand="Else")))
    assert reading.entries[0].licence.models == (ModelName("M-1"), ModelName("Other"))
    assert (reading.merged, len(reading.rejected)) == (1, 1)


def test_a_quoted_line_break_is_one_row_of_the_spreadsheet(toy: Toy) -> None:
    path = toy.write("pens.csv", '1,"Ink\nling",M,,,,,,,', "", pen("2", Energy="?"))
    reading = read(toy, path)
    assert reading.entries[0].licence.brand == "Ink ling"
    assert reading.problems[0].row == 4


def test_a_file_with_only_a_header_is_fine(toy: Toy) -> None:
    reading = read(toy, toy.write("pens.csv"))
    assert (reading.rows, reading.entries) == (0, ())


def test_columns_are_found_however_they_are_written(toy: Toy) -> None:
    header = HEADER.replace("Number", "\ufeff NUMBER ").replace("Brand", "brand")
    assert read(toy, toy.write("pens.csv", pen("7"), header=header)).entries[0].licence.brand == "Inkling"


def test_a_missing_column_names_itself_and_what_is_there(toy: Toy) -> None:
    path = toy.write("pens.csv", "x", header="Nummer")
    with pytest.raises(RegisterError, match=r"pens.csv, column Number: the column Number is missing; .* Nummer"):
        read(toy, path)


def test_a_wrong_encoding_is_named(toy: Toy) -> None:
    path = toy.source / "pens.csv"
    path.write_bytes((HEADER + "\n" + pen("1", Brand="Füller")).encode("latin-1"))
    with pytest.raises(RegisterError, match="none of the encodings of its register"):
        read(toy, path)
    path.write_bytes((HEADER + "\n" + pen("1")).encode("utf-16-le"))
    with pytest.raises(RegisterError, match="NUL characters"):
        read(toy, path)


def test_another_encoding_is_read_when_the_register_declares_it(tmp_path: Path) -> None:
    toy = Toy.make(tmp_path, REGISTER.replace("{format: csv,", "{format: csv, encodings: [utf-8, gb18030],"))
    path = toy.source / "pens.csv"
    path.write_bytes((HEADER + "\n" + pen("1", Brand="英雄")).encode("gb18030"))
    assert read(toy, path).entries[0].licence.brand == "英雄"


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        ("", {}, "not even a header"),
        (HEADER + "\n" + pen("1") + "\n" + pen("2"), {"max_rows": 1}, "more than the limit of 1"),
        (HEADER + "\n" + pen("1"), {"max_bytes": 10}, "more than the limit of 10"),
        (HEADER + "\n" + pen("1", Brand="x" * 200_000), {}, "row 2: the row cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(toy: Toy, content: str, limits: dict[str, int], message: str) -> None:
    path = toy.source / "pens.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RegisterError, match=message):
        read(toy, path, **limits)


def test_json_and_ndjson_are_read_like_csv(toy: Toy) -> None:
    entries = [
        {"number": 7, "brand": "Inkling", "model": ["A", "B"], "from": "2020-01-31", "energy": 12.5},
        {"number": 8, "status": None},
    ]
    as_json, as_lines = toy.source / "pens.json", toy.source / "pens.ndjson"
    as_json.write_text(json.dumps(entries), encoding="utf-8")
    as_lines.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    one, other = read(toy, as_json), read(toy, as_lines)
    assert one.entries == other.entries
    assert [model.text for model in one.entries[0].licence.models] == ["A", "B"]
    assert one.entries[0].licence.properties[0].value == Decimal("12.5")


@pytest.mark.parametrize("content", ['{"error": true}', "[1, 2]", "[{", "<html>"])
def test_json_that_is_no_list_of_entries_is_refused(toy: Toy, content: str) -> None:
    path = toy.source / "pens.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RegisterError, match=r"pens\.json"):
        read(toy, path)


def test_an_adapter_may_reject_drop_and_amend(toy: Toy) -> None:
    folder = toy.settings.catalog / "registers" / "nz" / "toy"
    (folder / "adapter.py").write_text(
        "from dataclasses import replace\n"
        "from tenring.register.adapter import RowRejected\n"
        "def amend(row, licence):\n"
        "    if row.cell('brand') == 'Bad':\n"
        "        raise RowRejected('a bad brand', column='Brand', value='Bad')\n"
        "    return None if row.cell('Brand') == 'Total' else replace(licence, name='amended')\n",
        encoding="utf-8",
    )
    reading = read(toy, toy.write("pens.csv", pen("1"), pen("2", Brand="Bad"), pen("3", Brand="Total")))
    assert reading.entries[0].licence.name == "amended"
    assert reasons(reading) == [(3, "Brand", "a bad brand"), (4, None, "the row is not a licence")]


def test_a_property_that_the_catalogue_does_not_know_is_refused(toy: Toy) -> None:
    (toy.settings.catalog / "properties.yml").write_text("properties: {}", encoding="utf-8")
    with pytest.raises(CatalogueError, match="annual_energy_use"):
        read(toy, toy.write("pens.csv", pen("1", Energy="1")))


def test_a_cell_is_found_by_a_name_written_otherwise() -> None:
    row = Row(2, {"Date Certified": " 2020 ", "empty": ""})
    assert row.cell("date_certified") == "2020"
    assert row.cell("empty", "Date Certified") == "2020"
    assert row.cell("nowhere") == ""

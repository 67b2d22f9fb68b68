"""The bundled samples are what their makers make, everything in them is marked, and they cover what they should."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from register.samples import CATALOG, SAMPLES
from tenring.register.build import BuildResult, build
from tenring.settings import Settings

FOLDER = CATALOG / "samples"
MAKER = FOLDER / "make_samples.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    return build(Settings(home=tmp_path_factory.mktemp("home")), source=SAMPLES, index=lambda _: None)


def ask(built: BuildResult, query: str) -> list[tuple[object, ...]]:
    with built.snapshot.connect() as db:
        return db.execute(query).fetchall()


def expected() -> list[dict[str, str]]:
    with (FOLDER / "purchases_expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def made(folder: Path) -> dict[str, bytes]:
    """The files of the samples: registers, purchases and what is expected of them."""
    files = [*(folder / "registers").rglob("*.*"), *folder.glob("purchases*")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.is_file()}


def test_making_them_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", MAKER, tmp_path], check=True)  # noqa: S603 - our own script
    assert made(tmp_path) == made(FOLDER)


def test_every_row_is_read(built: BuildResult) -> None:
    assert built.unknown_files == ()
    assert (built.rejected, sum(report.rejected for report in built.lists)) == (0, 0)
    assert built.snapshot.manifest.sample
    assert built.snapshot.manifest.totals["licences"] == 2012


def test_they_cover_programmes_languages_categories_and_states(built: BuildResult) -> None:
    programmes = {row[0] for row in ask(built, "SELECT DISTINCT programme FROM licences")}
    assert programmes == {
        "china-energy-conservation",
        "china-environmental-label",
        "eco-mark",
        "energy-star",
        "eu-ecolabel",
        "gems",
        "korea-eco-label",
        "taiwan-green-mark",
    }
    ((categories,),) = ask(built, "SELECT count(DISTINCT category) FROM licences")
    assert categories == 71
    states = {row[0] for row in ask(built, "SELECT DISTINCT status FROM statuses")}
    assert states == {"not_begun", "active", "suspended", "withdrawn", "superseded", "expired", "delisted"}
    kinds = {row[0] for row in ask(built, "SELECT DISTINCT kind FROM models")}
    assert kinds == {"model", "additional", "family", "name"}
    ((wildcards,),) = ask(built, "SELECT count(*) FROM models WHERE model LIKE '%*%' OR model LIKE '%#%'")
    assert wildcards == 107


def test_every_licence_is_marked_as_a_sample(built: BuildResult) -> None:
    assert ask(built, "SELECT number FROM licences WHERE number NOT LIKE '%SAMPLE-%'") == []
    assert all("sample" in path.name for path in SAMPLES.rglob("*.*"))


def test_gtins_are_in_the_range_kept_for_use_inside_a_company(built: BuildResult) -> None:
    ((found, restricted),) = ask(
        built, "SELECT count(*), count(*) FILTER (ltrim(gtin, '0') LIKE '2%' AND gtin LIKE '0%') FROM gtins"
    )
    assert found == restricted == 445


def test_every_expected_row_stands_in_the_purchases() -> None:
    book = CalamineWorkbook.from_path(FOLDER / "purchases.xlsx")
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert [len(rows[name]) for name in ("采购明细", "English", "繁體")] == [372, 110, 34]
    assert all(any(rows[row["sheet"]][int(row["row"]) - 1]) for row in expected())


def test_the_total_in_the_workbook_is_the_sum_of_its_lines() -> None:
    book = CalamineWorkbook.from_path(FOLDER / "purchases.xlsx")
    rows = book.get_sheet_by_name("采购明细").to_python()
    written = {"12.5万元": 125000, "1,234.50": 1234.5, "￥3,200.00": 3200, "０．８６万元": 8600}
    amounts = [row[10] for row in rows[4:-2] if isinstance(row[0], float)]
    assert sum(written[a] if isinstance(a, str) else a for a in amounts) == pytest.approx(rows[-2][10])


def test_the_expected_verdicts_follow_from_the_licences(built: BuildResult) -> None:
    """Green ones are active on their day, lapsed ones are not."""
    days = purchase_days()
    for row in expected():
        if not row["licence_number"]:
            continue
        day = days[(row["sheet"], int(row["row"]))]
        query = (
            f"SELECT status FROM statuses JOIN licences USING (licence_id) WHERE number = '{row['licence_number']}' "
            f"AND coalesce(from_date <= DATE '{day}', true) AND coalesce(DATE '{day}' < until_date, true)"
        )
        ((status,),) = ask(built, query)
        assert (status == "active") == (row["verdict"] == "green"), row


def purchase_days() -> dict[tuple[str, int], date]:
    """Sheet and row -> the day, where the cell is a real date or one of the plain texts."""
    book = CalamineWorkbook.from_path(FOLDER / "purchases.xlsx")
    column = {"采购明细": 12, "English": 9, "繁體": 8}
    days = {}
    for name, index in column.items():
        for number, row in enumerate(book.get_sheet_by_name(name).to_python(), start=1):
            if len(row) > index and (day := as_day(row[index])):
                days[(name, number)] = day
    return days


def as_day(cell: object) -> date | None:
    if isinstance(cell, date):
        return cell
    text = str(cell).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    parts = text.strip("-").split("-")
    if len(parts) in {2, 3} and all(part.isdigit() for part in parts):
        return date(*(int(part) for part in (*parts, "1")[:3]))
    months = {"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10}
    words = str(cell).split(" ")
    if len(words) == 3 and words[0].isdigit():
        return date(int(words[2]), {**months, "Nov": 11, "Dec": 12}[words[1]], int(words[0]))
    return None


def test_every_awkward_case_is_there() -> None:
    verdicts = Counter(row["verdict"] for row in expected())
    assert verdicts == {
        "green": 53,
        "missed": 15,
        "lapsed": 12,
        "unclassified": 3,
        "none_available": 2,
        "out_of_scope": 2,
    }

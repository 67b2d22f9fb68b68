"""Whole screenings: the bundled samples, and real purchases against real registers."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tenring.exceptions import UnusableInputError
from tenring.model import tables
from tenring.model.duck import duck_engine
from tenring.register.build import build
from tenring.screening.run import Request, Screened, _write_csv, screen
from tenring.settings import Settings

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
SAMPLES = CATALOG / "samples"
ON = date(2026, 7, 1)

#: Real purchase files, and the economy whose rules are asked.
REAL = {
    "lines/austin_lines_naics.csv": "US",
    "lines/ted_titles_cpv.csv": "EU",
    "lines/au_act_contracts/data/act_contracts_2025.csv": "AU",
    "lines/mex_compranet/data/sample/sample_Contratos2013_150514080004.csv": "MX",
    "lines/cn_shandong_intentions/output_64fb32ff-2923-4ca1-bd54-7380223f9efd.xlsx": "CN",
    "lines/cn_telecom_notices/unicom-notices.json": "CN",
    "lines/in_hp_health_ocds/HP Health Procurements(FY 2017-18 to 2020-21 July).xlsx": None,
    "ocds/paraguay_155220_record_package.json": None,
    "ocds/fictional_official/fictional-example/1.1/ocds-213czf-000-00001.json": None,
    "ocds/philgeps_examples/denr-r7-laptops-2024.json": "PH",
}


@pytest.fixture(scope="module")
def sample_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("samples"))
    build(settings, source=SAMPLES / "registers", index=lambda _: None)
    return settings


@pytest.fixture(scope="module")
def real_settings(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("real"))
    build(settings, source=data / "registers", index=lambda _: None)
    return settings


@pytest.fixture(scope="module")
def samples_screened(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Screened:
    request = Request(
        files=(SAMPLES / "purchases.xlsx",), on=ON, out=tmp_path_factory.mktemp("out") / "o", economy="CN"
    )
    return screen(request, settings=sample_settings)


def lines_of(screened: Screened) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(screened.folder / "lines.parquet").to_pylist()
    return rows


def test_every_sample_line_with_a_known_answer_gets_it(samples_screened: Screened) -> None:
    answers = {(line["sheet"], line["row"]): line for line in lines_of(samples_screened)}
    with (SAMPLES / "purchases_expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))
    assert len(expected) >= 60
    for case in expected:
        answer = answers[(case["sheet"], int(case["row"]))]
        assert answer["verdict"] == case["verdict"], case
        if case["licence_number"]:
            assert answer["licence_number"] == case["licence_number"], case


def test_every_stage_leaves_a_file_to_open(samples_screened: Screened) -> None:
    stages = ("purchases", "classified", "obliged", "matches", "lines", "obligations", "alternatives")
    for name in stages:
        assert pq.read_metadata(samples_screened.folder / f"{name}.parquet").num_rows > 0
    for name in ("lines.csv", "problems.csv", "understood.json", "summary.json", "report.html", "report.xlsx"):
        assert (samples_screened.folder / name).stat().st_size > 0


def test_the_answer_has_the_promised_columns(samples_screened: Screened) -> None:
    assert pq.read_schema(samples_screened.folder / "lines.parquet").names == tables.SCREENED_LINES.names
    with (samples_screened.folder / "lines.csv").open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream)) == tables.SCREENED_LINES.names


def test_a_sample_is_called_a_sample_in_the_result(samples_screened: Screened) -> None:
    assert samples_screened.sample
    assert "sample" in samples_screened.report.html.read_text(encoding="utf-8").lower()


def test_the_same_input_gives_the_same_answers(
    samples_screened: Screened, sample_settings: Settings, tmp_path: Path
) -> None:
    request = Request(files=(SAMPLES / "purchases.xlsx",), on=ON, out=tmp_path / "again", economy="CN")
    again = screen(request, settings=sample_settings)
    assert lines_of(again) == lines_of(samples_screened)


def test_a_folder_of_somebody_else_is_not_touched(sample_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UnusableInputError, match="not a screening of ours"):
        screen(Request(files=(SAMPLES / "purchases.xlsx",), on=ON, out=tmp_path), settings=sample_settings)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unusable_file_leaves_the_earlier_result_in_place(sample_settings: Settings, tmp_path: Path) -> None:
    good, empty, out = tmp_path / "good.csv", tmp_path / "empty.csv", tmp_path / "out"
    good.write_text("description,amount\ncopy paper,10\n", encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    screen(Request(files=(good,), on=ON, out=out), settings=sample_settings)
    before = (out / "summary.json").read_bytes()
    with pytest.raises(UnusableInputError, match=r"empty\.csv"):
        screen(Request(files=(empty,), on=ON, out=out), settings=sample_settings)
    assert (out / "summary.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "good.csv", "out"]


def test_an_unknown_economy_is_refused_with_those_known(sample_settings: Settings, tmp_path: Path) -> None:
    request = Request(files=(SAMPLES / "purchases.xlsx",), on=ON, out=tmp_path / "out", economy="ZZ")
    with pytest.raises(UnusableInputError, match=r"ZZ is not known.*CN"):
        screen(request, settings=sample_settings)


def test_formulas_in_texts_do_not_run_in_the_csv(sample_settings: Settings, tmp_path: Path) -> None:
    purchases = tmp_path / "p.csv"
    purchases.write_text("description,amount\n\"=cmd|'/c calc'!A1 copy paper\",10\n", encoding="utf-8")
    screened = screen(Request(files=(purchases,), on=ON, out=tmp_path / "out"), settings=sample_settings)
    with (screened.folder / "lines.csv").open(encoding="utf-8", newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert line["description"].startswith("'=")


def test_an_australian_television_is_green_in_its_years_and_lapsed_outside(
    real_settings: Settings, tmp_path: Path
) -> None:
    purchases = tmp_path / "televisions.csv"
    days = ("2020-09-06", "2020-09-07", "2025-09-07", "2025-09-08")
    rows = "".join(f"{day},HISENSE 100S8 television,4500.10,AUD\n" for day in days)
    purchases.write_text("date,description,amount,currency\n" + rows, encoding="utf-8")
    request = Request(files=(purchases,), on=ON, out=tmp_path / "out", economy="AU")
    answers = lines_of(screen(request, settings=real_settings))
    assert [(line["verdict"], line["licence_status"]) for line in answers] == [
        ("lapsed", "not_begun"),
        ("green", "active"),
        ("green", "active"),
        ("lapsed", "expired"),
    ]
    for line in answers:
        assert line["licence_number"] == "ATV4061"
        assert (line["valid_from"], line["valid_until"]) == (date(2020, 9, 7), date(2025, 9, 7))
        assert line["valid_from_derived"]


@pytest.mark.parametrize("name", REAL)
def test_real_purchases_are_screened_and_reconcile(
    real_settings: Settings, data: Path, tmp_path: Path, name: str
) -> None:
    request = Request(files=(data / "purchases" / name,), on=ON, out=tmp_path / "out", economy=REAL[name])
    screened = screen(request, settings=real_settings)
    understood = json.loads((screened.folder / "understood.json").read_text(encoding="utf-8"))
    assert sum(screened.verdicts.values()) == screened.lines > 0
    sums = {currency: sum(amounts.values(), Decimal(0)) for currency, amounts in screened.amounts.items()}
    assert sums == {currency: Decimal(amount) for currency, amount in understood["sums"]["lines"].items()}


def test_lines_csv_is_in_the_order_of_the_files_however_many_threads_write_it(tmp_path: Path) -> None:
    texts = {"explanation": "repeat('no certificate found; ', 20)", "line_id": "'1.' || i", "row": "i"}
    columns = [f"{texts.get(field.name, 'NULL')} AS {field.name}" for field in tables.SCREENED_LINES]
    columns[tables.SCREENED_LINES.names.index("obligations_unmet")] = "['a', 'b'] AS obligations_unmet"
    with duck_engine(memory="1GiB", threads=2) as engine:
        engine.write(f"SELECT {', '.join(columns)} FROM range(300000) AS lines (i)", tmp_path / "lines.parquet")
        _write_csv(engine, tmp_path)
    with (tmp_path / "lines.csv").open(encoding="utf-8", newline="") as stream:
        rows = [int(row["row"]) for row in csv.DictReader(stream)]
    assert rows == list(range(300_000))

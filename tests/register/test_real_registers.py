"""The real files, read whole: counts of every file, and products known by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tenring.catalogue.properties import load_properties
from tenring.model.licence import Licence, ModelKind, Status
from tenring.register.adapter import load_adapter
from tenring.register.build import BuildResult, build
from tenring.register.definition import load_registers
from tenring.register.files import Limits
from tenring.register.read import FileReading, Reader
from tenring.register.snapshot import VALID_ON, Snapshot
from tenring.settings import Settings

#: register, list -> day of reading, rows, published, merged, rejected
COUNTS = {
    ("eprel", "smartphones-tablets"): ("2025-06-25", 10, 10, 0, 0),
    ("gems", "refrigerators"): ("2025-08-21", 4032, 4030, 2, 0),
    ("gems", "televisions"): ("2025-08-21", 4510, 4510, 0, 0),
    ("heat-pump-keymark", "heat-pumps"): ("2024-10-02", 9966, 9197, 756, 13),
    ("energy-star", "audio-video"): ("2020-05-05", 275, 275, 0, 0),
    ("energy-star", "clothes-washers"): ("2020-04-14", 260, 260, 0, 0),
    ("energy-star", "commercial-fryers"): ("2020-04-28", 106, 106, 0, 0),
    ("energy-star", "commercial-griddles"): ("2017-10-13", 59, 59, 0, 0),
    ("energy-star", "commercial-ovens"): ("2020-04-30", 207, 207, 0, 0),
    ("energy-star", "computers"): ("2020-05-08", 1930, 1930, 0, 0),
    ("energy-star", "computers-8"): ("2020-05-08", 417, 0, 417, 0),  # all of them stand in the longer list as well
    ("energy-star", "data-center-storage"): ("2020-04-21", 208, 208, 0, 0),
    ("energy-star", "displays"): ("2022-12-20", 1628, 1628, 0, 0),
    ("energy-star", "enterprise-servers"): ("2020-04-22", 121, 121, 0, 0),
    ("energy-star", "furnaces"): ("2020-05-08", 5799, 5799, 0, 0),
    ("energy-star", "geothermal-heat-pumps"): ("2020-05-01", 5729, 5729, 0, 0),
    ("energy-star", "laboratory-refrigerators"): ("2020-03-24", 706, 706, 0, 0),
    ("energy-star", "large-network-equipment"): ("2020-02-18", 27, 27, 0, 0),
    ("energy-star", "light-bulbs"): ("2020-05-07", 11389, 11389, 0, 0),
    ("energy-star", "light-commercial-hvac"): ("2020-04-01", 458, 458, 0, 0),
    ("energy-star", "pool-pumps"): ("2020-04-29", 191, 191, 0, 0),
    ("energy-star", "refrigerators"): ("2021-04-27", 2962, 2962, 0, 0),
    ("energy-star", "roof-products"): ("2020-04-30", 2962, 2962, 0, 0),
    ("energy-star", "set-top-boxes"): ("2017-09-13", 16, 16, 0, 0),
    ("energy-star", "telephones"): ("2020-04-22", 289, 289, 0, 0),
    ("energy-star", "uninterruptible-power-supplies"): ("2020-03-12", 393, 393, 0, 0),
    ("energy-star", "vending-machines"): ("None", 0, 0, 0, 0),  # a header and nothing else
}
ROWS = 54_650


@pytest.fixture(scope="module")
def built(data: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    settings = Settings(home=tmp_path_factory.mktemp("real"))
    return build(settings, source=data / "registers", index=lambda _: None)


@pytest.fixture(scope="module")
def snapshot(built: BuildResult) -> Snapshot:
    return built.snapshot


def test_every_row_of_every_file_is_published_merged_or_rejected(built: BuildResult) -> None:
    found = {}
    for report in built.lists:
        (file,) = report.files
        counts = (file.rows, file.published, file.merged, file.rejected)
        found[(report.register_id, report.list_id)] = (str(report.read_on), *counts)
        assert file.rows == file.published + file.merged + file.rejected
    assert found == COUNTS
    assert sum(counts[1] for counts in found.values()) == ROWS
    assert built.snapshot.manifest.totals["licences"] == sum(counts[2] for counts in found.values())
    assert built.unknown_files == ("gs1_label_codes/gs1_packaging_marked_label_accreditation_codes.csv",)


def test_each_rejected_row_has_its_reason_and_its_columns(snapshot: Snapshot) -> None:
    with (snapshot.folder / "rejected" / "heat-pump-keymark" / "database_reduced.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 13
    assert all("has the same key" in row["tenring_reason"] for row in rows)
    assert rows[0]["manufacturers"].strip().startswith("BAXI")


def rows_of(snapshot: Snapshot, query: str, *values: object) -> list[tuple[object, ...]]:
    with snapshot.connect() as db:
        return db.execute(query, list(values)).fetchall()


def test_an_australian_registration_runs_five_years(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT brand, valid_from, valid_until, valid_from_derived, markets FROM licences WHERE number = 'ATV4062'",
    )
    assert found == [("HISENSE", date(2020, 9, 7), date(2025, 9, 7), True, ["AU", "NZ"])]
    on = "SELECT status FROM statuses JOIN licences USING (licence_id) WHERE number = 'ATV4062' AND "
    within = "(from_date IS NULL OR from_date <= ?::DATE) AND (until_date IS NULL OR ?::DATE < until_date)"
    days = {
        "2020-09-06": "not_begun",
        "2020-09-07": "active",
        "2025-09-07": "active",
        "2025-09-08": "expired",
    }
    for day, status in days.items():
        assert rows_of(snapshot, on + within, day, day) == [(status,)]


def test_a_new_zealand_registration_has_no_end(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT count(*), count(valid_until), count(*) FILTER (valid_from IS NULL), max(valid_from) "
        "FROM licences WHERE register = 'gems' AND number LIKE 'Z%'",
    )
    assert found == [(574, 0, 63, date(2025, 7, 22))]


def test_superseded_registrations_are_superseded_since_their_day(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT DISTINCT status, from_date, until_date FROM statuses JOIN licences USING (licence_id) "
        "WHERE number = 'ARF2131' ORDER BY from_date NULLS FIRST",
    )
    assert found == [
        ("not_begun", None, date(2020, 8, 25)),
        ("active", date(2020, 8, 25), date(2021, 8, 15)),
        ("superseded", date(2021, 8, 15), None),
    ]
    superseded = "SELECT count(DISTINCT licence_id) FROM statuses WHERE status = 'superseded'"
    assert rows_of(snapshot, superseded) == [(60,)]


def test_a_registration_without_a_number_goes_by_its_submission(snapshot: Snapshot) -> None:
    found = rows_of(snapshot, "SELECT brand, count(*) FROM licences WHERE number = '140545' GROUP BY brand")
    assert found == [("Devanti", 3)]


def test_what_was_valid_on_a_day_is_one_query(snapshot: Snapshot) -> None:
    counts = {}
    with snapshot.connect() as db:
        for day in (date(2015, 1, 1), date(2020, 5, 8), date(2025, 8, 21), date(2031, 1, 1)):
            query = f"SELECT register, count(*) FROM ({VALID_ON}) WHERE register = 'gems' GROUP BY ALL"
            counts[str(day)] = db.execute(query, {"day": day}).fetchall()
    assert counts["2025-08-21"] == [("gems", 8480)]
    assert counts["2031-01-01"][0][1] < 700


def test_the_elitedesk_is_found_with_its_models_and_measured_values(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT DISTINCT category FROM licences JOIN models USING (licence_id) "
        "WHERE models.model ILIKE '%EliteDesk 800%' AND register = 'energy-star'",
    )
    assert ("desktop-computers",) in found


def test_a_display_has_two_gtins_five_markets_and_its_power(snapshot: Snapshot) -> None:
    licence = "energy-star:2405714"
    assert rows_of(snapshot, "SELECT gtin FROM gtins WHERE licence_id = ? ORDER BY gtin", licence) == [
        ("00195133146203",),
        ("00195133163965",),
    ]
    assert rows_of(snapshot, "SELECT markets, valid_from FROM licences WHERE licence_id = ?", licence) == [
        (["US", "CH", "TW", "JP", "CA"], date(2021, 11, 21))
    ]
    power = "SELECT value, unit FROM properties WHERE licence_id = ? AND property = ?"
    assert rows_of(snapshot, power, licence, "on_mode_power") == [(Decimal("11.76"), "W")]
    assert rows_of(snapshot, power, licence, "screen_diagonal") == [(Decimal("39.37"), "cm")]
    models = rows_of(snapshot, "SELECT model, kind FROM models WHERE licence_id = ? ORDER BY kind", licence)
    assert ("ASV15-1BP", "additional") in models
    assert ("ASV15-1B", "model") in models


def test_wildcards_stay_as_printed(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT count(DISTINCT licence_id) FROM models JOIN licences USING (licence_id) "
        "WHERE list = 'refrigerators' AND register = 'energy-star' AND kind = 'model' "
        "AND regexp_matches(model, '[*#]')",
    )
    assert found == [(1349,)]


def test_a_cell_with_several_models_is_split_and_a_remark_about_wildcards_is_a_note(snapshot: Snapshot) -> None:
    query = "SELECT model, note FROM models JOIN licences USING (licence_id) WHERE model LIKE ? ORDER BY model"
    listed = ["KAL24DH5400VA", "KAL24DH5400VB", "KAL24DH5400VC"]
    assert sorted(set(rows_of(snapshot, query, "KAL24DH5400V_"))) == [(model, None) for model in listed]
    remark = '# can be A-Z, 0-9 or "-" or "." or blank'
    assert set(rows_of(snapshot, query, "65QNED9####%")) == {("65QNED9####", remark)}


def test_a_heat_pump_has_its_day_its_refrigerant_and_its_noise(snapshot: Snapshot) -> None:
    found = rows_of(
        snapshot,
        "SELECT licence_id, valid_from FROM licences "
        "WHERE register = 'heat-pump-keymark' AND number = 'Acond Aconomis N'",
    )
    ((licence, begin),) = found
    assert begin == date(2024, 7, 8)
    query = "SELECT property, value, text FROM properties WHERE licence_id = ?"
    values = {name: text if value is None else value for name, value, text in rows_of(snapshot, query, licence)}
    assert values["refrigerant_mass"] == Decimal("0.45")
    assert values["refrigerant"] == "R290"
    assert "sound_power_outdoor" not in values  # the file says 0: not measured
    assert values["seasonal_efficiency_55"] == 150


# the same mapping reads the open-data service


def reading(register_id: str, list_id: str, path: Path) -> FileReading:
    settings = Settings()
    register = load_registers(settings.catalog)[register_id]
    limits = Limits(10**8, 10**5)
    adapter, properties = load_adapter(register.folder), load_properties(settings.catalog)
    return Reader(register, register.lists[list_id], adapter, properties, limits).read(path)


def field_name(title: str) -> str:
    """A column's field name in the open-data service."""
    words = "".join(character if character.isalnum() else " " for character in title.lower()).split()
    return "pd_id" if title == "ENERGY STAR Unique ID" else "_".join(words)


def as_service(path: Path) -> Iterator[dict[str, str]]:
    """The rows of an export as the service gives them: field names, ISO dates, nothing where a cell is empty."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            cells = {field_name(title): text for title, text in row.items() if text}
            for name in ("date_certified", "date_qualified", "date_available_on_market"):
                if name in cells:
                    month, day, year = cells[name].split(" ")[0].split("/")
                    cells[name] = f"{year}-{month}-{day}T00:00:00.000"
            yield cells


@pytest.mark.parametrize(
    ("list_id", "name"),
    [
        ("displays", "energy_star_displays_us/ENERGY_STAR_Certified_Displays.csv"),
        ("computers", "energy_star_2020_us/ENERGY_STAR_Certified_Computers.csv"),
        ("refrigerators", "energy_star_2023_us/ENERGY_STAR_Certified_Residential_Refrigerators.csv"),
        ("light-bulbs", "energy_star_2020_us/ENERGY_STAR_Certified__Light_Bulbs_Version_2.0.csv"),
    ],
)
def test_the_json_of_the_service_says_the_same_as_the_csv_export(
    data: Path, tmp_path: Path, list_id: str, name: str
) -> None:
    export = data / "registers" / name
    service = tmp_path / f"{list_id}.json"
    service.write_text(json.dumps(list(as_service(export))), encoding="utf-8")
    one, other = reading("energy-star", list_id, export), reading("energy-star", list_id, service)
    assert by_key(one) == by_key(other)


def by_key(found: FileReading) -> dict[str, Licence]:
    return {entry.licence.key: entry.licence for entry in found.entries}


def test_eprel_entries_are_read_as_its_api_gives_them(tmp_path: Path) -> None:
    hit = {
        "eprelRegistrationNumber": "2259410",
        "supplierOrTrademark": "Invented & Sons",
        "modelIdentifier": "V1",
        "energyClass": "B",
        "deviceType": "SMARTPHONE",
        "status": "PUBLISHED",
        "onMarketStartDate": [2025, 6, 5],
        "organisation": {"organisationTitle": "Invented GmbH"},
        "ratedBatteryCapacity": 5200,
    }
    path = tmp_path / "eprel_smartphones_2025_07_01.json"
    path.write_text(json.dumps({"size": 1, "hits": [hit]}), encoding="utf-8")
    (entry,) = reading("eprel", "smartphones-tablets", path).entries
    licence = entry.licence
    assert (licence.number, licence.brand, licence.holder) == ("2259410", "Invented & Sons", "Invented GmbH")
    assert (licence.category, licence.valid_from, licence.status) == ("smartphones", date(2025, 6, 5), Status.ACTIVE)
    assert {prop.name: prop.text or prop.value for prop in licence.properties} == {
        "energy_class": "B",
        "battery_capacity": Decimal(5200),
    }


def test_further_models_are_taken_apart(tmp_path: Path) -> None:
    export = tmp_path / "x.csv"
    cell = ",AMP-1,; XPA,XPA 70V,; ,#G30,2G30, 3G30,; ,,Retail Numbers: R1, R2; N/A,N/A,N/A"
    header = "ENERGY STAR Unique ID,Markets,Additional Model Information"
    export.write_text(f'{header}\n1,Canada,"{cell}"\n', encoding="utf-8")
    (entry,) = reading("energy-star", "audio-video", export).entries
    found = [(model.text, model.kind) for model in entry.licence.models]
    additional, name = ModelKind.ADDITIONAL, ModelKind.NAME
    assert found == [
        ("AMP-1", additional),
        ("XPA", name),
        ("XPA 70V", additional),
        ("#G30", additional),
        ("2G30", additional),
        ("3G30", additional),
        ("R1", additional),
        ("R2", additional),
    ]

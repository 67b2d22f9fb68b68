"""Green Mark of Chinese Taipei: both layouts its open data has had, read as one list."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from register.samples import SAMPLES, licences, read_sample, read_text, reasons
from tenring.model.licence import ModelKind, Status
from tenring.register.build import build
from tenring.settings import Settings

OLD = "證書狀態,類別,標章號碼,產品名稱,型號,系列型號,公司名稱,規格標準大分類,生效日期,證書期限"


def test_the_older_layout_is_read_whole() -> None:
    reading = read_sample("green-mark/green_mark_2022_12_31_sample.csv", "products")
    assert (reading.rows, len(reading.entries), reading.rejected) == (82, 82, ())
    first = licences(reading)[0]
    assert (first.holder, first.name) == ("穹石匠股份有限公司(樣本)", "穹石匠 桌上型電腦")
    assert (first.valid_from, first.valid_until) == (date(2022, 5, 1), date(2028, 4, 30))


def test_the_newer_layout_is_read_whole() -> None:
    reading = read_sample("green-mark/gp_p_02_2026_06_30_sample.json", "products")
    assert (reading.rows, len(reading.entries), reading.rejected) == (125, 125, ())
    assert {licence.status for licence in licences(reading)} == {Status.ACTIVE, Status.EXPIRED}
    assert not any(licence.models for licence in licences(reading))


@pytest.mark.parametrize("begin", ["113/05/01", "民國113年5月1日", "2024/05/01"])
def test_years_are_those_of_the_republic_or_ours(tmp_path: Path, begin: str) -> None:
    text = f"{OLD}\n有效,第一類,123,影印機,CY-C1,CY-C2、CY-C3,翠嶼森,影印機,{begin},116/04/30"
    (licence,) = licences(read_text(tmp_path / "green_mark.csv", text, register="green-mark", listing="products"))
    assert (licence.valid_from, licence.valid_until) == (date(2024, 5, 1), date(2027, 4, 30))
    assert [(m.text, m.kind) for m in licence.models] == [
        ("CY-C1", ModelKind.MODEL),
        ("CY-C2", ModelKind.ADDITIONAL),
        ("CY-C3", ModelKind.ADDITIONAL),
    ]


def test_an_extended_licence_runs_until_the_extended_day(tmp_path: Path) -> None:
    entry = {
        "flagno": "123",
        "productname": "影印機",
        "classtype": "影印機",
        "signdate": "2020-05-01",
        "expiredate": "2023-04-30",
        "dateextenddate": "2026-04-30",
        "isexpire": "N",
    }
    text = json.dumps([entry, entry | {"flagno": "124", "classtype": "飛機"}, entry | {"flagno": "", "isexpire": "Y"}])
    reading = read_text(tmp_path / "gp_p_02.json", text, register="green-mark", listing="products")
    (licence,) = licences(reading)
    assert licence.valid_until == date(2026, 4, 30)
    assert reasons(reading) == {
        2: "the category is not known: classtype says '飛機'",
        3: "the licence has no number: flagno or 標章號碼 or 環保標章編號 is empty",
    }


def test_what_the_older_list_has_and_the_newer_one_not_is_delisted(tmp_path: Path) -> None:
    result = build(Settings(home=tmp_path / "home"), source=SAMPLES, only=["green-mark"], index=lambda _: None)
    with result.snapshot.connect() as db:
        query = "SELECT count(DISTINCT licence_id) FROM statuses WHERE status = ?"
        counts = {state: db.execute(query, [state]).fetchall()[0][0] for state in ("delisted", "active")}
        (both,) = db.execute("SELECT count(*) FROM licences WHERE first_read <> last_read").fetchall()[0]
    assert both == 17
    assert counts["delisted"] == 4
    assert counts["active"] == result.snapshot.manifest.totals["licences"]

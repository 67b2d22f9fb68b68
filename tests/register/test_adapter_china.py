"""The certificate lists of the Chinese bodies: standards and product names become categories."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from register.samples import licences, read, read_sample, read_text, reasons
from tenring.model.licence import Licence, Status
from tenring.register.read import FileReading

HEADER = "证书编号,持证人,产品名称,商标,规格型号,依据标准,发证日期,有效期至,证书状态,状态变更日期,状态变更原因"


def label(folder: Path, *rows: str) -> FileReading:
    text = "\n".join([HEADER, *rows])
    return read_text(folder / "cec_2026_06_30.csv", text, register="china-environmental-label", listing="cec")


def row(name: str, standard: str, *, state: str = "有效,,") -> str:
    return f"N-{name}-{standard},某公司,{name},磐舒,PS-1；PS-2,{standard},2024年3月5日,2027-03-04,{state}"


def only(reading: FileReading) -> Licence:
    (licence,) = licences(reading)
    return licence


@pytest.mark.parametrize(("body", "count"), [("cec", 378), ("ccaepi", 56), ("csca", 57), ("ecc", 55)])
def test_the_whole_sample_of_each_body_is_read(body: str, count: int) -> None:
    reading = read_sample(f"china-environmental-label/{body}_2026_06_30_sample.csv", body)
    assert (reading.rows, len(reading.entries), reading.rejected) == (count, count, ())
    assert all("样本" in (licence.holder or "") for licence in licences(reading))


def test_the_energy_sample_covers_what_is_mandatory_and_more() -> None:
    reading = read_sample("china-energy-conservation/cqc_2026_06_30_sample.csv", "cqc")
    counts = Counter(licence.category for licence in licences(reading))
    assert sum(counts.values()) == 134
    assert (counts["desktop-computers"], counts["room-air-conditioners"], counts["taps"]) == (22, 16, 5)


def test_a_certificate_has_its_models_dates_and_standard(tmp_path: Path) -> None:
    licence = only(label(tmp_path, row("水性内墙涂料", "HJ 2537-2014")))
    assert [model.text for model in licence.models] == ["PS-1", "PS-2"]
    assert (licence.valid_from, licence.valid_until) == (date(2024, 3, 5), date(2027, 3, 4))
    assert (licence.category, licence.criteria) == ("interior-wall-paints", "HJ 2537-2014")


@pytest.mark.parametrize(
    ("name", "standard", "category"),
    [
        ("液晶显示器", "HJ2536-2014", "computer-displays"),
        ("笔记本电脑", "《环境标志产品技术要求 微型计算机、显示器》（HJ 2536-2014）", "notebook-computers"),
        ("台式一体机", "HJ 2536", "desktop-computers"),
        ("普通硅酸盐水泥 P·O 42.5", "HJ 2519-2012", "cement"),
        ("LED筒灯", "HJ 2518-2012", "led-downlights"),
        ("钢木文件柜", "HJ 2547-2016/HJ 2540-2015", "cabinets"),
        ("水龙头", "HJ/T 411-2007", "taps"),
    ],
)
def test_a_standard_and_a_word_of_the_name_give_the_category(
    tmp_path: Path, name: str, standard: str, category: str
) -> None:
    assert only(label(tmp_path, row(name, standard))).category == category


@pytest.mark.parametrize(
    ("state", "status", "since"),
    [
        ("暂停,2025-01-02,未按期接受监督检查", Status.SUSPENDED, date(2025, 1, 2)),
        ("撤销,2025年1月2日,不合格", Status.WITHDRAWN, date(2025, 1, 2)),
        ("注销,,", Status.WITHDRAWN, None),
        ("过期,,", Status.EXPIRED, None),
        ("已换证,,", Status.SUPERSEDED, None),
    ],
)
def test_a_state_is_kept_with_its_day(tmp_path: Path, state: str, status: Status, since: date | None) -> None:
    licence = only(label(tmp_path, row("水泥", "HJ 2519-2012", state=state)))
    assert (licence.status, licence.status_from) == (status, since)


def test_wrong_rows_are_rejected_with_their_reason(tmp_path: Path) -> None:
    reading = label(
        tmp_path,
        row("水泥", "HJ 9999-2030"),
        row("洗碗机", "HJ 2536-2014"),
        row("水泥", "HJ 2519-2012", state="未知,,"),
        row("水泥", "HJ 2519-2012").replace("2027-03-04", "长期"),
        ",某公司,水泥,磐舒,PS-1,HJ 2519-2012,2024-03-05,2027-03-04,有效,,",
        "N-7,某公司,水泥,磐舒",
    )
    assert reading.entries == ()
    assert reasons(reading) == {
        2: "the category is not known: tenring_kind says 'HJ 9999 / 水泥'",
        3: "the category is not known: tenring_kind says 'HJ 2536 / 洗碗机'",
        4: "the status is not known: 证书状态 says '未知'",
        5: "有效期至 is not a date in any of the formats of this list",
        6: "the licence has no number: 证书编号 or 证书号 or 认证证书编号 is empty",
        7: "the row has 4 cells, the header 11",
    }


def test_a_list_in_gb18030_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cec_2026_06_30.csv"
    path.write_bytes("\n".join([HEADER, row("瓷质砖", "HJ 297-2021")]).encode("gb18030"))
    assert only(read(path, "china-environmental-label", "cec")).category == "ceramic-tiles"

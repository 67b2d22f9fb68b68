"""Korea Eco-Label: the list of valid certificates and that of withdrawn ones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from register.samples import licences, read_sample, read_text, reasons
from tenring.model.licence import Status
from tenring.register.read import FileReading

HEADER = "인증번호,업체명,대상제품,제품명,상표명,모델명,인증일,만료일"


def valid(folder: Path, *rows: str) -> FileReading:
    text = "\n".join([HEADER, *rows])
    return read_text(folder / "eco_label_valid_2026_06_30.csv", text, register="korea-eco-label", listing="valid")


def test_the_whole_list_of_valid_certificates_is_read() -> None:
    reading = read_sample("korea-eco-label/eco_label_valid_2026_06_30_sample.csv", "valid")
    assert (reading.rows, len(reading.entries), reading.rejected) == (144, 144, ())
    assert all(licence.status is Status.ACTIVE for licence in licences(reading))
    assert len({licence.category for licence in licences(reading)}) == 24


def test_the_list_of_withdrawn_ones_says_why_and_since_when() -> None:
    reading = read_sample("korea-eco-label/eco_label_withdrawn_2026_06_30_sample.csv", "withdrawn")
    counts = Counter(licence.status for licence in licences(reading))
    assert counts == {Status.EXPIRED: 90, Status.WITHDRAWN: 18}
    gone = [licence for licence in licences(reading) if licence.status is Status.WITHDRAWN]
    assert {licence.status_reason for licence in gone} == {"인증기준 부적합", "사후관리 거부", "업체 요청에 따른 반납"}
    assert all(
        licence.status_from and licence.valid_from < licence.status_from for licence in gone if licence.valid_from
    )


@pytest.mark.parametrize(
    ("target", "name", "category"),
    [
        ("EL172. 가구", "사무용 책상 1200", "desks-and-tables"),
        ("가구", "회의용 의자", "chairs"),
        ("EL 172 가구", "철제 수납장", "cabinets"),
        ("토너 카트리지", "재제조 토너", "toner-cartridges"),
    ],
)
def test_a_target_product_with_or_without_its_number_gives_the_category(
    tmp_path: Path, target: str, name: str, category: str
) -> None:
    reading = valid(tmp_path, f"1234,솔마루온,{target},{name},솔마루온,SM-Z1;SM-Z2,2024.05.01,2027.04.30")
    (licence,) = licences(reading)
    assert (licence.category, licence.valid_from) == (category, date(2024, 5, 1))
    assert [model.text for model in licence.models] == ["SM-Z1", "SM-Z2"]


def test_wrong_rows_are_rejected_with_their_reason(tmp_path: Path) -> None:
    reading = valid(
        tmp_path,
        "1,솔마루온,EL172. 가구,침대,솔마루온,SM-1,2024.05.01,2027.04.30",
        "2,솔마루온,시멘트,시멘트,솔마루온,SM-2,2024.13.01,2027.04.30",
        "3,솔마루온,시멘트",
    )
    assert reasons(reading) == {
        2: "the category is not known: tenring_kind says '가구 / 침대'",
        3: "인증일 is not a date in any of the formats of this list",
        4: "the row has 3 cells, the header 8",
    }

"""Verdicts: what a purchase line is, on its date, under the rules of an economy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screening.conftest import CATALOG, Judge, Row, licence, line
from tenring.catalogue import Catalogue

DESKTOP = licence("SAMPLE-1", "QY-T500X")


def verdict(judge: Judge, purchase: Row, *licences: Row, economy: str | None = "CN") -> Row:
    (answer,) = judge([purchase], licences, economy=economy)
    return answer


def test_a_certified_product_bought_while_the_licence_is_valid_is_green(judge: Judge) -> None:
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机"), DESKTOP)
    assert answer["verdict"] == "green"
    assert (answer["licence_number"], answer["rung"], answer["licence_status"]) == ("SAMPLE-1", "model", "active")
    assert (answer["valid_from"], answer["valid_until"]) == (date(2023, 1, 1), date(2025, 12, 31))
    assert "SAMPLE-1" in answer["explanation"]


@pytest.mark.parametrize(
    ("day", "expected", "status"),
    [
        (date(2022, 12, 31), "lapsed", "not_begun"),
        (date(2023, 1, 1), "green", "active"),
        (date(2025, 12, 31), "green", "active"),
        (date(2026, 1, 1), "lapsed", "expired"),
    ],
)
def test_both_ends_of_validity_are_inclusive(judge: Judge, day: date, expected: str, status: str) -> None:
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机", day), DESKTOP)
    assert (answer["verdict"], answer["licence_status"]) == (expected, status)


MODELS = {"suspended": "QY-T500X", "withdrawn": "QY-T510X", "superseded": "QY-T520X", "delisted": "QY-T530X"}


@pytest.mark.parametrize("status", MODELS)
def test_a_licence_that_is_not_active_on_the_day_is_lapsed_with_its_status(judge: Judge, status: str) -> None:
    active = ("active", date(2023, 1, 1), date(2024, 1, 1))
    ended = [
        licence("1", model, periods=[active, (status, date(2024, 1, 1), None)]) for status, model in MODELS.items()
    ]
    answer = verdict(judge, line(f"Qingyun {MODELS[status]} 台式计算机"), *ended)
    assert (answer["verdict"], answer["licence_status"]) == ("lapsed", status)


def test_of_an_old_and_a_new_licence_the_one_that_is_valid_on_the_day_answers(judge: Judge) -> None:
    renewed = licence("SAMPLE-2", "QY-T500X", valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31))
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机", date(2026, 6, 1)), DESKTOP, renewed)
    assert (answer["verdict"], answer["licence_number"]) == ("green", "SAMPLE-2")


def test_an_uncertified_product_is_missed_when_certified_ones_existed(judge: Judge) -> None:
    answer = verdict(judge, line("台式计算机 Other Z900"), DESKTOP)
    assert (answer["verdict"], answer["licence_number"]) == ("missed", None)


def test_nothing_was_available_when_no_licence_of_the_category_was_valid_on_the_day(judge: Judge) -> None:
    answer = verdict(judge, line("台式计算机 Other Z900", date(2020, 1, 1)), DESKTOP)
    assert answer["verdict"] == "none_available"


def test_without_a_register_of_the_category_the_answer_says_so(judge: Judge) -> None:
    answer = verdict(judge, line("复印纸 A4"), DESKTOP)
    assert answer["verdict"] == "none_available"
    assert "no register of an accepted programme" in answer["explanation"]
    assert answer["obligations_unmet"] == []


def test_what_no_code_and_no_word_names_is_unclassified(judge: Judge) -> None:
    answer = verdict(judge, line("ZZZ 12"), DESKTOP)
    assert (answer["verdict"], answer["category"]) == ("unclassified", None)


def test_a_surely_matched_product_takes_the_category_of_its_licence(judge: Judge) -> None:
    answer = verdict(judge, line("Qingyun QY-T500X"), DESKTOP)
    assert (answer["verdict"], answer["category"], answer["category_by"]) == ("green", "desktop-computers", "licence")
    assert answer["obligation"] == "mandatory"


def test_a_mandatory_rule_is_unmet_by_another_label_than_the_one_it_asks(judge: Judge) -> None:
    energy = licence("CQC-1", "EN-1000", programme="china-energy-conservation")
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机"), DESKTOP, energy)
    assert answer["verdict"] == "green"
    assert (answer["obligation"], answer["rule"]) == ("mandatory", "cn/energy-saving-list")
    assert answer["obligations_unmet"] == ["cn/energy-saving-list"]


def test_a_rule_obliges_only_while_it_is_in_force(judge: Judge) -> None:
    early, late = judge([line("台式计算机", date(2018, 1, 1)), line("台式计算机", date(2024, 1, 1))], [DESKTOP])
    assert early["rule"] is None
    assert late["rule"] == "cn/energy-saving-list"


def test_a_foreign_certificate_is_named_but_not_green(judge: Judge) -> None:
    foreign = licence("ES-1", "QY-T500X", programme="energy-star")
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机"), foreign)
    assert answer["verdict"] == "none_available"
    assert answer["licence_number"] == "ES-1"
    assert "no rule here accepts" in answer["explanation"]


def test_without_an_economy_every_programme_counts(judge: Judge) -> None:
    foreign = licence("ES-1", "QY-T500X", programme="energy-star")
    assert verdict(judge, line("Qingyun QY-T500X desktop"), foreign, economy=None)["verdict"] == "green"


def test_a_self_declared_registration_is_never_green(judge: Judge) -> None:
    declared = licence("EPREL-1", "QY-T500X", programme="eu-energy-label")
    for economy in ("EU", None):
        answer = verdict(judge, line("Qingyun QY-T500X desktop"), declared, economy=economy)
        assert answer["verdict"] == "none_available"
        assert "no one else certified it" in answer["explanation"]


def test_an_energy_label_says_that_it_is_no_type_i_ecolabel(judge: Judge) -> None:
    television = licence("ATV1", "100S8", programme="gems", brand="Hisense", category="televisions")
    answer = verdict(judge, line("Hisense 100S8 television"), television, economy="AU")
    assert (answer["verdict"], answer["programme_type"]) == ("green", "energy")
    assert "not a Type I ecolabel" in answer["explanation"]


def test_a_certificate_number_answers_before_a_model(judge: Judge) -> None:
    other = licence("SAMPLE-9", "QY-T900")
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机", certificate="SAMPLE-9"), DESKTOP, other)
    assert (answer["rung"], answer["licence_number"]) == ("certificate", "SAMPLE-9")


def test_a_certificate_number_in_the_description_is_found(judge: Judge) -> None:
    answer = verdict(judge, line("台式计算机，证书编号：SAMPLE-1"), DESKTOP)
    assert (answer["verdict"], answer["rung"]) == ("green", "certificate")


def test_a_line_without_a_date_is_judged_on_the_reference_day_and_says_so(judge: Judge) -> None:
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机", None), DESKTOP)
    assert answer["verdict"] == "green"
    assert "no date: judged on 2024-05-01" in answer["explanation"]


def test_a_register_read_long_before_the_purchase_says_so(judge: Judge) -> None:
    open_ended = licence("1", "QY-T500X", valid_until=None, last_read=date(2020, 1, 1))
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机"), open_ended)
    assert "last read on 2020-01-01" in answer["explanation"]


def test_licences_that_fit_equally_well_are_counted(judge: Judge) -> None:
    answer = verdict(judge, line("Qingyun QY-T500X 台式计算机"), DESKTOP, licence("SAMPLE-3", "QY T500X"))
    assert answer["ties"] == 2
    assert "2 licences fit equally well" in answer["explanation"]


def test_the_same_code_means_another_thing_in_another_edition(judge: Judge) -> None:
    old = line("设备", code="A02010104", code_scheme="cn-2013")
    new = line("设备", code="A02010104", code_scheme="cn-2022")
    unknown = line("设备", code="A02010104", code_scheme=None)
    assert [row["category"] for row in judge([old, new, unknown], [DESKTOP])] == ["desktop-computers", "servers", None]


def test_lines_in_equal_lines_out_with_amounts_and_refunds(judge: Judge) -> None:
    lines = [line("Qingyun QY-T500X"), line("Qingyun QY-T500X", amount=-100), line(None, amount=None)]
    answers = judge(lines, [DESKTOP])
    assert [row["amount"] for row in answers] == [100, -100, None]
    assert [row["verdict"] for row in answers] == ["green", "green", "unclassified"]


AGREEMENT = """
id: test-agreement
parties: [energy-star, china-environmental-label]
from: 2024-01-01
until: 2024-12-31
mode: MODE
categories: [desktop-computers]
state: live
sources: [{document: invented for this test, mark: unverified}]
"""


@pytest.mark.parametrize(
    ("mode", "day", "expected"),
    [
        ("accepts_certificates", date(2024, 5, 1), "recognised"),
        ("accepts_certificates", date(2025, 1, 1), "none_available"),
        ("common_criteria", date(2024, 5, 1), "none_available"),
    ],
)
def test_only_a_live_agreement_that_accepts_certificates_makes_a_foreign_one_recognised(
    judge: Judge, tmp_path: Path, mode: str, day: date, expected: str
) -> None:
    for part in ("categories", "programmes", "rules", "brands.yml"):
        (tmp_path / part).symlink_to(CATALOG / part)
    (tmp_path / "recognition").mkdir()
    (tmp_path / "recognition" / "test-agreement.yml").write_text(AGREEMENT.replace("MODE", mode), encoding="utf-8")
    foreign = licence("ES-1", "QY-T500X", programme="energy-star")
    (answer,) = judge([line("Qingyun QY-T500X 台式计算机", day)], [foreign], catalogue=Catalogue(tmp_path))
    assert answer["verdict"] == expected

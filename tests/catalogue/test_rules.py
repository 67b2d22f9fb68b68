from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tenring.catalogue import Catalogue, Rule
from tenring.catalogue.rules import ANY_CATEGORY
from tenring.model.verdict import Obligation
from tenring.settings import Settings


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return Catalogue(Settings().catalog).rules


def test_the_economies_asked_for_have_rules_that_a_certificate_can_meet(rules: dict[str, Rule]) -> None:
    obliging = {rule.economy for rule in rules.values() if rule.obliges()}
    assert obliging >= {"CN", "EU", "US", "JP", "KR", "TW", "MY"}


@pytest.mark.parametrize(
    ("rule", "list_", "number"),
    [
        ("cn/environmental-label-list", "cn_envlabel_catalogue_caiku_2019_18", "财库〔2019〕18号"),
        ("cn/energy-saving-list", "cn_energysaving_catalogue_caiku_2019_19", "财库〔2019〕19号"),
    ],
)
def test_both_chinese_lists_are_whole_with_number_standards_and_bodies(
    rules: dict[str, Rule], data: Path, rule: str, list_: str, number: str
) -> None:
    with (data / "facts" / f"{list_}.csv").open(encoding="utf-8") as stream:
        printed = {row["item_code"] for row in csv.DictReader(stream)}
    found = rules[rule]
    assert {item.item for item in found.items} == printed
    assert found.document.number == number
    assert found.in_force.from_ in {date(2019, 4, 1), date(2019, 4, 2)}
    assert found.proof.bodies
    assert found.proof.programmes
    assert all(item.scheme == "cn-2013" for item in found.items)
    assert any(item.standards for item in found.items)


def test_the_energy_saving_list_is_mandatory_in_part_and_the_label_list_is_priority(rules: dict[str, Rule]) -> None:
    energy = Counter(item.obligation for item in rules["cn/energy-saving-list"].items)
    assert energy[Obligation.MANDATORY] > 0
    assert energy[Obligation.PRIORITY] > 0
    label = {item.obligation for item in rules["cn/environmental-label-list"].items}
    assert label == {Obligation.PRIORITY}


def test_a_jurisdiction_below_refines_a_rule_of_its_economy(rules: dict[str, Rule]) -> None:
    below = rules["cn/gd-environmental-label-preference"]
    assert below.jurisdiction == "CN-GD"
    assert below.below in rules
    assert below.preference
    assert below.preference.price_deduction


def test_a_frame_obliges_nobody_to_a_certificate(rules: dict[str, Rule]) -> None:
    assert not rules["cn/green-procurement-frame"].obliges()


def test_every_statement_of_a_rule_has_a_document_number(rules: dict[str, Rule]) -> None:
    for rule in rules.values():
        assert rule.document.number, rule.id
        assert rule.names.get("en"), rule.id


def test_every_item_names_a_category_that_exists(rules: dict[str, Rule]) -> None:
    known = {*Catalogue(Settings().catalog).categories.by_id, ANY_CATEGORY}
    for rule in rules.values():
        assert {item.category for item in rule.items} <= known, rule.id

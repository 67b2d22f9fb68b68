"""`tenring judge --register` and `tenring labels`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from register.toy import Toy, pen
from tenring.__main__ import tenring
from tenring.commands.judge import judge
from tenring.commands.labels import labels
from tenring.commands.output import errors_explained
from tenring.settings import Settings

CRITERIA = """document: An invented decision
titles: {en: Invented pens, zh: 虚构的笔}
in_force: {from: 2020-01-01}
categories: [pens]
mark: read
clauses:
  - {id: "1", clause: "1", title: {en: Energy}, property: annual_energy_use, at_most: 10 kWh/year}
  - {id: "2", clause: "2", title: {en: Label}, role: optional, holds: {programmes: [toy-label]}}
"""
SUBJECTS = "subjects: {product: {names: {en: product, zh: 产品}, kind: product}}\n"
PRODUCT = """product: {name: an invented display}
given:
  product_type: Monitor
  on_mode_power: {value: "14.0", unit: W, shown_by: [{kind: register}]}
  sleep_mode_power: {value: "0.3", unit: W, shown_by: [{kind: register}]}
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    toy = Toy.make(tmp_path_factory.mktemp("toy"))
    catalog = toy.settings.catalog
    folder = catalog / "criteria" / "toy-label" / "pens"
    folder.mkdir(parents=True)
    (folder / "2020-01-01.yml").write_text(CRITERIA, encoding="utf-8")
    with (catalog / "properties.yml").open("a", encoding="utf-8") as file:
        file.write(SUBJECTS)
    begun = {"From": "2019-01-01"}
    rows = [
        pen("A-1", Energy="10", **begun),
        pen("A-2", Energy="10.001", Status="Withdrawn", Since="2020-01-01", **begun),
        pen("A-3", **begun),
    ]
    toy.write("pens 2025-01-01.csv", *rows)
    toy.build()
    return toy


def run(settings: Settings, *arguments: str) -> Result:
    command = labels if arguments[0] == "labels" else judge
    return CliRunner().invoke(command, list(arguments[1:]), obj=settings)


def test_a_register_is_judged_by_what_it_publishes(toy: Toy) -> None:
    shown = run(toy.settings, "judge", "--register", "toy", "--criteria", "toy-label/pens", "--on", "2021-01-01")
    assert shown.exit_code == 0, shown.output
    assert "2 products judged on 2021-01-01; of 1 more no value is published" in shown.output
    assert "met 1, not met 1" in shown.output


def test_as_json_each_licence_has_value_and_limit(toy: Toy) -> None:
    words = ("--register", "toy", "--criteria", "toy-label/pens", "--on", "2021-01-01", "--json")
    found = json.loads(run(toy.settings, "judge", *words).stdout)
    assert found["overall"] == {"met": 1, "not_met": 1}
    assert found["clauses"] == {"1": {"met": 1, "not_met": 1}, "2": {"met": 1, "not_met": 1}}
    energy = {one["licence_id"]: one["judgements"][0] for one in found["licences"]}
    assert energy["toy:A-2"]["value"] == ["10.001", "10.001"]
    assert energy["toy:A-2"]["limit"][1].rstrip("0").rstrip(".") in {"10", "1E+1"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--register", "no-such", "--criteria", "toy-label/pens"), "the snapshot has no register 'no-such'"),
        (("--criteria", "toy-label/pens"), "it is not clear what to judge"),
    ],
)
def test_what_cannot_be_judged_is_explained(toy: Toy, words: tuple[str, ...], expected: str) -> None:
    shown = run(toy.settings, "judge", *words)
    assert expected in str(shown.exception)


def test_labels_are_listed_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "product.yml"
    path.write_text(PRODUCT, encoding="utf-8")
    shown = run(Settings(home=tmp_path / "home"), "labels", str(path), "--on", "2022-01-01", "--json")
    assert shown.exit_code == 1
    (found,) = [one for one in json.loads(shown.stdout) if one["criteria"].startswith("energy-star/displays")]
    assert "screen_area@product" in {one["quantity"] for one in found["missing"]}
    elsewhere = run(Settings(home=tmp_path / "home"), "labels", str(path), "--on", "2022-01-01", "--economy", "NZ")
    assert "No criteria in the catalogue ask for what is in the file." in elsewhere.output
    for words, told in ((("--economy", "XX"), "for 'XX'"), (("--category", "display"), "for 'display'")):
        wrong = run(Settings(home=tmp_path / "home"), "labels", str(path), "--on", "2022-01-01", *words)
        assert told in str(wrong.exception)


def test_labels_speak_chinese(tmp_path: Path) -> None:
    path = tmp_path / "product.yml"
    path.write_text(PRODUCT, encoding="utf-8")
    with errors_explained():
        shown = CliRunner().invoke(tenring, ["--lang", "zh", "labels", str(path), "--on", "2022-01-01"])
    assert "符合条款数" in shown.output
    assert "能源之星" in shown.output


def test_labels_has_help_with_an_example() -> None:
    shown = CliRunner().invoke(tenring, ["labels", "--help"])
    assert "Example: tenring labels" in shown.output

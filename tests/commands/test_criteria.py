from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.commands.criteria import criteria
from tenring.commands.judge import judge
from tenring.commands.output import errors_explained
from tenring.settings import Settings

FURNITURE = "eu-ecolabel/furniture"
CHAIR = """product: {name: an invented chair}
given:
  leather_or_coated_fabric_used: "true"
  furniture_type: office chair
  emission_test_route: whole product
  chamber_concentration:
    at: {substance: formaldehyde, time: 28 d}
    value: "0.061"
    unit: mg/m3
    method: ISO 16000
    shown_by: [{kind: test_report, date: 2018-01-10}]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def run(settings: Settings, *arguments: str) -> Result:
    command = judge if arguments[0] == "judge" else criteria
    return CliRunner().invoke(command, [word for word in arguments if word != "judge"], obj=settings)


@pytest.mark.parametrize(
    "words",
    ["criteria", "criteria list", "criteria show", "criteria check", "criteria schema", "criteria publish", "judge"],
)
def test_every_command_has_help_with_an_example(words: str) -> None:
    shown = CliRunner().invoke(tenring, [*words.split(), "--help"])
    assert shown.exit_code == 0
    assert f"Example: tenring {words.split(maxsplit=1)[0]}" in shown.output


def test_the_catalogue_is_sound(settings: Settings) -> None:
    shown = run(settings, "check")
    assert shown.exit_code == 0, shown.output
    assert " 0 problems" in shown.output


def test_every_revision_is_listed_with_how_sure_its_clauses_are(settings: Settings) -> None:
    listed = {one["id"]: one for one in json.loads(run(settings, "list", "--json").output)}
    furniture = listed[f"{FURNITURE}/2016-07-28"]
    assert furniture["document"] == "Commission Decision (EU) 2016/1332"
    assert furniture["marks"] == {"read": 135, "secondary": 1, "unverified": 1}
    assert "eu-ecolabel/furniture/2016-07-28" in run(settings, "list").output


def test_a_revision_is_shown_as_it_stands_on_a_day(settings: Settings) -> None:
    shown = run(settings, "show", FURNITURE, "--on", "2018-05-01")
    assert "9.5-formaldehyde" in shown.output
    assert "≤ 60 µg/m3" in shown.output
    clauses = json.loads(run(settings, "show", FURNITURE, "--json").output)["clauses"]
    assert clauses[0]["source"]["clause"] == "2.1"


def test_criteria_that_are_not_there_name_what_is(settings: Settings) -> None:
    with pytest.raises(SystemExit, match="2"), errors_explained():
        CliRunner().invoke(criteria, ["show", FURNITURE, "--on", "2010-01-01"], obj=settings, catch_exceptions=False)


def test_a_product_is_judged_with_value_limit_and_reason(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "product.yml").write_text(CHAIR, encoding="utf-8")
    arguments = ("judge", str(tmp_path / "product.yml"), "--criteria", FURNITURE, "--on", "2018-05-01")
    shown = run(settings, *arguments)
    assert shown.exit_code == 1
    assert "0.061 mg/m3" in shown.output
    result = json.loads(run(settings, *arguments, "--json").output)
    (formaldehyde,) = [one for one in result["judgements"] if one["clause"] == "9.5-formaldehyde"]
    assert (result["overall"], formaldehyde["judgement"]) == ("not_met", "not_met")


def test_a_wrong_file_is_told_with_line_and_clause(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "toy" / "furniture" / "2020-01-01.yml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "document: invented\ntitles: {en: a}\nin_force: {from: 2020-01-01}\ncategories: [furniture]\nmark: read\n"
        "clauses:\n"
        '  - {id: "1", clause: "1", title: {en: a}, property: guarantee_period, at_least: 5 kg}\n',
        encoding="utf-8",
    )
    shown = run(settings, "check", str(path))
    assert shown.exit_code == 1
    assert "2020-01-01.yml, line 7, 1: 'kg' is not a unit of this property" in shown.output


@pytest.mark.parametrize("file", ["revision", "cases", "product"])
def test_the_schema_names_every_field(settings: Settings, file: str) -> None:
    schema = json.loads(run(settings, "schema", file).output)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["properties"]


def test_all_criteria_are_published_into_one_folder(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "public"
    shown = run(settings, "publish", "--out", str(out), "--on", "2024-06-01", "--json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.output)
    assert found["files"] == sum(path.is_file() for path in out.rglob("*")) - 1
    assert (out / "en" / "criteria" / FURNITURE / "2016-07-28.html").is_file()
    assert (out / "oscal" / FURNITURE / "2016-07-28.json").is_file()
    assert (out / "untp" / "eu-ecolabel.jsonld").is_file()


def test_a_folder_with_other_files_is_not_published_into(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match="2"), errors_explained():
        CliRunner().invoke(criteria, ["publish", "--out", str(tmp_path)], obj=settings, catch_exceptions=False)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["letter.txt"]


def test_listing_criteria_does_not_load_the_solver() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "import sys, tenring.commands.criteria; print('z3' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "False"

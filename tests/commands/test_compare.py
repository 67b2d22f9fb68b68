from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring import language
from tenring.commands.compare import compare
from tenring.settings import Settings

OLD, NEW = "energy-star/displays/2013-06-01", "energy-star/displays/2020-03-05"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(compare, ["--on", "2021-01-01", *arguments], obj=settings)


def test_two_revisions_in_words_with_products_and_what_is_missing(settings: Settings) -> None:
    found = run(settings, OLD, NEW)
    assert found.exit_code == 0, found.output
    assert f"{OLD} and {NEW}" in found.output
    assert f"A product that passes {OLD} and fails {NEW}" in found.output
    assert "still has to show" in found.output


def test_the_same_as_json(settings: Settings) -> None:
    found = json.loads(run(settings, OLD, NEW, "--json").output)
    assert {"clauses", "relation", "witness", "missing_evidence"} <= set(found)
    assert found["first"] == OLD
    assert all(one["relation"] for one in found["clauses"])
    witnesses = [one["witness"] for one in found["clauses"] if one["witness"]]
    assert witnesses
    assert all(one["judged"][1] == "not_met" for one in witnesses)


def test_in_chinese(settings: Settings) -> None:
    language.use("zh")
    try:
        output = run(settings, OLD, NEW).output
    finally:
        language.use("en")
    assert "持证人仍须证明" in output
    assert "符合" in output


def test_one_against_several(settings: Settings) -> None:
    found = json.loads(run(settings, OLD, NEW, "energy-star/computers", "--json").output)
    assert [one["second"].rsplit("/", 1)[0] for one in found] == ["energy-star/displays", "energy-star/computers"]


def test_the_common_core(settings: Settings) -> None:
    found = run(settings, OLD, NEW, "--core")
    assert "all ask for on_mode_power@product" in found.output
    assert json.loads(run(settings, OLD, NEW, "--core", "--json").output)["revisions"] == [OLD, NEW]


def test_the_path_of_fewest_tests(settings: Settings) -> None:
    found = run(settings, OLD, NEW, "energy-star/computers", "--path")
    first, *rest = [line for line in found.output.splitlines() if line[0].isdigit()]
    assert first.startswith(f"1. {NEW}: 6 more tests")
    assert len(rest) == 1


def test_unknown_criteria_are_named_with_the_way_out(settings: Settings) -> None:
    found = run(settings, OLD, "energy-star/toasters")
    assert "energy-star/toasters" in str(found.exception)

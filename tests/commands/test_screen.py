"""`tenring screen`, `tenring match` and `tenring demo` as a user calls them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.register.build import build
from tenring.settings import Settings

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
SAMPLES = CATALOG / "samples"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    build(Settings(home=folder), source=SAMPLES / "registers", index=lambda _: None)
    return folder


def call(arguments: Sequence[str | Path], home: Path, language: str = "en") -> Result:
    environment = {"TENRING_HOME": str(home), "TENRING_DATA": "", "TENRING_LANGUAGE": language}
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=environment)


def test_screen_prints_verdicts_and_where_the_report_is(home: Path, tmp_path: Path) -> None:
    result = call(["screen", SAMPLES / "purchases.xlsx", "--economy", "cn", "--out", tmp_path / "o"], home)
    assert result.exit_code == 0, result.output
    assert "green" in result.output
    assert "invented samples" in result.output
    assert "report.html" in result.output


def test_screen_prints_json_for_machines(home: Path, tmp_path: Path) -> None:
    result = call(["screen", SAMPLES / "purchases.xlsx", "--economy", "CN", "--out", tmp_path / "o", "--json"], home)
    facts = json.loads(result.stdout)
    assert facts["lines"] == sum(facts["verdicts"].values())
    assert facts["sample"] is True
    assert Path(facts["files"]["html"]).is_file()


def test_screen_ends_with_1_when_rows_were_left_out(home: Path, tmp_path: Path) -> None:
    purchases = tmp_path / "p.csv"
    purchases.write_text(
        "Date,Supplier,Buyer,Item,Amount\n2026-03-01,A,B,copy paper,5\n2026-03-01,A,B,,\n", encoding="utf-8"
    )
    result = call(["screen", purchases, "--out", tmp_path / "o"], home)
    assert result.exit_code == 1, result.output
    assert "problems.csv" in result.output


def test_screen_speaks_chinese(home: Path, tmp_path: Path) -> None:
    arguments = ["screen", SAMPLES / "purchases.xlsx", "--economy", "CN", "--out", tmp_path / "o"]
    assert "绿色" in call(arguments, home, language="zh").output
    assert 'lang="zh' in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["screen", "not-there.csv"], "not-there.csv"),
        (["screen", SAMPLES / "purchases.xlsx", "--economy", "ZZ"], "ZZ is not known"),
        (["screen", SAMPLES / "purchases.xlsx", "--on", "yesterday"], "YYYY-MM-DD"),
        (["screen", SAMPLES / "purchases.xlsx", "--snapshot", "no-such"], "no-such"),
        (["match", "not-there.csv", "neither.csv"], "not-there.csv"),
    ],
)
def test_unusable_input_ends_with_2_and_one_message(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str | Path], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(arguments, home)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_screen_without_a_snapshot_says_how_to_build_one(tmp_path: Path) -> None:
    result = call(["screen", SAMPLES / "purchases.xlsx", "--out", tmp_path / "o"], tmp_path / "empty")
    assert result.exit_code == 2
    assert "tenring register build" in result.stderr


def test_match_ends_with_0_when_something_matches_and_1_when_nothing_does(home: Path, tmp_path: Path) -> None:
    left, right = tmp_path / "left.csv", tmp_path / "right.csv"
    left.write_text("id,name\n1,Sony KDL-40V4100\n", encoding="utf-8")
    right.write_text("id,brand,model\nx,Sony,KDL40V4100\n", encoding="utf-8")
    out = tmp_path / "pairs.csv"
    assert call(["match", left, right, "--out", out], home).exit_code == 0
    right.write_text("id,brand,model\nx,Sony,KDL99V9999\n", encoding="utf-8")
    assert call(["match", left, right, "--out", out, "--json"], home).exit_code == 1


def test_demo_goes_from_registers_to_a_report(tmp_path: Path) -> None:
    result = call(["demo", "--out", tmp_path / "o"], tmp_path / "home")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "o" / "report.html").is_file()


@pytest.mark.parametrize("verb", ["screen", "match", "demo", "prepare", "search"])
def test_every_verb_has_help_with_an_example(home: Path, verb: str) -> None:
    result = call([verb, "--help"], home)
    assert "Example" in result.output
    assert f"tenring {verb}" in result.output

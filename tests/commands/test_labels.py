from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.commands.labels import labels
from tenring.commands.output import errors_explained
from tenring.settings import Settings

BOARD = """product: {name: an invented board, category: wood-panels}
given:
  panel_type: {value: MDF, shown_by: [{kind: declaration}]}
  panel_resin_class: other
  formaldehyde_emission:
    {value: "0.09", unit: ppmv, method: ASTM E1333, shown_by: [{kind: test_report, date: 2024-04-15, accredited: true}]}
"""
PRICES = "property,method,price,currency,days\nformaldehyde_emission,GB 18580 chamber,300.50,EUR,10\n"
WANTED = ("--want", "carb-93120/wood-panels", "--want", "gb-18580/wood-panels", "--on", "2024-06-01")


@pytest.fixture
def board(tmp_path: Path) -> Path:
    path = tmp_path / "product.yml"
    path.write_text(BOARD, encoding="utf-8")
    return path


def run(board: Path, *arguments: str) -> Result:
    return CliRunner().invoke(labels, [str(board), *arguments], obj=Settings(home=board.parent / "home"))


def test_labels_are_shown_with_what_is_missing(board: Path) -> None:
    shown = run(board, "--on", "2024-06-01")
    assert shown.exit_code == 0
    assert "carb-93120/wood-panels" in shown.output


def test_the_cheapest_tests_are_named_priced_and_proven(board: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    shown = run(board, *WANTED, "--prices", str(prices))
    assert shown.exit_code == 0, shown.output
    assert "1 tests, 0 statements; 300.50 EUR; 10 days" in shown.output
    assert "Proven: no other choice from" in shown.output
    found = json.loads(run(board, *WANTED, "--json").output)
    assert [one["reach"] for one in found["labels"]] == ["met", "shown"]
    assert found["tests"][0]["test"]["method"] == "GB 18580 chamber"


def test_a_label_out_of_reach_ends_with_1(board: Path) -> None:
    board.write_text(BOARD.replace("0.09", "0.2"), encoding="utf-8")
    shown = run(board, "--want", "carb-93120/wood-panels", "--on", "2024-06-01")
    assert shown.exit_code == 1
    assert "no test mends that" in shown.output


def test_prices_without_labels_are_refused(board: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    with pytest.raises(SystemExit, match="2"), errors_explained():
        CliRunner().invoke(
            labels, [str(board), "--prices", str(prices)], obj=Settings(home=tmp_path), catch_exceptions=False
        )

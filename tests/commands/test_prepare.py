"""`tenring prepare` as a user meets it: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.commands.prepare import command, read_options
from tenring.exceptions import UnusableInputError


def run(folder: Path, content: str, *arguments: str) -> Result:
    path = folder / "lines.csv"
    path.write_text(content, encoding="utf-8")
    return CliRunner().invoke(command, [str(path), "--out", str(folder / "out"), *arguments])


def test_it_tells_what_it_understood_and_ends_with_zero(tmp_path: Path) -> None:
    result = run(tmp_path, "Item,Amount,Currency,Colour\nPaper,5.25,EUR,white\n")
    assert result.exit_code == 0
    assert "2 rows read: 1 lines, 0 skipped, 0 rejected" in result.output
    assert "not understood" in result.output
    assert "5.25" in result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "problems.csv",
        "problems.parquet",
        "purchases.parquet",
        "understood.json",
    ]


def test_rejected_rows_end_with_one(tmp_path: Path) -> None:
    result = run(tmp_path, "Date,Supplier,Buyer,Item,Amount\n2026-03-01,A,B,Paper,5\n2026-03-01,A,B,,\n")
    assert result.exit_code == 1
    assert "problems.csv" in result.output


def test_unusable_input_ends_with_two_and_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path, "Foo,Bar\n1,2\n")
    assert result.exit_code == 2
    assert "--column description=" in result.stderr
    assert not (tmp_path / "out").exists()


def test_json_is_for_machines(tmp_path: Path) -> None:
    result = run(tmp_path, "Item,Amount,Currency\nPaper,5.25,EUR\n", "--json")
    told = json.loads(result.output)
    assert told["counts"]["lines"] == 1
    assert told["sums"]["lines"] == {"EUR": "5.250000"}


def test_the_reading_options_reach_the_reader(tmp_path: Path) -> None:
    arguments = ("--column", "amount=Paid", "--currency", "eur", "--date-order", "month", "--separator", "semicolon")
    result = run(tmp_path, "Item;Paid;Date\nPaper;5;5/3/2026\n", *arguments, "--json")
    assert json.loads(result.output)["sums"]["lines"] == {"EUR": "5.000000"}


def test_a_column_without_a_header_is_explained() -> None:
    with pytest.raises(UnusableInputError, match="has no header"):
        read_options({"columns": ("amount",)})


def test_help_has_an_example() -> None:
    assert "tenring prepare purchases.xlsx" in CliRunner().invoke(command, ["--help"]).output

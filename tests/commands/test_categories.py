"""`tenring categories` as a user calls it, and screening with a model trained in the test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from screening.learnt.tiny import tiny_model
from tenring.__main__ import tenring
from tenring.screening.learnt.model import save


def call(arguments: Sequence[str | Path], home: Path, **more: str) -> Result:
    environment = {"TENRING_HOME": str(home), "TENRING_DATA": "", "TENRING_LANGUAGE": "en"} | more
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a tiny model of its own."""
    save(tiny_model(), tmp_path / "home" / "models" / "categories.npz")
    return tmp_path / "home"


def test_show_tells_sources_and_size(home: Path) -> None:
    result = call(["categories", "show"], home)
    assert result.exit_code == 0, result.output
    assert "6 categories, threshold 0.90" in result.output
    assert "Apache-2.0" in result.output
    assert json.loads(call(["categories", "show", "--json"], home).output)["leaves"] == 6


def test_explain_names_the_words_that_spoke(home: Path) -> None:
    result = call(["categories", "explain", "fournitures: papier copieur"], home)
    assert result.exit_code == 0, result.output
    assert "copy-paper" in result.output
    assert "papier +" in result.output
    told = json.loads(call(["categories", "explain", "papier copieur", "--json"], home).output)
    assert told["nearest"][0]["words"]["papier"] > 0


def test_an_unsure_guess_is_no_category(home: Path) -> None:
    result = call(["categories", "explain", "qqq www"], home)
    assert "Not sure enough" in result.output
    assert json.loads(call(["categories", "explain", "qqq www", "--json"], home).output)["category"] is None


def test_train_needs_a_folder_that_exists(home: Path) -> None:
    result = call(["categories", "train", "--data", home / "nowhere"], home)
    assert result.exit_code == 2
    assert "nowhere: is not a folder" in result.output


@pytest.mark.parametrize("command", [["categories", "show"], ["categories", "explain", "paper"]])
def test_without_a_model_it_says_how_to_get_one(tmp_path: Path, command: list[str]) -> None:
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    result = call(command, tmp_path, TENRING_CATALOG=str(catalog))
    assert result.exit_code == 2
    assert "there is no category model. Train one" in result.output


def test_a_damaged_model_stops_with_its_name(home: Path, tmp_path: Path) -> None:
    (home / "models" / "categories.npz").write_bytes(b"broken")
    lines = tmp_path / "lines.csv"
    lines.write_text("text,category\npaper,copy-paper\n", encoding="utf-8")
    result = call(["evaluate", "categories", lines], home)
    assert result.exit_code == 2
    assert "categories.npz" in result.output

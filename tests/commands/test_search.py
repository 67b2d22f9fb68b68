from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from register.toy import NOW, Toy, pen
from tenring.commands.search import search
from tenring.register.build import build
from tenring.register.search import build_index

PENS = {"pens": ["Pens", "笔"]}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    toy = Toy.make(tmp_path_factory.mktemp("toy"))
    until = {"From": "2019-01-01", "Until": "2020-12-31"}
    rows = [pen("A-100", Model="Quill 800 Gold", **until), pen("A-200", Model="Quill 900;Quill 910")]
    toy.write("pens 2025-01-01.csv", *rows)
    build(toy.settings, source=toy.source, now=NOW, index=lambda folder: build_index(folder, categories=PENS))
    return toy


def run(toy: Toy, *arguments: str) -> Result:
    return CliRunner().invoke(search, list(arguments), obj=toy.settings)


def test_a_model_is_found_with_the_reason_why(toy: Toy) -> None:
    shown = run(toy, "Quill 900")
    assert shown.exit_code == 0
    assert "A-200" in shown.stdout
    assert "A-100" not in shown.stdout
    assert "is the model Quill 900" in " ".join(shown.stdout.split())
    assert "Categories: pens 1" in shown.stdout


def test_the_date_decides_and_what_it_hid_is_told(toy: Toy) -> None:
    assert run(toy, "Quill 800", "--on", "2020-06-01").exit_code == 0
    shown = run(toy, "Quill 800", "--on", "2021-06-01")
    assert shown.exit_code == 1
    assert "Nothing found for “Quill 800” on 2021-06-01." in shown.stdout
    assert "Without the filters 1 licences match" in shown.stdout
    assert "expired" in run(toy, "Quill 800", "--on", "2021-06-01", "--status", "any").stdout


def test_json_has_everything(toy: Toy) -> None:
    shown = run(toy, "quill", "--on", "2020-06-01", "--status", "active", "--category", "pens", "--json")
    results = json.loads(shown.stdout)
    hit = next(hit for hit in results["hits"] if hit["number"] == "A-100")
    assert (hit["status"], hit["status_from"], hit["status_until"]) == ("active", "2019-01-01", "2021-01-01")
    assert results["facets"]["category"] == {"pens": results["total"]}


def test_a_typing_error_is_told(toy: Toy) -> None:
    assert "Also searched “inkling” for “inklimg”." in run(toy, "inklimg").stdout


def test_a_category_is_found_by_its_name_in_chinese(toy: Toy) -> None:
    assert run(toy, "笔", "--limit", "1").exit_code == 0


def test_most_words_are_told(toy: Toy) -> None:
    assert "No licence has all 3 words; these have at least 2." in run(toy, "inkling quill unheardof").stdout


@pytest.mark.parametrize(
    "arguments", [("pen", "--limit", "5000"), ("pen", "--on", "soon"), ("pen", "--status", "green")]
)
def test_unusable_arguments_end_with_2(toy: Toy, arguments: tuple[str, ...]) -> None:
    shown = run(toy, *arguments)
    assert shown.exit_code == 2
    assert shown.stderr


def test_without_a_snapshot_it_says_how_to_build_one(tmp_path: Path) -> None:
    shown = run(Toy.make(tmp_path), "pen")
    assert shown.exit_code == 2
    assert "tenring register build" in shown.stderr


def test_help_has_an_example(toy: Toy) -> None:
    assert "Example: tenring search" in run(toy, "--help").stdout

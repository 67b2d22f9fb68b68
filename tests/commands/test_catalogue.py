from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalogue.toy import ToyCatalogue
from tenring.__main__ import tenring
from tenring.commands.catalogue import catalogue
from tenring.commands.output import errors_explained
from tenring.settings import Settings


@pytest.fixture
def toy(tmp_path: Path) -> ToyCatalogue:
    return ToyCatalogue.make(tmp_path / "catalog")


def run(toy: ToyCatalogue, *arguments: str) -> Result:
    settings = Settings(home=toy.folder / "home", catalog=toy.folder)
    return CliRunner().invoke(catalogue, list(arguments), obj=settings)


def test_every_command_has_help_with_an_example() -> None:
    for arguments in (["--help"], ["check", "--help"], ["list", "--help"]):
        shown = CliRunner().invoke(tenring, ["catalogue", *arguments])
        assert shown.exit_code == 0
        assert "Example: tenring catalogue" in shown.output


def test_a_sound_catalogue_ends_with_0(toy: ToyCatalogue) -> None:
    shown = run(toy, "check", "--divisions")
    assert shown.exit_code == 0
    assert "categories 3, programmes 1, rules 1" in shown.stdout
    assert "No problems." in shown.stdout


def test_problems_go_to_standard_error_and_end_with_1(toy: ToyCatalogue) -> None:
    toy.change("rules/nz/pens.yml", "category: pens", "category: pencils")
    shown = run(toy, "check")
    assert shown.exit_code == 1
    assert "rules/nz/pens.yml: item A01020000: 'pencils' does not exist." in shown.stderr
    assert "1 problems" in shown.stderr


def test_check_as_json_has_problems_shared_codes_and_coverage(toy: ToyCatalogue) -> None:
    toy.change("categories/funerals.yml", '["98000000"]', '["30110000"]')
    found = json.loads(run(toy, "check", "--json").stdout)
    assert found["problems"] == []
    assert found["shared"] == [
        {"scheme": "ends-in-zeros", "code": "30110000", "categories": ["funerals", "pens"]},
    ]
    assert [one["scheme"] for one in found["schemes"]] == ["ends-in-zeros", "in-pairs", "by-prefix"]


def test_a_catalogue_that_cannot_be_read_ends_with_2(toy: ToyCatalogue, capsys: pytest.CaptureFixture[str]) -> None:
    path = toy.change("categories/pens.yml", "id: pens", "id: pencils")
    with pytest.raises(SystemExit) as ended, errors_explained():
        catalogue(["check"], obj=Settings(catalog=toy.folder), standalone_mode=False)
    assert ended.value.code == 2
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("part", "first", "word"),
    [("categories", "funerals", "Pens"), ("programmes", "toy-label", "Toy Office"), ("rules", "nz/pens", "Act 1")],
)
def test_each_part_is_listed_as_a_table_and_as_json(toy: ToyCatalogue, part: str, first: str, word: str) -> None:
    assert word in run(toy, "list", part).stdout
    assert json.loads(run(toy, "list", part, "--json").stdout)[0]["id"] == first


def test_an_unknown_part_is_refused(toy: ToyCatalogue) -> None:
    assert run(toy, "list", "recipes").exit_code == 2

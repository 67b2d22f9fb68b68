from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from register.toy import Toy, pen
from tenring.commands import register as module
from tenring.commands.register import register
from tenring.exceptions import FetchError
from tenring.register.definition import load_registers
from tenring.register.fetch import FetchedFile, FetchResult, Unfetched


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.setattr("tenring.register.build.search_index", lambda _: lambda _folder: None)
    return Toy.make(tmp_path)


def run(toy: Toy, *arguments: str) -> Result:
    return CliRunner().invoke(register, list(arguments), obj=toy.settings, catch_exceptions=True)


def test_every_command_has_help_with_an_example() -> None:
    for arguments in (["--help"], ["list", "--help"], ["build", "--help"], ["fetch", "--help"]):
        shown = CliRunner().invoke(register, arguments)
        assert shown.exit_code == 0
        assert "Example: tenring register" in shown.output


def test_a_register_that_was_never_read_says_so(toy: Toy) -> None:
    shown = run(toy, "list")
    assert shown.exit_code == 0
    assert "never" in shown.output


def test_build_prints_what_was_read_and_ends_with_1_when_rows_were_rejected(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    first = run(toy, "build", "--from", str(toy.source))
    assert first.exit_code == 0
    assert "1 licences published" in first.output
    toy.write("pens 2025-02-01.csv", pen("1"), pen(""))
    second = run(toy, "build", "--from", str(toy.source), "--json")
    assert second.exit_code == 1
    assert json.loads(second.stdout)["rejected"] == 1
    listed = json.loads(run(toy, "list", "--json").stdout)
    assert [(one["id"], one["licences"], one["rejected"], one["last_read"]) for one in listed] == [
        ("toy", 1, 1, "2025-02-01")
    ]


def test_build_reports_files_that_no_register_knows_on_standard_error(toy: Toy) -> None:
    toy.write("pens 2025-01-01.csv", pen("1"))
    toy.write("rubbers.csv", "x")
    assert "rubbers.csv" in run(toy, "build", "--from", str(toy.source)).stderr


def test_a_date_that_is_none_is_refused(toy: Toy) -> None:
    shown = run(toy, "build", "--from", str(toy.source), "--on", "yesterday")
    assert shown.exit_code == 2
    assert "YYYY-MM-DD" in shown.stderr


def test_fetch_shows_each_file_and_each_list_without_an_address(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_register = load_registers(toy.settings.catalog)["toy"]
    file = FetchedFile(
        register_id="toy",
        list_id="pens",
        address="https://toy.example/pens.csv",
        fetched_at="2026-01-01T00:00:00Z",
        sha256="0",
        bytes=1234,
    )
    answer = ([FetchResult("pens", Path("pens.csv"), file, changed=True)], [Unfetched("withdrawn-pens", "no address")])
    monkeypatch.setattr(module, "fetch", lambda _settings, found, **_options: answer if found == toy_register else None)
    shown = run(toy, "fetch", "toy")
    assert shown.exit_code == 0
    assert "pens: new, 1,234 B" in shown.stdout
    assert "withdrawn-pens" in shown.stderr
    as_json = json.loads(run(toy, "fetch", "toy", "--json").stdout)
    assert as_json["fetched"][0]["address"] == "https://toy.example/pens.csv"


def test_an_unknown_register_is_named(toy: Toy) -> None:
    assert "no register called game" in str(run(toy, "fetch", "game").exception)


def test_a_register_without_open_download_explains_itself() -> None:
    shown = CliRunner().invoke(register, ["fetch", "eprel"])
    assert isinstance(shown.exception, FetchError)
    assert "needs a key" in str(shown.exception)

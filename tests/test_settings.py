from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from tenring.exceptions import UnusableInputError
from tenring.settings import VARIABLES, Settings, from_environment


def test_without_any_variable_every_field_has_a_working_default() -> None:
    settings = from_environment({})
    assert settings.data is None
    assert (settings.catalog / "categories").is_dir()
    assert settings.threads >= 1


def test_every_field_can_be_set_and_is_explained() -> None:
    assert {field for field, _, _ in VARIABLES.values()} == {field.name for field in fields(Settings)}
    # DATABASE_URL is the name that hosts of applications give it.
    assert all(
        (name.startswith("TENRING_") or name == "DATABASE_URL") and meaning
        for name, (_, _, meaning) in VARIABLES.items()
    )


def test_a_variable_is_read_as_the_type_of_its_field(tmp_path: Path) -> None:
    settings = from_environment(
        {"TENRING_HOME": str(tmp_path), "TENRING_DATA": "data", "TENRING_THREADS": "4", "TENRING_MEMORY": "512MiB"}
    )
    assert settings.home == tmp_path
    assert settings.data == Path("data")
    assert settings.threads == 4
    assert settings.memory == "512MiB"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert from_environment({"TENRING_DATA": "", "TENRING_THREADS": ""}) == from_environment({})


def test_a_number_that_is_none_names_the_variable_and_the_way_out() -> None:
    with pytest.raises(UnusableInputError) as error:
        from_environment({"TENRING_MAX_ROWS": "many"})
    assert "TENRING_MAX_ROWS" in str(error.value)
    assert "'many'" in str(error.value)
    assert "Set it to a number or remove it" in str(error.value)


def test_without_an_argument_the_real_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENRING_MAX_CELL_CHARS", "77")
    assert from_environment().max_cell_chars == 77


def test_snapshots_and_fetched_files_live_in_the_home_and_samples_in_the_catalogue(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, catalog=tmp_path / "catalog")
    assert settings.snapshots == tmp_path / "snapshots"
    assert settings.fetched == tmp_path / "fetched"
    assert settings.samples == tmp_path / "catalog" / "samples"

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from tenring.exceptions import UnusableInputError
from tenring.settings import SECRETS, VARIABLES, Settings, from_environment


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


# secrets


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file_and_is_never_shown(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("correct-horse-battery\n# who made it\n", encoding="utf-8")
    settings = from_environment({f"{name}_FILE": str(tmp_path / "secret")})
    assert getattr(settings, VARIABLES[name][0]) == "correct-horse-battery"
    assert "correct-horse" not in repr(settings)


def test_what_is_said_plainly_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("in the file", encoding="utf-8")
    found = from_environment({"DATABASE_URL": "said", "DATABASE_URL_FILE": str(tmp_path / "secret")})
    assert found.database_url == "said"


@pytest.mark.parametrize("content", [None, "", "\n", b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_names_variable_and_file(content: str | bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnusableInputError, match="DATABASE_URL_FILE") as error:
        from_environment({"DATABASE_URL_FILE": str(file)})
    assert str(file) in str(error.value)


def test_only_secrets_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("evil.example", encoding="utf-8")
    assert from_environment({"TENRING_HOSTS_FILE": str(tmp_path / "hosts")}) == from_environment({})


def test_log_format_and_level_are_among_those_known() -> None:
    assert from_environment({"TENRING_LOG_FORMAT": "JSON", "TENRING_LOG_LEVEL": "Debug"}).log_format == "json"
    for name in ("TENRING_LOG_FORMAT", "TENRING_LOG_LEVEL"):
        with pytest.raises(UnusableInputError, match=name):
            from_environment({name: "loud"})

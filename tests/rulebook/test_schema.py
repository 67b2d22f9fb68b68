"""The published JSON Schema accepts what the loader accepts, and refuses what an editor should mark."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tenring.rulebook.library import CASES, FOLDER, revision_files
from tenring.rulebook.schema import FILES, json_schema, reference

CATALOG = Path(__file__).resolve().parents[2] / "catalog"


class JsonTypes(yaml.SafeLoader):
    """YAML 1.2 as editors read it: `on` is a word, days are texts, numbers and true and false are such."""


JsonTypes.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(("timestamp", "bool"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
JsonTypes.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


def as_an_editor_reads(path: Path) -> Any:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=JsonTypes)  # noqa: S506 - a safe loader
    return json.loads(json.dumps(content))


@pytest.mark.parametrize("file", FILES)
def test_it_is_a_schema(file: str) -> None:
    Draft202012Validator.check_schema(json_schema(file))


@pytest.mark.parametrize("path", list(revision_files(CATALOG)), ids=lambda path: "/".join(path.parts[-3:]))
def test_every_revision_keeps_it(path: Path) -> None:
    errors = Draft202012Validator(json_schema("revision")).iter_errors(as_an_editor_reads(path))
    assert [one.message for one in errors] == []


@pytest.mark.parametrize("path", sorted((CATALOG / FOLDER).glob(f"*/*/{CASES}")), ids=lambda path: path.parent.name)
def test_every_file_of_cases_keeps_it(path: Path) -> None:
    errors = Draft202012Validator(json_schema("cases")).iter_errors(as_an_editor_reads(path))
    assert [one.message for one in errors] == []


def test_an_unknown_word_is_marked() -> None:
    (path, *_) = revision_files(CATALOG)
    content = as_an_editor_reads(path)
    content["clauses"][0]["at_moost"] = "1 g/L"
    assert not Draft202012Validator(json_schema("revision")).is_valid(content)


def test_the_reference_explains_every_part() -> None:
    parts = list(reference())
    assert [name for name, _, _ in parts[:3]] == ["Revision", "Clause", "Test"]
    assert [name for name, meaning, _ in parts if not meaning] == []

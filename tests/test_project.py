"""The project's own files: what a newcomer, an installer and a release rely on."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import tenring

REPOSITORY = Path(__file__).resolve().parents[1]
#: Names that say nothing about what is inside.
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base2", "stuff"}
REQUIREMENTS = sorted((REPOSITORY / "requirements").glob("*.txt"))


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def test_the_version_has_an_entry_in_the_changelog() -> None:
    versions = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2}|unreleased)$", text_of("CHANGELOG.md"), re.MULTILINE
    )
    assert versions[0][0] == tenring.__version__


def test_the_licence_is_apache_2_and_said_everywhere() -> None:
    assert "Apache License" in text_of("LICENSE")
    assert "Version 2.0" in text_of("LICENSE")
    assert 'license = "Apache-2.0"' in text_of("pyproject.toml")
    assert all("[Apache-2.0](LICENSE)" in text_of(name) for name in ("README.md", "README.zh.md"))


@pytest.mark.parametrize("folder", ["src", "tests", "catalog", "docs", "benchmarks"])
def test_every_module_has_a_name_that_says_something(folder: str) -> None:
    modules = [path for path in (REPOSITORY / folder).rglob("*.py") if "__pycache__" not in path.parts]
    assert [path for path in modules if NAMELESS & {path.stem, *path.relative_to(REPOSITORY).parts}] == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_place_to_load_from(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    pins = [number for number, line in enumerate(lines) if re.match(r"[A-Za-z0-9]", line)]
    assert pins
    for number in pins:
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[^\]]+\])?==[^ ]+ \\", lines[number]), lines[number]
        assert lines[number + 1].strip().startswith("--hash=sha256:")
    assert not [line for line in lines if re.search(r"index-url|trusted-host|find-links|https?://", line)]


def test_what_runs_needs_no_more_than_what_develops() -> None:
    runtime, develop = (
        set(re.findall(r"^(\S+==\S+) ", text_of(f"requirements/{name}.txt"), re.MULTILINE))
        for name in ("runtime", "develop")
    )
    assert runtime <= develop


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_opens_with_the_two_commands(name: str) -> None:
    lines = [line for line in text_of(name).splitlines() if line.strip()]
    assert lines[0].startswith("# Tenring")
    assert [lines[1], lines[4]] == ["```sh", "```"]
    assert [line.partition("#")[0].strip() for line in lines[2:4]] == ["make run", "make test"]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_says_what_each_target_does() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", text_of("Makefile"), re.MULTILINE)
    assert targets is not None
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"],  # noqa: S607 - make of the user's path
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    documented = dict(re.findall(r"^([\w-]+)\s+(\S.*)$", printed.stdout, re.MULTILINE))
    assert sorted(documented) == sorted(targets[1].split())


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = REPOSITORY / ".ci" / "run"
    text = text_of(".ci/run")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert script.stat().st_mode & 0o111
    for command in ("make setup", "make check", "make docs", "make run", "make test-postgresql"):
        assert f"\n{command}\n" in text or f" {command}\n" in text
    assert text.rstrip().endswith("make test"), "pytest's last line is the last one printed"


def test_nothing_in_the_project_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX:|HACK)\b")
    sources = [
        path
        for folder in ("src", "docs", "catalog")
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in {".py", ".md", ".yml"}
    ]
    assert [path for path in sources if later.search(path.read_text(encoding="utf-8"))] == []

"""`tenring confirm`, `tenring reject` and `tenring decisions`, from a screening to the next one."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring
from tenring.register.build import build
from tenring.settings import Settings

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
SAMPLES = CATALOG / "samples"
Answers = dict[str, dict[str, object]]

BY = ("--who", "Li Wei", "--why", "looked at the label")


def call(arguments: Sequence[str | Path], home: Path, **environment: str) -> Result:
    given = {"TENRING_HOME": str(home), "TENRING_DATA": "", "TENRING_LANGUAGE": "en", "TENRING_WHO": ""} | environment
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=given)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build(Settings(home=home), source=SAMPLES / "registers", index=lambda _: None)
    return home


@pytest.fixture(scope="module")
def before(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answers]:
    """The folder and answers of a screening without any decision."""
    out = tmp_path_factory.mktemp("before") / "out"
    return out, screened(snapshot, out)


@pytest.fixture
def home(snapshot: Path, tmp_path: Path) -> Path:
    """A home of one's own with the snapshot of all tests."""
    own = tmp_path / "home"
    own.mkdir()
    (own / "snapshots").symlink_to(snapshot / "snapshots")
    return own


def screened(home: Path, out: Path) -> Answers:
    """Screen the sample purchases; the answers by line id."""
    result = call(["screen", SAMPLES / "purchases.xlsx", "--economy", "CN", "--on", "2026-07-01", "--out", out], home)
    assert result.exit_code in (0, 1), result.output
    (out / "console.txt").write_text(result.output, encoding="utf-8")
    return {line["line_id"]: line for line in pq.read_table(out / "lines.parquet").to_pylist()}


def first(lines: Answers, verdict: str) -> str:
    return next(name for name, line in lines.items() if line["verdict"] == verdict)


def test_a_rejected_match_is_gone_and_comes_back_when_undone(
    home: Path, tmp_path: Path, before: tuple[Path, Answers]
) -> None:
    out, (old, answers) = tmp_path / "out", before
    line = first(answers, "green")
    assert call(["reject", old, line, "--match", *BY], home).exit_code == 0
    after = screened(home, out)
    assert after[line]["licence_id"] != answers[line]["licence_id"]
    assert "a person rejected" in str(after[line]["explanation"])
    assert "1 decisions of people were used" in (out / "console.txt").read_text(encoding="utf-8")
    assert call(["decisions", "undo", "1", *BY], home).exit_code == 0
    assert screened(home, out) == answers


def test_a_confirmed_match_is_green_only_while_the_licence_is_valid(
    home: Path, tmp_path: Path, before: tuple[Path, Answers]
) -> None:
    old, answers = before
    missed, green = first(answers, "missed"), first(answers, "green")
    lapsed = next(name for name, line in answers.items() if line["licence_status"] == "expired")
    told = call(["confirm", old, missed, "--match", "--id", str(answers[green]["licence_id"]), *BY], home)
    assert "confirmed as licence" in told.output
    assert call(["confirm", old, lapsed, "--match", *BY], home).exit_code == 0
    after = screened(home, tmp_path / "out")
    assert after[missed]["rung"] == "confirmed"
    assert (after[lapsed]["verdict"], after[lapsed]["rung"]) == ("lapsed", "confirmed")


def test_a_confirmed_category_is_given_to_the_same_product(
    home: Path, tmp_path: Path, before: tuple[Path, Answers]
) -> None:
    old, answers = before
    line = first(answers, "unclassified")
    assert call(["confirm", old, line, "--category", "--id", "copy-paper", *BY], home).exit_code == 0
    after = screened(home, tmp_path / "out")
    assert (after[line]["category"], after[line]["category_by"]) == ("copy-paper", "confirmed")


def test_decisions_are_listed_exported_and_imported(home: Path, tmp_path: Path, before: tuple[Path, Answers]) -> None:
    labelled, other, (out, answers) = tmp_path / "labelled.csv", tmp_path / "other", before
    line = first(answers, "green")
    call(["confirm", out, line, "--match", "--why", "seen"], home, TENRING_WHO="Ana")
    call(["reject", out, line, "--category", *BY], home)
    listed = json.loads(call(["decisions", "list", "--json"], home).stdout)
    assert [(one["decided"], one["who"]) for one in listed] == [("confirmed", "Ana"), ("rejected", "Li Wei")]
    assert "Ana" in call(["decisions", "list"], home).output
    assert call(["decisions", "export", labelled, "--kind", "match"], home).exit_code == 0
    assert call(["evaluate", "matches", labelled], home).exit_code == 0
    with labelled.open(encoding="utf-8", newline="") as stream:
        assert [row["label"] for row in csv.DictReader(stream)] == ["1"]
    assert "1 of 1 decisions added" in call(["decisions", "import", labelled], other).output
    assert "0 of 1 decisions added" in call(["decisions", "import", labelled], other).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["LINE", *BY], "Use --match or --category"),
        (["LINE", "--match", "--why", "x"], "TENRING_WHO"),
        (["no-such-line", "--match", *BY], "has no line no-such-line"),
        (["LINE", "--match", "--id", "no:such", *BY], "has no licence no:such"),
        (["LINE", "--category", "--id", "nonsense", *BY], "category nonsense is not known"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_recorded(
    home: Path, before: tuple[Path, Answers], arguments: list[str], message: str
) -> None:
    out, answers = before
    line = first(answers, "green")
    result = call(["confirm", out, *(line if word == "LINE" else word for word in arguments)], home)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert not (home / "decisions.sqlite").exists()


def test_a_folder_that_is_no_screening_and_a_number_that_does_not_count_are_refused(home: Path, tmp_path: Path) -> None:
    result = call(["confirm", tmp_path, "x", "--match", *BY], home)
    assert "is not the folder of a screening" in result.stderr
    assert "No decision 7 counts now" in call(["decisions", "undo", "7", *BY], home).stderr


def test_chinese_users_are_told_in_chinese(home: Path, before: tuple[Path, Answers]) -> None:
    out, answers = before
    line = first(answers, "green")
    result = call(["reject", out, line, "--match", *BY], home, TENRING_LANGUAGE="zh")
    assert "已否定" in result.output

"""`tenring evaluate` as a user calls it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenring.__main__ import tenring

LABELLED = """label,left_title,left_brand,right_title,right_brand,right_model
1,Sony television KDL-40V4100,Sony,LCD television,Sony,KDL40V4100
0,Sony television KDL-40V4100,Sony,LCD television,Sony,KDL46V4100
1,a chair,,=another chair,,
"""


def call(arguments: Sequence[str | Path], home: Path, language: str = "en") -> Result:
    environment = {"TENRING_HOME": str(home), "TENRING_DATA": "", "TENRING_LANGUAGE": language}
    return CliRunner().invoke(tenring, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    path.write_text(LABELLED, encoding="utf-8")
    return path


def test_matches_prints_every_measure_and_the_errors(labelled: Path, tmp_path: Path) -> None:
    result = call(["evaluate", "matches", labelled, "--cost-of-false-green", "3", "--threshold", "0.9"], tmp_path)
    assert result.exit_code == 0, result.output
    told_all = (
        "3 pairs, 2 of them matches",
        "precision",
        "as much as 3 matches not found",
        "Best F1",
        "calibration error",
    )
    for told in told_all:
        assert told in result.output
    assert "row 4, not found" in result.output


def test_matches_writes_the_errors_and_the_plot(labelled: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    for plot, begins in ((tmp_path / "plot.svg", "<svg"), (tmp_path / "plot.html", "<!doctype html>")):
        result = call(
            ["evaluate", "matches", labelled, "--threshold", "0.9", "--plot", plot, "--errors", errors], tmp_path
        )
        assert result.exit_code == 0, result.output
        assert plot.read_text(encoding="utf-8").startswith(begins)
    with errors.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["row"], row["label"], row["right_name"]) == ("4", "1", "'=another chair")


def test_matches_prints_json_for_machines(labelled: Path, tmp_path: Path) -> None:
    facts = json.loads(call(["evaluate", "matches", labelled, "--json", "--thresholds", "0.5"], tmp_path).stdout)
    assert (facts["pairs"], facts["at"]["right"], facts["at"]["missed"]) == (3, 2, 0)
    assert (facts["green"]["right"], facts["green"]["missed"]) == (1, 1)
    assert [one["threshold"] for one in facts["thresholds"]] == [0.4, 0.5, 0.9]
    assert (facts["at"]["threshold"], facts["green"]["threshold"]) == (0.4, 0.9)
    assert len(facts["calibration"]["bins"]) == 10


def test_categories_prints_figures_by_language(tmp_path: Path) -> None:
    path, plot, errors = tmp_path / "lines.csv", tmp_path / "p.svg", tmp_path / "e.csv"
    path.write_text(
        "text,category,language\ncopy paper,copy-paper,en\n复印纸,copy-paper,zh\ncopy paper,desktop-computers,en\n",
        encoding="utf-8",
    )
    result = call(["evaluate", "categories", path, "--plot", plot, "--errors", errors], tmp_path)
    assert result.exit_code == 0, result.output
    for told in ("3 lines", "top-3", "zh", "instead of desktop-computers"):
        assert told in result.output
    assert plot.is_file()
    assert len(errors.read_text(encoding="utf-8").splitlines()) == 2
    facts = json.loads(call(["evaluate", "categories", path, "--json"], tmp_path).stdout)
    assert facts["all"]["right"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--threshold", "2"], "2"),
        (["--thresholds", "high"], "0.8,0.9"),
        (["--cost-of-false-green", "0"], "above 0"),
        (["--cost-of-false-green", "dear"], "above 0"),
        (["--plot", "plot.png"], ".svg or .html"),
    ],
)
def test_a_wrong_option_ends_with_2_and_says_how(
    labelled: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    result = call(["evaluate", "matches", labelled, *options], tmp_path)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_missing_file_ends_with_2(tmp_path: Path) -> None:
    for kind in ("matches", "categories"):
        result = call(["evaluate", kind, tmp_path / "none.csv"], tmp_path)
        assert result.exit_code == 2
        assert "none.csv: cannot be opened" in result.stderr

"""Limits hold for every file that is read, whichever command reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tenring.__main__ import tenring

ROWS = "left_title,right_title,label\n" + "one,one,1\n" * 20
COMMANDS = (
    ("match", "FILE", "FILE"),
    ("evaluate", "matches", "FILE"),
    ("evaluate", "categories", "FILE"),
    ("decisions", "import", "FILE"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TENRING_MAX_FILE_BYTES", "100", "bytes, more than the limit of 100"),
        ("TENRING_MAX_ROWS", "10", "21 rows, more than the limit of 10"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_the_setting_to_raise(
    command: tuple[str, ...], setting: str, value: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "labelled.csv"
    path.write_text(ROWS, encoding="utf-8")
    arguments = [str(path) if word == "FILE" else word for word in command]
    done = CliRunner().invoke(tenring, arguments, env={setting: value, "TENRING_HOME": str(tmp_path / "home")})
    assert done.exit_code == 2
    assert said in done.output
    assert setting in done.output

"""Run the commands of the READMEs and the tutorial and write below each what it printed.

`python docs/readme.py` rewrites the blocks that begin with ```console; a test fails when they are not what is printed.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from tenring import language
from tenring.__main__ import tenring

REPOSITORY = Path(__file__).resolve().parents[1]
#: Page -> the language its reader's computer speaks. They are run in this order, in one home.
PAGES = {"README.md": "en", "docs/tutorial.md": "en", "README.zh.md": "zh"}
MOST_LINES = 16
WIDEST = 150
#: A line that begins with this many spaces is the centred title of a table.
CENTRED = 10

BLOCK = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n.*?^```$", re.MULTILINE | re.DOTALL)
_BORDER = re.compile(r"^[\s┏┳━┓┡╇┩└┴─┘├┼┤]+$")
_SNAPSHOT = re.compile(r"\d{8}T\d{6}-\d+")


def commands(text: str) -> list[str]:
    """The commands that a README shows with their output, in order."""
    return [block["command"] for block in BLOCK.finditer(text)]


def written() -> dict[str, str]:
    """All pages with fresh output below every command."""
    with _empty_home() as runner:
        return {name: _written(runner, name, spoken) for name, spoken in PAGES.items()}


def _written(runner: CliRunner, name: str, spoken: str) -> str:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    return BLOCK.sub(
        lambda block: f"```console\n$ {block['command']}\n{_printed(runner, block['command'], spoken)}\n```", text
    )


@contextmanager
def _empty_home() -> Iterator[CliRunner]:
    """A folder that looks like the checkout, with a home of its own; the runner runs commands in it."""
    before = Path.cwd()
    unset = dict.fromkeys((name for name in os.environ if name.startswith("TENRING_")), None)
    with tempfile.TemporaryDirectory() as folder:
        for part in ("catalog", "docs"):
            (Path(folder) / part).symlink_to(REPOSITORY / part)
        os.chdir(folder)
        try:
            yield CliRunner(env=unset | {"TENRING_HOME": f"{folder}/home"})
        finally:
            os.chdir(before)
            language.use("en")


def _printed(runner: CliRunner, command: str, spoken: str) -> str:
    words = ["demo"] if command == "make run" else shlex.split(command)[1:]
    result = runner.invoke(tenring, words, env={"TENRING_LANGUAGE": spoken})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    lines = [shown for line in result.output.splitlines() if (shown := _shown(line))]
    return "\n".join([*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])])


def _shown(line: str) -> str:
    """A line without the borders of tables, and with a name in place of the moment of the build; "" to leave it out."""
    if _BORDER.match(line):
        return ""
    plain = _SNAPSHOT.sub("SNAPSHOT", re.sub(r" ?[┃│] ?", " ", line)).rstrip()[:WIDEST].rstrip()
    if line[0] in "┃│":
        return plain.removeprefix(" ")
    return plain.lstrip() if plain.startswith(" " * CENTRED) else plain


def main() -> None:
    """Rewrite the pages."""
    for name, text in written().items():
        (REPOSITORY / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}: {len(commands(text))} commands\n")


if __name__ == "__main__":
    main()

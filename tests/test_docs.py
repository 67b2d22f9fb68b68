"""The documentation says what the code does: nothing is undocumented, no link broken, no shown command made up."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

from tenring.__main__ import tenring
from tenring.model.licence import Status
from tenring.model.verdict import Obligation, Rung, Verdict
from tenring.settings import VARIABLES

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
ROOT_PAGES = ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_SHELL = re.compile(r"^```(?:sh|console|)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    return script("generate")


@pytest.fixture(scope="module")
def generated(generate: ModuleType) -> dict[str, str]:
    return {name: make() for name, make in generate.pages().items()}


def pages() -> list[Path]:
    """Pages that are kept in the repository: the generated ones are not."""
    ignored = {line.strip("/") for line in (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()}
    found = [REPOSITORY / name for name in ROOT_PAGES] + sorted(DOCS.rglob("*.md"))
    return [page for page in found if page.relative_to(REPOSITORY).as_posix() not in ignored]


def every_command() -> Iterator[tuple[str, click.Command]]:
    for words, command in script("generate").every_command():
        yield " ".join(words), command


COMMANDS = dict(every_command())


# the reference


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_all_its_options_are_documented(name: str, generated: dict[str, str]) -> None:
    page = generated["commands.md"]
    section = re.split(r"^#{2,3} ", page.split(f" {name}\n", 1)[1], flags=re.MULTILINE)[0]
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default, f"{name} {parameter.opts[0]} has no help text"
            assert parameter.opts[-1] in section


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_an_example_that_works(name: str) -> None:
    command = COMMANDS[name]
    text = f"{command.help}\n{command.epilog or ''}"
    assert "Example" in text
    examples = re.findall(r"tenring (?:[a-z-]+ ?)[^\n,]*", text.split("Example", 1)[1])
    assert examples
    for example in examples:
        assert_accepted(example)


def test_every_setting_is_documented(generated: dict[str, str]) -> None:
    assert all(f"`{name}`" in generated["settings.md"] for name in VARIABLES)


def test_every_table_and_column_has_a_meaning(generate: ModuleType, generated: dict[str, str]) -> None:
    meanings = yaml.safe_load((DOCS / "reference" / "columns.yml").read_text(encoding="utf-8"))
    assert {table: list(columns) for table, columns in meanings.items()} == {
        table: schema.names for table, schema in generate.every_table().items()
    }
    assert all(f"## {table.lower()}" in generated["tables.md"] for table in meanings)


def test_the_numbers_of_the_matcher_are_all_shown_with_their_reasons(generated: dict[str, str]) -> None:
    from tenring.matching.v1 import weights  # noqa: PLC0415 - next to what it is compared with

    rules = (*weights.AGAINST_MODEL, *weights.AGAINST_NUMBER, *weights.AGAINST_TEXT, *weights.HOLDS_TEXT)
    for name in (*weights.BASE, *(rule.name for rule in rules), "THRESHOLD"):
        assert f"`{name}`" in generated["weights.md"]
    assert all(rule.why in generated["weights.md"] for rule in rules)


def test_every_cell_of_role_and_action_and_every_guarded_address_is_shown(generated: dict[str, str]) -> None:
    from tenring.web.accounts.addresses import ADDRESSES, Open  # noqa: PLC0415 - next to what it is compared with
    from tenring.web.accounts.roles import ALLOWED, Action, Role  # noqa: PLC0415 - likewise

    roles, _, addresses = generated["permissions.md"].partition("## What each address needs")
    rows = {line.rsplit("`", 2)[1]: line for line in roles.splitlines() if line.endswith("` |")}
    for action in Action:
        cells = [cell.strip() for cell in rows[action.value].strip("|").split("|")][1:-1]
        assert cells == ["yes" if action in ALLOWED[role] else "–" for role in Role]
    assert [one for one in ADDRESSES if addresses.count(f"`{one}`") < 1] == []
    assert all(
        f"| `{one}` | `{one.needs.value}` |" in addresses for one in ADDRESSES if one.needs is not Open.EVERYBODY
    )


def test_every_file_of_the_catalogue_is_listed(generated: dict[str, str]) -> None:
    for kind in ("programmes", "rules", "categories"):
        folder = REPOSITORY / "catalog" / kind
        ids = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yml")]
        assert not [name for name in ids if name != "schemes" and name not in generated[f"{kind}.md"]]


def test_no_generated_page_is_kept_in_the_repository(generated: dict[str, str]) -> None:
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()
    assert [name for name in generated if f"/docs/reference/{name}" not in ignored] == []


@pytest.mark.parametrize("words", [Verdict, Status, Obligation, Rung])
def test_every_word_of_the_model_is_explained(words: type[Verdict]) -> None:
    page = (DOCS / "concepts" / "words.md").read_text(encoding="utf-8")
    assert [word.value for word in words if f"`{word.value}`" not in page] == []


# links and navigation


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_no_link_is_broken(page: Path, generated: dict[str, str]) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = [link for link in _LINK.findall(text) if not leads_somewhere(page, link, generated)]
    assert broken == []


def leads_somewhere(page: Path, link: str, generated: dict[str, str]) -> bool:
    if re.match(r"https?://|mailto:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if target.parent == DOCS / "reference" and target.name in generated:
        return page.is_relative_to(DOCS)
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_navigation_names_every_page_and_only_pages(generated: dict[str, str]) -> None:
    site = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))
    written = {page.relative_to(DOCS).as_posix() for page in pages() if page.is_relative_to(DOCS)}
    included = {"reference/weights.md"}
    assert sorted(in_navigation(site["nav"])) == sorted(
        (written | {f"reference/{name}" for name in generated}) - included
    )
    assert site["theme"]["font"] is False, "the site must load nothing from elsewhere"


def in_navigation(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from in_navigation(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from in_navigation(value)


# shown commands


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_shown_command_exists(page: Path) -> None:
    for line in shown_commands(page.read_text(encoding="utf-8")):
        assert_accepted(line)


def shown_commands(text: str) -> list[str]:
    lines = [line.removeprefix("$ ").strip() for block in _SHELL.findall(text) for line in block.splitlines()]
    return [line for line in lines if line.startswith("tenring ") and "…" not in line and "──" not in line]


def assert_accepted(line: str) -> None:
    """The command line is one that click accepts: its verb and every option exist (files need not)."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = tenring
    path = "tenring"
    while isinstance(command, click.Group):
        while words and words[0].startswith("--"):
            option, words = words[0], words[1:]
            assert option in option_names(command), f"{line!r}: {path} has no option {option}"
            words = words if option in ("--version", "--help") else words[1:]
        if not words:
            return
        known = command.get_command(click.Context(command), words[0])
        assert known is not None, f"{line!r}: there is no command {path} {words[0]}"
        command, path, words = known, f"{path} {words[0]}", words[1:]
    unknown = {word.partition("=")[0] for word in words if word.startswith("--")} - option_names(command)
    assert not unknown, f"{line!r}: {path} has no option {', '.join(unknown)}"


def option_names(command: click.Command) -> set[str]:
    return {"--help", *(name for parameter in command.params for name in parameter.opts)}


def test_both_readmes_show_the_same_commands() -> None:
    readme = script("readme")
    english, chinese = [(REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]
    assert readme.commands(english) == readme.commands(chinese)
    assert len([line for line in readme.commands(english) if line.startswith("tenring ")]) == 10
    assert [strip_comment(line) for line in shown_commands(english)] == [
        strip_comment(line) for line in shown_commands(chinese)
    ]


def strip_comment(line: str) -> str:
    return line.partition(" #")[0].strip()


def test_the_shown_output_is_what_the_commands_print() -> None:
    outdated = [
        name
        for name, text in script("readme").written().items()
        if text != (REPOSITORY / name).read_text(encoding="utf-8")
    ]
    assert outdated == [], "write the present output into them: .venv/bin/python docs/readme.py"

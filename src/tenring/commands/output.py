"""How every command speaks: results on standard output, progress and errors on standard error, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import IntEnum
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tenring.exceptions import TenringError
from tenring.language import T
from tenring.model.plain import plain
from tenring.settings import Settings, from_environment

#: Called by long work with (what is being done, done, of how many; 0 when not known).
Report = Callable[[str, int, int], None]


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    NEGATIVE = 1
    """The answer is negative, or some rows were rejected."""
    UNUSABLE = 2
    """Unusable input; nothing was written."""


def console() -> Console:
    """Standard output for tables; plain and wide enough for whole rows when it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, soft_wrap=False)


def print_json(value: object) -> None:
    """Print `value` (dataclasses, dates, decimals, paths allowed) as JSON, Chinese unescaped."""
    click.echo(json.dumps(value, default=plain, ensure_ascii=False, indent=2))


@contextmanager
def progress() -> Iterator[Report | None]:
    """A progress bar on standard error while the block runs; None (no bar) when that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield report


@contextmanager
def errors_explained() -> Iterator[None]:
    """Turn an error that a user can act on into one message on standard error and exit code 2."""
    try:
        yield
    except TenringError as error:
        click.echo(T("Error: {message}", message=str(error)), err=True)
        raise SystemExit(Exit.UNUSABLE) from error


def settings_of(context: click.Context) -> Settings:
    """The settings of this run (put there by the `tenring` group, or read from the environment)."""
    found = context.find_object(Settings)
    return found if found is not None else from_environment()


def as_json(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option every command has: `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)


class DateOption(click.ParamType[date]):
    """A day written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401 - click's own signature
        """Read the day, or tell how to write it."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=value), param, ctx)


DATE = DateOption()


def counts(values: Mapping[str, int]) -> str:
    """Counts in one line: `green 12, missed 3`."""
    return ", ".join(f"{name} {count:,}" for name, count in values.items())

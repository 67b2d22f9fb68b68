"""`tenring screen`: what of these purchases was green, and a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.commands.output import DATE, Exit, as_json, console, errors_explained, print_json, progress, settings_of
from tenring.commands.prepare import read_options, reading_options
from tenring.language import T
from tenring.screening.run import Request, Screened
from tenring.screening.run import screen as run_screening
from tenring.screening.stored import Places, at_hand
from tenring.settings import ENGINES, Settings


@click.command("screen")
@click.argument("files", nargs=-1, required=True)
@click.option("--economy", help="Economy whose rules apply: CN, EU, JP … (default: no rules, every programme counts).")
@click.option("--on", type=DATE, help="Day on which lines without a date are judged (default: today).")
@click.option("--out", help="Folder for the results, or its address (default: tenring-out/<file>).")
@click.option("--snapshot", help="Name of a snapshot, or the address of its folder (default: the newest).")
@click.option("--title", help="Title of the report (default: the files' names).")
@click.option("--engine", type=click.Choice(ENGINES), help="What runs the steps: duckdb (default) or spark.")
@click.option("--spark-master", help="Where Spark runs: local[2], spark://host:7077 … (default: on this machine).")
@click.option(
    "--partitions", type=click.IntRange(min=1), help="Divide the lines into so many parts (default: by memory)."
)
@reading_options
@as_json
@click.pass_context
def screen(context: click.Context, /, files: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - click's own
    """Screen purchase files: obligations, matches, verdicts and a report.

    Files, snapshot and result may be at addresses of object storage: s3://bucket/lines.csv, gs://…, abfs://…

    Example: tenring screen purchases.xlsx --economy CN --out report
    """
    places = Places(files, given["out"], given["snapshot"])
    with (
        errors_explained(),
        progress() as report,
        at_hand(places, settings := _settings(context, given)) as here,
    ):
        request = Request(
            files=here.files,
            on=given["on"] or today(),
            out=here.out,
            economy=given["economy"].upper() if given["economy"] else None,
            options=read_options(given),
            snapshot=here.snapshot,
            title=given["title"],
            partitions=given["partitions"],
        )
        screened = run_screening(request, settings=settings, progress=report)
    if given["as_json"]:
        print_json(_facts(screened, here.told))
    else:
        show(screened, told=here.told)
    context.exit(Exit.NEGATIVE if screened.prepared.counts.rejected else Exit.DONE)


def _settings(context: click.Context, given: Mapping[str, Any]) -> Settings:
    chosen = {name: given[name] for name in ("engine", "spark_master") if given[name]}
    return replace(settings_of(context), **chosen)


def today() -> date:
    """The day of the command: the one place where the clock is read."""
    return datetime.now().astimezone().date()


def _facts(screened: Screened, told: Callable[[Path], str]) -> dict[str, object]:
    return {
        "folder": told(screened.folder),
        "snapshot": screened.snapshot,
        "sample": screened.sample,
        "lines": screened.lines,
        "rejected": screened.prepared.counts.rejected,
        "verdicts": screened.verdicts,
        "amounts": screened.amounts,
        "files": {name: told(path) for name, path in vars(screened.report).items()},
    }


def show(screened: Screened, *, told: Callable[[Path], str] = str) -> None:
    """Print counts and sums by verdict, and where the report is; `told`: a path as a user finds it."""
    table = Table(title=T("{lines} lines, snapshot {name}", lines=f"{screened.lines:,}", name=screened.snapshot))
    table.add_column(T("verdict"))
    table.add_column(T("lines"), justify="right")
    for currency in screened.amounts:
        table.add_column(currency or T("no currency"), justify="right")
    for verdict, count in screened.verdicts.items():
        sums = [f"{sums.get(verdict, 0):,.2f}" for sums in screened.amounts.values()]
        table.add_row(verdict_name(verdict), f"{count:,}", *sums)
    out = console()
    out.print(table)
    if screened.sample:
        out.print(T("The registers are invented samples: this says nothing about real products."), style="yellow")
    if screened.prepared.counts.rejected:
        problems = told(screened.folder / "problems.csv")
        out.print(
            T(
                "{count} rows were left out: mend them in {path} and send it again.",
                count=screened.prepared.counts.rejected,
                path=problems,
            )
        )
    if screened.category_model is None:
        out.print(no_category_model())
    if screened.decisions.used or screened.decisions.gone:
        out.print(
            T(
                "{used} decisions of people were used; of {gone} the licence or category is gone.",
                used=screened.decisions.used,
                gone=screened.decisions.gone,
            )
        )
    out.print(T("Report: {path}", path=told(screened.folder / screened.report.html.name)), soft_wrap=True)


def no_category_model() -> str:
    """What is missing where no category model is found."""
    return T("There is no category model: only codes and the catalogue's phrases named categories "
             "(`tenring categories train` makes one).")  # fmt: skip


def verdict_name(verdict: str) -> str:
    """A verdict in the reader's words."""
    return {
        "green": T("green"),
        "recognised": T("recognised"),
        "lapsed": T("lapsed"),
        "missed": T("missed"),
        "none_available": T("none available"),
        "out_of_scope": T("out of scope"),
        "unclassified": T("unclassified"),
    }[verdict]

"""`tenring screen`: what of these purchases was green, and a report."""

from __future__ import annotations

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
from tenring.settings import ENGINES


@click.command("screen")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--economy", help="Economy whose rules apply: CN, EU, JP … (default: no rules, every programme counts).")
@click.option("--on", type=DATE, help="Day on which lines without a date are judged (default: today).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results (default: tenring-out/<file>).")
@click.option("--snapshot", help="Name of a snapshot (default: the newest).")
@click.option("--title", help="Title of the report (default: the files' names).")
@click.option("--engine", type=click.Choice(ENGINES), help="What runs the steps: duckdb (default) or spark.")
@click.option("--spark-master", help="Where Spark runs: local[2], spark://host:7077 … (default: on this machine).")
@click.option(
    "--partitions", type=click.IntRange(min=1), help="Divide the lines into so many parts (default: by memory)."
)
@reading_options
@as_json
@click.pass_context
def screen(context: click.Context, /, files: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - click's own
    """Screen purchase files: obligations, matches, verdicts and a report.

    Example: tenring screen purchases.xlsx --economy CN --out report
    """
    with errors_explained(), progress() as report:
        request = Request(
            files=files,
            on=given["on"] or today(),
            out=given["out"] or Path("tenring-out") / files[0].stem,
            economy=given["economy"].upper() if given["economy"] else None,
            options=read_options(given),
            snapshot=given["snapshot"],
            title=given["title"],
            partitions=given["partitions"],
        )
        chosen = {name: given[name] for name in ("engine", "spark_master") if given[name]}
        screened = run_screening(request, settings=replace(settings_of(context), **chosen), progress=report)
    if given["as_json"]:
        print_json(_facts(screened))
    else:
        show(screened)
    context.exit(Exit.NEGATIVE if screened.prepared.counts.rejected else Exit.DONE)


def today() -> date:
    """The day of the command: the one place where the clock is read."""
    return datetime.now().astimezone().date()


def _facts(screened: Screened) -> dict[str, object]:
    return {
        "folder": screened.folder,
        "snapshot": screened.snapshot,
        "sample": screened.sample,
        "lines": screened.lines,
        "rejected": screened.prepared.counts.rejected,
        "verdicts": screened.verdicts,
        "amounts": screened.amounts,
        "files": {name: str(path) for name, path in vars(screened.report).items()},
    }


def show(screened: Screened) -> None:
    """Print counts and sums by verdict, and where the report is."""
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
        problems = screened.folder / "problems.csv"
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
    out.print(T("Report: {path}", path=screened.folder / screened.report.html.name), soft_wrap=True)


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

"""`tenring judge`: does this product meet these criteria on that day, clause by clause."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from rich.table import Table

from tenring.commands.criteria import library_of, today
from tenring.commands.judge_register import Question, judge_register, show
from tenring.commands.judged import WORDS
from tenring.commands.output import DATE, Exit, as_json, console, counts, print_json, settings_of
from tenring.exceptions import UnusableInputError
from tenring.language import T, in_language
from tenring.rulebook.evidence import read_product
from tenring.rulebook.judge import Judged, Judgement, Result
from tenring.rulebook.judge import judge as judge_product
from tenring.rulebook.revision import Revision
from tenring.rulebook.told import told


@click.command()
@click.argument("product", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--register", help="Judge every product of a register that has values, instead of one product.")
@click.option("--criteria", "name", required=True, help="<programme>/<category>, with or without /<date in force>.")
@click.option("--on", type=DATE, help="Day of the question (default: today).")
@as_json
@click.pass_context
def judge(  # noqa: PLR0913 - one argument for each option
    context: click.Context, *, product: Path | None, register: str | None, name: str, on: date | None, as_json: bool
) -> None:
    """Judge one product's evidence against criteria; exit code 1 unless they are met.

    PRODUCT is a YAML file with values, units, methods and documents. With --register there is none: all licences of
    that register are judged by the values that it publishes, which count as shown.

    Example: tenring judge product.yml --criteria eu-ecolabel/furniture --on 2018-05-01
    """
    if (product is None) is (register is None):
        what = T("it is not clear what to judge")
        raise UnusableInputError(what, do=T("Give a product file, or --register with a register"))
    library = library_of(context)
    day = on or today()
    revision = library.named(name, day)
    if product is None:
        question = Question(register or "", revision, day, each=as_json)
        show(judge_register(settings_of(context), library, question), revision, as_json=as_json)
        return
    result = judge_product(read_product(product, library.properties), revision, day, library)
    if as_json:
        print_json(result)
    else:
        _print_result(result, revision)
    raise SystemExit(Exit.DONE if result.overall is Judged.MET else Exit.NEGATIVE)


def _print_result(result: Result, revision: Revision) -> None:
    click.echo(f"{result.revision}  {in_language(revision.titles)}")
    click.echo(T("Judged on {day}: {overall}", day=result.on.isoformat(), overall=T(WORDS[result.overall])))
    found = [one.judgement for one in result.judgements]
    click.echo(counts({T(WORDS[word]): found.count(word) for word in Judged if word in found}))
    if result.grade:
        click.echo(T("Class: {grade}", grade=result.grade))
    for points in result.points:
        click.echo(
            T("Points: {reached} of {needed}", reached=str(points.reached), needed=points.at_least)
            + f" ({T(WORDS[points.judgement])})"
        )
    table = Table(box=None, pad_edge=False)
    for heading in (T("clause"), T("answer"), T("value"), T("limit"), T("why")):
        table.add_column(heading, overflow="fold")
    for one in result.judgements:
        if one.judgement is not Judged.NOT_APPLICABLE:
            table.add_row(*_row(one, revision))
    console().print(table)


def _row(one: Judgement, revision: Revision) -> tuple[str, str, str, str, str]:
    row = told(one, revision)
    missing = "; ".join(dict.fromkeys(f"{need.quantity}" for need in row.missing))
    why = f"{row.why}: {missing}" if missing else row.why
    return f"{row.clause} {row.title}", row.answer, row.given or row.converted, row.limit, why

"""How `tenring labels --want` prints the cheapest extra tests."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from tenring.commands.judged import WORDS
from tenring.commands.output import console
from tenring.language import T, in_language
from tenring.rulebook.describe import Describer
from tenring.rulebook.library import Library
from tenring.rulebook.plan import BARS, REACHES, LabelPlan, Plan, PlannedTest
from tenring.rulebook.trace import SENTENCES


def print_plan(found: Plan, library: Library) -> None:
    """The labels, what no test can mend, the tests, and what they cost."""
    titles = {one.id: in_language(one.titles) for one in library.revisions}
    for label in found.labels:
        _print_label(label, titles[label.criteria])
    if not found.tests:
        click.echo(T("No extra tests are needed for what tests can show."))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (T("test"), T("why"), T("price"), T("days"), T("for")):
        table.add_column(heading, overflow="fold")
    describer = Describer(library.properties)
    for one in found.tests:
        table.add_row(*map(escape, _row(one, describer)))
    console().print(table)
    click.echo(cost_line(found))
    click.echo(proof_line(found))


def _print_label(label: LabelPlan, title: str) -> None:
    click.echo(f"{label.criteria}  {title}: {T(WORDS[label.now])}; {T(REACHES[label.reach])}")
    for one in label.barred:
        click.echo(f"  {one.clause or T('points')}: {T(BARS[one.bar])}")
    for clause in label.relies:
        click.echo("  " + T("{clause}: can only be settled if it does not apply to the product", clause=clause))


def _row(one: PlannedTest, describer: Describer) -> tuple[str, str, str, str, str]:
    part = f" [{one.test.part}]" if one.test.part else ""
    return (
        describer.quantity(one.test.quantity()) + part,
        T(SENTENCES[one.why]) + ("" if one.is_sure else "; " + T("needed only if a clause applies, which is open")),
        "" if one.price is None else str(one.price),
        "" if one.days is None else str(one.days),
        ", ".join(f"{each.criteria} {each.clause}".strip() for each in one.serves),
    )


def cost_line(found: Plan) -> str:
    """What all tests cost together."""
    tests = sum(not one.is_statement for one in found.tests)
    text = T("{tests} tests, {statements} statements", tests=tests, statements=len(found.tests) - tests)
    if found.currency:
        text += "; " + T("{cost} {currency}", cost=found.cost, currency=found.currency)
        if found.without_price:
            text += " " + T("and {count} tests without a price", count=found.without_price)
    if found.days is not None:
        text += "; " + T("{days} days, made beside each other", days=found.days)
    return text


def proof_line(found: Plan) -> str:
    """Whether the choice is proven to be the cheapest."""
    if found.proven:
        return T("Proven: no other choice from {count} tests costs less.", count=found.considered)
    return T("Not proven to be the cheapest: the choice from {count} tests is too large.", count=found.considered)

"""`tenring compare`: what meeting one label's criteria says about meeting another's, shown by products."""

from __future__ import annotations

from datetime import date

import click
from rich.markup import escape
from rich.table import Table

from tenring.commands.criteria import today
from tenring.commands.output import DATE, as_json, console, print_json, settings_of
from tenring.language import T
from tenring.rulebook.amounts import plain_number
from tenring.rulebook.compare.classes import ClassFollowing
from tenring.rulebook.compare.missing import MissingEvidence
from tenring.rulebook.compare.relation import Basis, Relation
from tenring.rulebook.compare.revisions import ClauseComparison, Comparison
from tenring.rulebook.compare.revisions import compare as compare_revisions
from tenring.rulebook.compare.several import Core, Step, common_core, path
from tenring.rulebook.compare.shown import shown
from tenring.rulebook.compare.witness import Witness
from tenring.rulebook.library import load_library
from tenring.rulebook.wording import BASIS, NEEDS, REASONS, RELATIONS

#: Values of a witness that are printed; those that decide come first.
MOST_VALUES = 8


@click.command()
@click.argument("first", metavar="ID_A")
@click.argument("others", metavar="ID_B…", nargs=-1, required=True)
@click.option("--on", type=DATE, help="Day whose revisions and limits are meant (default: today).")
@click.option("--core", is_flag=True, help="What all of them have in common.")
@click.option("--path", "as_path", is_flag=True, help="From ID_A to all others with the fewest extra tests.")
@as_json
@click.pass_context
def compare(  # noqa: PLR0913 - click passes each option by name
    context: click.Context,
    *,
    first: str,
    others: tuple[str, ...],
    on: date | None,
    core: bool,
    as_path: bool,
    as_json: bool,
) -> None:
    """Compare criteria clause by clause: what follows from a licence under ID_A for ID_B, and what is missing.

    With several ID_B, ID_A is compared with each. IDs are <programme>/<category>, with or without /<date in force>.

    Example: tenring compare blue-angel/furniture eu-ecolabel/furniture --on 2018-05-01
    """
    library = load_library(settings_of(context).catalog, settings_of(context).compiled)
    day = on or today()
    revisions = tuple(library.named(name, day) for name in (first, *others))
    if core:
        found = common_core(revisions, day, library)
        print_json(found) if as_json else _print_core(found)
        return
    if as_path:
        steps = path(revisions[0], revisions[1:], day, library)
        print_json(steps) if as_json else _print_path(steps)
        return
    comparisons = [compare_revisions(revisions[0], other, day, library) for other in revisions[1:]]
    if as_json:
        print_json(shown(comparisons[0] if len(comparisons) == 1 else comparisons))
        return
    for one in comparisons:
        _print(one)


def _print(one: Comparison) -> None:
    click.echo(T("{first} and {second} on {day}: {relation}", first=one.first, second=one.second,
                 day=one.on.isoformat(), relation=_relation(one.relation, one.reason)))  # fmt: skip
    if not one.sure:
        click.echo(T("Not certain: it rests on what was not read or is estimated."))
    for basis in one.basis:
        click.echo(f"  {_basis(basis)}")
    _print_clauses(one)
    _print_witness(one.witness)
    _print_witness(one.reverse_witness)
    graded = [any(each.holds for each in classes) for classes in (one.classes, one.classes_back)]
    _print_classes(one.first, one.second, one.classes, is_graded=graded[1])
    _print_classes(one.second, one.first, one.classes_back, is_graded=graded[0])
    _print_missing(one)


def _relation(relation: Relation, reason: str | None) -> str:
    return T(RELATIONS[relation]) + (f" ({T(REASONS[reason])})" if reason else "")


def _basis(basis: Basis) -> str:
    return f"{T(BASIS[basis.kind])}: {basis.detail}"


def _print_clauses(one: Comparison) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in (one.first, T("relation"), one.second, T("limits"), T("rests on")):
        table.add_column(heading, overflow="fold")
    beside = [clause for clause in one.clauses if clause.first and clause.second]
    for clause in beside:
        cells = (
            clause.first,
            _of_clause(clause),
            clause.second,
            _margins(clause),
            "; ".join(map(_basis, clause.basis)),
        )
        table.add_row(*(escape(cell or "") for cell in cells))
    if beside:
        console().print(table)
    alone = [[name for name in names if name] for names in zip(
        *((c.first if not c.second else None, c.second if not c.first else None) for c in one.clauses), strict=True
    )]  # fmt: skip
    for revision, names in zip((one.first, one.second), alone, strict=True):
        if names:
            click.echo(T("Only in {revision}: {clauses}", revision=revision, clauses=", ".join(names)))


def _of_clause(clause: ClauseComparison) -> str:
    found = _relation(clause.relation, clause.reason)
    if clause.where_both_apply is not None:
        found += "; " + T("where both apply: {relation}", relation=T(RELATIONS[clause.where_both_apply]))
    return found if clause.sure else f"{found} *"


def _margins(clause: ClauseComparison) -> str:
    return "; ".join(
        f"{one.side} {plain_number(one.first)} / {plain_number(one.second)} {one.unit or ''}"
        + (f" ({one.room:+} %)" if one.room is not None else "")
        for one in clause.margins
    )


def _print_witness(witness: Witness | None) -> None:
    if witness is None:
        return
    click.echo(T("A product that passes {passes} and fails {fails}:", passes=witness.passes, fails=witness.fails))
    for one in witness.values[:MOST_VALUES]:
        click.echo(f"  {one.quantity} = {one.value}" + (f" ({one.method})" if one.method else ""))
    if len(witness.values) > MOST_VALUES:
        click.echo("  " + T("and {count} more values (--json)", count=len(witness.values) - MOST_VALUES))


def _print_classes(first: str, second: str, classes: tuple[ClassFollowing, ...], *, is_graded: bool) -> None:
    """What each class gives; "*" where that is not certain. `is_graded`: the second has classes."""
    for one in classes:
        holds = first if one.holds is None else T("{revision}, class {name} or better", revision=first, name=one.holds)
        if not one.meets:
            none = T("no class of {revision} follows") if is_graded else T("{revision} does not follow")
            gives = none.format(revision=second)
            gives += f" ({T(REASONS['open'])})" if one.witness is None else ""
        elif one.gives is None:
            gives = T("{revision} is met", revision=second)
        else:
            gives = T("{revision}, class {name} or better", revision=second, name=one.gives)
        click.echo(f"{holds}: {gives}{'' if one.sure else ' *'}")


def _print_missing(one: Comparison) -> None:
    if not one.missing_evidence:
        click.echo(T("A licence under {first} is all that is needed.", first=one.first))
        return
    click.echo(T("What a licence holder of {first} still has to show:", first=one.first))
    table = Table(box=None, pad_edge=False)
    for heading in (T("clause"), T("what"), T("of"), T("limit"), T("methods"), T("evidence")):
        table.add_column(heading, overflow="fold")
    for missing in one.missing_evidence:
        table.add_row(*(escape(cell) for cell in _missing(missing)))
    console().print(table)


def _missing(one: MissingEvidence) -> tuple[str, ...]:
    documents = " / ".join(" + ".join(way) for way in one.documents)
    return (one.clause, T(NEEDS[one.need]), one.quantity or "", one.limit or "", " / ".join(one.methods), documents)


def _print_core(core: Core) -> None:
    click.echo(T("Common to {revisions}:", revisions=", ".join(core.revisions)))
    for one in core.clauses:
        click.echo(f"  {one.revision} {one.clause}" + ("" if one.sure else " *"))
    for name in core.measurands:
        click.echo("  " + T("all ask for {measurand}", measurand=name))
    if not core.clauses and not core.measurands:
        click.echo("  " + T("nothing"))


def _print_path(steps: tuple[Step, ...]) -> None:
    for number, step in enumerate(steps, 1):
        click.echo(f"{number}. {step.revision}: " + T("{count} more tests or declarations", count=len(step.tests)))
        for test in step.tests:
            click.echo(f"   {test}")

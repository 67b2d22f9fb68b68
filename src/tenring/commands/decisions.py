"""`tenring confirm`, `tenring reject` and `tenring decisions`: what people say about matches and categories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.output import as_json, console, errors_explained, print_json, settings_of
from tenring.exceptions import DecisionError, UnusableInputError
from tenring.language import T
from tenring.limits import require_text_within
from tenring.screening.memory import Decided, Decision, Decisions, Kind, Recorded
from tenring.screening.memory.labelled import export as export_labelled
from tenring.screening.memory.labelled import read as read_labelled
from tenring.screening.memory.point import point
from tenring.settings import Settings

Command = Callable[..., Any]


def _who(command: Command) -> Command:
    return click.option("--who", help="Who decides (default: TENRING_WHO).")(command)


def _about(command: Command) -> Command:
    """What `confirm` and `reject` are told."""
    options: list[Command] = [
        click.argument("folder", type=click.Path(path_type=Path)),
        click.argument("line_id"),
        click.option("--match", "kind", flag_value="match", help="About the licence that was found for the line."),
        click.option("--category", "kind", flag_value="category", help="About the category of the line."),
        click.option(
            "--id", "meant", help="Licence or category that is meant (default: the one in the line's answer)."
        ),
        _who,
        click.option("--why", required=True, help="The reason, in your words."),
        as_json,
        click.pass_context,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("confirm")
@_about
def confirm(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Confirm the match or the category of a line, for every later screening.

    A confirmation says which licence the product has; whether the licence is valid is still asked on the date of each
    purchase.

    Example: tenring confirm tenring-out/purchases LINE_ID --match --who "Li Wei" --why "same label on the invoice"
    """
    _decide(context, Decided.CONFIRMED, given)


@click.command("reject")
@_about
def reject(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Reject the match or the category of a line, for every later screening.

    Example: tenring reject tenring-out/purchases LINE_ID --match --who "Li Wei" --why "another size"
    """
    _decide(context, Decided.REJECTED, given)


def _decide(context: click.Context, decided: Decided, given: dict[str, Any]) -> None:
    settings = settings_of(context)
    with errors_explained():
        decision = _decision(settings, decided, given)
        recorded = Decisions.of(settings).record([decision])
    if given["as_json"]:
        print_json(_facts(recorded[0]) if recorded else None)
        return
    click.echo(_told(decision) if recorded else T("Already recorded: nothing was added."))


def _decision(settings: Settings, decided: Decided, given: dict[str, Any]) -> Decision:
    if given["kind"] is None:
        raise DecisionError(T("It is not said what the decision is about. Use --match or --category"))
    kind, folder, meant = Kind(given["kind"]), given["folder"], given["meant"]
    if kind is Kind.CATEGORY and meant is not None:
        _require_category(settings, meant)
    about = point(folder, given["line_id"], kind=kind, meant=meant, settings=settings)
    return Decision(
        decided=decided,
        subject=about.subject,
        licence=about.licence,
        category=about.category,
        who=_name(settings, given["who"]),
        at=now(),
        why=given["why"],
        source=about.source,
    )


def _require_category(settings: Settings, category: str) -> None:
    if category not in Catalogue(settings.catalog).categories.by_id:
        raise UnusableInputError(
            T("category {category} is not known", category=category),
            do=T("Take an id from `tenring catalogue list categories`"),
        )


def _name(settings: Settings, who: str | None) -> str:
    return who or settings.who or ""


def now() -> datetime:
    """The moment of a decision: the one place where the clock is read."""
    return datetime.now(UTC)


def _told(decision: Decision) -> str:
    product = " ".join(filter(None, (decision.subject.brand, decision.subject.model, decision.subject.text)))
    if decision.licence:
        target = T(
            "licence {number} of {programme} ({product})",
            number=decision.licence.number,
            programme=decision.licence.programme,
            product=" ".join(filter(None, (decision.licence.brand, decision.licence.model or decision.licence.name))),
        )
    else:
        target = T("category {category}", category=decision.category)
    what = {
        Decided.CONFIRMED: T("{product}: confirmed as {target}", product=product, target=target),
        Decided.REJECTED: T("{product}: rejected as {target}", product=product, target=target),
        Decided.UNDONE: T("{product}: nothing is decided any more about {target}", product=product, target=target),
    }[decision.decided]
    return T("{what}. It counts from the next screening on.", what=what)


@click.group("decisions")
def decisions() -> None:
    """What people confirmed and rejected: list, undo, export, import.

    Example: tenring decisions list
    """


@decisions.command("list")
@click.option("--history", is_flag=True, help="Also those that a later decision replaced.")
@as_json
@click.pass_context
def list_(context: click.Context, *, history: bool, as_json: bool) -> None:
    """List the decisions that count, oldest first.

    Example: tenring decisions list --history
    """
    with errors_explained():
        kept = Decisions.of(settings_of(context))
        found = kept.history() if history else kept.current()
    if as_json:
        print_json([_facts(recorded) for recorded in found])
        return
    table = Table(T("No."), T("decided"), T("product"), T("as"), T("who"), T("when"), T("why"))
    for recorded in found:
        table.add_row(*_cells(recorded))
    console().print(table if found else T("No decisions yet: tenring confirm, tenring reject"))


def _cells(recorded: Recorded) -> tuple[str, ...]:
    decision = recorded.decision
    product = " ".join(filter(None, (decision.subject.brand, decision.subject.model, decision.subject.text)))
    target = f"{decision.licence.programme} {decision.licence.number}" if decision.licence else decision.category or ""
    facts = (decision.who, decision.at.date().isoformat(), decision.why)
    return (str(recorded.id), decided_name(decision.decided), product, target, *facts)


def decided_name(decided: Decided) -> str:
    """What was decided, in the reader's words."""
    return {
        Decided.CONFIRMED: T("confirmed"),
        Decided.REJECTED: T("rejected"),
        Decided.UNDONE: T("undone"),
    }[decided]


def _facts(recorded: Recorded) -> dict[str, object]:
    decision = recorded.decision
    return {"id": recorded.id, "kind": decision.kind} | {
        name: getattr(decision, name)
        for name in ("decided", "subject", "licence", "category", "who", "at", "why", "source")
    }


@decisions.command("undo")
@click.argument("number", type=int)
@_who
@click.option("--why", required=True, help="The reason, in your words.")
@click.pass_context
def undo(context: click.Context, *, number: int, who: str | None, why: str) -> None:
    """Take back a decision by its number in the list; it stays in the history, and the matcher answers again.

    Example: tenring decisions undo 12 --who "Li Wei" --why "wrong line"
    """
    settings = settings_of(context)
    with errors_explained():
        kept = Decisions.of(settings)
        standing = {recorded.id: recorded.decision for recorded in kept.current()}
        if number not in standing:
            raise DecisionError(T("No decision {number} counts now. See `tenring decisions list`", number=number))
        about = standing[number]
        decision = Decision(
            decided=Decided.UNDONE,
            subject=about.subject,
            licence=about.licence,
            category=about.category,
            who=_name(settings, who),
            at=max(now(), about.at),
            why=why,
            source=about.source,
        )
        kept.record([decision])
    click.echo(_told(decision))


@decisions.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), required=True, help="Which decisions.")
@click.option("--history", is_flag=True, help="Also those that a later decision replaced (to import elsewhere).")
@click.pass_context
def export(context: click.Context, *, path: Path, kind: str, history: bool) -> None:
    """Write decisions as labelled data for `tenring evaluate`.

    Example: tenring decisions export labelled.csv --kind match
    """
    with errors_explained():
        kept = Decisions.of(settings_of(context))
        rows = export_labelled(kept.history() if history else kept.current(), path, kind=Kind(kind))
    click.echo(T("{count} decisions: {path}", count=rows, path=path))


@decisions.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_context
def import_(context: click.Context, *, path: Path) -> None:
    """Add the decisions of an exported file; those already here are left out.

    Example: tenring decisions import labelled.csv
    """
    with errors_explained():
        require_text_within(path, settings_of(context))
        read = read_labelled(path)
        added = Decisions.of(settings_of(context)).record(read)
    click.echo(T("{added} of {count} decisions added", added=len(added), count=len(read)))

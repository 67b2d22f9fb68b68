"""`tenring criteria`: what labels ask, revision by revision; and whether the files that say it are sound."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.output import DATE, Exit, as_json, console, counts, print_json, settings_of
from tenring.language import T, in_language
from tenring.rulebook.check import Known, check_criteria
from tenring.rulebook.dates import taken_on
from tenring.rulebook.describe import Describer
from tenring.rulebook.expressions import ALWAYS, NEVER
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.publish import publish
from tenring.rulebook.publish.names import URN, Publication
from tenring.rulebook.revision import Clause, Revision
from tenring.rulebook.schema import FILES, json_schema
from tenring.rulebook.shown import entry, marks, shown


@click.group()
def criteria() -> None:
    """What each label asks: list the criteria, show one revision, check the files.

    Example: tenring criteria list
    """


def library_of(context: click.Context) -> Library:
    """The criteria of this run's catalogue, compiled before or now."""
    settings = settings_of(context)
    return load_library(settings.catalog, settings.compiled)


def today() -> date:
    """The day of a question that names none; asked for here only."""
    return datetime.now(UTC).date()


@criteria.command("list")
@as_json
@click.pass_context
def list_criteria(context: click.Context, *, as_json: bool) -> None:
    """List every revision with its dates, its clauses, and how sure they are.

    Example: tenring criteria list --json
    """
    library = library_of(context)
    if as_json:
        print_json([entry(one) for one in library.revisions])
        return
    table = Table(box=None, pad_edge=False)
    for heading in (T("criteria"), T("document"), T("clauses"), T("marks"), T("until")):
        table.add_column(heading, overflow="fold", justify="right" if heading == T("clauses") else "left")
    for one in library.revisions:
        until = one.until.isoformat() if one.until else ""
        table.add_row(one.id, one.document, str(len(one.clauses)), counts(marks(one)), until)
    console().print(table)


@criteria.command("show")
@click.argument("name", metavar="ID")
@click.option("--on", type=DATE, help="Day whose revision and limits are meant (default: today).")
@as_json
@click.pass_context
def show_criteria(context: click.Context, *, name: str, on: date | None, as_json: bool) -> None:
    """Show one revision: each clause with its condition, requirement and source.

    ID is <programme>/<category>, or <programme>/<category>/<date in force>.

    Example: tenring criteria show eu-ecolabel/furniture --on 2018-05-01
    """
    library = library_of(context)
    day = on or today()
    revision = taken_on(library.named(name, day), day, library.find)
    if as_json:
        print_json(shown(revision, library))
    else:
        _print_revision(revision, library)


def _print_revision(revision: Revision, library: Library) -> None:
    click.echo(f"{revision.id}  {in_language(revision.titles)}")
    click.echo(T("Document: {document}", document=revision.document))
    click.echo(T("Clauses: {counts}", counts=counts(marks(revision))))
    if revision.note:
        click.echo(in_language(revision.note))
    describer = Describer(library.properties)
    for clause in revision.clauses:
        click.echo("")
        _print_clause(clause, describer)


def _print_clause(clause: Clause, describer: Describer) -> None:
    click.echo(
        f"{clause.id}  {in_language(clause.titles)}  [{clause.source.clause}, {clause.source.mark}, {clause.role}]"
    )
    if clause.applies != ALWAYS:
        click.echo("  " + T("if {condition}", condition=describer.condition(clause.applies)))
    click.echo("  " + describer.condition(clause.requires))
    if clause.waived_by != NEVER:
        click.echo("  " + T("or: {condition}", condition=describer.condition(clause.waived_by)))
    ways = [" + ".join(needed.kind for needed in way) for way in clause.shown_by]
    if ways:
        click.echo("  " + T("shown by: {evidence}", evidence=" / ".join(ways)))
    if clause.note:
        click.echo("  " + in_language(clause.note))


@criteria.command("schema")
@click.argument("file", type=click.Choice(list(FILES)))
def schema(*, file: str) -> None:
    """Print the JSON Schema of revision, cases or product files: editors complete and check them with it.

    Example: tenring criteria schema revision
    """
    print_json(json_schema(file))


@criteria.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def check(context: click.Context, *, files: tuple[Path, ...], as_json: bool) -> None:
    """Check criteria files: those given, or all of the catalogue; exit code 1 means that there are problems.

    Refused are unknown properties and units, gaps and overlaps in tables of sub-categories, limits without a source,
    revisions without cases, and cases that come out otherwise than they say.

    Example: tenring criteria check
    """
    settings = settings_of(context)
    catalogue = Catalogue(settings.catalog)
    known = Known(frozenset(catalogue.programmes), frozenset(catalogue.categories.by_id))
    report = check_criteria(settings.catalog, known, files)
    if as_json:
        print_json(report)
    else:
        for problem in report.problems:
            click.echo(str(problem))
        click.echo(
            T(
                "{revisions} revisions, {clauses} clauses, {cases} cases, {problems} problems",
                revisions=report.revisions,
                clauses=report.clauses,
                cases=report.cases,
                problems=len(report.problems),
            )
        )
    raise SystemExit(Exit.NEGATIVE if report.problems else Exit.DONE)


@criteria.command("publish")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to write; one with files that are not ours is refused.",
)
@click.option("--base", default=URN, show_default=True, help="What identifiers begin with: the address of the folder.")
@click.option("--on", type=DATE, help="Day that says which revisions are in force (default: today).")
@as_json
@click.pass_context
def publish_criteria(context: click.Context, *, out: Path, base: str, on: date | None, as_json: bool) -> None:
    """Publish all criteria: a UNTP vocabulary (untp/), OSCAL catalogues (oscal/) and pages in English and Chinese.

    Every limit carries its mark and its source. Each revision is compared with the one that followed it, and all
    criteria of a category that are in force with each other (oscal-mappings/). The folder is replaced as a whole,
    or not at all.

    Example: tenring criteria publish --out public --base https://criteria.example.org/
    """
    from tenring.rulebook.compare.revisions import compare  # noqa: PLC0415 - loads the solver

    programmes = Catalogue(settings_of(context).catalog).programmes
    done = publish(Publication(library_of(context), programmes, on or today(), base), out, compare)
    if as_json:
        print_json(done)
        return
    click.echo(
        T(
            "{revisions} revisions, {clauses} clauses, {properties} properties, {mappings} mappings; "
            "{out}: {files} files",
            revisions=done.revisions,
            clauses=done.clauses,
            properties=done.properties,
            mappings=done.mappings,
            files=done.files,
            out=done.out,
        )
    )

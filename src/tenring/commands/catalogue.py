"""`tenring catalogue`: is the catalogue sound, how much does it cover, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import JustifyMethod
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.catalogue.check import CheckReport, Coverage, RegisterReferences, check
from tenring.catalogue.published import published_codes
from tenring.commands.output import Exit, as_json, console, counts, print_json, settings_of
from tenring.language import T, in_language
from tenring.register.definition import load_registers
from tenring.settings import Settings


@click.group()
def catalogue() -> None:
    """The catalogue that officials edit: check it, list what stands in it.

    Example: tenring catalogue check
    """


@catalogue.command("check")
@click.option("--divisions", is_flag=True, help="Also show the coverage of each division of each code scheme.")
@as_json
@click.pass_context
def check_catalogue(context: click.Context, *, divisions: bool, as_json: bool) -> None:
    """Check every reference, phrase and code, and report what is covered.

    Codes are checked against the published lists when TENRING_DATA names a folder that has them. Exit code 1 means
    that there are problems.

    Example: tenring catalogue check --divisions
    """
    settings = settings_of(context)
    published = published_codes(settings.data) if settings.data else {}
    report = check(Catalogue(settings.catalog), registers=register_references(settings), published=published)
    if as_json:
        print_json(report)
    else:
        _print_report(report, divisions=divisions)
    raise SystemExit(Exit.NEGATIVE if report.problems else Exit.DONE)


def register_references(settings: Settings) -> list[RegisterReferences]:
    """What the registers of the catalogue refer to."""
    return [
        RegisterReferences(
            file=(register.folder / "register.yml").relative_to(settings.catalog).as_posix(),
            programme=register.programme,
            categories=tuple(dict.fromkeys(c for listing in register.lists.values() for c in listing.categories)),
        )
        for register in load_registers(settings.catalog).values()
    ]


def _print_report(report: CheckReport, *, divisions: bool) -> None:
    _print_counts(report)
    _print_schemes(report)
    if divisions:
        _print_divisions(report)
    _print_marks(report)
    _print_shared(report)
    _print_problems(report)


def _print_counts(report: CheckReport) -> None:
    click.echo(T("Catalogue: {parts}", parts=counts(report.parts)))
    click.echo(T("Categories that no label programme is known to cover: {count}", count=report.unlabelled))
    click.echo(T("Names of categories by language: {languages}", languages=counts(report.languages)))
    items = report.items
    click.echo(
        T(
            "Items of the rules: {items}, of them {any} for every category; they name {categories} categories",
            items=items.items,
            any=items.any_category,
            categories=items.categories,
        )
    )


def _print_schemes(report: CheckReport) -> None:
    rows = [
        (
            one.scheme,
            f"{one.categories:,}",
            f"{one.codes:,}",
            *_coverage(one.coverage),
            f"{_shared(report, one.scheme):,}",
        )
        for one in report.schemes
    ]
    headings = (T("scheme"), T("categories"), T("codes"), T("published"), T("covered"), T("share"), T("shared codes"))
    _print_table(T("Code schemes"), headings, rows, texts=1)
    if any(one.coverage is None for one in report.schemes):
        click.echo(T("Codes were not checked where no published list is at hand: set TENRING_DATA to its folder."))


def _shared(report: CheckReport, scheme: str) -> int:
    return sum(shared.scheme == scheme for shared in report.shared)


def _coverage(coverage: Coverage | None) -> tuple[str, str, str]:
    if coverage is None:
        return ("?", "?", "?")
    return (f"{coverage.published:,}", f"{coverage.covered:,}", f"{coverage.share:.1%}")


def _print_divisions(report: CheckReport) -> None:
    rows = [
        (one.scheme, division, *_coverage(coverage))
        for one in report.schemes
        for division, coverage in one.divisions.items()
    ]
    headings = (T("scheme"), T("division"), T("published"), T("covered"), T("share"))
    _print_table(T("Divisions"), headings, rows, texts=2)


def _print_marks(report: CheckReport) -> None:
    rows = [(part, *(f"{count:,}" for count in marks.values())) for part, marks in report.marks.items()]
    headings = (T("part"), T("read"), T("secondary"), T("unverified"))
    _print_table(T("How sure the statements are"), headings, rows, texts=1)


def _print_shared(report: CheckReport) -> None:
    if report.shared:
        click.echo(T("{count} codes stand in several categories; there words decide:", count=len(report.shared)))
    for shared in report.shared:
        click.echo(f"  {shared.scheme} {shared.code}: {', '.join(shared.categories)}")


def _print_problems(report: CheckReport) -> None:
    for problem in report.problems:
        click.echo(f"{problem.file}: {problem.what}. {problem.do}", err=True)
    if report.problems:
        click.echo(T("{count} problems", count=len(report.problems)), err=True)
    else:
        click.echo(T("No problems."))


@catalogue.command("list")
@click.argument("part", type=click.Choice(["categories", "programmes", "rules"]))
@as_json
@click.pass_context
def list_catalogue(context: click.Context, *, part: str, as_json: bool) -> None:
    """List the categories, programmes or rules of the catalogue.

    Example: tenring catalogue list programmes
    """
    found = Catalogue(settings_of(context).catalog)
    if as_json:
        entries = found.categories.by_id if part == "categories" else getattr(found, part)
        print_json([entry.model_dump(mode="json", by_alias=True) for entry in entries.values()])
        return
    {"categories": _print_categories, "programmes": _print_programmes, "rules": _print_rules}[part](found)


def _print_categories(found: Catalogue) -> None:
    rows = [
        (
            one.id,
            in_language(one.names),
            one.parent or "",
            T("yes") if one.labelled else T("no"),
            f"{sum(len(codes) for codes in one.codes.values()):,}",
        )
        for one in found.categories.by_id.values()
    ]
    headings = (T("category"), T("name"), T("part of"), T("labels exist"), T("codes"))
    _print_table(T("Categories"), headings, rows, texts=4)


def _print_programmes(found: Catalogue) -> None:
    rows = [
        (one.id, in_language(one.names), one.type, one.economy, in_language(one.operator))
        for one in found.programmes.values()
    ]
    _print_table(T("Programmes"), (T("programme"), T("name"), T("type"), T("economy"), T("operator")), rows, texts=5)


def _print_rules(found: Catalogue) -> None:
    rows = [
        (
            one.id,
            in_language(one.names),
            one.kind,
            one.document.number,
            str(one.in_force.from_ or "?"),
            str(one.in_force.until or ""),
            f"{len(one.items):,}",
        )
        for one in found.rules.values()
    ]
    headings = (T("rule"), T("name"), T("kind"), T("document"), T("from"), T("until"), T("items"))
    _print_table(T("Rules"), headings, rows, texts=6)


def _print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int) -> None:
    """A table whose first `texts` columns hold words (the very first an id, kept whole) and the others figures."""
    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        justify: JustifyMethod = "left" if number < texts else "right"
        table.add_column(heading, justify=justify, no_wrap=number == 0)
    for row in rows:
        table.add_row(*row)
    console().print(table)

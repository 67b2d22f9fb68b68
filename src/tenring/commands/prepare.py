"""`tenring prepare`: only read and repair purchase files, and tell what was understood, what was not, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.commands.output import DATE, Exit, as_json, console, errors_explained, print_json, progress, settings_of
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.prepare import Prepared, prepare
from tenring.screening.read.names import KNOWN
from tenring.screening.read.options import DATE_ORDERS, FIELDS, ReadOptions
from tenring.screening.read.understood import FileUnderstood, SheetUnderstood

EXAMPLE = """
\b
Examples:
    tenring prepare purchases.xlsx
    tenring prepare lines.csv --column amount="Net (EUR)" --currency EUR --out prepared
"""

_READING = (
    click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="FIELD=HEADER",
        help=f"Which column holds a field. Fields: {', '.join(FIELDS)}.",
    ),
    click.option("--encoding", help="Encoding of text files, for example GB18030. Found out when not given."),
    click.option("--separator", help="Separator of CSV files, for example ';' or 'tab'. Found out when not given."),
    click.option("--sheet", help="Read only this sheet of a workbook."),
    click.option("--currency", help="Currency (ISO 4217) of amounts that state none."),
    click.option("--date-order", type=click.Choice(DATE_ORDERS), help="What comes first in 5/3/2026."),
    click.option("--code-scheme", help="Scheme of the codes, for example cpv-2008, unspsc, cn-2013, cn-2022."),
    click.option("--header-row", type=click.IntRange(min=1), help="Row of the header, 1 = first."),
)


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to read purchase files; `read_options` makes `ReadOptions` of what they collect."""
    for option in reversed(_READING):
        function = option(function)
    return function


def read_options(given: Mapping[str, Any], *, on: date | None = None) -> ReadOptions:
    """`ReadOptions` from the parameters of a command decorated with `reading_options`.

    Raises:
        UnusableInputError: `--column` without `=`, or an unknown field.
    """
    columns = {}
    for pair in given["columns"]:
        field, sign, header = pair.partition("=")
        if not sign or not header.strip():
            raise UnusableInputError(
                T("--column {pair} has no header", pair=pair), do=T('Write --column amount="Net amount"')
            )
        columns[field.strip()] = header.strip()
    return ReadOptions(
        columns=columns,
        encoding=given["encoding"],
        separator=_separator(given["separator"]),
        sheet=given["sheet"],
        currency=given["currency"].upper() if given["currency"] else None,
        date_order=given["date_order"],
        code_scheme=given["code_scheme"],
        on=on,
        header_row=given["header_row"],
    )


def _separator(text: str | None) -> str | None:
    if text is None:
        return None
    separator = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}.get(text.lower(), text)
    if len(separator) != 1:
        raise UnusableInputError(T("a separator is one sign, not {sign}", sign=text))
    return separator


@click.command("prepare", epilog=EXAMPLE)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("prepared"),
    show_default=True,
    help="Folder for the results.",
)
@reading_options
@click.option("--on", type=DATE, help="Date of lines that have none.")
@as_json
@click.pass_context
def command(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    out: Path,
    *,
    on: date | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - the reading options, as click collects them
) -> None:
    """Read and repair purchase FILES: CSV, XLSX, Parquet, JSON, OCDS, eForms and TED notices.

    Writes purchases.parquet, problems.parquet, problems.csv (rows left out, to be corrected and sent again) and
    understood.json. Ends with 0 when every row was read, 1 when rows were left out, 2 when nothing could be read.
    """
    with errors_explained():
        options = read_options(given, on=on)
        with progress() as report:
            prepared = prepare(files, settings=settings_of(context), out=out, options=options, progress=report)
    if as_json:
        print_json(_summary(prepared))
    else:
        show(prepared)
    context.exit(Exit.NEGATIVE if prepared.counts.rejected else Exit.DONE)


def _summary(prepared: Prepared) -> dict[str, Any]:
    files = [
        {"file": one.file, "format": one.format, "counts": one.counts, "sums": one.sums, "notes": one.notes}
        for one in prepared.files
    ]
    paths = {name: getattr(prepared, name) for name in ("purchases", "problems", "problems_csv", "understood")}
    return {"files": files, "counts": prepared.counts, "sums": prepared.sums, "written": paths}


def show(prepared: Prepared) -> None:
    """Print what was understood of each file, the sums, and where the results are."""
    for one in prepared.files:
        _show_file(one)
    _show_sums(prepared)
    click.echo(T("Written: {folder}", folder=prepared.purchases.parent))
    if prepared.counts.rejected:
        click.echo(T("Rows left out, with their reasons: {path}", path=prepared.problems_csv))


def _show_file(one: FileUnderstood) -> None:
    facts = [one.format]
    if one.encoding:
        facts.append(T("encoding {name} ({why})", name=one.encoding.decided, why=one.encoding.evidence))
    if one.separator:
        facts.append(T("separator {sign}", sign={"\t": "tab"}.get(one.separator, one.separator)))
    click.echo(f"{one.file}: {', '.join(facts)}")
    for note in one.notes:
        click.echo(f"  {note}")
    for sheet in one.sheets:
        _show_sheet(sheet)


def _show_sheet(sheet: SheetUnderstood) -> None:
    counts = sheet.counts
    where = T("sheet {name}: ", name=sheet.sheet) if sheet.sheet else ""
    told = T(
        "{where}{read:,} rows read: {lines:,} lines, {skipped:,} skipped, {rejected:,} rejected; "
        "{unread:,} cells not understood",
        where=where,
        read=counts.read,
        lines=counts.lines,
        skipped=counts.skipped,
        rejected=counts.rejected,
        unread=counts.unread,
    )
    click.echo(f"  {told}")
    console().print(_columns(sheet))
    for name, decision in sheet.decisions.items():
        decided = decision.decided or T("not decided")
        click.echo(f"  {name}: {decided} ({decision.evidence})")
    for note in sheet.notes:
        click.echo(f"  {note}")


def _columns(sheet: SheetUnderstood) -> Table:
    table = Table(T("Column"), T("Read as"), T("Why"), box=None, padding=(0, 2))
    for use in sheet.columns:
        field = {None: T("not understood"), KNOWN: T("not used")}.get(use.field, use.field)
        if use.header:
            table.add_row(use.header, field, use.why)
    return table


def _show_sums(prepared: Prepared) -> None:
    table = Table(T("Currency"), T("In the files"), T("Lines"), T("Rejected"), T("Skipped"), box=None, padding=(0, 2))
    sums = prepared.sums
    for currency in sums.raw:
        parts = (sums.raw, sums.lines, sums.rejected, sums.skipped)
        table.add_row(currency or T("not stated"), *(_money(part.get(currency, Decimal(0))) for part in parts))
    if sums.raw:
        console().print(table)


def _money(amount: Decimal) -> str:
    return f"{amount.normalize():,f}" if amount != amount.to_integral_value() else f"{amount:,.0f}"

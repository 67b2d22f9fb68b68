"""`tenring register`: the registers known, a new snapshot of them, and publishers' current files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import click
from rich.table import Table

from tenring.commands.output import DATE, Exit, as_json, console, print_json, progress, settings_of
from tenring.commands.passphrase import now
from tenring.exceptions import UnusableInputError
from tenring.language import T, in_language
from tenring.proof.answers import Verification
from tenring.proof.foreign import verifying
from tenring.proof.place import verifier_of
from tenring.proof.verify import Question, Verifier
from tenring.register.build import BuildResult, build
from tenring.register.definition import load_registers
from tenring.register.fetch import FetchResult, Unfetched, fetch
from tenring.register.manifest import ListReport, sums
from tenring.register.overview import RegisterOverview, overview
from tenring.settings import Settings


@click.group()
def register() -> None:
    """Registers of certified products: list them, build a snapshot, fetch current files.

    Example: tenring register build --from data/registers
    """


@register.command("list")
@as_json
@click.pass_context
def list_registers(context: click.Context, *, as_json: bool) -> None:
    """Show the registers known: economy, programme, last reading, licences, problems.

    Example: tenring register list --json
    """
    found = overview(settings_of(context))
    if as_json:
        print_json(found)
        return
    table = Table(title=T("Registers"), title_justify="left")
    for heading in (T("register"), T("name"), T("economy"), T("programme"), T("type"), T("last reading")):
        table.add_column(heading)
    for heading in (T("licences"), T("rejected rows"), T("unread cells")):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(*_overview_cells(one))
    console().print(table)
    if any(one.sample for one in found):
        click.echo(T("These are samples: invented licences. Build with --from to read real registers."))


def _overview_cells(one: RegisterOverview) -> list[str]:
    names = [one.id, in_language(one.names), one.economy, one.programme, one.programme_type or "?"]
    read = str(one.last_read) if one.last_read else T("never")
    return [*names, read, f"{one.licences:,}", f"{one.rejected:,}", f"{one.problems:,}"]


@register.command("build")
@click.option("--only", multiple=True, metavar="NAME", help="Only this register (may be repeated).")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of register files (default: fetched files, else TENRING_DATA/registers, else the samples).",
)
@click.option("--on", type=DATE, help="Day the files were read, for files that do not say it.")
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify registers that consist of credentials with this bundle, and no network.",
)
@as_json
@click.pass_context
def build_snapshot(  # noqa: PLR0913 - one argument for each option
    context: click.Context,
    *,
    only: tuple[str, ...],
    source: Path | None,
    on: date | None,
    bundle: Path | None,
    as_json: bool,
) -> None:
    """Read register files, check them and publish one snapshot, all or nothing.

    Exit code 1 means that it was published but some rows were rejected.

    Example: tenring register build --from data/registers --only energy-star
    """
    settings = settings_of(context)
    at = now()
    how = Verifying(settings, at, bundle)
    with progress() as report, verifying(how, on or at.date(), workers=settings.threads):
        result = build(settings, source=source or default_source(settings), only=only, on=on, progress=report)
    if as_json:
        print_json(_as_plain(result))
    else:
        _print_build(result)
    raise SystemExit(Exit.NEGATIVE if result.rejected else Exit.DONE)


@dataclass(frozen=True)
class Verifying:
    """How registers of credentials are verified. Most registers are none: roots and bundle are read when one is."""

    settings: Settings
    at: datetime
    bundle: Path | None

    def __call__(self, raw: bytes, on: date) -> Verification:
        """The answer for one credential on a day."""
        return _verifier(self).verify(raw, Question(on=on, at=self.at))

    def __hash__(self) -> int:
        return hash((self.settings.home, self.at, self.bundle))


@lru_cache(maxsize=1)
def _verifier(how: Verifying) -> Verifier:
    return verifier_of(how.settings, at=how.at, bundle=how.bundle)


def default_source(settings: Settings) -> Path:
    """Where register files are when the user names no folder: fetched, else `TENRING_DATA`, else the samples."""
    if settings.data is not None:
        return settings.data / "registers"
    if any(settings.fetched.glob("*/*")):
        return settings.fetched
    return settings.samples / "registers"


def _as_plain(result: BuildResult) -> dict[str, object]:
    manifest = result.snapshot.manifest
    return {
        "snapshot": str(result.snapshot.folder),
        "read": [report.model_dump(mode="json") for report in result.lists],
        "rejected": result.rejected,
        "unknown_files": result.unknown_files,
        "totals": manifest.totals,
        "warnings": manifest.warnings,
        "sample": manifest.sample,
    }


def _print_build(result: BuildResult) -> None:
    table = Table(title=T("Read in this build"), title_justify="left")
    for heading in (T("register"), T("list"), T("read on"), T("known by")):
        table.add_column(heading)
    for heading in (T("rows"), T("published"), T("merged"), T("rejected rows"), T("unread cells")):
        table.add_column(heading, justify="right")
    for report in result.lists:
        table.add_row(*_report_cells(report))
    console().print(table)
    manifest = result.snapshot.manifest
    for warning in (*manifest.warnings, *(w for report in result.lists for w in report.warnings)):
        click.echo(T("Warning: {warning}", warning=warning), err=True)
    for name in result.unknown_files:
        click.echo(T("No register knows this file: {name}", name=name), err=True)
    total = f"{manifest.totals['licences']:,}"
    click.echo(T("{total} licences published in {folder}", total=total, folder=result.snapshot.folder))
    if result.rejected:
        folder = result.snapshot.folder / "rejected"
        click.echo(
            T("{count} rows were rejected; each with its reason in {folder}", count=result.rejected, folder=folder)
        )


def _report_cells(report: ListReport) -> list[str]:
    counts = sums(report.files)
    read_on = str(report.read_on) if report.read_on else "?"
    figures = (counts["rows"], counts["published"], counts["merged"], counts["rejected"], counts["problems"])
    return [report.register_id, report.list_id, read_on, report.read_on_by, *(f"{figure:,}" for figure in figures)]


@register.command("fetch")
@click.argument("name")
@click.option("--list", "lists", multiple=True, metavar="LIST", help="Only this list (may be repeated).")
@as_json
@click.pass_context
def fetch_register(context: click.Context, *, name: str, lists: tuple[str, ...], as_json: bool) -> None:
    """Get a publisher's current files, only those that changed, one at a time.

    Example: tenring register fetch energy-star --list displays
    """
    settings = settings_of(context)
    registers = load_registers(settings.catalog)
    if name not in registers:
        what = T("there is no register called {name}", name=name)
        raise UnusableInputError(what, do=T("Those known: {names}", names=", ".join(registers)))
    with progress() as report:
        done, without = fetch(settings, registers[name], lists=lists, progress=report)
    if as_json:
        files = [{"list": r.list_id, "path": str(r.path), "changed": r.changed} | _file(r) for r in done]
        print_json({"fetched": files, "without_address": without})
    else:
        _print_fetched(done, without)
    if not done:
        raise SystemExit(Exit.NEGATIVE)


def _file(result: FetchResult) -> dict[str, object]:
    return result.file.model_dump(mode="json", include={"address", "fetched_at", "sha256", "bytes"})


def _print_fetched(done: list[FetchResult], without: list[Unfetched]) -> None:
    for result in done:
        state = T("new") if result.changed else T("unchanged")
        click.echo(f"{result.list_id}: {state}, {result.file.bytes:,} B, {result.path}")
    for missing in without:
        click.echo(T("{name}: no open-data address of this list is known", name=missing.list_id), err=True)

"""`tenring demo`: what `make run` does: registers in, the sample purchases screened, a report out."""

from __future__ import annotations

from pathlib import Path

import click

from tenring.commands.output import as_json, console, errors_explained, print_json, progress, settings_of
from tenring.commands.screen import show, today
from tenring.language import T
from tenring.register.build import build
from tenring.screening.run import Request, screen
from tenring.settings import Settings


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("tenring-out/demo"), show_default=True)
@as_json
@click.pass_context
def demo(context: click.Context, *, out: Path, as_json: bool) -> None:
    """Build the registers (samples, or those in TENRING_DATA), screen the sample purchases, write a report.

    Purchases without a date are judged on the day of the newest register.

    Example: tenring demo
    """
    settings = settings_of(context)
    with errors_explained(), progress() as report:
        built = build(settings, source=_registers(settings), only=(), on=None, progress=report)
        request = Request(
            files=(settings.samples / "purchases.xlsx",),
            on=max((one.read_on for one in built.snapshot.manifest.lists if one.read_on), default=today()),
            out=out,
            economy="CN",
            snapshot=built.snapshot.name,
            title=T("Sample purchases"),
        )
        screened = screen(request, settings=settings, progress=report)
    if as_json:
        print_json({"snapshot": built.snapshot.name, "report": screened.report.html, "verdicts": screened.verdicts})
        return
    show(screened)
    console().print(T('Next: tenring search "copy paper", tenring screen YOUR-FILE.xlsx --economy CN'))


def _registers(settings: Settings) -> Path:
    """The real registers in the folder that TENRING_DATA names, else the bundled samples."""
    return settings.data / "registers" if settings.data else settings.samples / "registers"

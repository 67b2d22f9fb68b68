"""`tenring match`: match two product lists with the matcher that screening uses."""

from __future__ import annotations

from pathlib import Path

import click

from tenring.commands.output import Exit, as_json, console, errors_explained, print_json
from tenring.language import T
from tenring.matching.lists import match_lists


@click.command("match")
@click.argument("left", type=click.Path(path_type=Path))
@click.argument("right", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("pairs.csv"), show_default=True)
@as_json
@click.pass_context
def match(context: click.Context, *, left: Path, right: Path, out: Path, as_json: bool) -> None:
    """Match two CSV lists of products; columns are recognised: id, name or title, brand, model, gtin, certificate.

    Example: tenring match left.csv right.csv --out pairs.csv
    """
    with errors_explained():
        matches = match_lists(left, right, out=out)
    if as_json:
        print_json(matches)
    else:
        text = T(
            "{matched} of {left} rows have a match among {right} (score {threshold} or more), {pairs} pairs: {path}",
            matched=matches.matched_left, left=matches.left, right=matches.right,
            threshold=matches.threshold, pairs=matches.pairs, path=matches.out,
        )  # fmt: skip
        console().print(text, soft_wrap=True)
    context.exit(Exit.DONE if matches.pairs else Exit.NEGATIVE)

"""`tenring match`: match two product lists with the matcher that screening uses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tenring.commands.output import Exit, as_json, console, errors_explained, print_json, settings_of
from tenring.language import T
from tenring.limits import require_text_within
from tenring.matching.explain import in_words
from tenring.matching.lists import Matches, ProductPair, match_lists
from tenring.matching.products import ProductList

#: Pairs that `--explain` prints.
EXPLAINED = 10


@click.command("match")
@click.argument("left", type=click.Path(path_type=Path))
@click.argument("right", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("pairs.csv"), show_default=True, help="File for the pairs."
)
@click.option("--explain", is_flag=True, help="Print the first pairs with the points of each feature in words.")
@as_json
@click.pass_context
def match(context: click.Context, /, left: Path, right: Path, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Match two CSV lists of products.

    Columns are recognised in English, Chinese, Japanese and Korean: id, name or title, brand, model, gtin, price,
    description, certificate, category. Rows and cells that cannot be read go to a file beside the pairs.
    Ends with 0 when something matches and every row was used, else with 1.

    Example: tenring match left.csv right.csv --out pairs.csv --explain
    """
    with errors_explained():
        first, settings = EXPLAINED if given["explain"] else 0, settings_of(context)
        for path in (left, right):
            require_text_within(path, settings)
        matches = match_lists(left, right, out=given["out"], first=first, settings=settings)
    if given["as_json"]:
        print_json(_facts(matches))
    else:
        _show(matches)
    context.exit(Exit.DONE if matches.pairs and not matches.left_out else Exit.NEGATIVE)


def _facts(matches: Matches) -> dict[str, object]:
    return {
        "out": matches.out,
        "problems": matches.problems,
        "left": _understood(matches.left),
        "right": _understood(matches.right),
        "pairs": matches.pairs,
        "matched_left": matches.matched_left,
        "threshold": matches.threshold,
        "first": [_pair_facts(pair) for pair in matches.first],
    }


def _understood(products: ProductList) -> dict[str, object]:
    return {
        "file": products.path,
        "rows": len(products.products),
        "columns": dict(products.columns),
        "not_understood": products.unknown,
        "problems": len(products.problems),
    }


def _pair_facts(pair: ProductPair) -> dict[str, object]:
    facts = {"left_id": pair.left.id, "right_id": pair.right.id, "score": pair.score, "rung": pair.rung}
    return {**facts, "sure": pair.sure, "features": dict(pair.features)}


def _show(matches: Matches) -> None:
    for products in (matches.left, matches.right):
        _show_columns(products)
    _explain(matches.first)
    text = T(
        "{matched} of {left} rows have a match among {right} (score {threshold} or more), {pairs} pairs: {path}",
        matched=matches.matched_left, left=len(matches.left.products), right=len(matches.right.products),
        threshold=matches.threshold, pairs=matches.pairs, path=matches.out,
    )  # fmt: skip
    console().print(text, soft_wrap=True, markup=False)
    if matches.problems:
        console().print(T("Not read, with reasons: {path}", path=matches.problems), soft_wrap=True, markup=False)


def _show_columns(products: ProductList) -> None:
    """What was understood of a list, in one line."""
    used = ", ".join(f"{header} → {field}" if header != field else field for field, header in products.columns.items())
    told = T("{file}: {rows} rows; columns {used}", file=products.path, rows=len(products.products), used=used)
    if products.unknown:
        told += T("; not used: {columns}", columns=", ".join(products.unknown))
    console().print(told, soft_wrap=True, markup=False)


def _explain(pairs: Sequence[ProductPair]) -> None:
    for pair in pairs:
        names = (one.name or one.model or one.id for one in (pair.left, pair.right))
        sure = T("sure") if pair.sure else T("not sure")
        console().print(f"{pair.score:.2f} {sure}: {' ↔ '.join(names)}", soft_wrap=True, markup=False)
        for phrase in in_words(pair.features):
            console().print(f"    {phrase}", soft_wrap=True, markup=False)

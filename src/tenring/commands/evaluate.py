"""`tenring evaluate`: judge the matcher and the classifier on labelled data of your own."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.output import as_json, console, errors_explained, print_json, settings_of
from tenring.commands.screen import no_category_model
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.limits import require_text_within
from tenring.matching import v1
from tenring.matching.evaluation.judge import WORST, Judged, PairError, Question, judge
from tenring.matching.evaluation.measures import THRESHOLDS, AtThreshold, Calibration
from tenring.matching.evaluation.pairs import LabelledPairs, read_pairs
from tenring.matching.evaluation.scorers import Matcher
from tenring.matching.explain import in_words
from tenring.matching.products import Product, guarded
from tenring.screening.evaluate import Answer, Group, JudgedLines, LabelledLines, judge_lines, read_lines
from tenring.screening.report.reliability import write_plot

#: Errors that are printed; the file has more.
_SHOWN = 10
_FIELDS = tuple(field.name for field in fields(Product) if field.name not in ("row", "category", "certificate"))
_SIDES = ("left", "right")


@click.group("evaluate")
def evaluate() -> None:
    """Judge the matcher or the classifier on labelled data of your own.

    Example: tenring evaluate matches labelled.csv
    """


class Thresholds(click.ParamType[tuple[float, ...]]):
    """Numbers from 0 to 1, separated by commas."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:  # noqa: ANN401 - click's own signature
        """Read the numbers, or tell how to write them."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(float(text) for text in value.split(","))
        except ValueError:
            numbers = (2.0,)
        if not all(0 <= number <= 1 for number in numbers):
            self.fail(T("{value!r} are not numbers from 0 to 1. Write them as 0.8,0.9", value=value), param, ctx)
        return numbers


class Cost(click.ParamType[Decimal]):
    """A number above nought."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:  # noqa: ANN401 - click's own signature
        """Read the number, or tell what is wrong with it."""
        try:
            cost = Decimal(value)
        except InvalidOperation:
            cost = Decimal(-1)
        if not cost.is_finite() or cost <= 0:
            self.fail(T("{value!r} is not a number above 0", value=value), param, ctx)
        return cost


@evaluate.command("matches")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Threshold to judge at (default: that of the same product)."
)
@click.option("--thresholds", type=Thresholds(), default=THRESHOLDS, help="Further thresholds: 0.8,0.9,0.95.")
@click.option(
    "--cost-of-false-green",
    "cost",
    type=Cost(),
    default=Decimal(20),
    show_default=True,
    help="How many missed matches one false match is worth to you.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Write the reliability plot: a file .svg or .html.")
@click.option("--errors", type=click.Path(path_type=Path), help="Write the worst fifty errors as CSV.")
@as_json
@click.pass_context
def matches(context: click.Context, /, labelled: Path, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Judge the matcher on labelled pairs: precision, recall, F1, calibration, the worst errors, your own threshold.

    The CSV has a row for each pair: columns left_title, left_brand, left_model, left_gtin, left_price,
    left_description and the same with right_, and label (1 for the same product, 0 for another). Decisions exported
    by `tenring decisions export` have this layout. A .txt file is read in the format of Ditto.

    Example: tenring evaluate matches labelled.csv --cost-of-false-green 20 --errors errors.csv --plot reliability.svg
    """
    threshold = v1.LIKELY if given["threshold"] is None else given["threshold"]
    with errors_explained():
        require_text_within(labelled, settings_of(context))
        read = read_pairs(labelled)
        judged = judge(
            read.pairs,
            Matcher(settings_of(context)),
            Question(threshold, (*given["thresholds"], v1.THRESHOLD), given["cost"]),
        )
        if given["plot"]:
            write_plot(judged.calibration, given["plot"], title=T("Reliability: {file}", file=labelled.name))
        if given["errors"]:
            _write_errors(judged.errors, given["errors"])
    if given["as_json"]:
        print_json(_facts(read, judged))
        return
    _show(read, judged)
    for name in ("plot", "errors"):
        if given[name]:
            click.echo(T("Written: {path}", path=given[name]))


def _facts(read: LabelledPairs, judged: Judged) -> dict[str, object]:
    return {
        "matcher": v1.VERSION,
        "pairs": judged.pairs,
        "matches": judged.matches,
        "unlabelled": read.unlabelled,
        "problems": len(read.problems),
        "at": figures(judged.at),
        "green": figures(_green(judged)),
        "thresholds": [figures(one) for one in judged.thresholds],
        "cost_of_false_green": judged.cost_of_false,
        "best_for_cost": figures(judged.best),
        "best_f1": figures(judged.best_f1),
        "average_precision": judged.average_precision,
        "calibration": judged.calibration,
        "errors": [_error_cells(error) for error in judged.errors],
    }


def figures(at: AtThreshold) -> dict[str, object]:
    """What comes of a threshold, for JSON."""
    counts = {"threshold": at.threshold, "right": at.right, "false": at.false, "missed": at.missed}
    return {**counts, "precision": at.precision, "recall": at.recall, "f1": at.f1}


def _show(read: LabelledPairs, judged: Judged) -> None:
    out = console()
    out.print(T("{pairs} pairs, {matches} of them matches; matcher {version}", pairs=judged.pairs,
                matches=judged.matches, version=v1.VERSION))  # fmt: skip
    if read.unlabelled:
        out.print(T("{count} rows without a label were left out", count=read.unlabelled))
    if read.problems:
        first = read.problems[0]
        out.print(T("{count} cells were not read; the first: row {row}, column {column}: {reason}",
                    count=len(read.problems), row=first.row, column=first.column, reason=first.reason))  # fmt: skip
    out.print(thresholds_table(judged.thresholds, judged.at))
    green = _green(judged)
    out.print(T(
        "→ from {at} on two products count as the same; green: only from {green} on is a line ever green "
        "(precision {precision}, recall {recall}).",
        at=f"{judged.at.threshold:.2f}", green=f"{green.threshold:.2f}", precision=share(green.precision),
        recall=share(green.recall),
    ), soft_wrap=True)  # fmt: skip
    show_best(judged)
    show_calibration(judged.calibration)
    _show_errors(judged.errors)


def _green(judged: Judged) -> AtThreshold:
    """What comes of the threshold below which no line is green."""
    return next(one for one in judged.thresholds if one.threshold == v1.THRESHOLD)


def thresholds_table(thresholds: Sequence[AtThreshold], chosen: AtThreshold) -> Table:
    """Counts and shares at each threshold; an arrow at the one judged at, a word at the one of green."""
    table = Table(
        "", T("threshold"), T("right"), T("false"), T("not found"), T("precision"), T("recall"), "F1", box=None
    )
    for one in thresholds:
        shares = (share(one.precision), share(one.recall), share(one.f1))
        counts = (f"{one.right:,}", f"{one.false:,}", f"{one.missed:,}")
        mark = "→" if one == chosen else T("green") if one.threshold == v1.THRESHOLD else ""
        table.add_row(mark, f"{one.threshold:.2f}", *counts, *shares)
    return table


def share(value: float | None) -> str:
    """A share with three digits; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def show_best(judged: Judged) -> None:
    """Print the threshold that is best for the user's cost, and the one with the best F1."""
    best, out = judged.best, console()
    figures = {"precision": share(best.precision), "recall": share(best.recall)}
    out.print(T(
        "If a false match costs as much as {cost} matches not found, the best threshold is {threshold}: "
        "precision {precision}, recall {recall}, {false} false and {missed} not found.",
        cost=judged.cost_of_false, threshold=f"{best.threshold:.4g}", false=best.false, missed=best.missed, **figures,
    ), soft_wrap=True)  # fmt: skip
    out.print(T("Best F1 {f1} at {threshold}; average precision {average}.", f1=share(judged.best_f1.f1),
                threshold=f"{judged.best_f1.threshold:.4g}", average=share(judged.average_precision)))  # fmt: skip
    out.print(T("These thresholds were chosen on these very pairs: check them on others."))


def show_calibration(calibration: Calibration) -> None:
    """Print the bins, and the expected calibration error."""
    table = Table(T("score"), T("cases"), T("mean score"), T("share right"), box=None)
    for one in calibration.bins:
        if one.count:
            means = (share(one.mean_score), share(one.share_right))
            table.add_row(f"{one.begin:.1f}–{one.end:.1f}", f"{one.count:,}", *means)
    out = console()
    out.print(table)
    out.print(T("Expected calibration error: {error}", error=share(calibration.error)))


def _show_errors(errors: Sequence[PairError]) -> None:
    out = console()
    if not errors:
        out.print(T("No errors at this threshold."))
        return
    out.print(_worst(len(errors)))
    for error in errors[:_SHOWN]:
        what = T("not found") if error.pair.label else T("false match")
        names = (one.name or one.model or "" for one in (error.pair.left, error.pair.right))
        where = T("row {row}, {what}, score {score}", row=error.pair.row, what=what, score=f"{error.scored.score:.2f}")
        out.print(f"{where}: {' ↔ '.join(names)}", soft_wrap=True, markup=False)
        told = "; ".join(in_words(error.scored.features)) or T("the matcher did not find this pair")
        out.print(f"    {told}", soft_wrap=True, markup=False)


def _worst(count: int) -> str:
    shown = min(_SHOWN, count)
    return T("Worst errors ({shown} of {count}, at most {limit} are kept):", shown=shown, count=count, limit=WORST)


def _error_cells(error: PairError) -> dict[str, object]:
    cells: dict[str, object] = {"row": error.pair.row, "label": int(error.pair.label), "score": error.scored.score}
    for side, product in zip(_SIDES, (error.pair.left, error.pair.right), strict=True):
        cells |= {f"{side}_{name}": getattr(product, name) for name in _FIELDS}
    return cells | {"features": dict(error.scored.features), "in_words": "; ".join(in_words(error.scored.features))}


def _write_errors(errors: Iterable[PairError], path: Path) -> None:
    sides = (f"{side}_{name}" for side in _SIDES for name in _FIELDS)
    write_rows(path, ("row", "label", "score", *sides, "features", "in_words"), map(_error_cells, errors))


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV; features as JSON, and nothing that a spreadsheet would run.

    Raises:
        UnusableInputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    except OSError as error:
        raise UnusableInputError(T("cannot be written"), where=path, do=str(error.strerror)) from error


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return guarded("" if value is None else str(value))


@evaluate.command("categories")
@click.argument("labelled", type=click.Path(path_type=Path))
@click.option("--thresholds", type=Thresholds(), default=THRESHOLDS, help="Further thresholds: 0.8,0.9,0.95.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write the reliability plot: a file .svg or .html.")
@click.option("--errors", type=click.Path(path_type=Path), help="Write the worst fifty errors as CSV.")
@as_json
@click.pass_context
def categories(context: click.Context, /, labelled: Path, **given: Any) -> None:  # noqa: ANN401 - click's own
    """Judge the classifier on labelled lines: top-1, top-3, precision and coverage, by language, calibration, errors.

    The CSV has a row for each line: columns text, and category (an id of ours), or true_code and true_scheme (for
    example cpv-2008). Columns code, code_scheme and code_name are evidence, as in a purchase file; language is shown
    apart. A line whose true code lies outside the catalogue should get no category.

    Example: tenring evaluate categories labelled.csv --errors errors.csv
    """
    settings = settings_of(context)
    with errors_explained():
        catalogue = Catalogue(settings.catalog)
        require_text_within(labelled, settings)
        read = read_lines(labelled, catalogue.categories)
        judged = judge_lines(read.lines, catalogue=catalogue, settings=settings, thresholds=given["thresholds"])
        if given["plot"]:
            write_plot(judged.calibration, given["plot"], title=T("Reliability: {file}", file=labelled.name))
        if given["errors"]:
            write_rows(given["errors"], _ANSWER, map(_answer_cells, judged.errors))
    if given["as_json"]:
        print_json(_category_facts(read, judged))
        return
    _show_categories(read, judged)
    if settings.category_model is None:
        console().print(no_category_model())
    for name in ("plot", "errors"):
        if given[name]:
            click.echo(T("Written: {path}", path=given[name]))


_ANSWER = ("row", "text", "true", "category", "score", "by", "nearest", "language")


def _answer_cells(answer: Answer) -> dict[str, object]:
    true, nearest = " ".join(sorted(answer.line.true)), " ".join(answer.nearest)
    said = {"category": answer.category, "score": answer.score, "by": answer.by, "nearest": nearest}
    return {"row": answer.line.row, "text": answer.line.text, "true": true, **said, "language": answer.line.language}


def _category_facts(read: LabelledLines, judged: JudgedLines) -> dict[str, object]:
    return {
        "unlabelled": read.unlabelled,
        "all": judged.all,
        "languages": judged.languages,
        "by": judged.by,
        "thresholds": [figures(one) for one in judged.thresholds],
        "calibration": judged.calibration,
        "errors": [_answer_cells(answer) for answer in judged.errors],
    }


def _show_categories(read: LabelledLines, judged: JudgedLines) -> None:
    out, total = console(), judged.all
    out.print(T("{lines} lines, {known} of them with a true category of the catalogue", lines=total.lines,
                known=total.with_category))  # fmt: skip
    if read.unlabelled:
        out.print(T("{count} rows without a label were left out", count=read.unlabelled))
    out.print(_groups_table((replace(total, name=T("all")), *judged.by, *judged.languages)))
    out.print(_category_thresholds(judged))
    show_calibration(judged.calibration)
    if judged.errors:
        out.print(_worst(len(judged.errors)))
    for answer in judged.errors[:_SHOWN]:
        true = ", ".join(sorted(answer.line.true)) or T("outside the catalogue")
        told = T("row {row}: {category} ({score}, by {by}) instead of {true}", row=answer.line.row,
                 category=answer.category, score=f"{answer.score:.2f}", by=answer.by, true=true)  # fmt: skip
        out.print(f"{told}: {answer.line.text[:200]}", soft_wrap=True, markup=False)


def _groups_table(groups: Iterable[Group]) -> Table:
    """One row for all lines, one for each kind of evidence, one for each language."""
    headers = (T("lines"), T("with category"), T("given"), T("top-1"), T("top-3"), T("precision"), T("coverage"))
    table = Table("", *headers, box=None)
    for one in groups:
        counts = (f"{one.lines:,}", f"{one.with_category:,}", f"{one.given:,}")
        table.add_row(one.name, *counts, *map(share, (one.top_1, one.top_3, one.precision, one.coverage)))
    return table


def _category_thresholds(judged: JudgedLines) -> Table:
    table = Table(T("threshold"), T("right"), T("false"), T("precision"), T("recall"), T("coverage"), box=None)
    for one in judged.thresholds:
        given = one.right + one.false
        shares = (share(one.precision), share(one.recall), share(round(given / judged.all.lines, 4)))
        table.add_row(f"{one.threshold:.2f}", f"{one.right:,}", f"{one.false:,}", *shares)
    return table

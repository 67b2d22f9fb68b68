"""`tenring categories`: train the category model, show what it is and how good, ask why it says what it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tenring.catalogue import Catalogue
from tenring.commands.output import as_json, console, errors_explained, print_json, progress, settings_of
from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.screening.learnt.model import Model, load, save
from tenring.screening.learnt.sources import examples
from tenring.settings import Settings

#: Words of a text that are shown with what each adds.
_WORDS_SHOWN = 5


@click.group("categories")
def categories() -> None:
    """Categories from words: the trained model that answers where codes and sure phrases do not.

    Example: tenring categories explain "ordinateurs portables pour les écoles"
    """


@categories.command("train")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder with codes/cpv/*.csv and lines/ted_titles_cpv.csv (default: purchases/ in TENRING_DATA).",
)
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Labelled lines of your own, as for `tenring evaluate categories`; may be given several times.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write (default: models/ in TENRING_HOME).")
@as_json
@click.pass_context
def train(
    context: click.Context, /, data: Path | None, labelled: tuple[Path, ...], out: Path | None, *, as_json: bool
) -> None:
    """Train the category model on the catalogue's words, a data folder and labelled lines of your own.

    Needs scikit-learn. The model is used by every later screening when it lies in TENRING_HOME. A fifth of the TED
    titles is kept out to judge it; its figures are printed and stored beside it.

    Example: tenring categories train --labelled decided.csv
    """
    settings = settings_of(context)
    path = (out or settings.trained_model).with_suffix(".npz")
    with errors_explained():
        model = _trained(settings, data, labelled)
        save(model, path)
        load.cache_clear()
        model = load(path)
    if as_json:
        print_json(_facts(model, path))
        return
    _show(model, path)


def _trained(settings: Settings, data: Path | None, labelled: tuple[Path, ...]) -> Model:
    try:
        from tenring.screening.learnt.train import train as train_model  # noqa: PLC0415 - only training needs scikit-learn
    except ImportError as error:
        do = T("Install it: pip install scikit-learn")
        raise UnusableInputError(T("training needs scikit-learn, which is not installed"), do=do) from error
    folder = data or (settings.data / "purchases" if settings.data else None)
    if folder is not None and not folder.is_dir():
        raise UnusableInputError(T("is not a folder"), where=folder, do=T("Name another one with --data"))
    known = Catalogue(settings.catalog).categories
    with progress() as report:
        return train_model(examples(known, folder, labelled), known, progress=report)


@categories.command("show")
@as_json
@click.pass_context
def show(context: click.Context, /, *, as_json: bool) -> None:
    """Show the model in use: what it was trained on, its size, and its figures.

    Example: tenring categories show
    """
    with errors_explained():
        path, model = _in_use(settings_of(context))
    if as_json:
        print_json(_facts(model, path))
        return
    _show(model, path)


@categories.command("explain")
@click.argument("text")
@as_json
@click.pass_context
def explain(context: click.Context, /, text: str, *, as_json: bool) -> None:
    """Show the nearest categories of a text, and which of its words spoke for each.

    This is what the trained model alone says; screening asks codes and the catalogue's phrases first.

    Example: tenring categories explain "ordinateurs portables pour les écoles"
    """
    settings = settings_of(context)
    with errors_explained():
        _, model = _in_use(settings)
        known = frozenset(Catalogue(settings.catalog).categories.by_id)
        (guess,) = model.guesses([text], known)
        spoken = {category: model.spoken_for(text, category) for category in guess.nearest}
        sure = model.sure(guess)
    if as_json:
        near = [
            {"category": category, "score": score, "words": dict(spoken[category])}
            for category, score in zip(guess.nearest, guess.scores, strict=True)
        ]
        print_json({"category": sure, "threshold": model.threshold, "nearest": near})
        return
    out = console()
    table = Table(T("category"), T("score"), T("words that spoke for it"), box=None)
    for category, score in zip(guess.nearest, guess.scores, strict=True):
        words = [f"{word} {added:+.2f}" for word, added in spoken[category][:_WORDS_SHOWN] if added > 0]
        table.add_row(category, f"{score:.2f}", ", ".join(words))
    out.print(table)
    threshold = f"{model.threshold:.2f}"
    if sure is None:
        out.print(T("Not sure enough: below the threshold of {threshold} no category is given.", threshold=threshold))
    else:
        out.print(T("{category} is given: the threshold is {threshold}.", category=sure, threshold=threshold))


def _in_use(settings: Settings) -> tuple[Path, Model]:
    path = settings.category_model
    if path is None:
        raise UnusableInputError(
            T("there is no category model"), do=T("Train one: `tenring categories train`; without one, words that "
                                                  "the catalogue does not have name no category")
        )  # fmt: skip
    return path, load(path)


def _facts(model: Model, path: Path) -> dict[str, object]:
    size = path.stat().st_size
    return {"path": path, "bytes": size, "leaves": len(model.leaves), "threshold": model.threshold, **model.card}


def _show(model: Model, path: Path) -> None:
    out, facts = console(), {"size": f"{path.stat().st_size / 1e6:.1f}", "threshold": f"{model.threshold:.2f}"}
    out.print(T("{path}: {size} MB, {count} categories, threshold {threshold}", path=path,
                count=len(model.categories), **facts), soft_wrap=True)  # fmt: skip
    for source in model.card.get("sources", ()):
        named = {name: source[name] for name in ("name", "version", "licence")}
        count = f"{source['examples']:,}"
        told = T("trained on {examples} {name} ({version}); {licence}", examples=count, **named)
        out.print(told, soft_wrap=True)
    if figures := model.card.get("figures"):
        out.print(_figures(figures))


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row for each figure, one column for each kind of titles."""
    table = Table(T("figure"), *figures, box=None)
    for name in next(iter(figures.values())):
        cells = (one[name] for one in figures.values())
        table.add_row(name, *(f"{cell:.3f}" if isinstance(cell, float) else f"{cell:,}" for cell in cells))
    return table

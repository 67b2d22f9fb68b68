"""`tenring search`: find licences by words, models, numbers and category names, valid on any date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from tenring.commands.output import DATE, Exit, as_json, console, counts, errors_explained, print_json, settings_of
from tenring.language import N, T
from tenring.model.licence import Status
from tenring.register.search import ANY, Hit, Query, Results
from tenring.register.search import search as search_snapshot
from tenring.register.snapshot import Snapshot

#: Models and reasons shown of one hit, the heaviest first; --json has all.
_MODELS_SHOWN = 2
_REASONS_SHOWN = 1

#: Keys shown of one facet; --json has all.
_KEYS_SHOWN = 10


@click.command("search")
@click.argument("text")
@click.option("--on", type=DATE, help="Only licences valid on this day; with --status, those in that status then.")
@click.option("--category", help="Only this category, for example copy-paper.")
@click.option("--programme", help="Only this programme, for example energy-star.")
@click.option("--register", help="Only this register.")
@click.option("--economy", help="Only registers of this economy, for example CN.")
@click.option(
    "--status",
    type=click.Choice([*(status.value for status in Status), ANY]),
    help="Only this status (default with --on: active).",
)
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Most licences shown.")
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Licences to pass over.")
@as_json
@click.pass_context
def search(context: click.Context, /, *, text: str, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - Query has the types
    """Find licences in the register snapshot: words, models (also with *), licence numbers, GTINs, any script.

    Exit code 1 means that nothing was found. "" finds everything that the options let through.

    Example: tenring search "EliteDesk 800" --on 2020-06-01 --programme energy-star
    """
    with errors_explained():
        query = Query(text, **asked)
        results = search_snapshot(Snapshot.open(settings_of(context)).folder, query)
    if as_json:
        print_json(results)
    else:
        _print(results, query)
    context.exit(Exit.DONE if results.total else Exit.NEGATIVE)


def _print(results: Results, query: Query) -> None:
    for line in _remarks(results, query):
        console().print(escape(line), soft_wrap=True)
    if results.hits:
        console().print(_table(results, query))
    for facet, keys in results.facets.items():
        if keys:
            console().print(escape(f"{T(_FACETS[facet])}: {_most(keys)}"), soft_wrap=True)


def _remarks(results: Results, query: Query) -> Iterator[str]:
    """What the table does not say: how the question was read, and what the filters hid."""
    yield from results.notes
    for typed, meant in results.corrected.items():
        yield T("Also searched “{meant}” for “{typed}”.", meant=meant, typed=typed)
    if results.relaxed and results.total:
        needed, typed_words = results.words, results.words_typed
        yield T("No licence has all {all} words; these have at least {some}.", all=typed_words, some=needed)
    if not results.total:
        yield T("Nothing found for “{typed}” on {day}.", typed=query.text, day=results.on)
    if results.without_filters:
        hidden = f"{results.without_filters:,}"
        yield T(
            "Without the filters {count} licences match; --status any shows what each was on the day.", count=hidden
        )


def _table(results: Results, query: Query) -> Table:
    first, last = query.offset + 1, query.offset + len(results.hits)
    shown = T("Licences {first} to {last} of {total}", first=first, last=last, total=f"{results.total:,}")
    on = T("status on {day}", day=results.on)
    table = Table(title=f"{shown}, {on}", title_justify="left")
    for heading in (T("number"), T("brand"), T("product"), T("category"), T("programme"), T("status"), T("why")):
        table.add_column(heading, overflow="fold")
    for hit in results.hits:
        table.add_row(*(escape(cell) for cell in _cells(hit)))
    return table


def _cells(hit: Hit) -> tuple[str, ...]:
    models = ", ".join(hit.models[:_MODELS_SHOWN])
    more = T(" and {count} more", count=len(hit.models) - _MODELS_SHOWN) if len(hit.models) > _MODELS_SHOWN else ""
    product = ": ".join(part for part in (hit.name, models + more) if part)
    programme = f"{hit.programme} ({hit.economy})" if hit.economy else hit.programme
    why = "; ".join(reason.text for reason in hit.explanation[:_REASONS_SHOWN])
    return hit.number or "", hit.brand or "", product, hit.category, programme, _status(hit), why


def _status(hit: Hit) -> str:
    if hit.status is None:
        return T("unknown")
    dates = [T("from {day}", day=hit.status_from)] if hit.status_from else []
    dates += [T("until before {day}", day=hit.status_until)] if hit.status_until else []
    said = " ".join([T(_STATUSES[hit.status]), *dates])
    return f"{said} ({hit.status_reason})" if hit.status_reason else said


def _most(keys: dict[str, int]) -> str:
    """The most frequent keys of a facet, and how many others there are."""
    ordered = sorted(keys.items(), key=lambda item: (-item[1], item[0]))
    left = len(ordered) - _KEYS_SHOWN
    return counts(dict(ordered[:_KEYS_SHOWN])) + (T(" and {count} more", count=left) if left > 0 else "")


_FACETS = {
    "category": N("Categories"),
    "programme": N("Programmes"),
    "economy": N("Economies"),
    "status": N("Status"),
}
_STATUSES = {
    "active": N("active"),
    "not_begun": N("not yet begun"),
    "suspended": N("suspended"),
    "withdrawn": N("withdrawn"),
    "superseded": N("superseded"),
    "expired": N("expired"),
    "delisted": N("no longer listed"),
}

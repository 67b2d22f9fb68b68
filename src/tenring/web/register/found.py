"""The answer to a question as the search page, the downloads and the suggestions show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tenring.language import T
from tenring.model.licence import Status
from tenring.register.lookup import LicenceRecord
from tenring.register.measured import Listed, Wanted
from tenring.register.search import Hit, Results
from tenring.web.core.sources import Sources
from tenring.web.register.asked import PAGE, Asked

#: Licences that a search for words hands on to be asked for what was measured.
_AMONG = 1_000


@dataclass(frozen=True)
class Row:
    """One licence in a list."""

    licence_id: str
    title: str
    number: str | None
    holder: str | None
    category: str
    programme: str
    economy: str | None
    status: str | None
    until: date | None
    why: str


@dataclass(frozen=True)
class Found:
    """One page of an answer. `facets` counts over all of it; empty where what was measured was asked for."""

    total: int
    rows: tuple[Row, ...]
    on: date
    facets: Mapping[str, Mapping[str, int]]
    remarks: tuple[str, ...]

    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PAGE)


def find(open_: Sources, asked: Asked) -> Found:
    """Ask the search index; inside a category also for what was measured.

    Raises:
        UnusableInputError: too many ranges.
        SnapshotError: the snapshot has no index.
    """
    return _by_measure(open_, asked) if asked.by_measure else _by_words(open_, asked)


def _by_words(open_: Sources, asked: Asked) -> Found:
    results = open_.index.search(asked.query())
    return Found(
        total=results.total,
        rows=tuple(of_hit(hit) for hit in results.hits),
        on=results.on,
        facets=results.facets,
        remarks=tuple(_remarks(results)),
    )


def _by_measure(open_: Sources, asked: Asked) -> Found:
    question, remarks = wanted(open_, asked)
    found = open_.measured(asked.category).within(question)
    rows = tuple(of_listed(one, asked.category) for one in found.licences)
    return Found(total=found.total, rows=rows, on=question.on, facets={}, remarks=remarks)


def wanted(open_: Sources, asked: Asked) -> tuple[Wanted, tuple[str, ...]]:
    """A question for what was measured, and what its answer leaves out."""
    on = asked.on or open_.day
    remarks = [T("Only licences active on {day} that state what is asked for.", day=on.isoformat())]
    among: tuple[str, ...] | None = None
    if asked.text:
        results = open_.index.search(asked.query(limit=_AMONG, offset=0))
        among = tuple(hit.licence_id for hit in results.hits)
        if results.total > _AMONG:
            remarks.append(T("Of the licences that have the words, the best {count} were looked at.", count=_AMONG))
    question = Wanted(
        category=asked.category,
        on=on,
        ranges=asked.ranges,
        order=asked.order,
        programme=asked.programme or None,
        economy=asked.economy or None,
        among=among,
        limit=PAGE,
        offset=(asked.page - 1) * PAGE,
    )
    return question, tuple(remarks)


def _remarks(results: Results) -> Iterator[str]:
    """What the list does not say: how the question was read, and what the filters hid."""
    yield from results.notes
    for typed, meant in results.corrected.items():
        yield T("Also searched “{meant}” for “{typed}”.", meant=meant, typed=typed)
    if results.relaxed and results.total:
        yield T(
            "No licence has all {all} words; these have at least {some}.", all=results.words_typed, some=results.words
        )
    if results.without_filters:
        yield T("Without the filters {count} licences match.", count=f"{results.without_filters:,}")


def of_hit(hit: Hit) -> Row:
    """A licence that a search found."""
    models = hit.models or hit.listed
    what = hit.name or (models[0] if models else "")
    model = models[0] if models and models[0] not in what else ""
    named = what if hit.brand and what.casefold().startswith(hit.brand.casefold()) else f"{hit.brand or ''} {what}"
    return Row(
        licence_id=hit.licence_id,
        title=" · ".join(part for part in (named.strip(), model) if part) or hit.number or hit.licence_id,
        number=hit.number,
        holder=hit.holder,
        category=hit.category,
        programme=hit.programme,
        economy=hit.economy,
        status=hit.status,
        until=hit.valid_until,
        why=hit.explanation[0].text if hit.explanation else "",
    )


def of_listed(one: Listed, category: str) -> Row:
    """A licence that was found by what was measured, which only active ones are."""
    return Row(
        licence_id=one.licence_id,
        title=one.title,
        number=one.number,
        holder=one.holder,
        category=category,
        programme=one.programme,
        economy=one.economy,
        status=Status.ACTIVE.value,
        until=one.valid_until,
        why="",
    )


def of_record(record: LicenceRecord, on: date) -> Row:
    """A licence that was looked up."""
    period = record.period(on)
    return Row(
        licence_id=record.licence_id,
        title=record.title,
        number=record.number,
        holder=record.holder,
        category=record.category,
        programme=record.programme,
        economy=record.economy,
        status=period.status if period else None,
        until=record.valid_until,
        why="",
    )

"""The page of a licence: its labels over time, what was measured, the criteria behind it, recognition, alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tenring.catalogue import Agreement
from tenring.model.licence import Status
from tenring.model.verdict import STALE_AFTER_DAYS
from tenring.register.lookup import LicenceRecord, alternatives, licences, same_product
from tenring.register.search.periods import Period
from tenring.rulebook.revision import Revision
from tenring.screening.report.wording import status_name
from tenring.web.core.sources import Sources
from tenring.web.register.facets import programme_name, property_name, unit_shown
from tenring.web.register.found import Row, of_record
from tenring.web.register.timeline import Stretch, Timeline, timeline

#: Other labels of the product that are shown.
_MOST_LABELS = 12
#: A history without a beginning is drawn from so many years before what is known.
_BEFORE = 365


@dataclass(frozen=True)
class Label:
    """A licence of the product with its history."""

    record: LicenceRecord
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class MeasuredRow:
    """A measured property in words."""

    property: str
    title: str
    value: str


@dataclass(frozen=True)
class Recognised:
    """An agreement that concerns the licence, and the other programmes in it."""

    agreement: Agreement
    others: tuple[str, ...]
    names_category: bool


@dataclass(frozen=True)
class LicencePage:
    """Everything a licence's page shows."""

    record: LicenceRecord
    status: Period | None
    stale_days: int
    """Days that the register was read before the day, where they are too many to rely on; else 0."""
    labels: tuple[Label, ...]
    timeline: Timeline
    measured: tuple[MeasuredRow, ...]
    criteria: tuple[Revision, ...]
    recognised: tuple[Recognised, ...]
    alternatives: tuple[Row, ...]


def licence_page(open_: Sources, record: LicenceRecord, on: date) -> LicencePage:
    """The page of a licence on a day."""
    others = [hit.licence_id for hit in same_product(open_.index, record, on)[:_MOST_LABELS]]
    labels = tuple(Label(one, one.periods) for one in [record, *licences(open_.db, others)])
    return LicencePage(
        record=record,
        status=record.period(on),
        stale_days=_stale_days(record, on),
        labels=labels,
        timeline=timeline(list(_spans(open_, labels, on)), on),
        measured=tuple(measured_rows(open_, record)),
        criteria=criteria_behind(open_, record, on),
        recognised=tuple(_recognised(open_, record)),
        alternatives=tuple(of_record(one, on) for one in alternatives(open_.db, record, on)),
    )


def _stale_days(record: LicenceRecord, on: date) -> int:
    days = (on - record.last_read).days if record.last_read else 0
    return days if days > STALE_AFTER_DAYS else 0


def _spans(open_: Sources, labels: Sequence[Label], on: date) -> Iterator[Stretch]:
    """The periods as stretches of a timeline, cut where a period has no end or beginning."""
    days = [day for label in labels for one in label.periods for day in (one.start, one.end) if day]
    first = min([*days, on]) - timedelta(days=_BEFORE)
    last = max(on + timedelta(days=_BEFORE), min(max([*days, on]), on + timedelta(days=5 * _BEFORE)))
    for label in labels:
        name = f"{label.record.number} {programme_name(open_, label.record.programme)}"
        for one in label.periods:
            if one.status == Status.NOT_BEGUN:
                continue
            start, end = one.start or first, min(one.end or last, last)
            if start < end:
                yield Stretch(label.record.licence_id, name, one.status, status_name(one.status), start, end)


def measured_rows(open_: Sources, record: LicenceRecord) -> Iterator[MeasuredRow]:
    """Measured properties in words and signs."""
    for one in record.properties:
        number = "" if one.value is None else f"{plain(one.value)} {unit_shown(one.unit)}".strip()
        yield MeasuredRow(one.property, property_name(open_, one.property), number or one.text or "")


def plain(value: Decimal) -> str:
    """A number as it was measured: no exponent, no zeros behind."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def criteria_behind(open_: Sources, record: LicenceRecord, on: date) -> tuple[Revision, ...]:
    """The criteria of its programme for its category, in force on a day: the most that can be said without its file."""
    line = set(open_.catalogue.categories.ancestors(record.category))
    return tuple(
        one
        for one in open_.library.revisions
        if one.programme == record.programme
        and line & {one.category, *one.categories}
        and open_.library.find(one.criteria, on) is one
    )


def _recognised(open_: Sources, record: LicenceRecord) -> Iterator[Recognised]:
    """Agreements of its programme: those that carry certificates first."""
    line = set(open_.catalogue.categories.ancestors(record.category))
    found = [one for one in open_.catalogue.agreements.values() if record.programme in one.parties]
    for one in sorted(found, key=lambda one: (not one.carries_certificates(), one.id)):
        if one.categories and not line & set(one.categories):
            continue
        others = tuple(party for party in one.parties if party != record.programme)
        yield Recognised(one, others, names_category=bool(one.categories))

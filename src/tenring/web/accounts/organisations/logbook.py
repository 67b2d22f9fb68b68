"""The log of an organisation: what is asked of it, page by page from the newest, and all of it as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from tenring.exceptions import UnusableInputError
from tenring.language import T
from tenring.web.accounts.models import Event, Organisation
from tenring.web.core.spreadsheets import without_formula

#: Lines of one page, and lines fetched at once for a file.
PAGE, _PIECE = 50, 2_000
_COLUMNS = ("at", "who", "what", "about", "why", "detail")
_LONGEST_ID = 18


@dataclass(frozen=True)
class Asked:
    """Which lines: of whom, of what kind, from and to which day (UTC, both included), before which line."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


def asked(values: Mapping[str, str]) -> Asked:
    """What an address asks for.

    Raises:
        UnusableInputError: a date that is none, or a cursor that is not ours.
    """
    return Asked(
        who=values.get("who", "")[:200],
        what=values.get("what", "")[:60],
        since=_day(values.get("from", "")),
        until=_day(values.get("to", "")),
        before=_cursor(values.get("before", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UnusableInputError(T("{value!r} is not a date. Write it as YYYY-MM-DD.", value=text[:40])) from error


def _cursor(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise UnusableInputError(T("this page of the log does not exist"), do=T("Begin with the newest line"))
    return int(text)


def lines(organisation: Organisation, question: Asked) -> QuerySet[Event]:
    """The lines of an organisation that a question finds, newest first.

    A line's number only grows, so it is the cursor.
    """
    found = Event.objects.filter(organisation=organisation).order_by("-id")
    if question.who:
        found = found.filter(who=question.who)
    if question.what:
        found = found.filter(what=question.what)
    if question.since:
        found = found.filter(at__gte=datetime.combine(question.since, time(), UTC))
    if question.until and question.until < date.max:
        found = found.filter(at__lt=datetime.combine(question.until + timedelta(days=1), time(), UTC))
    if question.before is not None:
        found = found.filter(id__lt=question.before)
    return found


def choices(organisation: Organisation) -> tuple[list[str], list[str]]:
    """Who did something in an organisation, and what was done: what the filters offer."""
    of = Event.objects.filter(organisation=organisation).order_by()
    return [
        sorted({value for value in of.values_list(name, flat=True).distinct() if value}) for name in ("who", "what")
    ]  # type: ignore[return-value]  # two names, two lists


def as_csv(found: QuerySet[Event]) -> Iterator[bytes]:
    """The lines as CSV, piece by piece; nothing in it runs as a formula."""
    yield b"\xef\xbb\xbf" + _row(_COLUMNS)  # with a mark of UTF-8: spreadsheets guess otherwise
    for event in found.iterator(chunk_size=_PIECE):
        yield _row([without_formula(str(value)) for value in _values(event).values()])


def _row(cells: object) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)  # type: ignore[arg-type]  # a sequence of texts
    return out.getvalue().encode()


def _values(event: Event) -> dict[str, str]:
    detail = json.dumps(event.detail, ensure_ascii=False, sort_keys=True)
    return dict(
        zip(_COLUMNS, (event.at.isoformat(), event.who, event.what, event.about, event.why, detail), strict=True)
    )


def as_json(found: QuerySet[Event]) -> Iterator[bytes]:
    """The lines as a JSON list, piece by piece."""
    before = b"[\n"
    for event in found.iterator(chunk_size=_PIECE):
        row = _values(event) | {"detail": event.detail}
        yield before + json.dumps(row, ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"

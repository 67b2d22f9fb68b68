"""Many lines at once: keyed, screened in one bulk run, answered under the same keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

import tenring
from tenring.language import T
from tenring.screening.batch import Answered, Asked, Batch, screen_lines
from tenring.web.api.operations import JSON, Example, endpoint, json_bytes
from tenring.web.api.problems import ProblemError
from tenring.web.api.register import Text
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings, today

router = Router(tags=["bulk"])

#: Bulk work takes the memory that the settings allow, so one runs at a time; others wait so many seconds.
_WAIT = 60
_one_at_a_time = threading.Lock()

Cell = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class Line(Schema):
    """One thing bought or offered, as a purchase file has it; say what is known, at least a description or a model."""

    model_config = ConfigDict(extra="forbid")

    date: date | None = None
    buyer: Cell | None = None
    supplier: Cell | None = None
    description: Cell | None = None
    brand: Cell | None = None
    model: Cell | None = None
    certificate: Cell | None = Field(default=None, description="number of a licence")
    gtin: Cell | None = None
    code: Cell | None = Field(default=None, description="code of a classification")
    code_scheme: Cell | None = Field(default=None, description="for example cpv-2008, unspsc, cn-2022")
    quantity: Decimal | None = Field(default=None, max_digits=18, decimal_places=6)
    unit: Cell | None = None
    amount: Decimal | None = Field(default=None, max_digits=18, decimal_places=4)
    currency: Cell | None = None

    def cells(self) -> dict[str, str]:
        """What a file would hold."""
        return {name: str(value) for name, value in self.__dict__.items() if value is not None}


class ToMatch(Schema):
    """Lines under keys of your own."""

    model_config = ConfigDict(extra="forbid")

    lines: dict[Key, Line] = Field(min_length=1)


class ToScreen(ToMatch):
    """Lines, the economy whose rules apply, and the day of lines that name none."""

    economy: Text | None = Field(default=None, description="default: no rules, every programme counts")
    on: date | None = Field(default=None, description="default: today")


class Item(Schema):
    """A line: what was understood of it, the licences it may be, what of it could not be read."""

    query: dict[str, Any] | None = Field(description="the line as it was understood; null: it could not be read")
    candidates: list[dict[str, Any]] = Field(
        description="licence_id, number, programme, brand, name, score, sure, rung, ties, features; best first"
    )
    problems: list[dict[str, Any]]


class ScreenedItem(Item):
    """A line with its verdict."""

    answer: dict[str, Any] | None = Field(description="verdict, category, obligation, licence, score, features, why")


class Answers(Schema):
    """Answers under the keys of the lines, and what they rest on."""

    as_of: date
    register_snapshot: str
    sample: bool = Field(description="whether the registers are invented samples")
    matcher: str
    threshold: float = Field(description="the score from which a candidate is sure")
    version: str


class Matched(Answers):
    """Answers of `/match`."""

    items: dict[str, Item]


class Screened(Answers):
    """Answers of `/screen`."""

    items: dict[str, ScreenedItem]


_LINES = {
    "lines": {"a": {"date": "2026-02-17", "description": "Copy paper A4, 80 gsm", "brand": "Aldrune", "model": "AL201"}}
}


@endpoint(
    router, "POST", "/match", returns=Matched, scope=Scope.MATCH, command="screen", example=Example(body=_LINES),
)  # fmt: skip
def match(request: HttpRequest, asked: ToMatch) -> HttpResponse:
    """Match lines with the licences of the register, whatever the status of those.

    All lines go through the steps of screening at once. Only a candidate that is `sure` is a match.
    """
    del request
    return _answer(asked, Asked(today()), _matched)


@endpoint(
    router, "POST", "/screen", returns=Screened, scope=Scope.MATCH, command="screen",
    example=Example(body={**_LINES, "economy": "CN", "on": "2026-06-01"}),
)  # fmt: skip
def screen(request: HttpRequest, asked: ToScreen) -> HttpResponse:
    """Screen lines: category, obligation, match and verdict of each on its date.

    All lines go through the steps of screening at once, exactly as a file does.
    """
    del request
    economy = asked.economy.upper() if asked.economy else None
    return _answer(asked, Asked(asked.on or today(), economy), _screened)


def _answer(asked: ToMatch, question: Asked, item: Any) -> HttpResponse:  # noqa: ANN401 - one of the two functions below
    settings = tenring_settings()
    if len(asked.lines) > settings.api_lines:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            T("{count} lines are more than the {most} of one request", count=len(asked.lines), most=settings.api_lines),
            where="body.lines",
            do=T("Split them, or send a file to /api/v1/jobs"),
        )
    with _turn():
        batch = screen_lines([line.cells() for line in asked.lines.values()], question, settings=settings)
    items = {key: item(one) for key, one in zip(asked.lines, batch.answers, strict=True)}
    return HttpResponse(json_bytes({**_rests_on(batch, question), "items": items}), content_type=JSON)


def _rests_on(batch: Batch, question: Asked) -> Mapping[str, object]:
    return {
        "as_of": question.on,
        "register_snapshot": batch.snapshot,
        "sample": batch.sample,
        "matcher": batch.matcher,
        "threshold": batch.threshold,
        "version": tenring.__version__,
    }


def _matched(one: Answered) -> Mapping[str, object]:
    return {"query": one.query, "candidates": [asdict(each) for each in one.candidates], "problems": one.problems}


def _screened(one: Answered) -> Mapping[str, object]:
    return {**_matched(one), "answer": one.answer}


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn.

    Raises:
        ProblemError: others took too long.
    """
    if not _one_at_a_time.acquire(timeout=_WAIT):
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            T("others are being answered"),
            do=T("Try again in a minute, or send a file to /api/v1/jobs"),
            headers={"Retry-After": str(_WAIT)},
        )
    try:
        yield
    finally:
        _one_at_a_time.release()

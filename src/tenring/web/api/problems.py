"""Errors as RFC 9457 has them: what is wrong, where, and what to do, as `application/problem+json`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

from tenring.exceptions import EngineError, ProofError, SnapshotError, UnusableInputError
from tenring.language import T

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """An error (RFC 9457). `title` is the same for every error of a kind, `detail` is this one's."""

    model_config = ConfigDict(json_schema_extra={"required": ["type", "title", "status", "detail"]})

    type: str = Field(default="about:blank", description="`about:blank`: the status says it all")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="what is wrong and what to do, as one text")
    what: str | None = None
    where: str | None = Field(default=None, description="the part of the request, or the line of what was sent")
    do: str | None = None
    errors: list[dict[str, Any]] | None = Field(default=None, description="each part of the request that is wrong")


class ProblemError(Exception):
    """Something that is answered with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        what: str,
        *,
        where: str | None = None,
        do: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.what, self.where, self.do, self.headers = status, what, where, do, headers or {}
        super().__init__(what)


def problem(
    status: int,
    what: str,
    *,
    where: str | None = None,
    do: str | None = None,
    errors: Sequence[Mapping[str, object]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that tells of an error."""
    detail = ". ".join(part.rstrip(".。") for part in (f"{where}: {what}" if where else what, do) if part)
    found = {"what": what, "where": where, "do": do, "errors": list(errors) or None}
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body |= {name: value for name, value in found.items() if value is not None}
    return HttpResponse(orjson.dumps(body, default=str), status=status, content_type=MEDIA_TYPE, headers=headers)


def explain(api: NinjaAPI) -> None:
    """Let `api` answer every error that somebody can act on with a problem; others are our defects."""
    api.add_exception_handler(ProblemError, _own)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(UnusableInputError, _unusable)
    api.add_exception_handler(ProofError, _proof)
    api.add_exception_handler(SnapshotError, _not_ready)
    api.add_exception_handler(EngineError, _not_ready)
    api.add_exception_handler(RecursionError, _too_deep)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(HttpError, _http)


def _own(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's type of errors is any
    return problem(error.status, error.what, where=error.where, do=error.do, headers=error.headers)


def _invalid(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    found = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors]
    first = found[0]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        first["what"],
        where=first["where"],
        do=T("See /api/v1/docs for what each part may hold"),
        errors=found,
    )


def _unusable(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    where = str(error.where) if error.where is not None else None
    return problem(HTTPStatus.BAD_REQUEST, error.what, where=where, do=error.do)


def _proof(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    return problem(HTTPStatus.BAD_REQUEST, str(error))


def _not_ready(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    _log.warning("not ready: %s", error)
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        T("the register cannot be asked now"),
        do=T("Try again in a minute; /readyz says what is missing"),
        headers={"Retry-After": "60"},
    )


def _too_deep(_: HttpRequest, __: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    return problem(HTTPStatus.BAD_REQUEST, T("the JSON is nested too deeply"), do=T("Send a flatter one"))


def _too_large(_: HttpRequest, __: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    return problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, T("the request is too large"), do=T("Split it, or send a file to /jobs")
    )


def _not_found(_: HttpRequest, __: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    return problem(HTTPStatus.NOT_FOUND, T("there is nothing here"), do=T("Compare the address with /api/v1/docs"))


def _http(_: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - likewise
    return problem(error.status_code, str(error))

"""Around every request to the API: its size is limited, and whatever goes wrong is told as a problem."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tenring.language import T
from tenring.web.api.problems import MEDIA_TYPE, problem
from tenring.web.core.sources import tenring_settings

PREFIX = "/api/v1/"
_FORMS = "multipart/form-data"


class Api:
    """Bodies are read here, within a limit of their own: Django's is for forms. Files stream past."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; an error of Django's own becomes a problem."""
        if not request.path.startswith(PREFIX):
            return self._answer(request)
        try:
            _read_body(request)
        except RequestDataTooBig:
            return _told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        response = self._answer(request)
        is_told = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if response.status_code < HTTPStatus.BAD_REQUEST or is_told:
            return response
        told = _told(HTTPStatus(response.status_code))
        if allowed := response.headers.get("Allow"):
            told.headers["Allow"] = allowed
        return told


def _read_body(request: HttpRequest) -> None:
    """Read what is no file into memory.

    Raises:
        RequestDataTooBig: it is larger than the setting.
    """
    if request.method in {"GET", "HEAD"} or (request.content_type or "").startswith(_FORMS):
        return
    most = tenring_settings().api_bytes
    raw = request.read(most + 1)
    if len(raw) > most:
        raise RequestDataTooBig
    request._body = raw  # type: ignore[attr-defined]  # noqa: SLF001 - where Django keeps what was read


def _told(status: HTTPStatus) -> HttpResponse:
    what, do = {
        HTTPStatus.NOT_FOUND: (T("there is nothing here"), T("Compare the address with /api/v1/docs")),
        HTTPStatus.METHOD_NOT_ALLOWED: (T("this cannot be done here"), T("See /api/v1/docs for what can")),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
            T("the request is too large"),
            T("Split it, or send a file to /jobs"),
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: (T("the register cannot be asked now"), T("Try again in a minute")),
    }.get(
        status,
        (T("Something went wrong on our side. It has been written down."), T("Try again later"))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else (T("the request cannot be understood"), T("Compare it with /api/v1/docs")),
    )
    return problem(status, what, do=do)

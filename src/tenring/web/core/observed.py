"""Around every request: its id, its line in the log, its figures."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenring.web.core import metrics

HEADER = "X-Request-ID"
#: An id that a proxy gave is kept if it can do no harm in a log.
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

#: Asked every few seconds by machines; their lines are written only when something is wrong.
_QUIET = {"alive", "ready", "metrics"}

_log = structlog.get_logger(__name__)


class Observed:
    """The outermost of all: whatever answers, it is counted and written down, and the answer carries the id."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with the id of the request."""
        id_ = _id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=id_)
        begun = time.perf_counter()
        try:
            with metrics.IN_FLIGHT.track_inprogress():
                response = self._answer(request)
            _tell(request, response.status_code, time.perf_counter() - begun)
        finally:
            structlog.contextvars.clear_contextvars()
        response.headers[HEADER] = id_
        return response


def _id(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    method, route = request.method if request.method in _METHODS else "other", route_of(request)
    metrics.REQUESTS.labels(method=method, route=route, status=status).inc()
    metrics.SECONDS.labels(route=route).observe(seconds)
    quiet = route in _QUIET and status < HTTPStatus.INTERNAL_SERVER_ERROR
    tell = _log.debug if quiet else _log.info
    tell("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def route_of(request: HttpRequest) -> str:
    """The name of the route: `search`, `api:licence`; `static` for files, `none` where nothing is."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route or "none"
    return "static" if request.path.startswith("/static/") else "none"

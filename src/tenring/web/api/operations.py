"""One place for what is said of each endpoint: who may, what it answers, an example; OpenAPI and the table are made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.decorators import decorate_view
from ninja.renderers import BaseRenderer

from tenring import language
from tenring.exceptions import SnapshotError
from tenring.model.plain import plain
from tenring.web.api.access import Access
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import sources, today

JSON: Final = "application/json"
Handler = TypeVar("Handler", bound=Callable[..., Any])

#: Errors that every endpoint may answer with.
ERRORS: Final = (400, 401, 404, 405, 413, 422, 429, 503)


@dataclass(frozen=True)
class Example:
    """A request that can be sent as it stands: to the bundled samples it gets an answer."""

    parameters: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    media: str = JSON


@dataclass(frozen=True)
class Operation:
    """An endpoint. `returns` is the type of its answer (None: something that is no JSON)."""

    name: str
    method: str
    path: str
    scope: Scope | None
    returns: Any
    status: int
    media: str
    example: Example
    conditional: bool
    bodies: tuple[str, ...]
    """Media types of a body that is read as it comes."""
    command: str
    """The command that calls the same function."""


OPERATIONS: dict[str, Operation] = {}


def endpoint(
    router: Router,
    method: str,
    path: str,
    *,
    returns: Any = None,  # noqa: ANN401 - any type that pydantic describes
    scope: Scope | None = None,
    status: int = 200,
    media: str = JSON,
    example: Example | None = None,
    conditional: bool = False,
    bodies: tuple[str, ...] = (),
    command: str = "",
) -> Callable[[Handler], Handler]:
    """Make a function an endpoint of `router`."""

    def made(function: Handler) -> Handler:
        name = function.__name__
        OPERATIONS[name] = Operation(
            name, method, path, scope, returns, status, media, example or Example(), conditional, bodies, command
        )
        summary, _, rest = (function.__doc__ or "").partition("\n")
        register = router.api_operation(
            [method],
            path,
            auth=Access(scope),
            operation_id=name,
            summary=summary.rstrip("."),
            description="\n".join(line.strip() for line in rest.strip().splitlines()),
            url_name=f"api-{name}",
        )
        decorated = decorate_view(_conditional)(function) if conditional else function
        register(decorated)
        return function

    return made


def _conditional(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 304 to somebody who has this version already: what it is, is known without asking the register."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        tag = tag_of(request)
        if tag and tag in _tags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        response = view(request, *args, **named)
        if tag and response.status_code == HTTPStatus.OK:
            response.headers.setdefault("ETag", tag)
            response.headers.setdefault("Cache-Control", "public, no-cache")
        return response

    return answered


def tag_of(request: HttpRequest) -> str | None:
    """The entity tag of an answer: what it rests on, the day, what was asked, the language; None: no snapshot."""
    try:
        version = sources().version
    except SnapshotError:
        return None
    facts = (version, today().isoformat(), request.get_full_path(), language.current())
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def _tags(header: str) -> set[str]:
    """The tags of `If-None-Match`, compared weakly: what is compressed on its way has a weak one."""
    return {one.strip().removeprefix("W/") for one in header.split(",")}


class Written(BaseRenderer):
    """Answers as commands write them with `--json`."""

    media_type = JSON

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:
        """The bytes of an answer."""
        del request, response_status
        return json_bytes(data)


def json_bytes(data: object) -> bytes:
    """An answer as JSON: decimals as text, so that no digit is lost."""
    return orjson.dumps(data, default=plain, option=orjson.OPT_NON_STR_KEYS)

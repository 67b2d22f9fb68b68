"""The OpenAPI document, and a page of ours that explains it: nothing on it comes from elsewhere."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenring.web.api.operations import JSON, OPERATIONS
from tenring.web.core.rendering import page


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    from tenring.web.api.urls import api  # noqa: PLC0415 - the addresses name this module

    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    content = orjson.dumps(_document(), option=orjson.OPT_NON_STR_KEYS)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(content, content_type=JSON, headers={"ETag": tag, "Access-Control-Allow-Origin": "*"})


@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    """Every endpoint with who may ask it, its parameters and an example."""
    shown = [
        {
            "method": method.upper(),
            "path": path,
            "details": details,
            "operation": OPERATIONS[details["operationId"]],
            "curl": curl(method.upper(), path, details["operationId"]),
        }
        for path, methods in _document()["paths"].items()
        for method, details in methods.items()
    ]
    return page(request, "api/docs.html", {"operations": shown})


def curl(method: str, path: str, name: str) -> str:
    """The example of an endpoint as a command for a shell."""
    operation = OPERATIONS[name]
    given = {key: str(value) for key, value in operation.example.parameters.items()}
    asked = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in given.items() if f"{{{key}}}" not in path)
    for key, value in given.items():
        path = path.replace(f"{{{key}}}", value)
    parts = ["curl", *([f"-X {method}"] if method not in {"GET", "POST"} or _empty(operation) else [])]
    if operation.scope:
        parts.append('-H "Authorization: Bearer $KEY"')
    parts += _body(operation.example.body, operation.example.media)
    return " ".join([*parts, f"'http://localhost:8000{path}{'?' if asked else ''}{asked}'"])


def _empty(operation: Any) -> bool:  # noqa: ANN401 - an Operation
    return operation.method == "POST" and operation.example.body is None


def _body(body: Any, media: str) -> list[str]:  # noqa: ANN401 - any JSON
    if body is None:
        return []
    if media == "multipart/form-data":
        return ["-F file=@purchases.csv", *(f"-F {name}={value}" for name, value in body.items() if name != "file")]
    text = body if isinstance(body, str) else orjson.dumps(body).decode()
    return [f"-H 'Content-Type: {media}'", f"--data-binary '{text}'"]

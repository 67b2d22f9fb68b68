"""The OpenAPI 3.1 document: what ninja knows of the parameters, and what `operations` knows of answers and examples."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import TypeAdapter

from tenring.web.api.operations import ERRORS, JSON, OPERATIONS, Operation
from tenring.web.api.problems import MEDIA_TYPE, Problem

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {"schema": {"$ref": "#/components/schemas/Problem"}}


class DocumentedApi(NinjaAPI):
    """An API whose document says every status that it answers with."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The whole document."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schemas = document["components"].setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        for methods in document["paths"].values():
            for details in methods.values():
                _complete(details, OPERATIONS[details["operationId"]], schemas)
        return document


def _complete(details: dict[str, Any], operation: Operation, schemas: dict[str, Any]) -> None:
    details["responses"] = _responses(operation, schemas)
    details["security"] = [{"Access": [operation.scope.value]}] if operation.scope else [{}, {"Access": []}]
    for parameter in details.get("parameters", ()):
        if parameter["name"] in operation.example.parameters:
            parameter["example"] = operation.example.parameters[parameter["name"]]
    if operation.bodies:
        details["requestBody"] = {
            "required": True,
            "content": {media: _raw(media, operation) for media in operation.bodies},
        }
    elif operation.example.body is not None:
        for media in details["requestBody"]["content"].values():
            media["example"] = operation.example.body
    if operation.command:
        details["x-command"] = f"tenring {operation.command}"


def _raw(media: str, operation: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = {} if media in {JSON, "application/vc"} else {"type": "string"}
    return {"schema": schema, **({"example": operation.example.body} if media == operation.example.media else {})}


def _responses(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    content: Mapping[str, Any] = {operation.media: {"schema": _schema(operation, schemas)}}
    found: dict[str, Any] = {str(operation.status): {"description": HTTPStatus(operation.status).phrase}}
    if operation.status != HTTPStatus.NO_CONTENT:
        found[str(operation.status)]["content"] = content
    if operation.conditional:
        found["304"] = {"description": "what you have is the newest (If-None-Match)"}
    errors = [*ERRORS, *([403] if operation.scope else []), *([410] if operation.name == "search" else [])]
    for status in sorted(errors):
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: _PROBLEM}}
    return found


def _schema(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer; its parts go to the document's own."""
    if operation.returns is None:
        return {"type": "object"} if "json" in operation.media else {"type": "string", "format": "binary"}
    made = TypeAdapter(operation.returns).json_schema(mode="serialization", ref_template=_REF, by_alias=True)
    parts = made.pop("$defs", {})
    schemas.update({name: part for name, part in parts.items() if name not in schemas})
    return dict(made)

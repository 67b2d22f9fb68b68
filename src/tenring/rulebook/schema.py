"""The criteria language for others: its JSON Schema, and the reference page made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tenring.rulebook.written import WrittenCases, WrittenProduct, WrittenRevision

DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: File -> the model of what stands in it.
FILES: Mapping[str, type[BaseModel]] = {
    "revision": WrittenRevision,
    "cases": WrittenCases,
    "product": WrittenProduct,
}


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema of `revision`, `cases` or `product` files, for editors and other programs.

    Every scalar may be written without quotes: a number counts as the text it is.
    """
    schema = texts_may_be_numbers(FILES[file].model_json_schema(by_alias=True))
    return {"$schema": DRAFT, "$id": f"tenring:{file}", **schema}


def texts_may_be_numbers(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """A schema whose texts also take what YAML reads as numbers, booleans and dates: we read them as written."""
    if isinstance(schema, list):
        return [texts_may_be_numbers(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: texts_may_be_numbers(one) for name, one in schema.items()}
    if changed.get("type") == "string" and "enum" not in changed and "format" not in changed:
        changed["type"] = ["string", "number", "boolean"]
    return changed


def reference(
    files: Mapping[str, type[BaseModel]] = FILES,
) -> Iterator[tuple[str, str, list[tuple[str, str, str, str]]]]:
    """Every part of these files: its name, what it is, and its fields (name, form, whether needed, meaning)."""
    models = [(model, "validation") for model in files.values()]
    _, schema = models_json_schema(models, by_alias=True)  # type: ignore[arg-type]  # the mode is its literal
    for name, part in sorted(schema["$defs"].items(), key=_order):
        rows = [
            (field, _form(one), "yes" if field in part.get("required", ()) else "", one.get("description", ""))
            for field, one in part.get("properties", {}).items()
        ]
        yield name.removeprefix("Written"), part.get("description", ""), rows


def _order(item: tuple[str, Any]) -> tuple[int, str]:
    first = [
        "WrittenRevision",
        "WrittenClause",
        "Test",
        "WrittenCases",
        "WrittenCase",
        "WrittenProduct",
        "WrittenLicence",
    ]
    return (first.index(item[0]) if item[0] in first else len(first), item[0])


def _form(one: Mapping[str, Any]) -> str:
    """What a field takes, in a few words."""
    if "$ref" in one:
        return str(one["$ref"]).rsplit("/", 1)[-1].removeprefix("Written")
    if "enum" in one:
        return " | ".join(f"`{word}`" for word in one["enum"])
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_form(way) for way in one["anyOf"] if way.get("type") != "null"))
    if one.get("type") == "array":
        inner = one.get("items") or {}
        return f"list of {_form(inner) if isinstance(inner, dict) and inner else 'limits'}"
    if one.get("type") == "object":
        values = one.get("additionalProperties")
        return f"{_key(one)} → {_form(values) if isinstance(values, dict) else 'text'}"
    return {
        "string": "day" if one.get("format") == "date" else "text",
        "boolean": "yes or no",
        "integer": "number",
    }.get(str(one.get("type")), str(one.get("const", one.get("type", ""))))


def _key(one: Mapping[str, Any]) -> str:
    return "day" if (one.get("propertyNames") or {}).get("format") == "date" else "name"

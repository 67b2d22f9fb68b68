"""The last look before a signature: canonical JSON, contexts, shape, terms, and the official schema if it is at hand.

UNTP 0.7.0 and the W3C contradict each other about `credentialStatus`: the W3C wants `statusListIndex` as a text and
allows several entries, UNTP's schema asks for a number in one entry and knows no messages. No credential satisfies
both. The official schema is therefore asked about each entry alone, its index as a number, without the W3C's terms for
messages; that is the only thing changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from tenring.exceptions import IssueError, MalformedError, MaterialError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.credential.build import CONTEXTS, SCHEMA
from tenring.proof.credential.shape import shape_problems
from tenring.proof.credential.terms import lost_terms
from tenring.proof.material import Held, Material
from tenring.proof.strict import LIMITS, JsonObject

_MOST: Final = 5
#: Words of a schema that say something of each property by itself, or nothing.
_SEPARATE: Final = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "type", "properties", "required", "additionalProperties"}
)
_W3C_ONLY: Final = frozenset({"statusSize", "statusMessage", "statusReference"})


def require_conformant(document: JsonObject, material: Material | None = None) -> None:
    """Refuse a credential that UNTP 0.7.0 or the data model of credentials would not accept, or that loses data.

    Args:
        document: the credential, unsigned.
        material: where the official schema may be found (by `SCHEMA`); without it our own check of the shape decides.

    Raises:
        IssueError: names the first problems with their paths.
    """
    problems = list(problems_of(document, material))
    if problems:
        more = f"; +{len(problems) - _MOST}" if len(problems) > _MOST else ""
        told = "; ".join(problems[:_MOST]) + more
        raise IssueError(T("the credential would not conform to UNTP 0.7.0: {problems}", problems=told))


def problems_of(document: JsonObject, material: Material | None = None) -> Iterator[str]:
    """Every problem of a credential, with its path."""
    try:
        written = canonical(document)
    except MalformedError as error:
        yield str(error)
        return
    if len(written) > LIMITS.bytes:
        yield T("it is larger than {limit} bytes", limit=f"{LIMITS.bytes:,}")
    if document.get("@context") != list(CONTEXTS):
        yield T("@context: it must be exactly {contexts}", contexts=", ".join(CONTEXTS))
    if _names_twice(document):
        yield T("credentialSubject.conformityAssessment: two assessments have the same id")
    if str(document.get("validUntil") or "9999") < str(document.get("validFrom") or ""):
        yield T("validUntil: it lies before validFrom")
    yield from shape_problems(document)
    yield from (str(lost) for lost in lost_terms(document))
    yield from schema_problems(document, material)


def _names_twice(document: JsonObject) -> bool:
    subject = document.get("credentialSubject")
    assessments = subject.get("conformityAssessment") if isinstance(subject, dict) else None
    if not isinstance(assessments, list):
        return False
    ids = [one.get("id") for one in assessments if isinstance(one, dict)]
    return len(set(map(str, ids))) != len(ids)


def schema_problems(document: JsonObject, material: Material | None) -> Iterator[str]:
    """What the official schema of UNTP 0.7.0 has against a credential; nothing where the schema is not at hand.

    Raises:
        MaterialError: another schema than UNTP's is at hand.
    """
    held = material.find(SCHEMA) if material is not None else None
    if held is None:
        return
    if is_conformant(document, held):
        return
    schema = _schema(held.body)
    seen: set[str] = set()
    for entry in _entries(document):
        for error in schema.whole.iter_errors(document | entry):
            path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
            told = f"{path.lstrip('.') or '-'}: {error.message[:200]}"
            if told not in seen:
                seen.add(told)
                yield told


def is_conformant(document: JsonObject, held: Held) -> bool:
    """Whether the official schema, as held, has nothing against a credential.

    Raises:
        MaterialError: it is no JSON Schema.
    """
    return _schema(held.body).accepts_all(document, _entries(document))


def _entries(document: JsonObject) -> list[JsonObject]:
    """What takes the place of the status, in UNTP's way: each of its entries alone, the index as a number."""
    status = document.get("credentialStatus")
    return [_in_untps_way(entry) for entry in (status if isinstance(status, list) else [status])]


def _in_untps_way(entry: object) -> JsonObject:
    if not isinstance(entry, dict):
        return {}
    plain = entry | {"statusListIndex": _as_number(entry.get("statusListIndex"))}
    if not _W3C_ONLY.isdisjoint(plain):
        plain = {term: value for term, value in plain.items() if term not in _W3C_ONLY}
    return {"credentialStatus": plain}


def _as_number(index: object) -> object:
    return int(index) if isinstance(index, str) and index.isdigit() and index.isascii() else index


@dataclass(frozen=True)
class _Schema:
    """The official schema, ready; and the same for a list of status entries, where these can be looked at apart."""

    whole: Any
    listed: Any

    def accepts_all(self, document: JsonObject, entries: list[JsonObject]) -> bool:
        """Whether it has nothing against a credential with each of these as its status."""
        if len(entries) == 1 or self.listed is None or {} in entries:
            return all(self.whole.is_valid(document | entry) for entry in entries)
        together = document | {"credentialStatus": [entry["credentialStatus"] for entry in entries]}
        return bool(self.listed.is_valid(together))


@lru_cache(maxsize=4)
def _schema(body: bytes) -> _Schema:
    """The official schema. It refers to nothing outside itself.

    Raises:
        MaterialError: it is no JSON Schema.
    """
    try:
        written = json.loads(body)
        listed = _of_many_entries(written)
        return _Schema(_validator(written), _validator(listed) if listed is not None else None)
    except ValueError as error:
        raise MaterialError(
            T("the schema {address} cannot be used: {error}", address=SCHEMA, error=str(error))
        ) from error


def _validator(schema: JsonObject) -> Any:  # noqa: ANN401 - the library's class has no public name
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _of_many_entries(schema: JsonObject) -> JsonObject | None:
    """The schema for a list of what it wants of the status; None where other rules could bind it to something else."""
    status = schema.get("properties", {}).get("credentialStatus") if isinstance(schema, dict) else None
    if status is None or not _SEPARATE.issuperset(schema):
        return None
    return schema | {"properties": schema["properties"] | {"credentialStatus": {"type": "array", "items": status}}}

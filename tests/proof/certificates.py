"""Signed credentials of invented licences, and their certificates, for the tests of paper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from proof.licences import Key, credential
from tenring.proof.paper.certificate import Language, certificate_pdf
from tenring.proof.securing import add_proof, sign_jwt
from tenring.proof.strict import JsonObject

PRINTED = datetime(2026, 11, 28, tzinfo=UTC)
#: Where the invented issuer publishes its credentials.
ISSUER = {"address": "https://label.example/", "criteria": "https://label.example/"}


def published(**changes: Any) -> JsonObject:
    """A credential with an https address, of which `changes` are made in the licence file."""
    return credential(**changes) | {"id": "https://label.example/credential/SAMPLE-0042"}


def token(document: JsonObject) -> bytes:
    return sign_jwt(document, Key()()).encode()


def proven(document: JsonObject) -> JsonObject:
    return add_proof(document, Key()(), created=PRINTED)


def printed(document: JsonObject | None = None, language: Language = Language.ENGLISH, **more: Any) -> bytes:
    """The certificate of a document, signed as vc+jwt."""
    document = published() if document is None else document
    return certificate_pdf(document, token(document), language, **{"at": PRINTED} | more)


def products(count: int, *, name: str = "MDF board") -> list[dict[str, Any]]:
    """Invented products, each with a model of its own."""
    return [{"name": f"{name} {place}", "brand": "Hexlowe", "model": f"HX-{place:04d}"} for place in range(count)]

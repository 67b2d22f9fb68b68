"""Credentials and links: does this certificate hold, who says so, and what belongs to an identifier."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query as InQuery
from ninja import Router, Schema
from pydantic import Field

from tenring.model.plain import plain
from tenring.proof.answers import Finding, Said, Validity
from tenring.proof.given import credential_in
from tenring.proof.place import verifier_of
from tenring.proof.resolver import read_address
from tenring.proof.resolver.answer import relations_of
from tenring.proof.resolver.links import LINKSET
from tenring.proof.resolver.place import AtHand, resolver_of
from tenring.proof.sentence import written
from tenring.proof.verify import Question
from tenring.web.api.operations import Example, endpoint
from tenring.web.api.register import Text
from tenring.web.core.sources import tenring_settings, today

router = Router(tags=["proof"])

#: What a credential may come as.
GIVEN = ("application/vc", "application/vc+jwt", "application/pdf", "application/json", "text/plain")


class Verified(Schema):
    """The answer, as `tenring verify --json`: one sentence, and every check with its reason."""

    sentence: str
    validity: Validity
    on: date
    findings: list[Finding]
    said: Said
    material_as_of: datetime | None = Field(description="age of the oldest material it rests on")


class ToVerify(Schema):
    """The day of the question, and the product in front of you."""

    on: date | None = Field(default=None, description="default: today")
    product: Text | None = Field(default=None, description="GTIN or model: is it one of those certified?")


class ToResolve(Schema):
    """An identifier, and which links are wanted."""

    what: Text = Field(min_length=1, description="a GTIN, a GS1 Digital Link, or an address that names a licence")
    link_type: Text | None = Field(default=None, description="certificate, passport, criteria, dcc, dpp, gs1:…")
    on: date | None = Field(default=None, description="default: today")


@endpoint(
    router, "POST", "/verify", returns=Verified, bodies=GIVEN, command="verify",
    example=Example({"on": "2026-03-01"}, body="eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl", media="text/plain"),
)  # fmt: skip
def verify(request: HttpRequest, asked: InQuery[ToVerify]) -> Any:  # noqa: ANN401 - as the command writes it
    """Check a certificate: send it as it is, as JSON, as a token, or as the PDF that carries it.

    An answer is `valid`, `invalid` or `indeterminate`, which is not valid. Whoever is not recognised is said to be so.
    """
    raw = credential_in(request.body)
    at = datetime.now(UTC)
    question = Question(on=asked.on or at.date(), at=at, product=asked.product)
    answer = verifier_of(tenring_settings(), at=at).verify(raw, question)
    return written(answer)


@endpoint(
    router, "GET", "/resolve", media=LINKSET, conditional=True, command="resolve",
    example=Example({"what": "02900000200265"}),
)  # fmt: skip
def resolve(request: HttpRequest, asked: InQuery[ToResolve]) -> HttpResponse:
    """The certificates, passport and criteria of a product, as a linkset (RFC 9264); an empty one: nothing is known."""
    del request
    day = asked.on or today()
    resolver = resolver_of(tenring_settings(), AtHand(), day)
    relations = relations_of(asked.link_type) if asked.link_type else None
    linkset = resolver.linkset(read_address(asked.what), day, relations)
    return HttpResponse(orjson.dumps(linkset, default=plain), content_type=LINKSET)

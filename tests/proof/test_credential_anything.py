"""Whatever a document holds, reading and checking it is an answer, never a crash and never a false "conforms"."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proof.licences import credential, licence
from tenring.proof.credential.check import problems_of
from tenring.proof.credential.content import is_conformity_credential, read_content
from tenring.proof.credential.terms import lost_terms, term_table
from tenring.proof.product import products_of
from tenring.proof.said import categories_of

#: Words that the readers look for, so that arbitrary documents reach their inner parts.
TERMS = sorted({term for terms in (*term_table().types.values(), *term_table().parts.values()) for term in terms})
WORDS = st.sampled_from([*TERMS, "id", "type", "@context", "@value", "met", "DigitalConformityCredential"])
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
    | st.sampled_from(["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "https://id.gs1.org/01/2"])
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=5),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(WORDS, JSON, max_size=8)
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_all(document: dict[str, Any]) -> None:
    """Every reader of this part, and the days, which are computed only when they are asked for."""
    content = read_content(document)
    assert isinstance(content.granted, bool)
    _ = (content.first_day, content.last_day, content.models, content.gtins, content.whole)
    assert isinstance(is_conformity_credential(document), bool)
    _ = (products_of(document), categories_of(document), lost_terms(document), list(problems_of(document)))


@MANY
@given(DOCUMENTS)
def test_any_document_is_read(document: dict[str, Any]) -> None:
    read_all(document)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A credential of ours with one part replaced by something else."""
    document: dict[str, Any] = json.loads(json.dumps(credential()))
    part: Any = document
    for _ in range(draw(st.integers(0, 6))):
        inner = list(part) if isinstance(part, dict) else list(range(len(part))) if isinstance(part, list) else []
        steps = [step for step in inner if isinstance(part[step], dict | list) and part[step]]
        if not steps:
            break
        part = part[draw(st.sampled_from(steps))]
    places = list(part) if isinstance(part, dict) else list(range(len(part)))
    part[draw(st.sampled_from(places))] = draw(JSON)
    return document


@MANY
@given(damaged())
def test_a_damaged_credential_is_read(document: dict[str, Any]) -> None:
    read_all(document)


@MANY
@given(damaged())
def test_no_damage_makes_an_open_or_broken_clause_conform(document: dict[str, Any]) -> None:
    """`granted` counts true and false, and nothing that is like them."""
    subject = document.get("credentialSubject")
    assessments = subject.get("conformityAssessment") if isinstance(subject, dict) else None
    if not isinstance(assessments, list):
        return
    answers = [one.get("conformance") for one in assessments if isinstance(one, dict)]
    assert read_content(document).conformant == sum(answer is True for answer in answers)


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_number_and_name_of_a_licence_makes_a_conforming_credential(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    document = credential(number=text, holder={"name": text}, products=[{"name": text, "model": text}])
    assert list(problems_of(document)) == []
    assert read_content(document).number == licence(number=text).written.number

"""Attackers' row: a context swapped, or a statement renamed, so that the signature holds and a verifier does not look.

The rdfc suites sign the meaning. A certificate that was withdrawn, or has expired, is rewritten so that it means the
same and no longer says so under the name that a verifier reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from proof.programme import ISSUED, TODAY, Programme
from tenring.exceptions import MalformedError
from tenring.model.licence import Status
from tenring.proof.answers import Validity
from tenring.proof.contexts import OWN
from tenring.proof.material import FirstOf
from tenring.proof.securing import add_proof
from tenring.proof.securing.aliases import require_read_by_name
from tenring.proof.standards import Standards
from tenring.proof.strict import JsonObject
from tenring.proof.trust.load import load_trust
from tenring.proof.verify import Question, Verifier
from tenring.settings import Settings
from trust_world import AT, ROOTS

Change = Callable[[dict[str, Any]], None]
CRED = "https://www.w3.org/2018/credentials#"
STATUS = {"@id": f"{CRED}credentialStatus", "@type": "@id"}
UNTIL = {"@id": f"{CRED}validUntil", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
ELSEWHERE = "https://attacker.example/context"


def rename(old: str, new: str, *contexts: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        document[new] = document.pop(old)
        document["@context"] = [*document["@context"], *contexts]

    return change


def replace(name: str, make: Callable[[Any], Any]) -> Change:
    def change(document: dict[str, Any]) -> None:
        document[name] = make(document[name])

    return change


@pytest.fixture(scope="module")
def contexts(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Standards:
    return Standards(Settings(home=tmp_path_factory.mktemp("home"), data=data))


@dataclass(frozen=True)
class Signed:
    """The certificate of a programme, signed as RDF; somebody who cannot sign changes it, then it is asked about."""

    programme: Programme
    contexts: Standards

    @cached_property
    def document(self) -> JsonObject:
        key, document = self.programme.key, json.loads(json.dumps(self.programme.document))
        assessments = document["credentialSubject"]["conformityAssessment"]
        values = next(one["assessedPerformance"] for one in assessments if one["assessedPerformance"])
        for one in assessments:  # RDF has no empty list, so none is signed
            one["assessedPerformance"] = one["assessedPerformance"] or values
        return add_proof(document, key, created=ISSUED, cryptosuite="eddsa-rdfc-2022", contexts=self.contexts)

    def asked(self, change: Change | None = None, days: int = 0) -> Validity:
        at = AT + timedelta(days=days)
        document = json.loads(json.dumps(self.document))
        if change is not None:
            change(document)
        self.programme.world.publish(ELSEWHERE, json.dumps({"@context": {"st": STATUS, "end": UNTIL}}).encode())
        material = FirstOf((OWN, self.programme.world, self.contexts))
        verifier = Verifier(material, trust=load_trust(material, ROOTS, at))
        question = Question(on=TODAY + timedelta(days=days), at=at)
        return verifier.verify(json.dumps(document).encode(), question).validity


@pytest.fixture(scope="module")
def good(contexts: Standards) -> Signed:
    return Signed(Programme(), contexts)


@pytest.fixture(scope="module")
def withdrawn(contexts: Standards) -> Signed:
    programme = Programme()
    programme.becomes(Status.WITHDRAWN)
    return Signed(programme, contexts)


def test_a_certificate_is_valid_as_it_was_signed(good: Signed) -> None:
    assert good.asked() is Validity.VALID


def test_a_withdrawn_one_is_not(withdrawn: Signed) -> None:
    assert withdrawn.asked() is Validity.INVALID


@pytest.mark.parametrize(
    "change",
    [
        rename("credentialStatus", f"{CRED}credentialStatus"),
        rename("credentialStatus", "st", ELSEWHERE),
        rename("credentialStatus", "st", {"st": STATUS}),
        rename("credentialStatus", "c:credentialStatus", {"c": CRED}),
        rename("credentialStatus", "cred:credentialStatus"),
        replace("credentialStatus", lambda one: [one]),
        replace("credentialStatus", lambda one: [[one]]),
        replace("credentialStatus", lambda one: {"@set": one}),
        rename("type", "@type"),
        rename("id", "@id"),
    ],
)  # fmt: skip
def test_a_withdrawn_certificate_is_not_made_valid_by_renaming_its_status(withdrawn: Signed, change: Change) -> None:
    assert withdrawn.asked(change) is not Validity.VALID


@pytest.mark.parametrize(
    "change",
    [
        rename("validUntil", f"{CRED}validUntil"),
        rename("validUntil", "end", ELSEWHERE),
        rename("validUntil", "end", {"end": UNTIL}),
        replace("validUntil", lambda one: [one]),
        replace("validUntil", lambda one: {"@value": one, "@type": UNTIL["@type"]}),
    ],
)
def test_an_expired_certificate_is_not_made_valid_by_renaming_its_end(good: Signed, change: Change) -> None:
    assert good.asked(change, days=20 * 365) is not Validity.VALID


# what is refused, and what is not


@pytest.mark.parametrize(
    "document",
    [
        {f"{CRED}validUntil": "2026-01-01"},
        {"a": [{"b": {"https://w3id.org/security#proof": {}}}]},
        {"https://vocabulary.uncefact.org/untp/conformance": True},
        {"cred:validUntil": "2026-01-01"},
        {"a": {"@id": "urn:x"}},
        {"a": {"@type": "urn:x"}},
        {"@context": {"end": UNTIL}},
        {"@context": ["https://www.w3.org/ns/credentials/v2", [{"end": f"{CRED}validUntil"}]]},
        {"@context": {"end": "cred:validUntil"}},
        {"@context": {"end": "validUntil"}},
        {"@context": {"c": "https://www.w3.org/", "end": "c:2018/credentials#validUntil"}},
        {"@context": {"c": {"@id": CRED}, "end": {"@id": "c:validUntil"}}},
        {"@context": {"@vocab": CRED}},
        {"@context": {"@vocab": "https://www.w3.org/"}},
        {"@context": {"@vocab": ""}},
        {"@context": {"h": "https://"}},
        {"@context": {"ident": "@id"}},
        {"@context": {"T": {"@id": "urn:T", "@context": {"end": UNTIL}}}},
        {"a": {"@context": {"end": UNTIL}}},
    ],
    ids=str,
)
def test_other_names_for_what_is_read_by_name_are_refused(document: JsonObject) -> None:
    with pytest.raises(MalformedError):
        require_read_by_name(document)


@pytest.mark.parametrize(
    "document",
    [
        {"validUntil": "2026-01-01", "credentialStatus": {"type": "x"}},
        {"https://e.example/colour": "green", "urn:x:y": 1},
        {"a": {"@value": "1", "@type": "http://www.w3.org/2001/XMLSchema#integer"}},
        {"@context": {"@vocab": "https://e.example/#", "@version": 1.1, "@protected": True}},
        {"@context": {"e": "https://e.example/", "colour": "e:colour", "size": {"@id": "urn:x:size"}}},
        {"@context": ["https://www.w3.org/ns/credentials/v2", {"hidden": None}]},
    ],
    ids=str,
)
def test_names_of_ones_own_are_not(document: JsonObject) -> None:
    require_read_by_name(document)


@pytest.mark.parametrize("word", ["id", "type"])
def test_a_context_may_repeat_what_every_context_says(word: str) -> None:
    """Contexts of one type do, so that their objects may have an identifier and a type."""
    scoped = {"@id": "https://maker.example/Licence", "@context": {"@protected": True, word: f"@{word}"}}
    require_read_by_name({"@context": [{"Licence": scoped}, {word: {"@id": f"@{word}", "@protected": True}}]})
    for other in ({"name": f"@{word}"}, {word: "@id" if word == "type" else "@type"}, {word: "@nest"}):
        with pytest.raises(MalformedError):
            require_read_by_name({"@context": [{"Licence": scoped | {"@context": other}}]})

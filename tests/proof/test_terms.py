"""The table of terms has exactly what the official contexts define, and finds what they would swallow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof.licences import credential
from tenring.proof.credential.terms import lost_terms, term_table

#: What the context of credentials defines and a conformity credential has no use for.
OTHER_CREDENTIAL_TYPES = frozenset({"VerifiablePresentation", "BitstringStatusList"})


def context(data: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / "untp" / "v0.7.0" / "context" / name).read_text())["@context"]
    return found


def defined(entry: Any, path: str = "") -> set[str]:
    """Every path of terms below a type or term of an official context."""
    found: set[str] = set()
    words = isinstance(entry, dict) and entry.get("@type") == "@vocab"
    terms = entry.get("@context", {}) if isinstance(entry, dict) and not words else {}
    for term, inner in terms.items():
        if not term.startswith("@"):
            found |= {f"{path}{term}", *defined(inner, f"{path}{term}.")}
    return found


def ours(kind: str, path: str = "") -> set[str]:
    """The same paths in our table."""
    table = term_table()
    terms = table.types.get(kind) or table.parts.get(kind, {})
    return {f"{path}{term}" for term in terms} | {
        below for term, inner in terms.items() if inner in table.parts for below in ours(inner, f"{path}{term}.")
    }


@pytest.mark.parametrize("kind", [name for name in term_table().types if name[0].isupper()])
def test_each_type_has_the_terms_of_the_official_contexts(data: Path, kind: str) -> None:
    untp = context(data, "untp-context-0.7.0.jsonld")
    entry = untp.get(kind) or context(data, "credentials-v2.jsonld")[kind]
    expected = defined(entry) - {"id", "type", "statusMessage.id", "statusMessage.type"}
    if kind.startswith("Digital"):
        expected |= {"issuingSoftware", *defined(untp["issuingSoftware"], "issuingSoftware.")}
    assert ours(kind) == expected


def test_no_type_of_the_official_contexts_is_missing(data: Path) -> None:
    untp = {name for name in context(data, "untp-context-0.7.0.jsonld") if name[0].isupper()}
    w3c = {
        name
        for name, entry in context(data, "credentials-v2.jsonld").items()
        if name[0].isupper() and isinstance(entry, dict) and "@context" in entry
    }
    assert set(term_table().types) == untp | (w3c - OTHER_CREDENTIAL_TYPES)


def test_terms_that_mean_the_same_everywhere_are_those_of_the_context_of_credentials(data: Path) -> None:
    found = {name: entry for name, entry in context(data, "credentials-v2.jsonld").items() if name[0].islower()}
    of_tokens = {name for name, entry in found.items() if "iana.org" in json.dumps(entry)}
    assert set(term_table().everywhere) == set(found) - of_tokens - {"id", "type"}


def test_every_part_is_used_and_every_kind_is_known() -> None:
    table = term_table()
    kinds = {kind for terms in (*table.types.values(), *table.parts.values()) for kind in terms.values()}
    assert kinds - {"value", "node", "open"} == set(table.parts)


@pytest.mark.parametrize("sample", ["", "_battery", "_smelter"])
def test_the_official_samples_lose_nothing(data: Path, sample: str) -> None:
    folder = data / "untp" / "v0.7.0" / "samples-served" / "dcc"
    document = json.loads((folder / f"ConformityCredential{sample}_instance.json").read_text())
    assert lost_terms(document) == ()


def test_a_credential_of_ours_loses_nothing() -> None:
    assert lost_terms(credential()) == ()


def test_a_misspelt_term_is_found_with_its_path_and_the_nearest_right_one() -> None:
    document = credential()
    assessment = document["credentialSubject"]["conformityAssessment"][1]
    assessment["assesmentDate"] = assessment.pop("assessmentDate")
    (lost,) = lost_terms(document)
    assert lost.path == "credentialSubject.conformityAssessment[1].assesmentDate"
    assert lost.nearest == "assessmentDate"
    assert "did you mean assessmentDate?" in str(lost)


def test_a_term_of_another_type_is_lost_where_it_stands() -> None:
    document = credential()
    document["credentialSubject"]["issuedToParty"]["modelNumber"] = "HX"
    assert [one.path for one in lost_terms(document)] == ["credentialSubject.issuedToParty.modelNumber"]


def test_an_object_without_a_type_keeps_only_what_means_the_same_everywhere() -> None:
    document = credential()
    del document["credentialSubject"]["referenceScheme"]["type"]
    assert lost_terms(document) == ()
    document["credentialSubject"]["issuedToParty"] = {"id": "urn:x:1", "name": "A firm", "registeredId": "7"}
    (lost,) = lost_terms(document)
    assert (lost.path, lost.term) == ("credentialSubject.issuedToParty.registeredId", "registeredId")


def test_a_misspelt_type_is_found() -> None:
    document = credential()
    document["credentialSubject"]["referenceProfile"]["type"] = ["ConformityProfil"]
    first = lost_terms(document)[0]
    assert (first.path, first.nearest) == ("credentialSubject.referenceProfile.type[0]", "ConformityProfile")


def test_a_term_inside_a_part_is_found() -> None:
    document = credential()
    document["credentialSubject"]["profileScore"]["points"] = 3
    assert [one.path for one in lost_terms(document)] == ["credentialSubject.profileScore.points"]


def test_a_value_in_place_of_an_object_and_the_other_way_round_are_found() -> None:
    document = credential()
    document["credentialSubject"]["profileScore"] = "met"
    document["credentialSubject"]["name"] = {"en": "Certificate"}
    assert {one.path for one in lost_terms(document)} == {"credentialSubject.profileScore", "credentialSubject.name"}


def test_a_context_inside_an_object_is_lost() -> None:
    document = credential()
    document["credentialSubject"]["@context"] = {"conformance": "urn:something:else"}
    assert [one.path for one in lost_terms(document)] == ["credentialSubject.@context"]


def test_texts_with_a_language_are_values() -> None:
    document = credential()
    document["name"] = {"@value": "Licence", "@language": "en"}
    assert lost_terms(document) == ()


@pytest.mark.parametrize("nothing", [None, []])
def test_what_is_null_or_empty_is_lost(nothing: object) -> None:
    document = credential()
    document["credentialSubject"]["conformityAssessment"][0]["evidence"] = nothing
    assert [one.path for one in lost_terms(document)] == ["credentialSubject.conformityAssessment[0].evidence"]

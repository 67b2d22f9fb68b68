"""What the first two tiers of UNTP's own test suite ask of a credential, asked here of ours.

Tier 1: it is JSON-LD of which nothing is lost in safe mode, and keeps the W3C's JSON Schema of credentials. Tier 2: it
keeps the UNTP schema of its type and version.
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from proof.licences import BROKEN, credential
from tenring.proof.credential.terms import term_table
from tenring.proof.issue import StatusIndex, status_entries, with_status
from tenring.proof.securing.rdf import quads_of
from tenring.proof.standards import Standards
from tenring.proof.status import Place, Purpose
from tenring.proof.strict import JsonObject
from tenring.settings import Settings

PLACES = tuple(
    Place(one, f"https://label.example/status/{one}-1", 5) for one in (Purpose.REVOCATION, Purpose.SUSPENSION)
)
BASIS = {"kind": "committee", "why": "The committee decided so"}
_UNTP = "https://vocabulary.uncefact.org/untp/"


def documents() -> dict[str, JsonObject]:
    plain = credential()
    return {
        "without status": plain,
        "with status": with_status(plain, status_entries(PLACES, StatusIndex.STRING)),
        "with the status of UNTP": with_status(plain, status_entries(PLACES, StatusIndex.INTEGER)),
        "on another basis": credential(given=BROKEN, basis=BASIS),
    }


@pytest.fixture
def contexts(data: Path, tmp_path: Path) -> Standards:
    return Standards(Settings(home=tmp_path, data=data))


def schema(data: Path, path: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((data / path).read_text()), validate_formats=True)


@pytest.mark.parametrize("name", documents())
def test_tier_1_it_is_json_ld_of_which_nothing_is_lost(contexts: Standards, name: str) -> None:
    quads = quads_of(documents()[name], contexts)
    assert len(quads) > 50


@pytest.mark.parametrize("name", documents())
def test_tier_1_no_property_comes_from_a_catch_all_vocabulary(contexts: Standards, name: str) -> None:
    """Safe mode is content with `untp/ConformityAssessment#assesmentDate`; we are not."""
    own = {str(quad.predicate.value) for quad in quads_of(documents()[name], contexts)}
    assert [one for one in own if one.startswith(_UNTP) and "#" in one] == []
    known = {term for terms in (*term_table().types.values(), *term_table().parts.values()) for term in terms}
    assert {one.removeprefix(_UNTP) for one in own if one.startswith(_UNTP)} <= known


def test_tier_1_a_misspelt_term_would_pass_the_official_context_unseen(contexts: Standards) -> None:
    document = credential()
    one = document["credentialSubject"]["conformityAssessment"][0]
    one["assesmentDate"] = one.pop("assessmentDate")
    swallowed = {str(quad.predicate.value) for quad in quads_of(document, contexts)}
    assert f"{_UNTP}ConformityAssessment#assesmentDate" in swallowed


@pytest.mark.parametrize("name", documents())
def test_tier_1_it_keeps_the_schema_of_credentials(data: Path, name: str) -> None:
    validator = schema(data, "vectors/vcdm2/verifiable-credential-schema.json")
    assert [error.message for error in validator.iter_errors(documents()[name])] == []


@pytest.mark.parametrize("name", ["without status", "with the status of UNTP", "on another basis"])
def test_tier_2_it_keeps_the_schema_of_its_type_and_version(data: Path, name: str) -> None:
    validator = schema(data, "untp/v0.7.0/schema/ConformityCredential.json")
    assert [error.message for error in validator.iter_errors(documents()[name])] == []


def test_tier_2_with_the_status_of_the_w3c_only_the_status_differs(data: Path) -> None:
    validator = schema(data, "untp/v0.7.0/schema/ConformityCredential.json")
    errors = list(validator.iter_errors(documents()["with status"]))
    assert {error.instance_path[0] for error in errors} == {"credentialStatus"}


@pytest.mark.parametrize("sample", ["", "_battery", "_smelter"])
def test_the_official_samples_keep_the_schemas_that_we_ask(data: Path, sample: str) -> None:
    path = data / "untp" / "v0.7.0" / "samples" / "dcc" / f"ConformityCredential{sample}_instance.json"
    document = json.loads(path.read_text())
    for name in ("vectors/vcdm2/verifiable-credential-schema.json", "untp/v0.7.0/schema/ConformityCredential.json"):
        assert schema(data, name).is_valid(document)

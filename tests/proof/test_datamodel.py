from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof.vectors import ISSUER, credential, presentation
from tenring.exceptions import MalformedError, ProofError
from tenring.proof.contexts import OWN
from tenring.proof.datamodel import require_credential, require_presentation
from tenring.proof.securing.opening import contained
from tenring.proof.securing.rdf import require_terms
from tenring.proof.strict import JsonObject

SRI = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"
RESOURCE = {"id": "https://label.example/logo.png", "digestSRI": SRI}


def refused(**changes: Any) -> str:
    with pytest.raises(MalformedError) as caught:
        require_credential(credential(**changes))
    return str(caught.value)


def without(name: str) -> JsonObject:
    return {key: value for key, value in credential().items() if key != name}


# the inputs of the W3C suite


def inputs(data: Path) -> list[Path]:
    return sorted((data / "vectors" / "vcdm2" / "suite-input").rglob("*.json"))


def suite_document(path: Path) -> JsonObject:
    """An input as the suite sends it: with dates, and with an issuer unless the case is about that."""
    text = path.read_text().replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2050-01-01T00:00:00Z")
    document: JsonObject = json.loads(text)
    if path.name.startswith("credential") or path.parent.name == "names-and-descriptions":
        issuer = document.get("issuer")
        if isinstance(issuer, dict) and "id" not in issuer:
            issuer["id"] = ISSUER
        if path.name != "credential-no-issuer-fail.json":
            document.setdefault("issuer", ISSUER)
    return document


def test_every_input_of_the_w3c_suite_is_accepted_or_refused_as_its_name_says(data: Path) -> None:
    found = {"ok": 0, "fail": 0}
    for path in inputs(data):
        document = suite_document(path)
        require = require_presentation if path.name.startswith("presentation") else require_credential
        expected = next((word for word in ("fail", "ok") if f"-{word}" in path.name), None)
        if expected is None:
            continue
        try:
            require(document)
            require_terms(document, OWN)
            outcome = "ok"
        except ProofError:
            outcome = "fail"
        assert outcome == expected, path.name
        found[expected] += 1
    assert found == {"ok": 65, "fail": 52}


@pytest.mark.parametrize("name", ["holder-mismatch", "issuer-mismatch", "no-holder"])
def test_a_credential_without_proof_is_only_its_holders_word_about_itself(data: Path, name: str) -> None:
    folder = data / "vectors" / "vcdm2" / "suite-input"
    document = json.loads((folder / f"presentation-self-asserted-vc-{name}.json").read_text())
    require_presentation(document)
    with pytest.raises(MalformedError, match="nobody signed it"):
        contained(document)
    assert contained(json.loads((folder / "presentation-self-asserted-vc-ok.json").read_text())) == ()


# each MUST, with the place of what is wrong


def test_the_invented_credential_and_presentation_are_well_formed() -> None:
    require_credential(credential())
    require_presentation(presentation())
    require_presentation(presentation(verifiableCredential=[credential()]))


@pytest.mark.parametrize("name", ["@context", "type", "issuer", "credentialSubject"])
def test_what_must_be_there_is_missed_by_name(name: str) -> None:
    with pytest.raises(MalformedError, match=rf"\$\.{name} "):
        require_credential(without(name))


@pytest.mark.parametrize("name", ["id", "validFrom", "validUntil"])
def test_what_may_be_missing_is_not_missed(name: str) -> None:
    require_credential(without(name))


@pytest.mark.parametrize(
    "context",
    [
        None,
        "https://www.w3.org/ns/credentials/v2",
        [],
        {},
        ["https://www.w3.org/2018/credentials/v1"],
        ["https://www.w3.org/ns/credentials/examples/v2", "https://www.w3.org/ns/credentials/v2"],
        ["https://www.w3.org/ns/credentials/v2", None],
        ["https://www.w3.org/ns/credentials/v2", "relative"],
        ["https://www.w3.org/ns/credentials/v2", ["https://a.example/"]],
        [{"a": "b"}, "https://www.w3.org/ns/credentials/v2"],
    ],
    ids=str,
)
def test_the_context_is_a_list_that_begins_with_that_of_the_data_model(context: Any) -> None:
    assert "$.@context" in refused(**{"@context": context})


@pytest.mark.parametrize(
    "kind", [None, [], "Licence", ["Licence"], [5, "VerifiableCredential"], "", ["VerifiableCredential", "a: b"], {}]
)
def test_the_type_names_a_verifiable_credential(kind: Any) -> None:
    assert "$.type" in refused(type=kind)


@pytest.mark.parametrize(
    "url",
    [
        None,
        5,
        "",
        "relative",
        "https ://x",
        "http:",
        "https://",
        "did:",
        "did:web:",
        ["did:web:a"],
        {},
        "a b:c",
        "urn:x\n",
    ],
)
def test_identifiers_are_urls(url: Any) -> None:
    assert "$.id" in refused(id=url)
    assert "$.issuer" in refused(issuer=url)
    assert "$.issuer.id" in refused(issuer={"id": url})
    assert "$.credentialSubject.id" in refused(credentialSubject={"id": url})
    assert "$.credentialStatus[1].id" in refused(credentialStatus=[{"type": "T"}, {"type": "T", "id": url}])


@pytest.mark.parametrize(
    "url",
    [
        "did:web:a.example",
        "did:key:z6Mk#z6Mk",
        "https://a.example",
        "urn:uuid:1",
        "tag:a,2026:b",
        "data:,x",
        "https://a.example/é",
    ],
)
def test_urls_of_every_kind_are_identifiers(url: str) -> None:
    require_credential(credential(id=url, issuer=url))


@pytest.mark.parametrize("subject", [None, [], {}, [{}], "did:web:a", [{"id": "did:web:a.example"}, {}], [[{"a": 1}]]])
def test_something_is_said_of_every_subject(subject: Any) -> None:
    assert "$.credentialSubject" in refused(credentialSubject=subject)


@pytest.mark.parametrize("name", ["name", "description"])
@pytest.mark.parametrize(
    "word",
    [
        None,
        5,
        [],
        {},
        {"@value": 5},
        {"@language": "en"},
        {"@value": "x", "url": "y"},
        {"@value": "x", "@language": "not valid"},
        {"@value": "x", "@language": None},
        {"@value": "x", "@direction": "up"},
        [{"@value": "x"}, 5],
    ],
    ids=str,
)
def test_names_and_descriptions_are_text_or_text_with_language(name: str, word: Any) -> None:
    assert f"$.{name}" in refused(**{name: word})
    assert f"$.issuer.{name}" in refused(issuer={"id": ISSUER, name: word})


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02",
        "2026-03-02T00:00:00",
        "2026-02-30T00:00:00Z",
        "2026-03-02 00:00:00Z",
        "x",
        "",
        5,
        None,
        "2026-03-02T25:00:00Z",
        "２026-03-02T00:00:00Z",
    ],
)
def test_times_are_xml_schema_timestamps(moment: Any) -> None:
    assert "$.validFrom" in refused(validFrom=moment)
    assert "$.validUntil" in refused(validUntil=moment)


def test_validity_does_not_end_before_it_begins() -> None:
    assert "$.validUntil is before" in refused(validFrom="2026-03-02T00:00:00Z", validUntil="2026-03-01T23:59:59-00:00")
    require_credential(credential(validFrom="2026-03-02T00:00:00+02:00", validUntil="2026-03-01T22:00:00Z"))


@pytest.mark.parametrize(
    "name",
    [
        "credentialStatus",
        "credentialSchema",
        "refreshService",
        "termsOfUse",
        "evidence",
        "renderMethod",
        "confidenceMethod",
        "proof",
    ],
)
def test_every_extension_says_its_type(name: str) -> None:
    for value in (
        None,
        "x",
        [],
        {},
        {"id": "urn:x"},
        [{"type": "T", "id": "urn:x"}, {"id": "urn:x"}],
        {"type": 5, "id": "urn:x"},
        {"type": []},
    ):
        assert f"$.{name}" in refused(**{name: value})
    require_credential(credential(**{name: {"type": "T", "id": "urn:x"}}))
    require_credential(credential(**{name: [{"type": ["T", "U"], "id": "urn:x"}]}))


def test_a_schema_has_an_identifier() -> None:
    assert "$.credentialSchema.id is missing" in refused(credentialSchema={"type": "JsonSchema"})


@pytest.mark.parametrize(
    "resource",
    [
        None,
        [],
        {},
        "x",
        {"id": "https://a.example"},
        {"digestSRI": SRI},
        {"id": "x", "digestSRI": SRI},
        RESOURCE | {"digestSRI": "md5-x"},
        RESOURCE | {"digestSRI": 5},
        RESOURCE | {"digestMultibase": "x"},
        RESOURCE | {"mediaType": 5},
        [RESOURCE, RESOURCE],
    ],
    ids=str,
)
def test_a_related_resource_has_an_identifier_of_its_own_and_a_digest(resource: Any) -> None:
    assert "$.relatedResource" in refused(relatedResource=resource)


def test_a_related_resource_may_have_either_digest() -> None:
    other = {
        "id": "https://b.example",
        "digestMultibase": "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA",
        "mediaType": "text/plain",
    }
    require_credential(credential(relatedResource=[RESOURCE, other]))


# presentations


def refused_presentation(**changes: Any) -> str:
    with pytest.raises(MalformedError) as caught:
        require_presentation(presentation(**changes))
    return str(caught.value)


@pytest.mark.parametrize(
    "held",
    [
        "a.b.c",
        ["a.b.c"],
        [None],
        [{}],
        [[credential()]],
        [credential(type="Licence")],
        [{"type": "EnvelopedVerifiableCredential"}],
        [
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": "https://a.example",
            }
        ],
        [{"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,a.b.c"}],
    ],
    ids=str,
)
def test_what_is_presented_is_a_credential_or_an_envelope_of_one(held: Any) -> None:
    assert "$.verifiableCredential" in refused_presentation(verifiableCredential=held)


def test_what_is_wrong_inside_a_presented_credential_is_told_with_its_place() -> None:
    assert "$.verifiableCredential[1].issuer" in refused_presentation(
        verifiableCredential=[credential(), credential(issuer="x")]
    )


@pytest.mark.parametrize("holder", [None, "x", {}, {"name": "x"}, {"id": "x"}, 5])
def test_a_holder_is_a_url_or_has_one(holder: Any) -> None:
    assert "$.holder" in refused_presentation(holder=holder)


def test_a_presentation_is_typed_and_may_be_empty() -> None:
    assert "$.type" in refused_presentation(type="VerifiableCredential")
    assert "$.termsOfUse" in refused_presentation(termsOfUse={})
    assert "$.proof" in refused_presentation(proof={})
    require_presentation(presentation(verifiableCredential=[]))
    require_presentation({key: value for key, value in presentation().items() if key != "holder"})
    require_presentation(presentation(verifiableCredential=[presentation()]))

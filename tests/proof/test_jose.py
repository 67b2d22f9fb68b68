from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof.vectors import (
    ISSUER,
    METHOD,
    NONE,
    another_signer,
    credential,
    presentation,
    read,
    signer,
    suite_key,
    suite_signer,
)
from tenring.exceptions import MalformedError
from tenring.proof.answers import Outcome
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.keys.public import Algorithm
from tenring.proof.securing import open_secured, sign_jwt

KINDS = list(Algorithm)
NAMES = {
    Algorithm.ED25519: "EdDSA",
    Algorithm.P256: "ES256",
    Algorithm.P384: "ES384",
    Algorithm.P521: "ES512",
}


def part(value: Any) -> str:
    return base64url(json.dumps(value).encode())


def token(header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None) -> bytes:
    """A token signed with the right key, whatever its header says."""
    own = signer()
    signed = f"{part({'alg': 'EdDSA', 'typ': 'vc+jwt'} | (header or {}))}.{part(payload or credential())}"
    return f"{signed}.{base64url(own.sign(signed.encode()))}".encode()


def header_of(text: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(from_base64url(text.split(".", maxsplit=1)[0]))
    return header


def refused(raw: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        open_secured(raw)
    return str(caught.value)


# signing and reading


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_credential_is_read_back_and_its_signature_holds(kind: Algorithm) -> None:
    own = signer(kind)
    secured = open_secured(sign_jwt(credential(), own).encode())
    [proof] = secured.proofs
    assert secured.document == credential()
    assert secured.securing == proof.name == "vc+jwt"
    assert secured.signer == ISSUER
    assert proof.verification_method == METHOD
    assert proof.purpose == "assertionMethod"
    assert proof.holds(own.key, NONE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_says_type_content_key_and_algorithm(kind: Algorithm) -> None:
    assert header_of(sign_jwt(credential(), signer(kind))) == {
        "alg": NAMES[kind],
        "typ": "vc+jwt",
        "cty": "vc",
        "kid": METHOD,
    }


def test_the_payload_is_the_credential_and_nothing_else() -> None:
    assert json.loads(from_base64url(sign_jwt(credential(), signer()).split(".")[1])) == credential()


def test_the_same_credential_is_signed_to_the_same_token_by_ed25519() -> None:
    assert sign_jwt(credential(), signer()) == sign_jwt(credential(), signer())


def test_a_presentation_authenticates_its_holder_for_one_audience_and_question() -> None:
    text = sign_jwt(presentation(), signer(), "vp+jwt", aud="verifier.example", nonce="n-1", exp=1_800_000_000)
    secured = open_secured(text.encode())
    [proof] = secured.proofs
    assert header_of(text)["typ"] == "vp+jwt"
    assert header_of(text)["cty"] == "vp"
    assert secured.document == presentation()
    assert secured.is_presentation
    assert proof.purpose == "authentication"
    assert proof.domain == ("verifier.example",)
    assert proof.challenge == "n-1"
    assert proof.expires is not None
    assert proof.expires.isoformat() == "2027-01-15T08:00:00+00:00"
    assert proof.holds(signer().key, NONE)


def test_the_tokens_own_times_are_told_and_are_no_part_of_the_document() -> None:
    payload = credential() | {"iat": 1_772_443_800, "nbf": 1_772_443_800, "exp": 1_800_000_000.5, "iss": ISSUER}
    secured = open_secured(token(payload=payload))
    [proof] = secured.proofs
    assert secured.document == credential()
    assert proof.created is not None
    assert proof.created.isoformat() == "2026-03-02T09:30:00+00:00"
    assert proof.not_before == proof.created
    assert proof.expires is not None


@pytest.mark.parametrize(
    ("kid", "method"),
    [
        (METHOD, METHOD),
        ("#key-1", METHOD),
        ("73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU", "73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU"),
    ],
)
def test_the_key_is_named_as_a_url_where_the_header_lets_it(kid: str, method: str) -> None:
    assert open_secured(token({"kid": kid})).proofs[0].verification_method == method


def test_a_token_without_key_identifier_names_no_key() -> None:
    assert open_secured(token()).proofs[0].verification_method is None


# what the header says


@pytest.mark.parametrize("typ", ["vc+jwt", "VC+JWT", "application/vc+jwt"])
def test_a_type_may_be_written_as_a_media_type(typ: str) -> None:
    assert open_secured(token({"typ": typ, "cty": "application/vc"})).securing == "vc+jwt"


@pytest.mark.parametrize("typ", ["vc-ld+jwt", "vc+ld+jwt", "vc+ld+json+jwt", "application/vc-ld+jwt"])
@pytest.mark.parametrize("cty", ["vc", "vc+ld+json", "application/vc+ld+json", "vc-ld"])
def test_the_names_of_the_drafts_that_untp_tools_write_are_understood(typ: str, cty: str) -> None:
    assert open_secured(token({"typ": typ, "cty": cty})).securing == "vc+jwt"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "vp+jwt"},
        {"typ": "vp-ld+jwt"},
        {"typ": "vc-ld"},
        {"cty": "vp+ld+json"},
        {"cty": "vc+jwt"},
        {"typ": "vc+sd-jwt"},
        {"typ": "JWT"},
        {"typ": "kb+jwt"},
        {"cty": "vp"},
        {"cty": "text"},
        {"cty": ""},
        {"typ": ""},
    ],
    ids=str,
)
def test_a_token_of_another_type_or_content_is_refused(header: dict[str, str]) -> None:
    assert "its header calls" in refused(token(header))


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"b64": True, "crit": ["b64"]}], ids=str
)
def test_a_header_that_changes_how_the_token_is_read_is_refused(header: dict[str, Any]) -> None:
    assert "not supported" in refused(token(header))


@pytest.mark.parametrize("header", [{"alg": None}, {"alg": ["EdDSA"]}, {"kid": 1}, {"iss": {}}, {"typ": 3}], ids=str)
def test_a_header_of_the_wrong_types_is_refused(header: dict[str, Any]) -> None:
    refused(token(header))


def test_members_of_the_header_that_are_not_understood_are_ignored() -> None:
    secured = open_secured(token({"x": {"y": 1}, "jwk": {"kty": "OKP"}, "x5c": ["MII"], "jku": "https://evil.example"}))
    assert secured.proofs[0].holds(signer().key, NONE)
    assert secured.proofs[0].verification_method is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_algorithm_is_that_of_the_keys_own_kind(kind: Algorithm) -> None:
    for other in KINDS:
        if other is not kind:
            answer = (
                open_secured(sign_jwt(credential(), signer(kind)).encode()).proofs[0].holds(signer(other).key, NONE)
            )
            assert answer.outcome is Outcome.FAILED
            assert answer.code == "algorithm"


def test_the_fully_specified_name_of_ed25519_is_known() -> None:
    assert open_secured(token({"alg": "Ed25519"})).proofs[0].holds(signer().key, NONE)


# what the payload says


@pytest.mark.parametrize("name", ["vc", "vp"])
@pytest.mark.parametrize("value", [{}, "oops", None])
def test_the_claims_vc_and_vp_must_not_be_there(name: str, value: Any) -> None:
    assert f"the claim {name}" in refused(token(payload=credential() | {name: value}))
    with pytest.raises(MalformedError):
        sign_jwt(credential() | {name: value}, signer())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:web:other.example"},
        {"iss": None},
        {"jti": "urn:uuid:other"},
        {"sub": "did:web:other.example"},
        {"exp": "2027-01-01"},
        {"exp": True},
        {"nbf": -1},
        {"exp": 1e30},
        {"aud": 5},
        {"aud": [5]},
        {"nonce": 7},
    ],
    ids=str,
)
def test_a_claim_that_contradicts_the_credential_or_is_of_the_wrong_type_is_refused(claims: dict[str, Any]) -> None:
    refused(token(payload=credential() | claims))


def test_the_issuer_in_the_header_is_the_issuer_in_the_credential() -> None:
    assert "iss and issuer differ" in refused(token({"iss": "did:web:other.example"}))
    assert open_secured(token({"iss": ISSUER})).signer == ISSUER


@pytest.mark.parametrize(
    "raw",
    [b"", b".", b"..", b"a.b.c", b"a.b", b"a.b.c.d", b"e30.e30.", b"eyJhbGciOiJFZERTQSJ9.W10.AA", "é.é.é".encode()],
)
def test_what_is_no_token_is_refused(raw: bytes) -> None:
    refused(raw)


def test_a_token_cannot_be_written_in_two_ways() -> None:
    text = sign_jwt(credential(), signer())
    for altered in (text + "=", text + " x", text.replace(".", "..", 1), text + "A", text[:-1] + "B", text[:-1]):
        try:
            assert not open_secured(altered.encode()).proofs[0].holds(signer().key, NONE)
        except MalformedError:
            continue


# the fixtures of the W3C suite

VERIFIED = [
    ("credential-jose-minimal.txt", "vm-p256.json", True),
    ("presentation-jose-multiple.txt", "vm-p384.json", True),
    ("credential-issuer-match-signed.txt", "vm-ed25519.json", True),
    ("credential-jose-unknown-extensions.txt", "vm-ed25519.json", False),
    ("credential-minimal.json", "vm-ed25519.json", False),
    ("presentation-single.json", "vm-ed25519.json", False),
    ("credential-jose-bad-signature.txt", "vm-ed25519.json", False),
    ("credential-jose-bad-media-type.txt", "vm-ed25519.json", False),
    ("presentation-jose-bad-media-type.txt", "vm-ed25519.json", False),
    ("credential-jose-vc-vp-claims.txt", "vm-ed25519.json", False),
]


@pytest.mark.parametrize(("name", "key", "expected"), VERIFIED, ids=str)
def test_the_fixtures_of_the_w3c_suite_come_out_as_it_says(data: Path, name: str, key: str, expected: bool) -> None:
    raw = (data / "vectors" / "jose-cose" / "input" / name).read_bytes()
    try:
        held = bool(open_secured(raw).proofs[0].holds(suite_key(data, key), NONE))
    except MalformedError:
        held = False
    assert held is expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("credential-minimal.json", "vm-p256.json"),
        ("credential-full.json", "vm-p384.json"),
        ("presentation-single.json", "vm-p256.json"),
        ("presentation-multiple.json", "vm-p521.json"),
    ],
)
def test_the_inputs_of_the_w3c_suite_are_secured(data: Path, name: str, key: str) -> None:
    document = read(data / "vectors" / "jose-cose" / "input" / name)
    typ = "vp+jwt" if name.startswith("presentation") else "vc+jwt"
    secured = open_secured(sign_jwt(document, suite_signer(data, key), typ).encode())
    assert secured.document == document
    assert secured.proofs[0].holds(suite_key(data, key), NONE)


def test_another_key_of_the_same_kind_does_not_fit() -> None:
    answer = open_secured(sign_jwt(credential(), signer()).encode()).proofs[0].holds(another_signer().key, NONE)
    assert not answer
    assert answer.code == "signature"
    assert "altered, or signed with another key" in answer.reason

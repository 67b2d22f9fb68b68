"""A second implementation (openvc-core) verifies what we sign, and we verify what it signs.

Its own JWT form is that of the data model 1.1 (a `vc` claim), so tokens are exchanged at the level of JWS; its rdfc
suites need a JSON-LD library that it does not bring.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import openvc.cbor
import openvc.cose
import pytest
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.proof._jws import sign_compact, verify_compact
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
from openvc.proof.errors import ProofError
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.proof.vc_jwt import VcJwtProofSuite

from proof.vectors import METHOD, NONE, SIGNED_AT, credential, signer
from tenring.exceptions import MalformedError
from tenring.proof.keys.jwk import jwk, public_from_jwk
from tenring.proof.keys.public import Algorithm
from tenring.proof.securing import add_proof, open_secured, sign_cose, sign_jwt, sign_sd_jwt

KINDS = [Algorithm.ED25519, Algorithm.P256, Algorithm.P384]
THEIRS = {
    Algorithm.ED25519: Ed25519SigningKey.generate,
    Algorithm.P256: P256SigningKey.generate,
    Algorithm.P384: P384SigningKey.generate,
}
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def public(kind: Algorithm) -> dict[str, Any]:
    return dict(jwk(signer(kind).key))


def suite_of(kind: Algorithm) -> Any:
    return EddsaJcsProofSuite() if kind is Algorithm.ED25519 else EcdsaJcsProofSuite()


def name_of(kind: Algorithm) -> str:
    return "eddsa-jcs-2022" if kind is Algorithm.ED25519 else "ecdsa-jcs-2019"


@pytest.mark.parametrize("kind", KINDS)
def test_it_verifies_our_tokens(kind: Algorithm) -> None:
    header, payload = verify_compact(sign_jwt(credential(), signer(kind)), public_key_jwk=public(kind))
    assert payload == credential()
    assert header["kid"] == METHOD


@pytest.mark.parametrize("kind", KINDS)
def test_we_verify_its_tokens(kind: Algorithm) -> None:
    key = THEIRS[kind](METHOD)
    token = sign_compact({"alg": key.alg, "typ": "vc+jwt", "cty": "vc", "kid": METHOD}, credential(), signing_key=key)
    secured = open_secured(token.encode())
    assert secured.document == credential()
    assert secured.proofs[0].holds(public_from_jwk(key.public_jwk()), NONE)
    assert not secured.proofs[0].holds(signer(kind).key, NONE)


@pytest.mark.parametrize("kind", KINDS)
def test_it_verifies_our_data_integrity_proofs(kind: Algorithm) -> None:
    document = add_proof(credential(), signer(kind), created=SIGNED_AT, cryptosuite=name_of(kind))
    checked = suite_of(kind).verify(document, public_key_jwk=public(kind), now=NOW)
    assert checked.issuer == credential()["issuer"]["id"]
    document["credentialSubject"]["licence"] = "MON-2026-99999"
    with pytest.raises(ProofError):
        suite_of(kind).verify(document, public_key_jwk=public(kind), now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_we_verify_its_data_integrity_proofs(kind: Algorithm) -> None:
    key = THEIRS[kind](METHOD)
    document = suite_of(kind).add_proof(credential(), signing_key=key, verification_method=METHOD, created=SIGNED_AT)
    [proof] = open_secured(json.dumps(document).encode()).proofs
    assert proof.name == name_of(kind)
    assert proof.created == SIGNED_AT
    assert proof.holds(public_from_jwk(key.public_jwk()), NONE)
    document["credentialSubject"]["licence"] = "MON-2026-99999"
    [altered] = open_secured(json.dumps(document).encode()).proofs
    assert not altered.holds(public_from_jwk(key.public_jwk()), NONE)


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_our_sd_jwt_with_and_without_disclosures(kind: Algorithm) -> None:
    document = credential(iss=credential()["issuer"]["id"])
    text = sign_sd_jwt(document, signer(kind), ["credentialSubject.licence", "credentialSubject.models[0]"])
    claims = SdJwtVcProofSuite().verify(text, public_key_jwk=public(kind), now=NOW).claims
    assert claims["credentialSubject"] == credential()["credentialSubject"]
    issued = text.split("~")[0] + "~"
    withheld = SdJwtVcProofSuite().verify(issued, public_key_jwk=public(kind), now=NOW).claims["credentialSubject"]
    assert "licence" not in withheld
    assert withheld == open_secured(issued.encode()).document["credentialSubject"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_verifies_our_cose_structures(kind: Algorithm) -> None:
    parsed = openvc.cose.parse_sign1(openvc.cbor.decode(sign_cose(credential(), signer(kind))))
    assert parsed.payload is not None
    assert json.loads(parsed.payload) == credential()
    assert openvc.cose.verify_sign1(parsed, public_jwk=public(kind))


def test_its_tokens_of_the_data_model_1_1_are_refused_by_us() -> None:
    token = VcJwtProofSuite().sign(credential(), signing_key=THEIRS[Algorithm.P256](METHOD))
    with pytest.raises(MalformedError):
        open_secured(token.encode())

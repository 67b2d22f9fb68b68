"""What an attacker tries on a signature, each with a sentence. Whatever comes, it never ends in one that holds."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.vectors import METHOD, NONE, SIGNED_AT, another_signer, credential, signer
from tenring.exceptions import MalformedError
from tenring.proof.canonical import canonical
from tenring.proof.contexts import CREDENTIALS
from tenring.proof.keys.jwk import jwk
from tenring.proof.keys.multibase import base58, base64url, from_base64url
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.material import Documents, Held
from tenring.proof.securing import add_proof, open_secured, sign_cose, sign_jwt, sign_sd_jwt

KINDS = list(Algorithm)


def token() -> bytes:
    return sign_jwt(credential(), signer()).encode()


def embedded(suite: str = "eddsa-jcs-2022") -> bytes:
    document = add_proof(credential(), signer(), created=SIGNED_AT, cryptosuite=suite)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


FORMS: dict[str, Callable[[], bytes]] = {
    "vc+jwt": token,
    "vc+sd-jwt": lambda: sign_sd_jwt(credential(), signer(), ["credentialSubject.licence"]).encode(),
    "vc+cose": lambda: sign_cose(credential(), signer()),
    "eddsa-jcs-2022": embedded,
    "eddsa-rdfc-2022": lambda: embedded("eddsa-rdfc-2022"),
}


def held(raw: bytes, key: PublicKey | None = None) -> Any:
    """The document, when every signature of it holds; None: refused or not right."""
    try:
        secured = open_secured(raw)
    except MalformedError:
        return None
    proofs = [proof.holds(key or signer().key, NONE) for proof in secured.proofs]
    return secured.document if proofs and all(proofs) else None


def jwt(header: dict[str, Any], signature: bytes = b"", payload: Any = None) -> bytes:
    parts = [base64url(json.dumps(part).encode()) for part in (header, credential() if payload is None else payload)]
    return ".".join([*parts, base64url(signature)]).encode()


# the document


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_an_altered_byte_never_changes_what_a_right_signature_says(form: str, data: st.DataObject) -> None:
    raw = bytearray(FORMS[form]())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    assert held(bytes(raw)) in (None, credential())


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_document_cut_or_grown_anywhere_says_nothing_else(form: str, data: st.DataObject) -> None:
    raw = FORMS[form]()
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    inserted = data.draw(st.binary(max_size=8) | st.sampled_from([b"{", b'"a":1,', b".", b"~", b"=", b" "]))
    assert held(raw[:start] + inserted + raw[end:]) in (None, credential())


def test_every_single_altered_letter_of_a_token_is_noticed() -> None:
    raw = token()
    for place in range(len(raw)):
        letter = b"A" if raw[place : place + 1] != b"A" else b"B"
        assert held(raw[:place] + letter + raw[place + 1 :]) is None


def test_a_signature_moved_to_another_credential_does_not_hold() -> None:
    _, _, signature = token().split(b".")
    other = sign_jwt(credential(id="urn:uuid:other"), signer()).encode()
    assert held(b".".join([*other.split(b".")[:2], signature])) is None
    proof = json.loads(embedded())["proof"]
    assert held(json.dumps(credential(id="urn:uuid:other") | {"proof": proof}).encode()) is None


def test_a_property_that_no_context_defines_does_not_hide_under_an_rdf_signature() -> None:
    document = json.loads(embedded("eddsa-rdfc-2022"))
    document["@context"] = document["@context"][:1]
    document["type"] = ["VerifiableCredential"]
    document["credentialSubject"] = {"id": "did:web:maker.example"}
    said = {key: value for key, value in document.items() if key != "proof"}
    right = add_proof(said, signer(), created=SIGNED_AT, cryptosuite="eddsa-rdfc-2022")
    assert held(json.dumps(right).encode()) == said
    for smuggled in (
        {"grade": "gold"},
        {"credentialStatus": None},
        {"@index": "x"},
        {"issuer2": {"id": "did:web:evil.example"}},
    ):
        assert held(json.dumps(right | smuggled).encode()) is None
    right["credentialSubject"]["licence"] = "MON-2026-99999"
    assert held(json.dumps(right).encode()) is None


# keys and algorithms


@pytest.mark.parametrize("form", FORMS)
def test_a_swapped_key_does_not_fit(form: str) -> None:
    assert held(FORMS[form](), another_signer().key) is None


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_that_says_it_needs_no_signature_has_none(name: str) -> None:
    for signature in (b"", b"\0" * 64):
        assert held(jwt({"alg": name, "typ": "vc+jwt", "kid": METHOD}, signature)) is None


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_public_key_is_not_taken_for_a_shared_secret(name: str, kind: Algorithm) -> None:
    key = signer(kind).key
    head = jwt({"alg": name, "typ": "vc+jwt"}).rsplit(b".", 1)[0]
    secrets = [
        key.raw,
        key.loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk(key)).encode(),
    ]
    for secret in secrets:
        mac = hmac.new(secret, head, f"sha{name[2:]}").digest()
        assert held(head + b"." + base64url(mac).encode(), key) is None


@pytest.mark.parametrize(
    "name", ["RS256", "PS256", "ES256K", "ES256", "ES384", "ES512", "EdDSA\u0000", "eddsa", "Ed448", "ML-DSA-65"]
)
def test_a_right_signature_under_the_name_of_another_algorithm_does_not_hold(name: str) -> None:
    head = jwt({"alg": name, "typ": "vc+jwt"}).rsplit(b".", 1)[0]
    assert held(head + b"." + base64url(signer().sign(head)).encode()) is None


def test_a_key_that_the_token_brings_along_is_not_looked_at() -> None:
    attacker = another_signer()
    for extra in (
        {"jwk": dict(jwk(attacker.key))},
        {"jku": "https://evil.example/keys"},
        {"x5c": ["MIIB"]},
        {"x5u": "https://evil.example"},
    ):
        head = jwt({"alg": "EdDSA", "typ": "vc+jwt", "kid": METHOD} | extra).rsplit(b".", 1)[0]
        raw = head + b"." + base64url(attacker.sign(head)).encode()
        assert held(raw) is None
        assert open_secured(raw).proofs[0].verification_method == METHOD


def test_a_confirmation_key_in_the_payload_does_not_sign_for_the_issuer() -> None:
    attacker = another_signer()
    head = jwt({"alg": "EdDSA", "typ": "vc+jwt"}, payload=credential(cnf={"jwk": dict(jwk(attacker.key))})).rsplit(
        b".", 1
    )[0]
    assert held(head + b"." + base64url(attacker.sign(head)).encode()) is None


@pytest.mark.parametrize("header", [{"crit": ["b64"], "b64": False}, {"b64": False}, {"crit": ["x"], "x": 1}], ids=str)
def test_an_extension_that_changes_what_is_signed_is_refused(header: dict[str, Any]) -> None:
    payload = base64url(json.dumps(credential()).encode())
    head = base64url(json.dumps({"alg": "EdDSA", "typ": "vc+jwt"} | header).encode())
    raw_payload = f"{head}.{json.dumps(credential())}".encode()
    assert held(f"{head}.{payload}.{base64url(signer().sign(raw_payload))}".encode()) is None
    assert held(f"{head}.{payload}.{base64url(signer().sign(f'{head}.{payload}'.encode()))}".encode()) is None


def test_a_signature_made_for_one_form_does_not_hold_in_another() -> None:
    head, payload, signature = token().split(b".")
    assert held(b".".join([head, payload, signature]) + b"~") is None
    data = canonical(credential())
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod", "proofValue": "z" + base58(signer().sign(data)),
    }  # fmt: skip
    assert held(json.dumps(credential() | {"proof": proof}).encode()) is None


def test_a_jcs_signature_is_not_taken_for_an_rdf_one() -> None:
    for one, other in (("eddsa-jcs-2022", "eddsa-rdfc-2022"), ("eddsa-rdfc-2022", "eddsa-jcs-2022")):
        document = json.loads(embedded(one))
        document["proof"]["cryptosuite"] = other
        assert held(json.dumps(document).encode()) is None


def test_an_ecdsa_signature_of_half_zeros_is_no_signature() -> None:
    """As a verifier that does not check r and s once accepted any document (CVE-2022-21449)."""
    for kind, size in ((Algorithm.P256, 32), (Algorithm.P384, 48), (Algorithm.P521, 66)):
        name = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[kind.value]
        for signature in (bytes(2 * size), bytes(size) + b"\1" * size, b"\1" * size + bytes(size)):
            assert held(jwt({"alg": name, "typ": "vc+jwt"}, signature), signer(kind).key) is None


def test_two_texts_of_one_signature_are_not_both_accepted() -> None:
    head, payload, signature = token().split(b".")
    bits = from_base64url(signature)
    spellings = [
        signature + b"=",
        signature + b"==",
        base64.b64encode(bits),
        signature[:-1] + bytes([signature[-1] + 1]),
        signature + b"\n .",
    ]
    for spelling in spellings:
        if spelling != signature:
            assert held(b".".join([head, payload, spelling])) is None


# JSON that two readers read differently


@pytest.mark.parametrize(
    "payload",
    [
        '{"issuer":"did:web:evil.example",%s',
        '{"issuer":"did:web:evil.example","\\u0069ssuer":"x",%s',
        '{"n":9007199254740993,%s',
        '{"n":1e999,%s',
        '{"n":NaN,%s',
        '{"t":"\\ud800",%s',
        '{"\\udfff":1,%s',
        '{"a":%s}' % ("[" * 5000 + "]" * 5000) + "%s",
        "\ufeff{%s",
        '{"a":{"b":1,"b":2},%s',
    ],
)
def test_json_that_two_readers_read_differently_is_refused_though_rightly_signed(payload: str) -> None:
    text = payload.replace("%s", json.dumps(credential())[1:])
    head = base64url(b'{"alg":"EdDSA","typ":"vc+jwt"}')
    signed = f"{head}.{base64url(text.encode())}"
    assert held(f"{signed}.{base64url(signer().sign(signed.encode()))}".encode()) is None
    assert held(text.encode()) is None


@pytest.mark.parametrize(("begin", "rest"), [(b"{", b" "), (b"a", b"a"), (b"\xd2", b"\0"), (b"~", b"~")])
def test_a_hundred_megabytes_are_refused_at_once(begin: bytes, rest: bytes) -> None:
    raw = begin + rest * 100_000_000  # made before the clock runs: it takes longer than the refusal
    started = time.process_time()
    assert held(raw) is None
    assert time.process_time() - started < 0.25


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 1_000_000,
        b'{"a":' * 500_000,
        b"." * 1_000_000,
        b"~" * 1_000_000,
        b"e30." * 500_000,
        b"\xd2" + b"\x81" * 1_000_000,
        b'{"proof":[' + b"{}," * 500_000 + b"{}]}",
        b'{"a":"' + b"[" * 3_000_000 + b'"}',
        b'{"a":' + b"]" * 70 + b"[" * 60 + b'"' + b'\\"' * 1_500_000,
        b'{"a":' + b'["]",' * 100_000 + b'"["]' + b',"["]' * 99_999 + b"}",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_a_document_made_to_take_time_does_not(raw: bytes) -> None:
    started = time.process_time()
    assert held(raw) is None
    assert time.process_time() - started < 2


def test_a_long_base58_text_does_not_take_time() -> None:
    document = json.loads(embedded())
    document["proof"]["proofValue"] = "z" + "2" * 1_000_000
    started = time.process_time()
    assert held(json.dumps(document).encode()) is None
    assert time.process_time() - started < 1


# contexts


def test_a_context_swapped_by_the_network_does_not_change_what_is_signed() -> None:
    """Who serves the contexts could give terms another meaning; those that matter are ours and asked for first."""
    evil = {"@context": {"@vocab": "https://evil.example/#", "id": "@id", "type": "@type"}}
    swapped = Documents({CREDENTIALS: Held(CREDENTIALS, json.dumps(evil).encode(), SIGNED_AT)})
    document = json.loads(embedded("eddsa-rdfc-2022"))
    [proof] = open_secured(json.dumps(document).encode()).proofs
    assert proof.holds(signer().key, swapped)
    document["validUntil"] = "2099-01-01T00:00:00Z"
    [altered] = open_secured(json.dumps(document).encode()).proofs
    assert not altered.holds(signer().key, swapped)


def test_a_context_that_takes_back_a_term_does_not_unsign_it() -> None:
    document = json.loads(embedded("eddsa-rdfc-2022"))
    for extra in (
        {"validUntil": None},
        {"VerifiableCredential": None},
        None,
        {"@vocab": None},
        {"licence": None},
        {"licence": "@nest"},
    ):
        altered = document | {"@context": [*document["@context"], extra]}
        altered["credentialSubject"] = document["credentialSubject"] | {"licence": "MON-2026-99999"}
        altered["validUntil"] = "2099-01-01T00:00:00Z"
        assert held(json.dumps(altered).encode()) is None


def test_a_status_moved_into_an_object_of_the_same_identifier_does_not_hide() -> None:
    """As RDF it means the same wherever it stands; a verifier looks for it at the top."""
    status = {
        "id": "urn:s:1",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
    }
    document = credential(credentialStatus=status)
    document["credentialSubject"]["certificate"] = {"id": document["id"]}
    right = add_proof(document, signer(), created=SIGNED_AT, cryptosuite="eddsa-rdfc-2022")
    assert held(json.dumps(right).encode()) == document
    moved = json.loads(json.dumps(right))
    moved["credentialSubject"]["certificate"] |= {
        "type": "VerifiableCredential",
        "credentialStatus": moved.pop("credentialStatus"),
    }
    assert held(json.dumps(moved).encode()) is None


# many proofs


def test_a_right_proof_beside_a_wrong_one_does_not_make_it_right() -> None:
    document = json.loads(embedded())
    wrong = document["proof"] | {"proofValue": "z" + base58(b"\1" * 64)}
    assert held(json.dumps(document | {"proof": [document["proof"], wrong]}).encode()) is None
    assert held(json.dumps(document | {"proof": [wrong, document["proof"]]}).encode()) is None


def test_a_document_that_envelopes_itself_or_another_proof_is_not_opened_twice() -> None:
    inner = token().decode()
    envelope = {
        "@context": CREDENTIALS,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{inner}",
    }
    assert held(json.dumps(envelope).encode()) == credential()
    nested = envelope | {"id": f"data:application/vc+jwt,{base64url(json.dumps(envelope).encode())}"}
    assert held(json.dumps(nested).encode()) is None
    assert held(json.dumps(envelope | {"issuer": "did:web:evil.example", "proof": {}}).encode()) == credential()


def test_whether_a_signature_is_right_or_wrong_takes_the_same_time() -> None:
    """Nothing secret is compared: a signature is checked with public values, by the library, in one go."""
    right = open_secured(token()).proofs[0]
    head, payload, signature = token().split(b".")
    wrong = open_secured(b".".join([head, payload, b"B" + signature[1:]])).proofs[0]
    key = signer().key

    def fastest(proof: Any) -> float:
        times = []
        for _ in range(200):
            started = time.perf_counter()
            proof.holds(key, NONE)
            times.append(time.perf_counter() - started)
        return min(times)

    fastest(right)
    assert fastest(wrong) < 3 * fastest(right)

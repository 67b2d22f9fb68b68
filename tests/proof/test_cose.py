from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tenring.proof.keys.public import Algorithm
from tenring.proof.securing import open_secured, sign_cose
from tenring.proof.securing.cbor import Tagged, cbor, read_cbor

KINDS = list(Algorithm)
ITEMS = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 99) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


def structure(protected: Any = None, unprotected: Any = None, payload: Any = None, tag: int = 18) -> bytes:
    """A COSE structure signed with the right key, whatever else is in it."""
    header = cbor({1: -8, 16: "application/vc+cose"} if protected is None else protected)
    body = json.dumps(credential()).encode() if payload is None else payload
    signature = signer().sign(cbor(["Signature1", header, b"", body if isinstance(body, bytes) else b""]))
    return cbor(Tagged(tag, [header, unprotected or {}, body, signature]))


def refused(raw: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        open_secured(raw)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_credential_is_read_back_and_its_signature_holds(kind: Algorithm) -> None:
    secured = open_secured(sign_cose(credential(), signer(kind)))
    [proof] = secured.proofs
    assert secured.document == credential()
    assert secured.securing == "vc+cose"
    assert secured.signer == ISSUER
    assert proof.verification_method == METHOD
    assert proof.purpose == "assertionMethod"
    assert proof.holds(signer(kind).key, NONE)


def test_a_presentation_authenticates_its_holder() -> None:
    secured = open_secured(sign_cose(presentation(), signer(), "application/vp+cose"))
    assert secured.securing == "vp+cose"
    assert secured.proofs[0].purpose == "authentication"


def test_base64_text_of_a_structure_is_read_padded_or_not() -> None:
    text = base64.b64encode(sign_cose(credential(), signer()))
    for written in (text, text.rstrip(b"="), text + b"\n"):
        assert open_secured(written).document == credential()


@pytest.mark.parametrize("kind", KINDS)
def test_the_algorithm_is_that_of_the_keys_own_kind(kind: Algorithm) -> None:
    proof = open_secured(sign_cose(credential(), signer(kind))).proofs[0]
    for other in KINDS:
        if other is not kind:
            answer = proof.holds(signer(other).key, NONE)
            assert answer.outcome is Outcome.FAILED
            assert answer.code == "algorithm"


def test_another_key_does_not_fit() -> None:
    assert not open_secured(sign_cose(credential(), signer())).proofs[0].holds(another_signer().key, NONE)


@pytest.mark.parametrize(
    "protected",
    [
        {16: "application/vc+cose"},
        {1: "EdDSA"},
        {1: True},
        {1: -8, 2: [15]},
        {1: -8, 15: {6: 1}},
        {1: -8, 16: 7},
        {1: -8, 3: 50},
        {1: -8, 16: "application/vp+cose"},
        {1: -8, 16: "very/bad"},
        {1: -8, 3: "text/plain"},
        [1],
    ],
    ids=str,
)
def test_a_header_that_says_nothing_or_the_wrong_thing_is_refused(protected: Any) -> None:
    refused(structure(protected if protected != {1: True} else {1: b"\1"}))


def test_what_only_the_unsigned_header_says_does_not_count_but_for_the_name_of_the_key() -> None:
    assert "how it is signed" in refused(structure({16: "application/vc+cose"}, {1: -8}))
    assert "not supported" in refused(structure(unprotected={2: [1]}))
    assert open_secured(structure(unprotected={4: METHOD.encode()})).proofs[0].verification_method == METHOD
    assert "not text" in refused(structure(unprotected={4: b"\xff"}))


@pytest.mark.parametrize("algorithm", [-8, -19])
def test_both_identifiers_of_ed25519_are_known(algorithm: int) -> None:
    assert open_secured(structure({1: algorithm})).proofs[0].holds(signer().key, NONE)


def test_what_is_no_sign1_structure_is_refused() -> None:
    good = [b"", {}, b"{}", b""]
    for value in (
        Tagged(17, good), Tagged(18, good[:3]), Tagged(18, {}), Tagged(18, [b"", {}, "{}", b""]),
        Tagged(18, [{}, {}, b"", b""]),
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            open_secured(base64.b64encode(cbor(value)))


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b"\xa1", b'{"a":1,"a":1}'])
def test_a_payload_that_is_no_strict_json_object_is_refused(payload: bytes) -> None:
    refused(structure(payload=payload))


@given(ITEMS)
def test_what_is_written_as_cbor_is_read_back(value: Any) -> None:
    assert read_cbor(cbor(value)) == value
    assert read_cbor(cbor(Tagged(18, value))) == Tagged(18, value)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_as_cbor_or_refused_and_nothing_else(raw: bytes) -> None:
    with suppress(MalformedError):
        read_cbor(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "9f01ff",
        "5f4101ff",
        "bf0102ff",
        "a2010101 02",
        "f4",
        "f97e00",
        "1c",
        "58",
        "5803aa",
        "81",
        "c2",
        "0101",
        "62ffff",
        "9b7fffffffffffffff",
        "ba00100000",
        "81" * 30 + "01",
        "a18001",
    ],
)
def test_cbor_that_could_be_read_in_two_ways_or_not_at_all_is_refused(raw: str) -> None:
    with pytest.raises(MalformedError):
        read_cbor(bytes.fromhex(raw))


@pytest.mark.parametrize("value", [1.5, None, object()], ids=["float", "null", "object"])
def test_only_what_cose_needs_is_written(value: Any) -> None:
    with pytest.raises(TypeError):
        cbor([value])
    with pytest.raises(ValueError, match="too large"):
        cbor(2**64)


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("credential-cose-minimal.txt", "vm-p256.json", True),
        ("presentation-cose-single.txt", "vm-p384.json", True),
        ("credential-cose-minimal-not-base64.txt", "vm-p256.json", False),
        ("credential-cose-bad-signature.txt", "vm-ed25519.json", False),
        ("credential-cose-bad-media-type.txt", "vm-p384.json", False),
        ("presentation-cose-bad-media-type.txt", "vm-p384.json", False),
    ],
)
def test_the_fixtures_of_the_w3c_suite_come_out_as_it_says(data: Path, name: str, key: str, expected: bool) -> None:
    raw = (data / "vectors" / "jose-cose" / "input" / name).read_bytes()
    try:
        held = bool(open_secured(raw).proofs[0].holds(suite_key(data, key), NONE))
    except MalformedError:
        held = False
    assert held is expected


@pytest.mark.parametrize(
    ("name", "key"), [("credential-minimal.json", "vm-did-ed25519.json"), ("presentation-single.json", "vm-p384.json")]
)
def test_the_inputs_of_the_w3c_suite_are_secured(data: Path, name: str, key: str) -> None:
    document = read(data / "vectors" / "jose-cose" / "input" / name)
    typ = "application/vp+cose" if name.startswith("presentation") else "application/vc+cose"
    secured = open_secured(base64.b64encode(sign_cose(document, suite_signer(data, key), typ)))
    assert secured.document == document
    assert secured.proofs[0].holds(suite_key(data, key), NONE)

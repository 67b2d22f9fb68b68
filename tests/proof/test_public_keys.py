from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.vectors import another_signer, signer
from tenring.exceptions import KeyMaterialError
from tenring.proof.keys.public import Algorithm, PublicKey

KINDS = list(Algorithm)
MESSAGE = b"what is signed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_its_keys_and_no_others(kind: Algorithm) -> None:
    own = signer(kind)
    signature = own.sign(MESSAGE)
    assert own.key.verifies(signature, MESSAGE)
    assert not own.key.verifies(signature, MESSAGE + b".")
    assert not another_signer().key.verifies(signature, MESSAGE)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(st.data())
def test_an_altered_signature_is_wrong(kind: Algorithm, data: st.DataObject) -> None:
    own = signer(kind)
    signature = bytearray(own.sign(MESSAGE))
    place = data.draw(st.integers(0, len(signature) - 1))
    signature[place] ^= data.draw(st.integers(1, 255))
    assert not own.key.verifies(bytes(signature), MESSAGE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 1, 63, 65, 96, 131, 200])
def test_a_signature_of_another_length_is_wrong_and_no_accident(kind: Algorithm, length: int) -> None:
    assert not signer(kind).key.verifies(b"\1" * length, MESSAGE)


@pytest.mark.parametrize("kind", [Algorithm.P256, Algorithm.P384, Algorithm.P521])
def test_an_ecdsa_signature_of_zeros_or_in_der_is_wrong(kind: Algorithm) -> None:
    key = signer(kind).key
    half = len(signer(kind).sign(MESSAGE)) // 2
    assert not key.verifies(bytes(2 * half), MESSAGE)
    assert not key.verifies(b"\xff" * (2 * half), MESSAGE)


@pytest.mark.parametrize("raw", [b"", b"\1" * 31, b"\1" * 33])
def test_what_is_no_ed25519_key_is_never_one(raw: bytes) -> None:
    with pytest.raises(KeyMaterialError, match="no public key of Ed25519"):
        PublicKey(Algorithm.ED25519, raw)


@pytest.mark.parametrize("kind", [Algorithm.P256, Algorithm.P384, Algorithm.P521])
def test_what_is_no_point_of_the_curve_is_never_a_key(kind: Algorithm) -> None:
    raw = signer(kind).key.raw
    for wrong in (b"", raw[:-1], b"\0", b"\5" + raw[1:], b"\2" + b"\xff" * (len(raw) - 1)):
        with pytest.raises(KeyMaterialError):
            PublicKey(kind, wrong)


def test_keys_of_the_same_kind_and_bytes_are_the_same_key() -> None:
    assert signer().key == signer().key
    assert hash(signer().key) == hash(signer().key)
    assert signer().key != another_signer().key

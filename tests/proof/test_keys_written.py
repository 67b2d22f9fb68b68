"""Public keys as text: Multikey, JWK, thumbprints, multibase; the published vectors read and written again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openvc.did.did_key import DidKeyResolver

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.proof.did import did_key
from tenring.proof.keys.jwk import jwk, public_from_jwk, required_members, thumbprint
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.multibase import base58, base64url, from_base58, from_base64url, from_multibase
from tenring.proof.keys.multikey import (
    PUBLIC,
    multikey,
    public_from_multikey,
    secret_from_multikey,
    secret_multikey,
)
from tenring.proof.keys.public import Algorithm, PublicKey

KINDS = list(Algorithm)


def key_of(algorithm: Algorithm) -> PublicKey:
    return LocalSigner.of(algorithm, generate(algorithm), "did:example:1#key").key


def key_pairs(vectors: Path) -> dict[str, dict[str, str]]:
    single = {
        "Ed25519": vectors / "vc-di-eddsa" / "keyPair.json",
        "P-256": vectors / "vc-di-ecdsa" / "p256KeyPair.json",
        "P-384": vectors / "vc-di-ecdsa" / "p384KeyPair.json",
    }
    pairs = {name: json.loads(path.read_bytes()) for name, path in single.items()}
    several = json.loads((vectors / "vc-di-eddsa" / "proof-set-chain" / "multiKeyPairs.json").read_bytes())
    return pairs | {f"Ed25519 {name}": pair for name, pair in several.items()}


# the published vectors


def test_the_key_pairs_of_the_w3c_vectors_are_read_and_written_again(data: Path) -> None:
    pairs = key_pairs(data / "vectors")
    assert len(pairs) == 7
    for name, pair in pairs.items():
        key = public_from_multikey(pair["publicKeyMultibase"])
        assert key.algorithm == name.split()[0]
        assert multikey(key) == pair["publicKeyMultibase"]
        secret = pair.get("secretKeyMultibase") or pair["privateKeyMultibase"]
        algorithm, raw = secret_from_multikey(secret)
        assert secret_multikey(algorithm, raw) == secret
        assert LocalSigner.of(algorithm, raw, "").key == key


def test_the_jwks_of_the_jose_vectors_have_the_thumbprints_that_they_name(data: Path) -> None:
    paths = sorted((data / "vectors" / "jose-cose").rglob("vm-*.json"))
    assert len(paths) >= 4
    kinds = set()
    for path in paths:
        members = json.loads(path.read_bytes())["publicKeyJwk"]
        key = public_from_jwk(members)
        kinds.add(key.algorithm)
        assert thumbprint(key) == members["kid"]
        assert required_members(key).items() <= members.items()
    assert kinds == set(Algorithm)


def test_the_thumbprint_of_rfc_8037_comes_out() -> None:
    members = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(public_from_jwk(members)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


# both forms, all kinds


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_key_survives_every_form(algorithm: Algorithm) -> None:
    key = key_of(algorithm)
    assert public_from_multikey(multikey(key)) == key
    assert public_from_jwk(jwk(key)) == key


@pytest.mark.parametrize(
    ("algorithm", "begin"),
    [(Algorithm.ED25519, "z6Mk"), (Algorithm.P256, "zDn"), (Algorithm.P384, "z82"), (Algorithm.P521, "z2J9")],
)
def test_the_first_letters_of_a_multikey_tell_its_kind(algorithm: Algorithm, begin: str) -> None:
    assert multikey(key_of(algorithm)).startswith(begin)


@pytest.mark.parametrize("algorithm", KINDS)
def test_another_implementation_reads_our_multikeys(algorithm: Algorithm) -> None:
    key = key_of(algorithm)
    if algorithm is Algorithm.P521:
        pytest.skip("openvc-core reads no P-521")
    (method,) = DidKeyResolver().resolve(did_key(key)).verification_methods
    assert required_members(key).items() <= method.public_key_jwk.items()


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_coordinate_with_leading_zeros_keeps_them(algorithm: Algorithm) -> None:
    if algorithm is Algorithm.ED25519:
        return
    size = {"P-256": 32, "P-384": 48, "P-521": 66}[algorithm]
    seeds = (seed for seed in range(1, 2000))
    for seed in seeds:
        key = LocalSigner.of(algorithm, seed.to_bytes(size, "big"), "").key
        members = jwk(key)
        assert len(from_base64url(members["x"])) == len(from_base64url(members["y"])) == size
        if from_base64url(members["y"])[0] == 0:
            assert public_from_jwk(members) == key
            return
    pytest.fail("no such key among the first")


# what is refused


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_private_key_where_a_public_one_belongs_is_refused(algorithm: Algorithm) -> None:
    secret = generate(algorithm)
    with pytest.raises(KeyMaterialError, match="private key"):
        public_from_multikey(secret_multikey(algorithm, secret))
    members = jwk(LocalSigner.of(algorithm, secret, "").key) | {"d": base64url(secret)}
    with pytest.raises(KeyMaterialError, match="private key"):
        public_from_jwk(members)


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_multikey_of_another_length_is_refused(algorithm: Algorithm) -> None:
    key = key_of(algorithm)
    for raw in (key.raw[:-1], key.raw + b"\0", b""):
        with pytest.raises(KeyMaterialError):
            public_from_multikey("z" + base58(PUBLIC[algorithm] + raw))


@pytest.mark.parametrize("text", [None, 7, "", "z", "6Mk", "u6Mk", "z0OIl", "z" + "1" * 3000, "z3vQB7B6MrGQZaxCuFg4oh"])
def test_what_is_no_multikey_is_refused(text: object) -> None:
    with pytest.raises(KeyMaterialError):
        public_from_multikey(text)


def test_a_point_that_is_not_on_the_curve_is_no_key() -> None:
    members = jwk(key_of(Algorithm.P256))
    with pytest.raises(KeyMaterialError):
        public_from_jwk(members | {"y": members["x"]})
    with pytest.raises(KeyMaterialError):
        public_from_multikey("z" + base58(PUBLIC[Algorithm.P256] + b"\x02" + b"\xff" * 32))


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "oct", "k": "AAAA"},
        {"kty": "RSA"},
        {"crv": "secp256k1"},
        {"crv": "Ed25519"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": None},
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"x": None},
        {"x": "AA"},
        {"x": 5},
    ],
)
def test_a_jwk_that_is_not_for_verifying_with_this_kind_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(KeyMaterialError):
        public_from_jwk(jwk(key_of(Algorithm.P256)) | change)


def test_a_jwk_that_is_no_object_is_refused() -> None:
    with pytest.raises(KeyMaterialError):
        public_from_jwk("z6Mk")


def test_padding_in_a_jwk_is_refused() -> None:
    members = jwk(key_of(Algorithm.ED25519))
    with pytest.raises(KeyMaterialError):
        public_from_jwk(members | {"x": members["x"] + "="})


def test_the_error_about_a_secret_never_shows_it() -> None:
    secret = secret_multikey(Algorithm.P256, generate(Algorithm.P256))
    for text in (secret + "1", secret[:-1], secret[1:], secret.replace(secret[5], "0")):
        with pytest.raises(KeyMaterialError) as error:
            secret_from_multikey(text)
        assert text[5:15] not in str(error.value)
        assert text[5:15] not in str(error.value.__cause__)


# multibase


@given(st.binary(max_size=200))
def test_bytes_survive_base58_and_base64url(raw: bytes) -> None:
    assert from_base58(base58(raw)) == raw
    assert from_base64url(base64url(raw)) == raw
    assert from_multibase("z" + base58(raw)) == from_multibase("u" + base64url(raw)) == raw


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ", max_size=12))
def test_no_two_base64url_texts_stand_for_the_same_bytes(text: str) -> None:
    try:
        raw = from_base64url(text)
    except MalformedError:
        return
    assert base64url(raw) == text


@pytest.mark.parametrize("text", ["", "x", "m" + "AA", "f00"])
def test_another_multibase_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        from_multibase(text)


@pytest.mark.parametrize("length", [3, 300])
def test_only_the_characters_of_base64url_are_read_wherever_others_stand(length: int) -> None:
    allowed = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    for place in (0, length // 2, length - 2):
        for character in range(256):
            text = bytearray(b"A" * length)
            text[place] = character
            if character in allowed:
                from_base64url(bytes(text))
            else:
                with pytest.raises(MalformedError):
                    from_base64url(bytes(text))

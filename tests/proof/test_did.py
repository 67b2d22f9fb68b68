"""DIDs and the documents that publish keys: computed, written, read strictly."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openvc.did.base import parse_did_document

from tenring.exceptions import KeyMaterialError, MalformedError, MaterialError
from tenring.proof.did import (
    Published,
    did_document,
    did_jwk,
    did_key,
    did_web,
    did_web_address,
    did_web_path,
    document_of,
    find_method,
    jose_method,
    read_document,
    split_did_url,
)
from tenring.proof.keys.jwk import jwk, required_members
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.multibase import base64url
from tenring.proof.keys.multikey import multikey, secret_multikey
from tenring.proof.keys.public import Algorithm
from tenring.proof.material import Documents, Held

DID = "did:web:label.example"
URL = f"{DID}#issuing-1"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Documents({})
SECRET = generate(Algorithm.ED25519)
KEY = LocalSigner.of(Algorithm.ED25519, SECRET, URL).key


def method(**changes: Any) -> dict[str, Any]:
    written = {"id": URL, "type": "Multikey", "controller": DID, "publicKeyMultibase": multikey(KEY)} | changes
    return {name: value for name, value in written.items() if value is not None}


def document(**changes: Any) -> dict[str, Any]:
    return {"id": DID, "verificationMethod": [method()], "assertionMethod": [URL]} | changes


def held(written: dict[str, Any], identifier: str = DID, **changes: Any) -> Documents:
    facts = {"address": identifier, "body": json.dumps(written).encode(), "got": NOW} | changes
    return Documents({identifier: Held(**facts)})


# the addresses of did:web


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        ("did:web:label.example:programmes:cn-cel", "https://label.example/programmes/cn-cel/did.json"),
        ("did:web:localhost%3A8443", "https://localhost:8443/.well-known/did.json"),
        ("did:web:xn--fiqs8s.example", "https://xn--fiqs8s.example/.well-known/did.json"),
    ],
)
def test_a_did_web_means_an_https_address(did: str, address: str) -> None:
    assert did_web_address(did) == address
    assert address.endswith(did_web_path(did))


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web:127.0.0.1",
        "did:web:10.0.0.1%3A80",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:[::1]",
        "did:web:%5B%3A%3A1%5D",
        "did:web:user%40host.example",
        "did:web:host.example%2Fpath",
        "did:web:host.example%3A0",
        "did:web:host.example%3A70000",
        "did:web:host.example%3A80%3A90",
        "did:web:host.example%3Aabc",
        "did:web:host.example%3A１２",
        "did:web:host.example::x",
        "did:web:host.example:..",
        "did:web:host.example:%2e%2e",
        "did:web:host.example:a%2Fb",
        "did:web:host.example:a%5Cb",
        "did:web:host.example:a%00b",
        "did:web:host.example:a%3Fb",
        "did:web:host.example:a%252Fb",
        "did:web:-host.example",
        "did:web:host..example",
        "did:web:host.example:x#key",
        "did:WEB:host.example",
        "DID:web:host.example",
        "did:key:z6Mk",
        "did:web:" + "a" * 3000,
    ],
)
def test_a_did_web_that_could_lead_astray_is_refused(did: str) -> None:
    with pytest.raises(MalformedError):
        did_web_address(did)


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://label.example", "did:web:label.example"),
        ("https://label.example/", "did:web:label.example"),
        ("https://label.example:8443/programmes/x", "did:web:label.example%3A8443:programmes:x"),
    ],
)
def test_an_https_address_has_a_did_web(address: str, did: str) -> None:
    assert did_web(address) == did


@pytest.mark.parametrize("address", ["http://label.example", "https://10.0.0.1/", "https://a.example/?x=1", "ftp://x"])
def test_an_address_of_another_kind_has_no_did_web(address: str) -> None:
    with pytest.raises(MalformedError):
        did_web(address)


@pytest.mark.parametrize(
    "url",
    [None, 7, "", DID, f"{DID}#", f"{DID}#a#b", f"{DID}/path#key", f"{DID}?version=1#key", "#key", "key", f"{DID}#ké",
     "http://label.example/x#key", f"{DID}#{'k' * 3000}"],
)  # fmt: skip
def test_what_names_no_verification_method_is_refused(url: object) -> None:
    with pytest.raises(MalformedError):
        split_did_url(url)


# DIDs that are keys


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_did_key_and_a_did_jwk_are_their_key(algorithm: Algorithm) -> None:
    key = LocalSigner.of(algorithm, generate(algorithm), "").key
    for did, fragment in ((did_key(key), multikey(key)), (did_jwk(key), "0")):
        found = find_method(f"{did}#{fragment}", NOTHING, NOW)
        assert (found.key, found.controller) == (key, did)
        found.require("assertionMethod", signed=NOW, at=NOW)
        with pytest.raises(KeyMaterialError):
            find_method(f"{did}#another", NOTHING, NOW)


def test_a_did_jwk_that_holds_a_private_key_is_refused() -> None:
    members = required_members(KEY) | {"d": base64url(SECRET)}
    did = "did:jwk:" + base64url(json.dumps(members).encode())
    with pytest.raises(KeyMaterialError, match="private"):
        find_method(f"{did}#0", NOTHING, NOW)


@pytest.mark.parametrize("text", ["AAAA", base64url(b"[]"), base64url(b'{"kty":"OKP","kty":"EC"}'), base64url(b"\xff")])
def test_a_did_jwk_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(KeyMaterialError):
        find_method(f"did:jwk:{text}#0", NOTHING, NOW)


def test_a_did_method_that_is_not_read_leaves_the_answer_open() -> None:
    with pytest.raises(MaterialError, match="only did:key, did:jwk, did:web, https are read"):
        find_method("did:ion:abc#key", NOTHING, NOW)


# found in a document


def test_a_key_is_found_with_its_purposes_and_dates() -> None:
    written = document(
        verificationMethod=[method(validFrom="2025-01-01T00:00:00Z", expires="2026-01-01T08:00:00+08:00")],
        authentication=["#issuing-1"],
    )
    found = find_method(URL, held(written), NOW)
    assert found.key == KEY
    assert found.purposes == {"assertionMethod", "authentication"}
    assert found.valid_from == datetime(2025, 1, 1, tzinfo=UTC)
    assert found.expires == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.got == NOW


def test_a_relative_id_is_under_its_own_did() -> None:
    written = document(verificationMethod=[method(id="#issuing-1")], assertionMethod=["#issuing-1"])
    find_method(URL, held(written), NOW).require("assertionMethod", signed=NOW, at=NOW)


def test_an_embedded_key_is_for_that_purpose_only() -> None:
    found = find_method(URL, held({"id": DID, "authentication": [method()]}), NOW)
    assert found.purposes == {"authentication"}
    with pytest.raises(KeyMaterialError, match="not published for assertionMethod"):
        found.require("assertionMethod", signed=NOW, at=NOW)


def test_a_key_that_no_purpose_names_is_for_nothing() -> None:
    found = find_method(URL, held({"id": DID, "verificationMethod": [method()]}), NOW)
    with pytest.raises(KeyMaterialError, match="not published"):
        found.require("assertionMethod", signed=NOW, at=NOW)


def test_a_jwk_is_read_like_a_multikey() -> None:
    written = method(type="JsonWebKey", publicKeyMultibase=None, publicKeyJwk=jwk(KEY))
    assert find_method(URL, held(document(verificationMethod=[written])), NOW).key == KEY


def test_a_controlled_identifier_document_at_an_https_address_is_read() -> None:
    identifier = "https://example.issuer/vc-jose-cose"
    written = {
        "id": identifier,
        "verificationMethod": [method(id=f"{identifier}#key-4", controller=identifier)],
        "assertionMethod": [f"{identifier}#key-4"],
    }
    found = find_method(f"{identifier}#key-4", held(written, identifier), NOW)
    assert (found.key, found.controller) == (KEY, identifier)


def test_a_missing_document_leaves_the_answer_open() -> None:
    with pytest.raises(MaterialError, match="not at hand"):
        find_method(URL, NOTHING, NOW)


def test_a_stale_document_leaves_the_answer_open() -> None:
    material = held(document(), fresh_until=NOW - DAY)
    with pytest.raises(MaterialError, match="could be relied on until 2026-11-27T12:00:00Z"):
        find_method(URL, material, NOW)
    assert find_method(URL, material, NOW - DAY).key == KEY


def test_a_key_that_is_not_in_the_document_is_refused() -> None:
    with pytest.raises(KeyMaterialError, match="publishes no key"):
        find_method(f"{DID}#other", held(document()), NOW)


def test_a_key_of_another_controller_is_refused() -> None:
    written = document(verificationMethod=[method(controller="did:web:other.example")])
    with pytest.raises(KeyMaterialError, match="under the control of"):
        find_method(URL, held(written), NOW)


def test_a_document_about_somebody_else_is_refused() -> None:
    with pytest.raises(MalformedError, match="is about"):
        find_method(URL, held(document(id="did:web:other.example")), NOW)


def test_a_key_whose_private_half_is_published_is_refused() -> None:
    written = method(secretKeyMultibase=secret_multikey(Algorithm.ED25519, SECRET))
    with pytest.raises(KeyMaterialError, match="private half is published"):
        find_method(URL, held(document(verificationMethod=[written])), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"publicKeyMultibase": None},
        {"publicKeyJwk": {"kty": "OKP"}},
        {"type": "Ed25519VerificationKey2018"},
        {"type": "JsonWebKey"},
        {"publicKeyMultibase": "z6MkBroken"},
    ],
)
def test_a_key_that_cannot_be_used_is_refused_and_the_others_are_not(changes: dict[str, Any]) -> None:
    other = method(id=f"{DID}#good")
    written = document(verificationMethod=[method(**changes), other], assertionMethod=[URL, f"{DID}#good"])
    with pytest.raises(KeyMaterialError):
        find_method(URL, held(written), NOW)
    assert find_method(f"{DID}#good", held(written), NOW).key == KEY
    assert [one.id for one in read_document(json.dumps(written).encode(), DID).usable] == [f"{DID}#good"]


def test_an_ed25519_type_does_not_carry_another_kind() -> None:
    key = LocalSigner.of(Algorithm.P256, generate(Algorithm.P256), "").key
    written = method(type="Ed25519VerificationKey2020", publicKeyMultibase=multikey(key))
    with pytest.raises(KeyMaterialError):
        find_method(URL, held(document(verificationMethod=[written])), NOW)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"id": "did:web:label.example", "id": "did:web:label.example"}',
        json.dumps(document(verificationMethod={})).encode(),
        json.dumps(document(verificationMethod=["#key"])).encode(),
        json.dumps(document(verificationMethod=[method(controller=None)])).encode(),
        json.dumps(document(verificationMethod=[method(), method()])).encode(),
        json.dumps(document(authentication=[method()])).encode(),
        json.dumps(document(assertionMethod=URL)).encode(),
        json.dumps(document(assertionMethod=[7])).encode(),
        json.dumps(document(verificationMethod=[method(id=f"#{n}") for n in range(1001)])).encode(),
        b" " * (512 * 1024) + json.dumps(document()).encode(),
    ],
)
def test_a_document_that_could_be_read_in_two_ways_is_refused(broken: bytes) -> None:
    with pytest.raises(MalformedError):
        find_method(URL, Documents({DID: Held(DID, broken, NOW)}), NOW)


@pytest.mark.parametrize("term", ["validFrom", "expires", "revoked"])
@pytest.mark.parametrize("value", ["2026-01-01", "2026-01-01T00:00:00", "soon", 7, "2026-13-01T00:00:00Z", None])
def test_a_date_without_time_zone_is_refused(term: str, value: object) -> None:
    written = document(verificationMethod=[method() | {term: value}])
    with pytest.raises(MalformedError):
        find_method(URL, held(written), NOW)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "type", "controller", "verificationMethod"]), inner)
        ),
    )
)
def test_whatever_stands_in_a_document_ends_in_a_key_or_an_error_of_ours(value: object) -> None:
    for written in (document(verificationMethod=value), document(assertionMethod=value), document(id=value)):
        try:
            find_method(URL, held(written), NOW)
        except (MalformedError, KeyMaterialError, MaterialError):
            continue


# dates of a key


def dated(**dates: str) -> Any:
    return find_method(URL, held(document(verificationMethod=[method(**dates)])), NOW)


def test_what_was_signed_before_a_key_expired_still_counts() -> None:
    found = dated(validFrom="2026-01-01T00:00:00Z", expires="2026-06-01T00:00:00Z")
    found.require("assertionMethod", signed=datetime(2026, 5, 31, tzinfo=UTC), at=NOW)
    with pytest.raises(KeyMaterialError, match="not valid any more from 2026-06-01"):
        found.require("assertionMethod", signed=datetime(2026, 6, 1, tzinfo=UTC), at=NOW)
    with pytest.raises(KeyMaterialError, match="not valid before 2026-01-01"):
        found.require("assertionMethod", signed=datetime(2025, 12, 31, tzinfo=UTC), at=NOW)


def test_nothing_that_a_revoked_key_signed_counts_whatever_its_date() -> None:
    found = dated(revoked="2026-06-01T00:00:00Z")
    for signed in (datetime(2020, 1, 1, tzinfo=UTC), NOW):
        for at in (datetime(2026, 1, 1, tzinfo=UTC), NOW):
            with pytest.raises(KeyMaterialError, match="was revoked on 2026-06-01"):
                found.require("assertionMethod", signed=signed, at=at)


def test_a_revocation_that_is_announced_is_not_yet_one() -> None:
    dated(revoked="2027-01-01T00:00:00Z").require("assertionMethod", signed=NOW, at=NOW)


# our own documents


OTHER = LocalSigner.of(Algorithm.P256, generate(Algorithm.P256), "").key


def keys() -> list[Published]:
    return [
        Published(URL, KEY, valid_from=NOW - 400 * DAY, expires=NOW - DAY),
        Published(f"{DID}#issuing-2", OTHER, valid_from=NOW - DAY),
    ]


def test_our_document_publishes_each_key_in_both_forms_with_its_dates() -> None:
    written = did_document(DID, keys(), also_known_as=["https://label.example/"])
    material = held(written)
    for key in keys():
        for url in (key.url, jose_method(key.url)):
            found = find_method(url, material, NOW)
            assert (found.key, found.valid_from, found.expires) == (key.key, key.valid_from, key.expires)
            assert found.purposes == {"assertionMethod"}
    assert written["alsoKnownAs"] == ["https://label.example/"]
    assert len(document_of(DID, material, NOW).usable) == 4


def test_another_implementation_reads_our_document() -> None:
    parsed = parse_did_document(did_document(DID, keys()))
    for key in keys():
        for url in (key.url, jose_method(key.url)):
            found = parsed.key_for_purpose(url, "assertionMethod")
            assert required_members(key.key).items() <= found.public_key_jwk.items()


def test_a_revoked_key_is_published_for_nothing() -> None:
    written = did_document(DID, [Published(URL, KEY, purposes=(), revoked=NOW - DAY)])
    assert "assertionMethod" not in written
    with pytest.raises(KeyMaterialError):
        find_method(URL, held(written), NOW).require("assertionMethod", signed=NOW - 100 * DAY, at=NOW)


def test_our_document_refuses_what_others_would() -> None:
    with pytest.raises(KeyMaterialError, match="two keys have one name"):
        did_document(DID, [keys()[0], keys()[0]])
    with pytest.raises(KeyMaterialError, match="no key of"):
        did_document("did:web:other.example", keys())
    with pytest.raises(KeyMaterialError, match="no DID"):
        did_document("label.example", keys())

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from proof.vectors import ISSUER, NONE, credential, presentation, read, signer, suite_key, suite_signer
from tenring.exceptions import MalformedError
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.keys.public import Algorithm
from tenring.proof.securing import open_secured, sign_sd_jwt

HIDDEN = ("credentialSubject.licence", "credentialSubject.power.value", "credentialSubject.models[0]")


def disclosure(*parts: Any) -> str:
    return base64url(json.dumps(list(parts)).encode())


def digest(text: str) -> str:
    return base64url(hashlib.sha256(text.encode()).digest())


def token(payload: dict[str, Any], *disclosures: str) -> bytes:
    """An SD-JWT with any payload, signed with the right key."""
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "EdDSA", "typ": "vc+sd-jwt"}, payload)]
    signed = ".".join(parts)
    return "~".join([f"{signed}.{base64url(signer().sign(signed.encode()))}", *disclosures, ""]).encode()


def subject(**members: Any) -> dict[str, Any]:
    return credential(credentialSubject={"id": "did:web:maker.example"} | members)


def refused(raw: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        open_secured(raw)
    return str(caught.value)


@pytest.mark.parametrize("kind", list(Algorithm))
def test_with_all_disclosures_the_credential_is_read_back(kind: Algorithm) -> None:
    secured = open_secured(sign_sd_jwt(credential(), signer(kind), HIDDEN).encode())
    assert secured.document["credentialSubject"] == credential()["credentialSubject"]
    assert secured.document == credential()
    assert sorted(secured.disclosed) == sorted(HIDDEN)
    assert secured.securing == "vc+sd-jwt"
    assert secured.signer == ISSUER
    assert secured.proofs[0].holds(signer(kind).key, NONE)


def test_what_the_holder_leaves_out_is_not_there_and_the_signature_still_holds() -> None:
    issued, *disclosures, _ = sign_sd_jwt(credential(), signer(), HIDDEN).split("~")
    kept = [text for text in disclosures if json.loads(from_base64url(text))[1] == "licence"]
    secured = open_secured("~".join([issued, *kept, ""]).encode())
    held = secured.document["credentialSubject"]
    assert held["licence"] == "MON-2026-00017"
    assert held["power"] == {"unit": "W"}
    assert held["models"] == ["ED-27-1"]
    assert secured.disclosed == ("credentialSubject.licence",)
    assert secured.proofs[0].holds(signer().key, NONE)


def test_nothing_undisclosed_is_in_the_signed_part() -> None:
    issued = sign_sd_jwt(credential(), signer(), HIDDEN).split("~")[0]
    payload = from_base64url(issued.split(".")[1]).decode()
    for secret in ("MON-2026-00017", "17.3", "ED-27-0"):
        assert secret not in payload


def test_salts_are_never_the_same() -> None:
    first, second = (sign_sd_jwt(credential(), signer(), HIDDEN).split("~")[1] for _ in range(2))
    assert first != second


def test_a_disclosure_that_its_issuer_did_not_sign_is_refused() -> None:
    text = sign_sd_jwt(credential(), signer(), HIDDEN)
    assert "did not sign" in refused((text + disclosure("salt", "licence", "MON-2026-99999") + "~").encode())


def test_an_altered_disclosure_is_refused() -> None:
    issued, first, *rest = sign_sd_jwt(credential(), signer(), HIDDEN).split("~")
    salt, name, _ = json.loads(from_base64url(first))
    assert "did not sign" in refused("~".join([issued, disclosure(salt, name, "MON-2026-99999"), *rest]).encode())


def test_a_disclosure_cannot_stand_twice() -> None:
    issued, first, *rest = sign_sd_jwt(credential(), signer(), HIDDEN).split("~")
    assert "twice" in refused("~".join([issued, first, first, *rest]).encode())


def test_a_digest_cannot_stand_twice() -> None:
    text = disclosure("s", "a", 1)
    payload = subject(x={"_sd": [digest(text)]}, y={"_sd": [digest(text)]})
    assert "twice" in refused(token(payload, text))


def test_a_disclosure_does_not_replace_what_is_there() -> None:
    text = disclosure("s", "id", "did:web:other.example")
    assert "may not be disclosed" in refused(token(subject(_sd=[digest(text)]), text))


@pytest.mark.parametrize("name", ["iss", "exp", "nbf", "cnf", "vc", "_sd_alg"])
def test_what_a_token_says_of_itself_is_not_disclosed(name: str) -> None:
    text = disclosure("s", name, 1)
    assert "may not be disclosed" in refused(token(credential(_sd=[digest(text)]), text))


@pytest.mark.parametrize("name", ["_sd", "...", 5, None])
def test_a_disclosure_has_a_proper_name(name: Any) -> None:
    text = disclosure("s", name, 1)
    assert "may not be disclosed" in refused(token(subject(_sd=[digest(text)]), text))


def test_nothing_may_be_left_out_at_the_top_where_status_and_validity_stand() -> None:
    payload = {key: value for key, value in credential().items() if key != "validUntil"}
    text = disclosure("s", "validUntil", "2020-01-01T00:00:00Z")
    hidden = payload | {"_sd": [digest(text)]}
    assert "leaves out something at its top level" in refused(token(hidden))
    assert open_secured(token(hidden, text)).document["validUntil"] == "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "path", ["validUntil", "credentialStatus", "issuer", "@context", "", "nothing.here", "credentialSubject.models[7]"]
)
def test_what_validity_is_judged_by_cannot_be_made_disclosable(path: str) -> None:
    with pytest.raises(MalformedError):
        sign_sd_jwt(credential(credentialStatus={"type": "T"}), signer(), [path])


def test_a_disclosure_of_the_wrong_kind_for_its_place_is_refused() -> None:
    item, named = disclosure("s", 1), disclosure("s", "a", 1)
    assert "wrong kind" in refused(token(subject(_sd=[digest(item)]), item))
    assert "wrong kind" in refused(token(subject(list=[{"...": digest(named)}]), named))


@pytest.mark.parametrize(
    "text",
    [disclosure("s"), disclosure("s", "a", 1, 2), disclosure(1, "a", 1), base64url(b"{}"), "!", base64url(b"[1,")],
)
def test_what_is_no_disclosure_is_refused(text: str) -> None:
    refused(token(subject(), text))


@pytest.mark.parametrize("value", ["x", [1], {"a": 1}, None])
def test_digests_are_a_list_of_text(value: Any) -> None:
    assert "not a list of text" in refused(token(subject(_sd=value)))


@pytest.mark.parametrize("name", ["md5", "SHA-256", 5, None])
def test_a_weak_or_unknown_hash_is_refused(name: Any) -> None:
    assert "not supported" in refused(token(credential(_sd_alg=name)))


def test_disclosures_may_disclose_further_digests() -> None:
    inner = disclosure("s1", "b", 1)
    outer = disclosure("s2", "a", {"_sd": [digest(inner)]})
    payload = subject(_sd=[digest(outer)])
    assert open_secured(token(payload, inner, outer)).document["credentialSubject"]["a"] == {"b": 1}
    assert open_secured(token(payload, outer)).document["credentialSubject"]["a"] == {}
    assert "did not sign" in refused(token(payload, inner))


def test_disclosures_that_nest_without_end_are_refused() -> None:
    text = disclosure("s", "a", 1)
    texts = [text]
    for _ in range(500):
        text = disclosure("s", "a", {"_sd": [digest(text)]})
        texts.append(text)
    assert "deeper than" in refused(token(subject(_sd=[digest(text)]), *texts))


def test_a_key_binding_is_refused_and_not_half_believed() -> None:
    assert "key binding" in refused(sign_sd_jwt(credential(), signer(), HIDDEN).encode() + b"e30.e30.AA")


def test_a_token_typed_otherwise_is_refused() -> None:
    text = sign_sd_jwt(credential(), signer()).encode()
    assert "not vc+jwt" in refused(text.rstrip(b"~"))


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("credential-sdjwt-selective.txt", "vm-p384.json", True),
        ("credential-sdjwt-nested.txt", "vm-p521.json", True),
        ("presentation-sdjwt-selective.txt", "vm-p384.json", True),
        ("credential-sdjwt-bad-signature.txt", "vm-p384.json", False),
        ("credential-sdjwt-bad-media-type.txt", "vm-ed25519.json", False),
        ("presentation-sdjwt-bad-media-type.txt", "vm-ed25519.json", False),
        ("presentation-sdjwt-bad-credential.txt", "vm-p521.json", False),
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
    ("name", "key", "paths"),
    [
        ("credential-selective.json", "vm-p384.json", ["credentialSubject.firstName", "credentialSubject.lastName"]),
        (
            "credential-nested-selective.json",
            "vm-p521.json",
            ["credentialSubject.address.street", "credentialSubject.address.city", "credentialSubject.phoneNumbers[0]"],
        ),
        ("presentation-selective.json", "vm-p384.json", ["holder", "verifiableCredential[0]"]),
    ],
)
def test_the_inputs_of_the_w3c_suite_are_secured(data: Path, name: str, key: str, paths: list[str]) -> None:
    document = read(data / "vectors" / "jose-cose" / "input" / name)
    typ = "vp+sd-jwt" if name.startswith("presentation") else "vc+sd-jwt"
    secured = open_secured(sign_sd_jwt(document, suite_signer(data, key), paths, typ).encode())
    assert secured.document == document
    assert secured.proofs[0].holds(suite_key(data, key), NONE)


def test_a_presentation_authenticates_its_holder() -> None:
    secured = open_secured(sign_sd_jwt(presentation(), signer(), ["holder"], "vp+sd-jwt").encode())
    assert secured.document == presentation()
    assert secured.proofs[0].purpose == "authentication"

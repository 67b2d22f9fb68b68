from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.vectors import NONE, SIGNED_AT, credential, presentation, signer, suite_key
from tenring.exceptions import MalformedError
from tenring.proof.securing import add_proof, open_secured, sign_cose, sign_jwt, sign_sd_jwt
from tenring.proof.securing.opening import contained
from tenring.proof.strict import JsonLimits, JsonObject

CONTEXT = "https://www.w3.org/ns/credentials/v2"


def envelope(url: Any, kind: str = "EnvelopedVerifiableCredential") -> JsonObject:
    return {"@context": CONTEXT, "type": kind, "id": url}


def enveloped() -> dict[str, JsonObject]:
    """The same credential, enveloped in every way."""
    cose = base64.b64encode(sign_cose(credential(), signer())).decode()
    return {
        "vc+jwt": envelope(f"data:application/vc+jwt,{sign_jwt(credential(), signer())}"),
        "vc+sd-jwt": envelope(f"data:application/vc+sd-jwt,{sign_sd_jwt(credential(), signer())}"),
        "vc+cose": envelope(f"data:application/vc+cose;base64,{cose}"),
    }


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


def refused(text: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        open_secured(text)
    return str(caught.value)


@pytest.mark.parametrize("name", ["vc+jwt", "vc+sd-jwt", "vc+cose"])
def test_an_envelope_is_opened_to_the_credential_inside(name: str) -> None:
    secured = open_secured(raw(enveloped()[name]))
    assert secured.securing == name
    assert secured.document == credential()
    assert secured.proofs[0].holds(signer().key, NONE)


def test_an_enveloped_presentation_is_opened() -> None:
    url = f"data:application/vp+jwt,{sign_jwt(presentation(), signer(), 'vp+jwt')}"
    assert open_secured(raw(envelope(url, "EnvelopedVerifiablePresentation"))).document == presentation()
    assert "its envelope calls it" in refused(raw(envelope(url)))


def test_white_space_around_a_token_or_json_does_not_matter() -> None:
    token = sign_jwt(credential(), signer()).encode()
    assert open_secured(b"\n " + token + b"\r\n").document == credential()
    assert (
        open_secured(b"\n" + raw(add_proof(credential(), signer(), created=SIGNED_AT)) + b"\n").document == credential()
    )


def test_an_envelope_is_not_opened_as_something_else() -> None:
    token = sign_jwt(credential(), signer())
    assert open_secured(raw(envelope(f"data:application/vc-ld+jwt,{token}"))).securing == "vc+jwt"
    for media in ("vp+jwt", "vp-ld+jwt", "vc+cose", "vc+ld+sd-jwt", "jwt", "json"):
        refused(raw(envelope(f"data:application/{media},{token}")))
    assert "its envelope calls it" in refused(raw(envelope(f"data:application/vp+jwt,{token}")))


@pytest.mark.parametrize(
    "url",
    [
        None,
        5,
        "",
        "https://a.example",
        "data:",
        "data:,x",
        "data:application/vc+jwt",
        "data:application/vc+jwt,",
        "data:text/plain,x",
        "data:application/vc+jwt;charset=utf-8,a.b.c",
        "bad-credential",
        "data:application/vc+cose;base64,!!",
        ["data:application/vc+jwt,a.b.c"],
    ],
)
def test_an_envelope_of_nothing_is_refused(url: Any) -> None:
    refused(raw(envelope(url)))


@pytest.mark.parametrize(
    "text", [b"", b" ", b"{}", b"[]", b"null", b'"a.b.c"', b"{", b"\xd2", b"\xff\xfe", b"~", b"a~b", b"0oRA"]
)
def test_what_is_no_secured_document_is_refused(text: bytes) -> None:
    refused(text)


def test_a_credential_without_any_proof_is_signed_by_nobody() -> None:
    assert "nobody signed it" in refused(raw(credential()))


def test_a_large_document_is_refused_before_it_is_read() -> None:
    assert "larger than" in refused(b"a" * (4 * 1024**2 + 1))
    with pytest.raises(MalformedError, match="larger than 10 bytes"):
        open_secured(sign_jwt(credential(), signer()).encode(), JsonLimits(bytes=10))


def test_the_credentials_of_a_presentation_are_opened_each() -> None:
    held = [*enveloped().values(), add_proof(credential(), signer(), created=SIGNED_AT)]
    opened = contained(presentation(verifiableCredential=held))
    assert [secured.securing for secured in opened] == ["vc+jwt", "vc+sd-jwt", "vc+cose", "eddsa-jcs-2022"]
    assert all(secured.document == credential() for secured in opened)
    assert contained(presentation(verifiableCredential=held[0]))[0].securing == "vc+jwt"
    assert contained(presentation()) == ()


@pytest.mark.parametrize(
    "held", ["a.b.c", ["a.b.c"], [None], [5], [{}], [credential(issuer="did:web:other.example")]], ids=str
)
def test_what_a_presentation_holds_is_secured(held: Any) -> None:
    with pytest.raises(MalformedError):
        contained(presentation(verifiableCredential=held))


def test_what_a_holder_says_of_itself_is_secured_by_the_presentation() -> None:
    assert contained(presentation(verifiableCredential=[credential()])) == ()
    with pytest.raises(MalformedError, match="nobody signed it"):
        contained(
            {key: value for key, value in presentation(verifiableCredential=[credential()]).items() if key != "holder"}
        )


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("presentation-jose-bad-credential.txt", "vm-ed25519.json"),
        ("presentation-cose-bad-credential.txt", "vm-p256.json"),
    ],
)
def test_a_signed_presentation_of_no_credential_is_not_accepted(data: Path, name: str, key: str) -> None:
    secured = open_secured((data / "vectors" / "jose-cose" / "input" / name).read_bytes())
    assert secured.proofs[0].holds(suite_key(data, key), NONE)
    with pytest.raises(MalformedError, match="envelopes nothing"):
        contained(secured.document)


def test_every_credential_in_the_presentation_of_the_w3c_suite_is_opened(data: Path) -> None:
    secured = open_secured((data / "vectors" / "jose-cose" / "input" / "presentation-jose-multiple.txt").read_bytes())
    opened = contained(secured.document)
    assert [one.securing for one in opened] == ["vc+jwt", "vc+sd-jwt", "vc+cose"]
    for one, key in zip(opened, ["vm-p256.json", "vm-p384.json", "vm-p256.json"], strict=True):
        assert one.proofs[0].holds(suite_key(data, key), NONE)


@given(
    st.sampled_from(
        [
            "vc+jwt",
            "vp+jwt",
            "vc+sd-jwt",
            "vp-ld+sd-jwt",
            "vc+cose",
            "vp+cose;base64",
            "vc+jwt;base64",
            "x+jwt",
            "+",
            "",
        ]
    ),
    st.text(max_size=40) | st.sampled_from(["e30.e30.e30", "e30.e30.e30~", "0oRAoEBA", "~", "..", "e30..~e30~"]),
)
def test_any_envelope_is_opened_or_refused_and_nothing_else(media: str, text: str) -> None:
    with suppress(MalformedError):
        open_secured(raw(envelope(f"data:application/{media},{text}")))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_opened_or_refused_and_nothing_else(text: bytes) -> None:
    with suppress(MalformedError):
        open_secured(text)

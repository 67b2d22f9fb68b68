"""What a pasted text, or the text of a QR code, leads to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tenring.exceptions import MaterialError, UnusableInputError
from tenring.proof import pasted
from tenring.proof.pasted import Kind, credential_of, kind_of, likely, normal
from tenring.settings import Settings

TOKEN = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"  # noqa: S105 - no secret, a credential
PRODUCT = "https://id.label.example/01/02000000000428"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TOKEN, Kind.CREDENTIAL),
        ('\n {"@context": []}', Kind.CREDENTIAL),
        ("https://label.example/c/1", Kind.ADDRESS),
        ("HTTPS://LABEL.EXAMPLE/C/1", Kind.ADDRESS),
        ("http://label.example/", Kind.ADDRESS),
        ("SAMPLE-0042", Kind.NUMBER),
        ("CEC-2025-ELP-00123 ", Kind.NUMBER),
        ("十环 0042", Kind.NUMBER),
        ("eye-1", Kind.NUMBER),
        ("x" * 500, Kind.CREDENTIAL),
        ("two\nlines", Kind.CREDENTIAL),
        ("  ", Kind.NOTHING),
        ("", Kind.NOTHING),
    ],
)
def test_a_text_is_known_by_how_it_begins(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_scheme_and_host_may_be_in_capitals_as_qr_codes_have_them() -> None:
    assert normal(" HTTPS://LABEL.EXAMPLE/A/B?c=D#e ") == "https://label.example/A/B?c=D#e"


def test_of_several_the_one_about_a_certificate_is_taken_and_where_two_may_be_none() -> None:
    page, number = "https://shop.example/offer", "0042"
    assert likely((number, page, PRODUCT, TOKEN)) == TOKEN
    assert likely((page, number, PRODUCT)) == PRODUCT
    assert likely((number, page)) == page
    assert likely((number,)) == number
    assert likely((page, "https://other.example/")) is None


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What is served, by address."""
    served: dict[str, bytes] = {}

    def fetched(address: str, _: Settings) -> bytes:
        if address not in served:
            message = f"{address} answered 404"
            raise MaterialError(message)
        return served[address]

    monkeypatch.setattr(pasted, "fetched", fetched)
    return served


def links(**relations: Any) -> bytes:
    return json.dumps({"linkset": [{"anchor": PRODUCT, **relations}]}).encode()


def test_the_credential_itself_or_at_its_address(settings: Settings, web: dict[str, bytes]) -> None:
    assert credential_of(f" {TOKEN}\n", settings) == TOKEN.encode()
    web["https://label.example/C/1"] = TOKEN.encode()
    assert credential_of("HTTPS://LABEL.EXAMPLE/C/1", settings) == TOKEN.encode()


@pytest.mark.parametrize("relation", ["dcc", "untp:dcc", "https://vocabulary.example/untp/dcc"])
def test_a_resolver_is_asked_for_the_certificate(settings: Settings, web: dict[str, bytes], relation: str) -> None:
    now, before = "https://label.example/c/2", "https://label.example/c/1"
    old = {"href": before, "rel": ["predecessor-version"]}
    web[f"{PRODUCT}?linkType=linkset"] = links(**{relation: [old, {"href": now}]}, dpp=[{"href": "https://x.example/"}])
    web[now] = TOKEN.encode()
    assert credential_of(f"{PRODUCT}#part", settings) == TOKEN.encode()


def test_a_resolver_that_knows_of_none_or_of_several_is_told(settings: Settings, web: dict[str, bytes]) -> None:
    address = f"{PRODUCT}?linkType=linkset"
    web[address] = links(dpp=[{"href": "https://x.example/"}])
    with pytest.raises(UnusableInputError, match="no certificate"):
        credential_of(PRODUCT, settings)
    web[address] = links(dcc=[{"href": f"https://label.example/c/{number}"} for number in (1, 2)])
    with pytest.raises(UnusableInputError, match=r"2 certificates.*label.example/c/1, https"):
        credential_of(PRODUCT, settings)


@pytest.mark.parametrize("body", [None, b"<html>", b"[]", b'{"linkset": 3}', b'{"linkset": [3]}', TOKEN.encode()])
def test_where_no_resolver_answers_the_address_itself_is_taken(
    settings: Settings, web: dict[str, bytes], body: bytes | None
) -> None:
    if body is not None:
        web[f"{PRODUCT}?linkType=linkset"] = body
    web[PRODUCT] = TOKEN.encode()
    assert credential_of(PRODUCT, settings) == TOKEN.encode()


def test_addresses_inside_our_walls_and_without_encryption_are_not_asked(settings: Settings) -> None:
    for address in (
        "https://127.0.0.1/c",
        "http://label.example/c",
        "HTTPS://[::1]/c",
        "https://169.254.169.254/01/02000000000428",
    ):
        with pytest.raises(MaterialError):
            credential_of(address, settings)

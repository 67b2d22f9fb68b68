"""Digests of related resources: those of documents that are used here must be theirs (VC data model 2.0, 5.3)."""

from __future__ import annotations

import base64

import pytest

from proof.vectors import credential
from tenring.exceptions import MalformedError
from tenring.proof.datamodel import require_credential
from tenring.proof.keys.multibase import base58, base64url
from tenring.proof.related import require_known_resources
from tenring.proof.standards import BY_ADDRESS

CONTEXT = "https://www.w3.org/ns/credentials/v2"
UNTP = "https://vocabulary.uncefact.org/untp/0.7.0/context/"
RIGHT = bytes.fromhex(BY_ADDRESS[CONTEXT].sha256)
WRONG = bytes(32)
HASH = bytes((0x12, 32))


def sri(digest: bytes) -> str:
    return f"sha256-{base64.b64encode(digest).decode()}"


def require(address: str = CONTEXT, **digests: str) -> None:
    document = credential(relatedResource=[{"id": "https://else.example/a", "digestSRI": sri(WRONG)}])
    document["relatedResource"].append({"id": address} | digests)
    require_credential(document)
    require_known_resources(document)


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri(RIGHT)},
        {"digestSRI": sri(RIGHT).rstrip("=")},
        {"digestSRI": f"{sri(WRONG)} {sri(RIGHT)}"},
        {"digestMultibase": f"u{base64url(HASH + RIGHT)}"},
        {"digestMultibase": f"z{base58(HASH + RIGHT)}"},
        {"digestMultibase": f"u{base64url(RIGHT)}"},
        {"digestSRI": sri(RIGHT), "digestMultibase": f"u{base64url(HASH + RIGHT)}"},
    ],
)
def test_the_digest_of_the_context_in_use_is_accepted_in_every_spelling(digests: dict[str, str]) -> None:
    require(**digests)


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri(WRONG)},
        {"digestSRI": sri(RIGHT.hex().encode())},
        {"digestMultibase": f"u{base64url(HASH + WRONG)}"},
        {"digestMultibase": f"u{base64url(WRONG)}"},
        {"digestMultibase": "uA"},
        {"digestSRI": sri(RIGHT), "digestMultibase": f"u{base64url(HASH + WRONG)}"},
    ],
)
def test_another_digest_of_it_is_refused(digests: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        require(**digests)


def test_what_cannot_be_compared_is_not_called_wrong() -> None:
    require(digestSRI=f"sha384-{base64.b64encode(bytes(48)).decode()}")
    require(digestMultibase=f"u{base64url(bytes((0x20, 48)) + bytes(48))}")
    require(UNTP, digestSRI=sri(WRONG))
    require("https://label.example/picture.png", digestSRI=sri(WRONG))


def test_one_resource_may_stand_alone() -> None:
    with pytest.raises(MalformedError, match="another document"):
        require_known_resources(credential(relatedResource={"id": CONTEXT, "digestSRI": sri(WRONG)}))
    require_known_resources(credential())

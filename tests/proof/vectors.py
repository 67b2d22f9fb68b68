"""The published vectors, keys for tests, and an invented credential, for the tests of securing."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenring.proof.keys.jwk import public_from_jwk
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.multibase import from_base64url
from tenring.proof.keys.multikey import public_from_multikey
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.material import Documents, Held

ISSUER = "did:web:label.example"
METHOD = f"{ISSUER}#key-1"
SIGNED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRETS = {
    Algorithm.ED25519: b"\x07" * 32,
    Algorithm.P256: b"\x07" * 32,
    Algorithm.P384: b"\x07" * 48,
    Algorithm.P521: b"\x00\x07" * 33,
}
NONE = Documents({})


def signer(algorithm: Algorithm = Algorithm.ED25519, method: str = METHOD) -> LocalSigner:
    return LocalSigner.of(algorithm, SECRETS[algorithm], method)


def another_signer() -> LocalSigner:
    return LocalSigner.of(Algorithm.ED25519, b"\x08" * 32, METHOD)


def credential(**changes: Any) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:0b8e6a57-4f0c-4c1e-9a53-2d7f7b2a1c10",
        "type": ["VerifiableCredential", "ExampleLicence"],
        "issuer": {"id": ISSUER, "name": "Example Label"},
        "validFrom": "2026-03-02T00:00:00Z",
        "validUntil": "2029-03-01T23:59:59Z",
        "credentialSubject": {
            "id": "did:web:maker.example",
            "licence": "MON-2026-00017",
            "power": {"value": 17.3, "unit": "W"},
            "models": ["ED-27-0", "ED-27-1"],
            "maker": "Beispiel Büro 显示器",
        },
    }
    return copy.deepcopy(document) | changes


def presentation(**changes: Any) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": ISSUER,
    }
    return copy.deepcopy(document) | changes


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def official_contexts(data: Path) -> Documents:
    """The contexts as published."""
    folder = data / "vectors" / "contexts"
    files = {
        "https://www.w3.org/ns/credentials/v2": folder / "credentials-v2.jsonld",
        "https://www.w3.org/ns/credentials/examples/v2": folder / "examples-v2.jsonld",
        "https://w3id.org/security/data-integrity/v2": folder / "data-integrity-v2.jsonld",
        "https://w3id.org/security/multikey/v1": folder / "multikey-v1.jsonld",
        "https://vocabulary.uncefact.org/untp/0.7.0/context/": (
            data / "untp" / "v0.7.0" / "context" / "untp-context-0.7.0.jsonld"
        ),
    }
    return Documents({address: Held(address, path.read_bytes(), SIGNED_AT) for address, path in files.items()})


def key_in(method: str | None) -> PublicKey:
    """The key that a did:key URL is."""
    return public_from_multikey(str(method).partition("#")[2])


def suite_key(data: Path, name: str) -> PublicKey:
    """A public key of the vc-jose-cose suite."""
    return public_from_jwk(read(data / "vectors" / "jose-cose" / "input" / name)["publicKeyJwk"])


def suite_signer(data: Path, name: str) -> LocalSigner:
    """A signer of the vc-jose-cose suite."""
    method = read(data / "vectors" / "jose-cose" / "input" / name)
    key = public_from_jwk(method["publicKeyJwk"])
    return LocalSigner.of(key.algorithm, from_base64url(method["secretKeyJwk"]["d"]), method["id"])

"""Our own documents: each key as Multikey and as JsonWebKey, retired ones with the day on which they ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.did.names import is_did, split_did_url
from tenring.proof.keys.jwk import jwk
from tenring.proof.keys.multikey import multikey
from tenring.proof.keys.public import PublicKey
from tenring.proof.moment import moment
from tenring.proof.strict import JsonObject

_SECURITY: Final = "https://w3id.org/security#"
_DATE: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
#: DID Core and the two kinds of key; then the dates, which not every version of those contexts has.
CONTEXT: Final[list[object]] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
    {
        "validFrom": {"@id": "https://www.w3.org/2018/credentials#validFrom", "@type": _DATE},
        "expires": {"@id": f"{_SECURITY}expiration", "@type": _DATE},
    },
]
#: Behind the name of a key that is published as JsonWebKey too.
JOSE: Final = "-jwk"


@dataclass(frozen=True)
class Published:
    """A key to publish: under which URL of the DID, and since and until when (UTC)."""

    url: str
    key: PublicKey
    purposes: tuple[str, ...] = ("assertionMethod",)
    valid_from: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None


def jose_method(url: str) -> str:
    """The URL of the same key as JsonWebKey; tools around JWT ask for that form."""
    return url + JOSE


def did_document(did: str, keys: Sequence[Published], *, also_known_as: Sequence[str] = ()) -> JsonObject:
    """The document that publishes `keys` (in their order) under `did`.

    Raises:
        KeyMaterialError: no DID, a key of another DID, or two under one name.
    """
    if not is_did(did):
        raise KeyMaterialError(T("{did} is no DID", did=repr(did)))
    methods = [method for key in keys for method in _methods(did, key)]
    names = [method["id"] for method in methods]
    if len(set(names)) != len(names):
        raise KeyMaterialError(T("{did}: two keys have one name", did=did))
    document: JsonObject = {"@context": CONTEXT, "id": did}
    if also_known_as:
        document["alsoKnownAs"] = list(also_known_as)
    document["verificationMethod"] = methods
    for key in keys:
        for purpose in key.purposes:
            document.setdefault(purpose, []).extend([key.url, jose_method(key.url)])
    return document


def _methods(did: str, key: Published) -> list[JsonObject]:
    if split_did_url(key.url)[0] != did:
        raise KeyMaterialError(T("{key} is no key of {did}", key=key.url, did=did))
    dates = {
        term: moment(day)
        for term, day in (("validFrom", key.valid_from), ("expires", key.expires), ("revoked", key.revoked))
        if day is not None
    }
    return [
        {"id": key.url, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey(key.key)} | dates,
        {"id": jose_method(key.url), "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk(key.key)} | dates,
    ]

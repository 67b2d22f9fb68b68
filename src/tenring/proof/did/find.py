"""From a DID URL to its key: computed where the DID is the key, else looked up in the document that material holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from tenring.exceptions import KeyMaterialError, MalformedError, MaterialError
from tenring.language import T
from tenring.proof.did.document import DidDocument, VerificationMethod, read_document
from tenring.proof.did.names import split_did_url
from tenring.proof.keys.jwk import public_from_jwk
from tenring.proof.keys.multibase import from_base64url
from tenring.proof.keys.multikey import public_from_multikey
from tenring.proof.keys.public import PublicKey
from tenring.proof.material import Held, Material
from tenring.proof.moment import moment
from tenring.proof.strict import read_object

#: Methods that are read. did:web and https documents are asked of material, the others are computed.
RESOLVED: Final = ("did:key", "did:jwk", "did:web", "https")
_ALL: Final = frozenset({"assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"})


def find_method(url: str, material: Material, at: datetime) -> VerificationMethod:
    """The key that `url` names, from material that may be relied on `at` this moment.

    Whether the key was valid when something was signed is asked of the answer: `VerificationMethod.require`.

    Raises:
        MaterialError: the document is missing, stale, or of a DID method that is not read: nothing can be said.
        MalformedError: the URL or the document breaks its format.
        KeyMaterialError: the document has no such key, or one that cannot be used.
    """
    identifier, fragment = split_did_url(url)
    if identifier.startswith("did:key:"):
        return _itself(url, identifier, _did_key(identifier, fragment))
    if identifier.startswith("did:jwk:"):
        return _itself(url, identifier, _did_jwk(identifier, fragment))
    return _published(url, identifier, _held(identifier, material, at))


def document_of(identifier: str, material: Material, at: datetime) -> DidDocument:
    """The document of a did:web or of an https address.

    Raises:
        MaterialError: it is missing or stale.
        MalformedError: it breaks its format.
    """
    return _document(_held(identifier, material, at).body, identifier)


def _held(identifier: str, material: Material, at: datetime) -> Held:
    if not identifier.startswith(("did:web:", "https:")):
        raise MaterialError(
            T("{did}: only {methods} are read", did=identifier[:200], methods=", ".join(RESOLVED)),
        )
    held = material.find(identifier)
    if held is None:
        raise MaterialError(T("the document of {did} is not at hand", did=identifier))
    if not held.fresh(at):
        until = moment(held.fresh_until or held.got)
        raise MaterialError(T("the document of {did} could be relied on until {day}", did=identifier, day=until))
    return held


@lru_cache(maxsize=1024)
def _published(url: str, identifier: str, held: Held) -> VerificationMethod:
    """The method in a document as it was got: a feed of 100,000 credentials names few of them."""
    found = _document(held.body, identifier).method(url)
    return replace(found, got=held.got, fresh_until=held.fresh_until)


@lru_cache(maxsize=1024)
def _document(body: bytes, identifier: str) -> DidDocument:
    """The same bytes are read once."""
    return read_document(body, identifier)


def _itself(url: str, identifier: str, key: PublicKey) -> VerificationMethod:
    return VerificationMethod(url, identifier, key, _ALL)


@lru_cache(maxsize=1024)
def _did_key(identifier: str, fragment: str) -> PublicKey:
    text = identifier.removeprefix("did:key:")
    if fragment != text:
        raise KeyMaterialError(T("{did} publishes no key {key}", did=identifier, key=f"{identifier}#{fragment}"))
    return public_from_multikey(text)


@lru_cache(maxsize=1024)
def _did_jwk(identifier: str, fragment: str) -> PublicKey:
    if fragment != "0":
        raise KeyMaterialError(T("{did} publishes no key {key}", did=identifier, key=f"{identifier}#{fragment}"))
    try:
        return public_from_jwk(read_object(from_base64url(identifier.removeprefix("did:jwk:"))))
    except MalformedError as error:
        raise KeyMaterialError(f"{identifier[:200]}: {error}") from error

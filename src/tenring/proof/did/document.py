"""Documents that publish keys, read strictly: DID Core 1.0, Controlled Identifiers 1.0.

A document is refused as a whole where it could be read in two ways (a method twice, another identifier than the one
asked for). One method that we cannot use does not spoil the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.keys.jwk import public_from_jwk
from tenring.proof.keys.multikey import public_from_multikey
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.moment import moment, read_moment
from tenring.proof.strict import JsonLimits, JsonObject, read_object

#: What a key may be for (Controlled Identifiers 1.0, section 2.3).
PURPOSES: Final = (
    "assertionMethod",
    "authentication",
    "capabilityDelegation",
    "capabilityInvocation",
    "keyAgreement",
)
#: Documents of keys are small; a larger one is an attack.
LIMITS: Final = JsonLimits(bytes=512 * 1024, depth=16)
MOST_METHODS: Final = 1000
#: Types whose `publicKeyMultibase` and `publicKeyJwk` we read; the older ones only for their own kind of key.
_MULTIBASE: Final = {"Multikey": None, "Ed25519VerificationKey2020": Algorithm.ED25519}
_JWK: Final = ("JsonWebKey", "JsonWebKey2020")
_SECRET: Final = ("secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk", "privateKeyBase58")


@dataclass(frozen=True)
class VerificationMethod:
    """A key that somebody publishes: under which URL, for which purposes, and since and until when (UTC).

    `expires`: what it signed before then still counts, as with a key that was put away in good order. `revoked`: it is
    not trusted any more; nothing that it signed counts, whatever date the signature bears, because whoever holds a
    stolen key can write any date.
    """

    id: str
    controller: str
    key: PublicKey
    purposes: frozenset[str]
    valid_from: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
    got: datetime | None = None
    """When its document was got; None where the URL itself is the key."""
    fresh_until: datetime | None = None

    def require(self, purpose: str, *, signed: datetime, at: datetime) -> None:
        """Refuse the key for a signature of this purpose, made when it says so, and looked at `at`.

        Raises:
            KeyMaterialError: it is not for this purpose, or was not valid then; the message says which.
        """
        if self.revoked is not None and self.revoked <= max(signed, at, self.got or at):
            raise KeyMaterialError(T("{key} was revoked on {day}", key=self.id, day=moment(self.revoked)))
        if purpose not in self.purposes:
            raise KeyMaterialError(T("{key} is not published for {purpose}", key=self.id, purpose=purpose))
        if self.valid_from is not None and signed < self.valid_from:
            raise KeyMaterialError(T("{key} was not valid before {day}", key=self.id, day=moment(self.valid_from)))
        if self.expires is not None and signed >= self.expires:
            raise KeyMaterialError(T("{key} was not valid any more from {day}", key=self.id, day=moment(self.expires)))


@dataclass(frozen=True)
class DidDocument:
    """A document that was read: the methods and purposes in it; a key is read when it is asked for."""

    id: str
    methods: Mapping[str, JsonObject]
    """Absolute URL of a method -> the method as written."""
    purposes: Mapping[str, frozenset[str]]
    """Absolute URL of a method -> what it is for."""
    _read: dict[str, VerificationMethod] = field(default_factory=dict, compare=False, repr=False)

    def method(self, url: str) -> VerificationMethod:
        """The method under this URL.

        Raises:
            KeyMaterialError: it is not in the document, belongs to somebody else, or its key cannot be used.
        """
        if url not in self._read:
            self._read[url] = self._method(url)
        return self._read[url]

    @cached_property
    def usable(self) -> tuple[VerificationMethod, ...]:
        """All methods whose keys we can use."""
        found = []
        for url in self.methods:
            try:
                found.append(self.method(url))
            except KeyMaterialError:
                continue
        return tuple(found)

    def _method(self, url: str) -> VerificationMethod:
        written = self.methods.get(url)
        if written is None:
            raise KeyMaterialError(T("{did} publishes no key {key}", did=self.id, key=url))
        if written["controller"] != self.id:
            raise KeyMaterialError(
                T("{key} is under the control of {controller}", key=url, controller=repr(written["controller"][:200]))
            )
        try:
            key = _key(written)
        except KeyMaterialError as error:
            raise KeyMaterialError(f"{url}: {error}") from error
        dates = {
            name: read_moment(written[term], f"{url} {term}")
            for name, term in (("valid_from", "validFrom"), ("expires", "expires"), ("revoked", "revoked"))
            if term in written
        }
        return VerificationMethod(url, self.id, key, self.purposes.get(url, frozenset()), **dates)


def read_document(body: bytes, identifier: str) -> DidDocument:
    """The document that `body` holds; `identifier` is the DID or the address that it must be about.

    Raises:
        MalformedError: it is no such document, or could be read in two ways.
    """
    document = read_object(body, LIMITS)
    if document.get("id") != identifier:
        raise MalformedError(
            T("the document of {did} is about {other}", did=identifier, other=repr(str(document.get("id"))[:200]))
        )
    methods: dict[str, JsonObject] = {}
    purposes: dict[str, set[str]] = {}
    for written in _listed(document, "verificationMethod", identifier):
        _add(methods, written, identifier)
    for purpose in PURPOSES:
        for entry in _listed(document, purpose, identifier):
            url = _absolute(entry, identifier) if isinstance(entry, str) else _add(methods, entry, identifier)
            purposes.setdefault(url, set()).add(purpose)
    if len(methods) > MOST_METHODS:
        raise MalformedError(T("{did}: more than {count} keys", did=identifier, count=str(MOST_METHODS)))
    return DidDocument(identifier, methods, {url: frozenset(found) for url, found in purposes.items()})


def _listed(document: JsonObject, term: str, identifier: str) -> list[object]:
    entries = document.get(term, [])
    if not isinstance(entries, list):
        raise MalformedError(T("{did}: {term} is not a list", did=identifier, term=term))
    return entries


def _add(methods: dict[str, JsonObject], written: object, identifier: str) -> str:
    """Keep a method as written under its absolute URL."""
    if not isinstance(written, dict) or not all(isinstance(written.get(t), str) for t in ("id", "type", "controller")):
        raise MalformedError(T("{did}: a key without id, type and controller", did=identifier))
    url = _absolute(written["id"], identifier)
    if url in methods:
        raise MalformedError(T("{did}: the key {key} stands twice", did=identifier, key=url))
    methods[url] = written
    return url


def _absolute(url: str, identifier: str) -> str:
    return identifier + url if url.startswith("#") else url


def _key(written: JsonObject) -> PublicKey:
    if any(term in written for term in _SECRET):
        raise KeyMaterialError(T("its private half is published: anybody can sign with it"))
    kind, multibase, members = written["type"], written.get("publicKeyMultibase"), written.get("publicKeyJwk")
    if (multibase is None) == (members is None):
        raise KeyMaterialError(T("it must hold one key, as publicKeyMultibase or as publicKeyJwk"))
    if members is not None and kind in _JWK:
        return public_from_jwk(members)
    if multibase is not None and kind in _MULTIBASE:
        key = public_from_multikey(multibase)
        if _MULTIBASE[kind] in (None, key.algorithm):
            return key
    raise KeyMaterialError(T("a key of the type {kind} is not read", kind=repr(kind[:80])))

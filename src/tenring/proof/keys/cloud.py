"""Keys at a signing service: the transit engine of HashiCorp Vault and OpenBao, over HTTPS.

The private half never leaves the service; we send what is to be signed and check what comes back. Source: the
"Transit secrets engine (API)" pages of OpenBao and Vault (`/transit/keys/:name`, `/transit/sign/:name`).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.keys.local import ISSUED, from_curve_key
from tenring.proof.keys.multibase import from_base64url
from tenring.proof.keys.public import ED25519_BYTES, Algorithm, PublicKey
from tenring.proof.strict import JsonLimits, JsonObject, read_object

#: What the service calls the kinds of key that we issue with.
_KINDS: Final = {"ed25519": Algorithm.ED25519, "ecdsa-p256": Algorithm.P256}
_TIMEOUT: Final = httpx.Timeout(10)
_ANSWER: Final = JsonLimits(bytes=64 * 1024, depth=16)
_WORD: Final = re.compile(r"[A-Za-z0-9._-]+")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OK: Final = 200
_NOTHING_TO_SAY: Final = 204


@dataclass(frozen=True)
class Service:
    """A key at a transit engine: the service's address, where the engine is mounted, the key's name and version.

    `version` pins the key: when the service rotates it, the old version goes on signing until the store knows the new
    one.
    """

    address: str
    mount: str
    name: str
    version: int = 1
    transport: httpx.BaseTransport | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not safe or parts.username or parts.query or parts.fragment or not parts.hostname:
            raise KeyMaterialError(
                T("{address} is no https address of a signing service", address=repr(self.address[:200]))
            )
        if not all(_WORD.fullmatch(part) for part in (*self.mount.split("/"), self.name)):
            raise KeyMaterialError(T("{name} cannot name a key of a signing service", name=repr(self.name[:200])))

    def written(self) -> JsonObject:
        """How the store keeps it."""
        return {"address": self.address, "mount": self.mount, "name": self.name, "version": self.version}

    @classmethod
    def read(cls, written: JsonObject) -> Service:
        """As `written`."""
        return cls(str(written["address"]), str(written["mount"]), str(written["name"]), int(written["version"]))

    def public(self, token: str) -> PublicKey:
        """The public half of the key.

        Raises:
            KeyMaterialError: the service cannot be reached, refuses, or has no such key of a kind that we issue with.
        """
        answer = self.ask("GET", f"keys/{self.name}", token)
        try:
            data = answer["data"]
            algorithm, public = _KINDS[data["type"]], data["keys"][str(self.version)]["public_key"]
            return _ed25519(public) if algorithm is Algorithm.ED25519 else _p256(public)
        except (KeyError, TypeError, ValueError, UnsupportedAlgorithm) as error:
            raise KeyMaterialError(
                T("{address} has no key {name} of a kind that we issue with", address=self.address, name=self.name)
            ) from error

    def generate(self, token: str, algorithm: Algorithm) -> PublicKey:
        """Make the key at the service; it cannot be taken out of it.

        Raises:
            KeyMaterialError: as `public`.
        """
        if algorithm not in ISSUED:
            raise KeyMaterialError(T("keys of {kind} are verified and not made", kind=algorithm.value))
        kind = next(kind for kind, one in _KINDS.items() if one is algorithm)
        self.ask("POST", f"keys/{self.name}", token, {"type": kind, "exportable": False})
        return self.public(token)

    def ask(self, method: str, path: str, token: str, body: JsonObject | None = None) -> JsonObject:
        """One question to the service. Redirects are not followed: the token would go with them.

        Raises:
            KeyMaterialError: it cannot be reached or refuses; the message never holds the token.
        """
        url = f"{self.address.rstrip('/')}/v1/{self.mount}/{path}"
        try:
            with httpx.Client(timeout=_TIMEOUT, transport=self.transport, trust_env=False) as client:
                answer = client.request(method, url, headers={"X-Vault-Token": token}, json=body)
        except httpx.HTTPError as error:
            raise KeyMaterialError(
                T("{address} cannot be reached ({reason})", address=self.address, reason=type(error).__name__)
            ) from error
        if answer.status_code == _NOTHING_TO_SAY:
            return {}
        if answer.status_code != _OK:
            raise KeyMaterialError(
                T("{address} refuses (HTTP {status})", address=self.address, status=str(answer.status_code))
            )
        try:
            return read_object(answer.content, _ANSWER)
        except MalformedError as error:
            raise KeyMaterialError(
                T("{address} answers what cannot be read ({reason})", address=self.address, reason=str(error))
            ) from error


@dataclass(frozen=True)
class TransitSigner:
    """Signs with a key at a transit engine."""

    key: PublicKey
    verification_method: str
    place: Service
    _token: Any = field(repr=False)

    @classmethod
    def open(cls, place: Service, token: str, key: PublicKey, verification_method: str) -> TransitSigner:
        """A signer for the key whose public half is `key`.

        Raises:
            KeyMaterialError: the service cannot be used, or has another key under this name.
        """
        if place.public(token) != key:
            raise KeyMaterialError(T("{address} has another key now", address=place.address))
        return cls(key, verification_method, place, token)

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, checked before it is given out.

        Raises:
            KeyMaterialError: the service cannot be used, or signed with something else.
        """
        body: JsonObject = {"input": base64.b64encode(data).decode("ascii"), "key_version": self.place.version}
        if self.key.algorithm is not Algorithm.ED25519:
            # "jws": r and s of equal length in base64url, not DER.
            body |= {"hash_algorithm": "sha2-256", "marshaling_algorithm": "jws"}
        answer = self.place.ask("POST", f"sign/{self.place.name}", self._token, body)
        signature = _signature(answer, self.place.version)
        if signature is None or not self.key.verifies(signature, data):
            raise KeyMaterialError(T("{address} has another key now", address=self.place.address))
        return signature


def _signature(answer: JsonObject, version: int) -> bytes | None:
    """The bytes of `vault:v1:…`; None where it is something else."""
    data = answer.get("data")
    text = data.get("signature") if isinstance(data, dict) else None
    if not isinstance(text, str) or not text.startswith(f"vault:v{version}:"):
        return None
    value = text.rpartition(":")[2]
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        try:
            return from_base64url(value)
        except MalformedError:
            return None


def _ed25519(public: str) -> PublicKey:
    raw = base64.b64decode(public, validate=True)
    if len(raw) != ED25519_BYTES:
        raise ValueError(public)
    return PublicKey(Algorithm.ED25519, raw)


def _p256(public: str) -> PublicKey:
    loaded = load_pem_public_key(public.encode("ascii"))
    if not isinstance(loaded, ec.EllipticCurvePublicKey):
        raise TypeError(public)
    return from_curve_key(loaded)

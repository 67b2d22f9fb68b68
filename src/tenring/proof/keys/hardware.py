"""Keys in a PKCS#11 token (a smart card, a security module): the private half never leaves it.

Needs the extra `tenring[pkcs11]` and the library that came with the token.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.keys.local import ISSUED
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.strict import JsonObject

#: DER of the curve names that PKCS#11 calls EC parameters: edwards25519 (as a name), 1.3.101.112, and P-256.
_PARAMETERS: Final = {
    bytes.fromhex("130c656477617264733235353139"): Algorithm.ED25519,
    bytes.fromhex("06032b6570"): Algorithm.ED25519,
    bytes.fromhex("06082a8648ce3d030107"): Algorithm.P256,
}
_OCTET_STRING: Final = 0x04
_POINT_BYTES: Final = {Algorithm.ED25519: 32, Algorithm.P256: 65}


@dataclass(frozen=True)
class Token:
    """A key pair in a token: the library that reaches it, the token's label and the key pair's."""

    module: str
    token: str
    label: str

    def written(self) -> JsonObject:
        """How the store keeps it."""
        return {"module": self.module, "token": self.token, "label": self.label}

    @classmethod
    def read(cls, written: JsonObject) -> Token:
        """As `written`."""
        return cls(str(written["module"]), str(written["token"]), str(written["label"]))

    def public(self, pin: str) -> PublicKey:
        """The public half of the key pair.

        Raises:
            KeyMaterialError: the token, the key pair or the PIN is not right, or its kind is not one that we issue
                with.
        """
        with self._session(pin) as (pkcs11, session):
            public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=self.label)
            return _public(public[pkcs11.Attribute.EC_PARAMS], public[pkcs11.Attribute.EC_POINT])

    def generate(self, pin: str, algorithm: Algorithm) -> PublicKey:
        """Make a key pair in the token, under this label, that cannot be taken out of it.

        Raises:
            KeyMaterialError: there is one under this label, or the token does not make it.
        """
        if algorithm not in ISSUED:
            raise KeyMaterialError(T("keys of {kind} are verified and not made", kind=algorithm.value))
        with self._session(pin, write=True) as (pkcs11, session):
            if any(session.get_objects({pkcs11.Attribute.LABEL: self.label})):
                raise KeyMaterialError(T("the token has a key {label} already", label=repr(self.label)))
            edwards = algorithm is Algorithm.ED25519
            kind = pkcs11.KeyType.EC_EDWARDS if edwards else pkcs11.KeyType.EC
            code = next(code for code, one in reversed(_PARAMETERS.items()) if one is algorithm)
            parameters = session.create_domain_parameters(kind, {pkcs11.Attribute.EC_PARAMS: code}, local=True)
            mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else None
            parameters.generate_keypair(label=self.label, store=True, mechanism=mechanism)
        return self.public(pin)

    @contextmanager
    def _session(self, pin: str, *, write: bool = False) -> Iterator[tuple[Any, Any]]:
        """A session with the token; what goes wrong in it is said in our words."""
        pkcs11 = _library()
        try:
            found = pkcs11.lib(self.module).get_token(token_label=self.token)
            with found.open(user_pin=pin, rw=write) as session:
                yield pkcs11, session
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            raise KeyMaterialError(
                T(
                    "the token {token} cannot be used: {reason}",
                    token=repr(self.token),
                    reason=type(error).__name__ + (f" ({error})" if str(error) else ""),
                )
            ) from None


@dataclass(frozen=True)
class TokenSigner:
    """Signs with a key pair in a token. Each signature opens a session of its own, so that a token may be pulled."""

    key: PublicKey
    verification_method: str
    place: Token
    _pin: _Secret

    @classmethod
    def open(cls, place: Token, pin: str, key: PublicKey, verification_method: str) -> TokenSigner:
        """A signer for a key pair whose public half is `key`.

        Raises:
            KeyMaterialError: the token cannot be used, or has another key under this label.
        """
        if place.public(pin) != key:
            raise KeyMaterialError(T("the token has another key {label} now", label=repr(place.label)))
        return cls(key, verification_method, place, _Secret(pin))

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, checked before it is given out.

        Raises:
            KeyMaterialError: the token cannot be used, or signed with something else.
        """
        with self.place._session(self._pin.text) as (pkcs11, session):  # noqa: SLF001 - one module
            private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self.place.label)
            if self.key.algorithm is Algorithm.ED25519:
                signature = bytes(private.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
            else:
                signature = bytes(private.sign(sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA))
        if not self.key.verifies(signature, data):
            raise KeyMaterialError(T("the token has another key {label} now", label=repr(self.place.label)))
        return signature


@dataclass(frozen=True)
class _Secret:
    """A PIN that no message and no log shows by accident."""

    text: str

    def __repr__(self) -> str:
        return "…"


def _public(parameters: bytes, point: bytes) -> PublicKey:
    algorithm = _PARAMETERS.get(bytes(parameters))
    if algorithm is None:
        raise KeyMaterialError(T("the key in the token is of no kind that we issue with"))
    raw = bytes(point)
    # A point comes wrapped as an OCTET STRING, and from some tokens bare.
    if len(raw) == _POINT_BYTES[algorithm] + 2 and raw[0] == _OCTET_STRING and raw[1] == len(raw) - 2:
        raw = raw[2:]
    if algorithm is Algorithm.P256 and len(raw) == _POINT_BYTES[algorithm]:
        raw = bytes([2 + (raw[-1] & 1)]) + raw[1:33]
    return PublicKey(algorithm, raw)


def _library() -> Any:  # noqa: ANN401 - an extra without types
    """The library that speaks PKCS#11.

    Raises:
        KeyMaterialError: it is not installed.
    """
    try:
        import pkcs11  # noqa: PLC0415 - an extra: only who has a token needs it
    except ImportError as error:
        raise KeyMaterialError(T("Keys in tokens need one more package: pip install 'tenring[pkcs11]'")) from error
    return pkcs11

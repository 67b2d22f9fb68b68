"""Private keys in the memory of this process: made, read and used to sign."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenring.exceptions import KeyMaterialError
from tenring.language import T
from tenring.proof.keys.multikey import SECRET_BYTES
from tenring.proof.keys.public import CURVES, HASHES, Algorithm, PublicKey
from tenring.proof.keys.signer import Signer

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey

#: Kinds of key that we make and issue with; the others are only verified.
ISSUED: Final = (Algorithm.ED25519, Algorithm.P256)


@dataclass(frozen=True)
class LocalSigner:
    """Signs with a private key that this process holds."""

    key: PublicKey
    verification_method: str
    private: PrivateKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, algorithm: Algorithm, secret: bytes, verification_method: str) -> LocalSigner:
        """A signer from the bytes of a private key (see `generate`).

        Raises:
            KeyMaterialError: they are no private key of this kind.
        """
        private = private_key(algorithm, secret)
        return cls(public_half(private), verification_method, private)

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`; ECDSA is deterministic (RFC 6979): no weak random number can give the key away."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(data)
        scheme = ec.ECDSA(HASHES[self.key.algorithm], deterministic_signing=True)
        return joined(self.private.sign(data, scheme), self.key.algorithm)


def generate(algorithm: Algorithm) -> bytes:
    """A new private key from the system's random numbers: the seed of Ed25519, the number of an elliptic curve."""
    if algorithm is Algorithm.ED25519:
        return Ed25519PrivateKey.generate().private_bytes_raw()
    number = ec.generate_private_key(CURVES[algorithm]).private_numbers().private_value
    return number.to_bytes(SECRET_BYTES[algorithm], "big")


def private_key(algorithm: Algorithm, secret: bytes) -> PrivateKey:
    """The private key that these bytes are.

    Raises:
        KeyMaterialError: they are none of this kind.
    """
    try:
        if algorithm is Algorithm.ED25519:
            return Ed25519PrivateKey.from_private_bytes(secret)
        if len(secret) == SECRET_BYTES[algorithm]:
            return ec.derive_private_key(int.from_bytes(secret, "big"), CURVES[algorithm])
    except ValueError:
        # The cause is not passed on: its message might hold the number.
        pass
    raise KeyMaterialError(T("this is no private key of {kind}", kind=algorithm.value))


def public_half(private: PrivateKey) -> PublicKey:
    """The public key that belongs to a private one."""
    if isinstance(private, Ed25519PrivateKey):
        return PublicKey(Algorithm.ED25519, private.public_key().public_bytes_raw())
    return from_curve_key(private.public_key())


def from_curve_key(public: ec.EllipticCurvePublicKey) -> PublicKey:
    """A public key of the cryptographic library as ours.

    Raises:
        KeyMaterialError: its curve is none that we read.
    """
    for algorithm, curve in CURVES.items():
        if curve.name == public.curve.name:
            return PublicKey(algorithm, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    raise KeyMaterialError(T("keys on the curve {curve} are not read", curve=public.curve.name))


def joined(signature: bytes, algorithm: Algorithm) -> bytes:
    """An ECDSA signature in DER as r and s of equal length (RFC 7518, section 3.4)."""
    size = SECRET_BYTES[algorithm]
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


@dataclass(frozen=True)
class _Named:
    """A signer whose key is published under another URL too."""

    signer: Signer
    verification_method: str

    @property
    def key(self) -> PublicKey:
        return self.signer.key

    def sign(self, data: bytes) -> bytes:
        return self.signer.sign(data)


def under(signer: Signer, verification_method: str) -> Signer:
    """The same signer, naming its key by another URL: `under(signer, jose_method(signer.verification_method))`."""
    if isinstance(signer, LocalSigner):
        return replace(signer, verification_method=verification_method)
    return _Named(signer, verification_method)

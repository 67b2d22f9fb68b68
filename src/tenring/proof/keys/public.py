"""Public keys: the same key as Multikey, JWK and raw bytes, and what it says about a signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tenring.exceptions import KeyMaterialError
from tenring.language import T


class Algorithm(StrEnum):
    """Kinds of key. We sign with the first two; the others are only verified."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"


CURVES: Final[dict[Algorithm, ec.EllipticCurve]] = {
    Algorithm.P256: ec.SECP256R1(),
    Algorithm.P384: ec.SECP384R1(),
    Algorithm.P521: ec.SECP521R1(),
}
HASHES: Final[dict[Algorithm, hashes.HashAlgorithm]] = {
    Algorithm.P256: hashes.SHA256(),
    Algorithm.P384: hashes.SHA384(),
    Algorithm.P521: hashes.SHA512(),
}
ED25519_BYTES: Final = 32


@dataclass(frozen=True)
class PublicKey:
    """A public key. `raw`: 32 bytes for Ed25519, the compressed point (SEC 1) for the others.

    Raises:
        KeyMaterialError: `raw` is no point of the curve; such a key never exists, not even unused.
    """

    algorithm: Algorithm
    raw: bytes

    def __post_init__(self) -> None:
        _ = self.loaded

    @cached_property
    def loaded(self) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
        """The key as the cryptographic library holds it."""
        try:
            if self.algorithm is Algorithm.ED25519:
                return Ed25519PublicKey.from_public_bytes(self.raw)
            return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[self.algorithm], self.raw)
        except ValueError as error:
            raise KeyMaterialError(T("this is no public key of {kind}", kind=self.algorithm.value)) from error

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether this is its signature over `data`: 64 bytes for Ed25519, r and s of equal length for the others."""
        key: Any = self.loaded  # of the kind that `algorithm` says
        try:
            if self.algorithm is Algorithm.ED25519:
                key.verify(signature, data)
            else:
                half = (key.curve.key_size + 7) // 8
                if len(signature) != 2 * half:
                    return False
                pair = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
                key.verify(encode_dss_signature(*pair), data, ec.ECDSA(HASHES[self.algorithm]))
        except InvalidSignature:
            return False
        return True

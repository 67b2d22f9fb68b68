"""The one small interface behind which every private key stays: a file, a PKCS#11 token, a service."""

from __future__ import annotations

from typing import Protocol

from tenring.proof.keys.public import PublicKey


class Signer(Protocol):
    """Signs for one verification method. The private key never leaves it."""

    @property
    def key(self) -> PublicKey:
        """The public half."""

    @property
    def verification_method(self) -> str:
        """The DID URL under which the public half is published, such as `did:web:label.example#key-1`."""

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`: 64 bytes for Ed25519 (RFC 8032), r and s of equal length for ECDSA (RFC 7518).

        Raises:
            KeyMaterialError: the key cannot be used (locked, retired, destroyed, or its token is not there).
        """

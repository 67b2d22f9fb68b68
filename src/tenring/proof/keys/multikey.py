"""Keys as Multikey (Controlled Identifiers 1.0, section 2.2.2): multicodec of the kind, then the key, in base58btc."""

from __future__ import annotations

from typing import Final

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.keys.multibase import base58, from_base58
from tenring.proof.keys.public import ED25519_BYTES, Algorithm, PublicKey

#: Multicodec codes as unsigned varints: ed25519-pub 0xed, p256-pub 0x1200, p384-pub 0x1201, p521-pub 0x1202.
PUBLIC: Final = {
    Algorithm.ED25519: b"\xed\x01",
    Algorithm.P256: b"\x80\x24",
    Algorithm.P384: b"\x81\x24",
    Algorithm.P521: b"\x82\x24",
}
#: ed25519-priv 0x1300, p256-priv 0x1306, p384-priv 0x1307, p521-priv 0x1308.
SECRET: Final = {
    Algorithm.ED25519: b"\x80\x26",
    Algorithm.P256: b"\x86\x26",
    Algorithm.P384: b"\x87\x26",
    Algorithm.P521: b"\x88\x26",
}
#: Bytes of a public key: 32 for Ed25519, the compressed point for the others.
PUBLIC_BYTES: Final = {Algorithm.ED25519: ED25519_BYTES, Algorithm.P256: 33, Algorithm.P384: 49, Algorithm.P521: 67}
#: Bytes of a private key.
SECRET_BYTES: Final = {Algorithm.ED25519: 32, Algorithm.P256: 32, Algorithm.P384: 48, Algorithm.P521: 66}


def multikey(key: PublicKey) -> str:
    """A public key as `publicKeyMultibase`: z6Mk… for Ed25519, zDn… for P-256, z82… for P-384, z2J9… for P-521."""
    return "z" + base58(PUBLIC[key.algorithm] + key.raw)


def public_from_multikey(text: object) -> PublicKey:
    """The public key of a `publicKeyMultibase`.

    Raises:
        KeyMaterialError: it is a private key, another kind, of a wrong length, or no point of its curve.
    """
    raw = _unwrapped(text)
    for algorithm, code in PUBLIC.items():
        if raw.startswith(code):
            if len(raw) != len(code) + PUBLIC_BYTES[algorithm]:
                raise KeyMaterialError(T("a key of {kind} has another length", kind=algorithm.value))
            return PublicKey(algorithm, raw[len(code) :])
    if raw.startswith(tuple(SECRET.values())):
        raise KeyMaterialError(T("this is a private key where a public one belongs: do not use it any more"))
    raise KeyMaterialError(T("this Multikey is of no kind that we read: {value}", value=repr(str(text)[:20])))


def secret_multikey(algorithm: Algorithm, raw: bytes) -> str:
    """A private key as `secretKeyMultibase`; it is not encrypted, so it is never written to a file."""
    return "z" + base58(SECRET[algorithm] + raw)


def secret_from_multikey(text: object) -> tuple[Algorithm, bytes]:
    """The kind and the bytes of a `secretKeyMultibase`.

    Raises:
        KeyMaterialError: it is no private key of a kind that we know. The message never holds the text.
    """
    raw = _unwrapped(text, secret=True)
    for algorithm, code in SECRET.items():
        if raw.startswith(code) and len(raw) == len(code) + SECRET_BYTES[algorithm]:
            return algorithm, raw[len(code) :]
    raise KeyMaterialError(T("this is no private key of a kind that we know"))


def _unwrapped(text: object, *, secret: bool = False) -> bytes:
    if not isinstance(text, str) or not text.startswith("z"):
        shown = T("(not shown)") if secret else repr(str(text)[:20])
        raise KeyMaterialError(T("a Multikey is a text that begins with z: {value}", value=shown))
    try:
        return from_base58(text[1:])
    except MalformedError as error:
        if secret:
            raise KeyMaterialError(T("this is no private key of a kind that we know")) from None
        raise KeyMaterialError(str(error)) from error

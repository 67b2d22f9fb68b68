"""Keys as JSON Web Keys (RFC 7517, RFC 8037) and their thumbprints (RFC 7638)."""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from tenring.exceptions import KeyMaterialError, MalformedError
from tenring.language import T
from tenring.proof.canonical import canonical
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.keys.public import ED25519_BYTES, Algorithm, PublicKey
from tenring.proof.strict import JsonObject

#: Names of signature algorithms (`alg`) that a key of each kind may carry; we write the first.
ALG: Final[dict[Algorithm, tuple[str, ...]]] = {
    Algorithm.ED25519: ("EdDSA", "Ed25519"),  # RFC 8037; RFC 9864 gave it a name of its own
    Algorithm.P256: ("ES256",),
    Algorithm.P384: ("ES384",),
    Algorithm.P521: ("ES512",),
}
#: Bytes of a coordinate; leading zeros stay (RFC 7518, section 6.2.1.2).
COORDINATE: Final = {Algorithm.P256: 32, Algorithm.P384: 48, Algorithm.P521: 66}
#: Members of private and symmetric keys (RFC 7518, section 6).
_SECRET: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def jwk(key: PublicKey) -> JsonObject:
    """A public key as `publicKeyJwk`, with `alg` and its thumbprint as `kid`."""
    return required_members(key) | {"alg": ALG[key.algorithm][0], "kid": thumbprint(key)}


def required_members(key: PublicKey) -> JsonObject:
    """The members that make the key, and no others: what a thumbprint is made over."""
    if isinstance(key.loaded, ec.EllipticCurvePublicKey):
        numbers, size = key.loaded.public_numbers(), COORDINATE[key.algorithm]
        x, y = (base64url(number.to_bytes(size, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": key.algorithm.value, "x": x, "y": y}
    return {"kty": "OKP", "crv": key.algorithm.value, "x": base64url(key.raw)}


def thumbprint(key: PublicKey) -> str:
    """SHA-256 over the required members in canonical form, in base64url."""
    return base64url(hashlib.sha256(canonical(required_members(key))).digest())


def public_from_jwk(members: object) -> PublicKey:
    """The public key of a `publicKeyJwk`.

    Raises:
        KeyMaterialError: it is a private or symmetric key, another kind, meant for something else than verifying
            signatures, misspelt, or no point of its curve.
    """
    if not isinstance(members, dict):
        raise KeyMaterialError(T("a JWK is an object"))
    if _SECRET & members.keys():
        raise KeyMaterialError(T("this is a private key where a public one belongs: do not use it any more"))
    algorithm = _algorithm(members)
    _require_meant_for_signatures(members, algorithm)
    if algorithm is Algorithm.ED25519:
        return PublicKey(algorithm, _coordinate(members, "x", ED25519_BYTES))
    size = COORDINATE[algorithm]
    x, y = _coordinate(members, "x", size), _coordinate(members, "y", size)
    # The whole point is checked to be on the curve before it is kept in its compressed form.
    PublicKey(algorithm, b"\x04" + x + y)
    return PublicKey(algorithm, bytes([2 + (y[-1] & 1)]) + x)


def _algorithm(members: JsonObject) -> Algorithm:
    kind = (members.get("kty"), members.get("crv"))
    for algorithm in Algorithm:
        if kind == ("OKP" if algorithm is Algorithm.ED25519 else "EC", algorithm.value):
            return algorithm
    raise KeyMaterialError(T("this JWK is of no kind that we read: {kind}", kind=repr(kind)))


def _require_meant_for_signatures(members: JsonObject, algorithm: Algorithm) -> None:
    if "alg" in members and members["alg"] not in ALG[algorithm]:
        raise KeyMaterialError(T("a key of {kind} is not for {alg}", kind=algorithm.value, alg=repr(members["alg"])))
    operations = members.get("key_ops", ["verify"])
    if members.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise KeyMaterialError(T("this key is not meant for verifying signatures"))


def _coordinate(members: JsonObject, name: str, size: int) -> bytes:
    text = members.get(name)
    if isinstance(text, str):
        try:
            raw = from_base64url(text)
        except MalformedError as error:
            raise KeyMaterialError(str(error)) from error
        if len(raw) == size:
            return raw
    raise KeyMaterialError(T("{name} of this JWK must be {size} bytes in base64url", name=name, size=str(size)))

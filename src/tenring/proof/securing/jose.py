"""Credentials and presentations as JSON Web Tokens: vc+jwt and vp+jwt (VC-JOSE-COSE, section 3.1; RFC 7515, RFC 7519).

The token's `alg` is compared with the key's own kind and never chooses anything: `none`, an HMAC keyed with the public
key, or another curve fail like any wrong signature. Keys and certificates inside the header (`jwk`, `jku`, `x5c`,
`x5u`) are never looked at. A `crit` or `b64` member changes how the token is read, so it is refused.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeGuard

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.keys.multibase import base64url, from_base64url
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Material
from tenring.proof.securing.secured import (
    Secured,
    SignatureAnswer,
    does_not_fit,
    holds,
    not_its_algorithm,
    presents,
    require_same,
    signer_of,
)
from tenring.proof.strict import JsonLimits, JsonObject, read_object

#: How each kind of key signs, by the names a header may give it (RFC 7518, RFC 8037, RFC 9864); we write the first.
ALGORITHMS: Final[dict[Algorithm, tuple[str, ...]]] = {
    Algorithm.ED25519: ("EdDSA", "Ed25519"),
    Algorithm.P256: ("ES256",),
    Algorithm.P384: ("ES384",),
    Algorithm.P521: ("ES512",),
}
VC_JWT: Final = "vc+jwt"
VP_JWT: Final = "vp+jwt"
#: The relationship in which a key must stand to whoever signs such a document with it (Controlled Identifiers 1.0).
PURPOSES: Final = {"vc": "assertionMethod", "vp": "authentication"}
#: Registered claims about the token itself (RFC 7519, RFC 7800); the rest of the payload is the document.
CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"})
_DRAFTS: Final = re.compile(r"^(v[cp])[-+]ld(?:\+json)?(\+(?:jwt|sd-jwt|cose))?$", re.ASCII)
_FORBIDDEN: Final = ("vc", "vp")
_HEADER_LIMITS: Final = JsonLimits(bytes=16 * 1024, depth=8)
#: Seconds since 1970 up to the year 9999: all that a date can hold.
_LAST_SECOND: Final = 253_402_300_799


class TokenProof(NamedTuple):
    """The signature of a token: `signature` over `signed`."""

    name: str
    algorithm: str
    signed: bytes
    signature: bytes
    claims: JsonObject
    """Registered claims, and of the header `kid` and `iss`."""

    @property
    def verification_method(self) -> str | None:
        """`kid`, made absolute where it is a fragment of the signer's own document."""
        kid = self.claims.get("kid")
        if isinstance(kid, str) and kid.startswith("#") and self.claims.get("iss"):
            return f"{self.claims['iss']}{kid}"
        return kid

    @property
    def purpose(self) -> str:
        """A credential is asserted, a presentation authenticates its holder."""
        return PURPOSES[self.name[:2]]

    @property
    def created(self) -> datetime | None:
        """`iat`, where it is a number as it should be."""
        value: object = self.claims.get("iat")
        return _moment(value) if value is not None and _is_moment(value) else None

    @property
    def expires(self) -> datetime | None:
        """`exp`."""
        return _moment(self.claims["exp"]) if "exp" in self.claims else None

    @property
    def not_before(self) -> datetime | None:
        """`nbf`."""
        return _moment(self.claims["nbf"]) if "nbf" in self.claims else None

    @property
    def domain(self) -> tuple[str, ...]:
        """`aud`."""
        audience = self.claims.get("aud", ())
        return (audience,) if isinstance(audience, str) else tuple(audience)

    @property
    def challenge(self) -> str | None:
        """`nonce`."""
        return self.claims.get("nonce")

    @property
    def id(self) -> str | None:
        """No other proof builds on a token's."""
        return None

    @property
    def previous(self) -> tuple[str, ...]:
        """A token's proof builds on no other."""
        return ()

    def holds(self, key: PublicKey, contexts: Material) -> SignatureAnswer:  # noqa: ARG002 - the interface of all proofs
        """Whether this is the key's signature, by the algorithm of the key's own kind."""
        if self.algorithm not in ALGORITHMS[key.algorithm]:
            return not_its_algorithm(repr(self.algorithm), key)
        return holds() if key.verifies(self.signature, self.signed) else does_not_fit()


def open_jwt(token: bytes) -> Secured:
    """A token as read: header and payload, its signature not yet checked.

    Raises:
        MalformedError: it is no vc+jwt or vp+jwt, or it could be read in two ways.
    """
    signed, header, payload, signature = split_token(token)
    name = typed(header, payload, "jwt")
    claims = claims_of(header, payload)
    document = payload
    if not CLAIMS.isdisjoint(payload):
        document = {key: value for key, value in payload.items() if key not in CLAIMS}
    return Secured(document, name, (TokenProof(name, header["alg"], signed, signature, claims),))


def sign_jwt(document: JsonObject, signer: Signer, typ: str = VC_JWT, **claims: Any) -> str:  # noqa: ANN401 - JSON
    """`document` as a signed token.

    Args:
        document: the credential or presentation, as it is to be said.
        signer: who signs; its verification method becomes `kid`.
        typ: `vc+jwt` or `vp+jwt`.
        claims: registered claims to add, such as `exp`, `aud`, `nonce` for a presentation.

    Raises:
        MalformedError: the document cannot be secured so.
        KeyMaterialError: the key cannot be used.
    """
    payload = {**document, **claims}
    header = {
        "alg": ALGORITHMS[signer.key.algorithm][0],
        "typ": typ,
        "cty": typ[:2],
        "kid": signer.verification_method,
    }
    typed(header, payload, "jwt")
    claims_of(header, payload)
    signed = f"{base64url(json_bytes(header))}.{base64url(json_bytes(payload))}"
    return f"{signed}.{base64url(signer.sign(signed.encode('ascii')))}"


def json_bytes(value: JsonObject | list[Any]) -> bytes:
    """`value` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def split_token(token: bytes) -> tuple[bytes, JsonObject, JsonObject, bytes]:
    """What is signed, header, payload and signature of a compact token.

    Raises:
        MalformedError: it has not these three parts.
    """
    first, last = token.find(b"."), token.rfind(b".")
    if token.find(b".", first + 1) != last or first == last:
        raise MalformedError(T("it is no signed token: that has three parts with a dot between"))
    header = _header(token[:first])
    payload = read_object(from_base64url(token[first + 1 : last]))
    return token[:last], header, payload, from_base64url(token[last + 1 :])


@lru_cache(maxsize=256)
def _header(part: bytes) -> JsonObject:
    """The header; one issuer's tokens all have the same, so the last few are kept. Nobody changes it."""
    header = read_object(from_base64url(part), _HEADER_LIMITS)
    for name in ("crit", "b64"):
        if name in header:
            raise MalformedError(T("its header asks for something that is not supported here ({name})", name=name))
    if not isinstance(header.get("alg"), str):
        raise MalformedError(T("its header does not say how it is signed (alg)"))
    for name in ("kid", "iss", "typ", "cty"):
        if not isinstance(header.get(name, ""), str):
            raise MalformedError(T("{name} in its header is not text", name=name))
    return header


def typed(header: JsonObject, payload: JsonObject, ending: str) -> str:
    """The kind of token, such as `vc+jwt`: by its header, and by its payload where that says nothing.

    Raises:
        MalformedError: header and payload disagree, or say another kind.
    """
    kind = "vp" if presents(payload) else "vc"
    name = f"{kind}+{ending}"
    if header.get("typ", name) != name and media_name(header["typ"]) != name:
        found = repr(header["typ"])
        raise MalformedError(T("its header calls it {found}, not {expected}", found=found, expected=name))
    if header.get("cty", kind) != kind and media_name(header["cty"]) != kind:
        found = repr(header["cty"])
        raise MalformedError(T("its header calls its content {found}, not {expected}", found=found, expected=kind))
    return name


def media_name(name: str) -> str:
    """A media type as VC-JOSE-COSE registers it, without `application/`.

    Its drafts said `vc-ld` and `vc+ld+json` where it says `vc`; tools of UNTP still do, and mean the same.
    """
    return _DRAFTS.sub(r"\1\2", name.lower().removeprefix("application/"))


def claims_of(header: JsonObject, payload: JsonObject) -> JsonObject:
    """The registered claims, and of the header who signed; they agree with the document or it is refused.

    Raises:
        MalformedError: a claim says something else than the document, is no moment, or is one of those forbidden.
    """
    for name in _FORBIDDEN:
        if name in payload:
            raise MalformedError(T("it holds the claim {name}, which must not be there", name=name))
    claims = {} if CLAIMS.isdisjoint(payload) else {name: payload[name] for name in CLAIMS if name in payload}
    signer = signer_of(payload, presented=presents(payload))
    for holder in (header, claims):
        if "iss" in holder:
            require_same(("iss", "issuer"), holder["iss"], signer)
    if claims:
        _require_agreeing(claims, payload)
    claims["iss"] = signer
    if "kid" in header:
        claims["kid"] = header["kid"]
    return claims


def _require_agreeing(claims: JsonObject, payload: JsonObject) -> None:
    if "jti" in claims and "id" in payload:
        require_same(("jti", "id"), claims["jti"], payload["id"])
    subject = payload.get("credentialSubject")
    if "sub" in claims and isinstance(subject, dict) and "id" in subject:
        require_same(("sub", "credentialSubject.id"), claims["sub"], subject["id"])
    for name in ("exp", "nbf"):
        if name in claims and not _is_moment(claims[name]):
            raise MalformedError(T("{name} is not a moment in seconds since 1970", name=name))
    audience = claims.get("aud", [])
    if not isinstance(audience, str) and not (
        isinstance(audience, list) and all(isinstance(name, str) for name in audience)
    ):
        raise MalformedError(T("{name} is not text", name="aud"))
    if not isinstance(claims.get("nonce", ""), str):
        raise MalformedError(T("{name} is not text", name="nonce"))


def _is_moment(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LAST_SECOND


def _moment(value: float) -> datetime:
    return datetime.fromtimestamp(value, UTC)

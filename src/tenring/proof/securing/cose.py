"""Credentials and presentations as COSE_Sign1 (VC-JOSE-COSE, section 3.3; RFC 9052, RFC 9053, RFC 9864, RFC 9596)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tenring.exceptions import MalformedError
from tenring.language import T
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Material
from tenring.proof.securing.cbor import Tagged, cbor, read_cbor
from tenring.proof.securing.jose import PURPOSES, claims_of, json_bytes, typed
from tenring.proof.securing.secured import Secured, SignatureAnswer, does_not_fit, holds, not_its_algorithm
from tenring.proof.strict import JsonObject, read_object

CREDENTIAL_TYPE: Final = "application/vc+cose"
PRESENTATION_TYPE: Final = "application/vp+cose"
#: How each kind of key signs: the identifiers of the IANA registry; we write the first, the fully specified one.
ALGORITHMS: Final[dict[Algorithm, tuple[int, ...]]] = {
    Algorithm.ED25519: (-8, -19),
    Algorithm.P256: (-7, -9),
    Algorithm.P384: (-35, -51),
    Algorithm.P521: (-36, -52),
}
SIGN1: Final = 18
_ALG, _CRIT, _CONTENT, _KID, _CLAIMS, _TYPE = 1, 2, 3, 4, 15, 16
_PARTS: Final = 4


@dataclass(frozen=True)
class CoseProof:
    """The signature of a COSE_Sign1 structure: `signature` over `signed`."""

    name: str
    algorithm: int
    signed: bytes
    signature: bytes
    verification_method: str | None
    signer: str | None

    @property
    def purpose(self) -> str:
        """A credential is asserted, a presentation authenticates its holder."""
        return PURPOSES[self.name[:2]]

    @property
    def created(self) -> datetime | None:
        """Not said."""
        return None

    @property
    def expires(self) -> datetime | None:
        """Not said: a structure with CWT claims is refused."""
        return None

    @property
    def not_before(self) -> datetime | None:
        """Not said."""
        return None

    @property
    def domain(self) -> tuple[str, ...]:
        """For anyone."""
        return ()

    @property
    def challenge(self) -> str | None:
        """It answers none."""
        return None

    @property
    def id(self) -> str | None:
        """No other proof builds on it."""
        return None

    @property
    def previous(self) -> tuple[str, ...]:
        """It builds on no other."""
        return ()

    def holds(self, key: PublicKey, contexts: Material) -> SignatureAnswer:  # noqa: ARG002 - the interface of all proofs
        """Whether this is the key's signature, by the algorithm of the key's own kind."""
        if self.algorithm not in ALGORITHMS[key.algorithm]:
            return not_its_algorithm(str(self.algorithm), key)
        return holds() if key.verifies(self.signature, self.signed) else does_not_fit()


def open_cose(data: bytes) -> Secured:
    """A COSE_Sign1 structure as read, its signature not yet checked.

    Raises:
        MalformedError: it is no such structure, carries no credential or presentation, or asks for what is not
            supported here (`crit`, CWT claims).
    """
    value = read_cbor(data)
    if not isinstance(value, Tagged) or value.tag != SIGN1 or not isinstance(value.value, list):
        raise MalformedError(T("it is no COSE_Sign1 structure"))
    if len(value.value) != _PARTS or [type(part) for part in value.value] != [bytes, dict, bytes, bytes]:
        raise MalformedError(T("it is no COSE_Sign1 structure"))
    protected, unprotected, body, signature = value.value
    header = _header(protected, unprotected)
    payload = read_object(body)
    media = {key: header[label] for key, label in (("typ", _TYPE), ("cty", _CONTENT)) if label in header}
    name = typed(media, payload, "cose")
    claims_of({}, payload)
    signed = cbor(["Signature1", protected, b"", body])
    kid = header.get(_KID, unprotected.get(_KID))
    secured = Secured(payload, name, ())
    proof = CoseProof(name, header[_ALG], signed, signature, _text(kid), secured.signer)
    return Secured(payload, name, (proof,))


def _header(protected: bytes, unprotected: dict[Any, Any]) -> dict[Any, Any]:
    """The protected header: only what is signed says how it is signed and what it is."""
    header = read_cbor(protected) if protected else {}
    if not isinstance(header, dict) or type(header.get(_ALG)) is not int:
        raise MalformedError(T("its header does not say how it is signed (alg)"))
    for label in (_CRIT, _CLAIMS):
        if label in header or label in unprotected:
            raise MalformedError(
                T("its header asks for something that is not supported here ({name})", name=str(label))
            )
    for label in (_TYPE, _CONTENT):
        if not isinstance(header.get(label, ""), str):
            raise MalformedError(T("{name} in its header is not text", name=str(label)))
    return header


def _text(kid: object) -> str | None:
    if kid is None:
        return None
    try:
        return kid.decode("utf-8") if isinstance(kid, bytes) else str(kid)
    except UnicodeDecodeError as error:
        raise MalformedError(T("{name} in its header is not text", name="kid")) from error


def sign_cose(document: JsonObject, signer: Signer, typ: str = CREDENTIAL_TYPE) -> bytes:
    """`document` as a signed COSE_Sign1 structure.

    Args:
        document: the credential or presentation.
        signer: who signs; its verification method becomes `kid`.
        typ: `application/vc+cose` or `application/vp+cose`.

    Raises:
        MalformedError: the document cannot be secured so.
        KeyMaterialError: the key cannot be used.
    """
    content = f"application/{typ.removeprefix('application/')[:2]}"
    typed({"typ": typ, "cty": content}, document, "cose")
    claims_of({}, document)
    protected = cbor(
        {
            _ALG: ALGORITHMS[signer.key.algorithm][0],
            _CONTENT: content,
            _KID: signer.verification_method.encode("utf-8"),
            _TYPE: typ,
        }
    )
    body = json_bytes(document)
    signature = signer.sign(cbor(["Signature1", protected, b"", body]))
    return cbor(Tagged(SIGN1, [protected, {}, body, signature]))

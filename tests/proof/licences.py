"""Invented licences, keys and the pieces around them, for the tests of issuing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenring.catalogue import Catalogue
from tenring.proof.credential.build import SCHEMA, Issuing, conformity_credential
from tenring.proof.credential.granted import Granted, licence_of
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.keys.public import Algorithm, PublicKey
from tenring.proof.keys.signer import Signer
from tenring.proof.material import Documents, Held
from tenring.proof.strict import JsonObject
from tenring.rulebook.library import Library, load_library
from tenring.rulebook.publish.names import Publication

REPOSITORY = Path(__file__).resolve().parents[2]
CATALOG = REPOSITORY / "catalog"
DID = "did:web:label.example"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CRITERIA = "tsca-title-vi/wood-panels/2010-07-07"

REPORT = {"kind": "test_report", "date": "2024-04-15", "laboratory": "Example Laboratory", "accredited": "true"}
MET: Mapping[str, Any] = {
    "panel_type": {"value": "MDF", "shown_by": [{"kind": "declaration"}]},
    "panel_resin_class": "other",
    "formaldehyde_emission": {"value": "0.09", "unit": "ppmv", "method": "ASTM E1333", "shown_by": [REPORT]},
}
BROKEN = {**MET, "formaldehyde_emission": {**MET["formaldehyde_emission"], "value": "0.5"}}
NOT_SHOWN = {name: one for name, one in MET.items() if name != "formaldehyde_emission"}


@cache
def library() -> Library:
    return load_library(CATALOG)


@cache
def catalogue() -> Catalogue:
    return Catalogue(CATALOG)


def issuing(**issuer: Any) -> Issuing:
    written = WrittenIssuer.model_validate({"name": "Example Label Office (sample)"} | issuer)
    publication = Publication(library(), catalogue().programmes, date(2026, 11, 28), written.criteria)
    return Issuing(DID, written, publication, catalogue().categories)


def content(**changes: Any) -> dict[str, Any]:
    """The content of a licence file for invented boards."""
    own: dict[str, Any] = {
        "number": "SAMPLE-0042",
        "programme": "tsca-title-vi",
        "category": "wood-panels",
        "criteria": CRITERIA,
        "holder": {"name": "Hexlowe Boards (sample)", "country": "NZ"},
        "products": [
            {"name": "MDF board 18 mm", "brand": "Hexlowe", "model": "HX-MDF18", "gtins": ["2000000000428"]},
            {"name": "MDF board 22 mm", "brand": "Hexlowe", "model": "HX-MDF22"},
        ],
        "validity": {"from": "2024-06-01", "until": "2027-05-31"},
        "given": dict(MET),
        "sample": "true",
    }
    return {name: value for name, value in (own | changes).items() if value is not None}


def licence(**changes: Any) -> Granted:
    return licence_of(content(**changes), library().properties, where="licence.yml", folder=REPOSITORY)


def credential(**changes: Any) -> JsonObject:
    return conformity_credential(licence(**changes), issuing())


def official(data: Path) -> Documents:
    """The official schema, from the folder of real data."""
    body = (data / "untp" / "v0.7.0" / "schema" / "ConformityCredential.json").read_bytes()
    return Documents({SCHEMA: Held(SCHEMA, body, NOW)})


@dataclass(frozen=True)
class Ed25519Signer:
    """Signs with a seed of the test's own."""

    seed: bytes = b"\x07" * 32
    verification_method: str = f"{DID}#key-1"

    @property
    def key(self) -> PublicKey:
        return PublicKey(Algorithm.ED25519, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)

    def __call__(self) -> Signer:
        """As an opener: the key of a test may go from process to process."""
        return self


@dataclass(frozen=True)
class P256Signer:
    """As `Ed25519Signer`, on the curve P-256."""

    number: int = 7
    verification_method: str = f"{DID}#key-2"

    @property
    def key(self) -> PublicKey:
        public = self._private.public_key()
        return PublicKey(Algorithm.P256, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))

    @property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.number, ec.SECP256R1())

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

"""Invented licences, keys and the pieces around them, for the tests of issuing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tenring.catalogue import Catalogue
from tenring.proof.credential.build import SCHEMA, Issuing, conformity_credential
from tenring.proof.credential.granted import Granted, licence_of
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.public import Algorithm
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
class Key:
    """Opens a key of the tests in any process: its number is no secret."""

    number: int = 7
    algorithm: Algorithm = Algorithm.ED25519
    did: str = DID

    def __call__(self) -> Signer:
        return LocalSigner.of(self.algorithm, self.number.to_bytes(32, "big"), f"{self.did}#key-{self.number}")


EDWARDS = Key()
CURVE = Key(8, Algorithm.P256)

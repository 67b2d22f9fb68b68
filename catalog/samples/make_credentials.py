"""Make the sample credentials; every run writes the same bytes.

    python catalog/samples/make_credentials.py [FOLDER]

Issuer, licences and boards are invented, and the key that signs stands below: whoever reads it can sign in its name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tenring.catalogue import Catalogue
from tenring.proof.credential.build import Issuing, conformity_credential
from tenring.proof.credential.granted import licence_of
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.did.publish import Published, did_document
from tenring.proof.issue import sign
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.public import Algorithm
from tenring.rulebook.library import load_library
from tenring.rulebook.publish.names import Publication

DID = "did:web:label.example"
READ_ON = date(2026, 6, 30)
CREATED = datetime(2026, 6, 1, 9, tzinfo=UTC)
SIGNER = LocalSigner.of(Algorithm.ED25519, b"a sample key: everybody knows it", f"{DID}#sample-1")
REPORT = {"kind": "test_report", "date": "2026-04-15", "laboratory": "Example Laboratory", "accredited": "true"}
BOARDS = (
    ("SAMPLE-0101", "MDF board 12 mm", "HX-MDF12", "2000000000428", "0.08"),
    ("SAMPLE-0102", "MDF board 16 mm", "HX-MDF16", "2000000000435", "0.09"),
    ("SAMPLE-0103", "MDF board 19 mm", "HX-MDF19", "2000000000442", "0.10"),
    ("SAMPLE-0104", "MDF board 25 mm", "HX-MDF25", "2000000000459", "0.05"),
    ("SAMPLE-0105", "MDF board 30 mm", "HX-MDF30", "2000000000466", "0.07"),
)


def credentials(catalog: Path) -> list[dict[str, Any]]:
    """The credentials of all boards, unsigned."""
    library, catalogue = load_library(catalog), Catalogue(catalog)
    issuer = WrittenIssuer(name="Example Label Office (sample)", address="https://label.example/")
    issuing = Issuing(DID, issuer, Publication(library, catalogue.programmes, READ_ON), catalogue.categories)
    found = (licence_of(content(*board), library.properties, where=board[0], folder=catalog) for board in BOARDS)
    return [conformity_credential(one, issuing) for one in found]


def content(number: str, name: str, model: str, gtin: str, emission: str) -> dict[str, Any]:
    """The licence file of one board."""
    return {
        "number": number,
        "programme": "tsca-title-vi",
        "category": "wood-panels",
        "criteria": "tsca-title-vi/wood-panels/2010-07-07",
        "sample": "true",
        "holder": {"name": "Hexlowe Boards (sample)", "country": "NZ"},
        "products": [{"name": name, "brand": "Hexlowe", "model": model, "gtins": [gtin]}],
        "validity": {"from": "2026-06-01", "until": "2029-05-31"},
        "given": {
            "panel_type": {"value": "MDF", "shown_by": [{"kind": "declaration"}]},
            "panel_resin_class": "other",
            "formaldehyde_emission": {
                "value": emission,
                "unit": "ppmv",
                "method": "ASTM E1333",
                "shown_by": [REPORT],
            },
        },
    }


def lines(documents: list[dict[str, Any]]) -> Iterator[str]:
    """A token, an embedded proof, a token in an envelope; one altered after signing, one that nobody signed."""
    signed = [sign(document, SIGNER, created=CREATED) for document in documents]
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{signed[2].token}",
        "type": "EnvelopedVerifiableCredential",
    }
    altered = json.loads(json.dumps(signed[3].archive))
    altered["credentialSubject"]["conformityAssessment"][0]["assessedProduct"][0]["product"]["modelNumber"] = "HX-ANY"
    yield signed[0].token
    for one in (signed[1].archive, envelope, altered, documents[4]):
        yield json.dumps(one, ensure_ascii=False)


def main(folder: Path) -> None:
    """Write the credentials and their issuer's document."""
    out = folder / "credentials"
    out.mkdir(exist_ok=True)
    name = f"untp_credentials_{READ_ON.strftime('%Y_%m_%d')}_sample.ndjson"
    documents = credentials(Path(__file__).resolve().parents[1])
    (out / name).write_text("".join(f"{line}\n" for line in lines(documents)), encoding="utf-8")
    document = did_document(DID, [Published(url=SIGNER.verification_method, key=SIGNER.key)])
    (out / "did.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)

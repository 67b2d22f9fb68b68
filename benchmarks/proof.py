"""How fast signatures are verified, on one core, beside the bare Ed25519 rate of the same machine.

    python benchmarks/proof.py
    python benchmarks/proof.py --repeat 20 --batch 200

The credential is invented, of the size and shape of a conformity credential of UNTP 0.7 (4 kB). Measured is what a
verifier does for each one: reading the secured document strictly, its form by the data model, and its signature with a
key that is at hand. Times are CPU seconds of this process, the fastest of several batches: the others measure what else
the machine was doing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from results import record

from tenring.proof.datamodel import require_credential
from tenring.proof.keys.local import LocalSigner
from tenring.proof.keys.public import Algorithm
from tenring.proof.material import Documents
from tenring.proof.securing import add_proof, open_secured, sign_cose, sign_jwt, sign_sd_jwt

ISSUER = "did:web:label.example"
NOTHING = Documents({})
CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET_BYTES = {Algorithm.ED25519: 32, Algorithm.P256: 32}


def credential() -> dict[str, Any]:
    """An invented licence for a display, as a Digital Conformity Credential without its context of terms."""
    assessments = (
        ("Energy use when on", 17.3, "W"),
        ("Energy use in standby", 0.25, "W"),
        ("Recycled plastics", 35, "P1"),
        ("Mercury in lamps", 0, "MGM"),
        ("Warranty", 5, "ANN"),
    )
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://vocabulary.uncefact.org/untp/0.7.0/context/",
        ],
        "type": ["DigitalConformityCredential", "VerifiableCredential"],
        "id": "https://label.example/credentials/MON-2026-00017",
        "issuer": {"type": ["CredentialIssuer"], "id": ISSUER, "name": "Example Green Label"},
        "validFrom": "2026-03-02T00:00:00Z",
        "validUntil": "2029-03-01T23:59:59Z",
        "name": "Licence MON-2026-00017: Example Display 27",
        "credentialStatus": [_status("revocation"), _status("suspension")],
        "credentialSubject": {
            "type": ["ConformityAttestation"],
            "id": "https://label.example/licences/MON-2026-00017",
            "name": "Licence of the Example Green Label",
            "assessorLevel": "3rdParty",
            "assessmentLevel": "authority-benchmark",
            "attestationType": "certification",
            "issuedToParty": {"type": ["Party"], "id": "did:web:maker.example", "name": "Example Displays Ltd"},
            "referenceScheme": {"type": ["ConformityScheme"], "id": "https://label.example", "name": "Example Label"},
            "referenceProfile": {
                "type": ["ConformityProfile"],
                "id": "https://label.example/criteria/monitors/v3",
                "name": "Monitors, version 3",
            },
            "conformityAssessment": [_assessment(number, *one) for number, one in enumerate(assessments, 1)],
            "assessedProduct": [_product(number) for number in range(2)],
        },
    }


def _status(purpose: str) -> dict[str, str]:
    address = f"https://label.example/status/{purpose}/3"
    return {
        "id": f"{address}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": "94567",
        "statusListCredential": address,
    }


def _assessment(number: int, name: str, value: float, unit: str) -> dict[str, Any]:
    metric = {"type": ["PerformanceMetric"], "id": f"https://label.example/metrics/{number}", "name": name}
    return {
        "type": ["ConformityAssessment"],
        "id": f"https://label.example/licences/MON-2026-00017/assessments/{number}",
        "name": name,
        "assessmentCriteria": [
            {"type": ["Criterion"], "id": f"https://label.example/criteria/monitors/v3/{number}", "name": name}
        ],
        "assessmentDate": "2026-03-02",
        "assessedPerformance": [{"metric": metric, "measure": {"value": value, "unit": unit}}],
        "conformance": True,
    }


def _product(number: int) -> dict[str, Any]:
    gtin = f"950600013435{number}"
    return {
        "product": {
            "type": ["Product"],
            "id": f"https://id.example/01/0{gtin}",
            "name": f"Example Display 27 {number}",
            "registeredId": gtin,
            "modelNumber": f"ED-27-{number}",
        }
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and record."""
    options = parsed(arguments)

    def rate(work: Callable[[], object]) -> float:
        return options.batch / min(_seconds(work, options.batch) for _ in range(options.repeat))

    own = _signer(Algorithm.ED25519)
    bare = bare_rate(own, rate)
    record("bare Ed25519 signatures verified", round(bare), unit="/s", note="a short message, one core")
    for name, goal in (("vc+jwt", 50), ("eddsa-jcs-2022", 35)):
        raw = secured(name, own)
        reached = rate(lambda raw=raw: verified(raw, own))
        record(f"{name} verified", round(reached), unit="/s", note=f"{len(raw):,} bytes: read, form, signature")
        record(f"{name} verified, of the bare rate", round(100 * reached / bare), unit="%", goal=f"≥ {goal}")
    others = (("vc+sd-jwt", own), ("vc+cose", own), ("eddsa-rdfc-2022", own), ("vc+jwt", _signer(Algorithm.P256)))
    for name, signer in others:
        raw = secured(name, signer)
        what = f"{name} verified" + ("" if signer is own else f", {signer.key.algorithm.value}")
        record(what, round(rate(lambda raw=raw, signer=signer: verified(raw, signer))), unit="/s")
    for name in ("vc+jwt", "eddsa-jcs-2022"):
        record(f"{name} signed", round(rate(lambda name=name: secured(name, own))), unit="/s")
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=30, help="batches, of which the fastest counts")
    parser.add_argument("--batch", type=int, default=200, help="credentials in a batch")
    return parser.parse_args(arguments)


def bare_rate(signer: LocalSigner, rate: Callable[[Callable[[], object]], float]) -> float:
    """Signatures a second that the library alone verifies."""
    message = b"\x17" * 64
    signature = signer.sign(message)
    key: Any = signer.key.loaded
    return rate(lambda: key.verify(signature, message))


def secured(name: str, signer: LocalSigner) -> bytes:
    """The credential, secured in one of the ways."""
    document = credential()
    if name == "vc+jwt":
        return sign_jwt(document, signer).encode()
    if name == "vc+sd-jwt":
        return sign_sd_jwt(document, signer, ["credentialSubject.issuedToParty"]).encode()
    if name == "vc+cose":
        return sign_cose(document, signer)
    if "rdfc" in name:
        # The context of UNTP is not ours to ship; the examples' context gives every term an address as well.
        document["@context"][1] = "https://www.w3.org/ns/credentials/examples/v2"
    proven = add_proof(document, signer, created=CREATED, cryptosuite=name)
    return json.dumps(proven, ensure_ascii=False, separators=(",", ":")).encode()


def verified(raw: bytes, signer: LocalSigner) -> None:
    """What a verifier does, up to the signature; ends the run when it is not right."""
    opened = open_secured(raw)
    require_credential(opened.document)
    if not all(proof.holds(signer.key, NOTHING) for proof in opened.proofs):
        message = "a signature of the benchmark does not hold"
        raise RuntimeError(message)


def _signer(kind: Algorithm) -> LocalSigner:
    return LocalSigner.of(kind, b"\x07" * SECRET_BYTES[kind], f"{ISSUER}#key-1")


def _seconds(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - started


if __name__ == "__main__":
    raise SystemExit(main())

"""Issuing: many invented licences from NDJSON, judged, built, checked, signed both ways and written.

    python benchmarks/issuing.py [--licences N] [--workers N]

Each licence is of one board with its evidence; each credential has seven assessments and a place in both status lists.
Measured is `issue_many` as a whole, from the first line read to the last file written; the goal is for 10,000.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from results import record

from tenring.commands.issue import StandardMaterial, StoredKey
from tenring.proof.credential.build import SCHEMA
from tenring.proof.credential.written import WrittenIssuer
from tenring.proof.issue_many import Basis, Statuses, issue_many
from tenring.proof.keys.kept import KeyPurpose
from tenring.proof.keys.store import By, KeyStore
from tenring.proof.status import StatusBook
from tenring.settings import Settings, from_environment

DID = "did:web:label.example"
GOAL_SECONDS = 15
GOAL_LICENCES = 10_000
REPORT = {"kind": "test_report", "date": "2024-04-15", "laboratory": "Example Laboratory", "accredited": "true"}


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licences", type=int, default=GOAL_LICENCES)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    settings = from_environment()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = place / "licences.ndjson"
        source.write_text("".join(f"{json.dumps(one)}\n" for one in licences(given.licences)), encoding="utf-8")
        measure(settings, source, place, given.workers)


def licences(count: int) -> Iterator[dict[str, Any]]:
    """Licence files of invented boards."""
    emission = {"value": "0.09", "unit": "ppmv", "method": "ASTM E1333", "shown_by": [REPORT]}
    for number in range(count):
        yield {
            "number": f"SAMPLE-{number:06}",
            "programme": "tsca-title-vi",
            "category": "wood-panels",
            "criteria": "tsca-title-vi/wood-panels/2010-07-07",
            "sample": "true",
            "holder": {"name": f"Hexlowe Boards {number % 500} (sample)", "country": "NZ"},
            "products": [{"name": "MDF board", "brand": "Hexlowe", "model": f"HX-{number}"}],
            "validity": {"from": "2024-06-01", "until": "2027-05-31"},
            "given": {
                "panel_type": {"value": "MDF", "shown_by": [{"kind": "declaration"}]},
                "panel_resin_class": "other",
                "formaldehyde_emission": emission,
            },
        }


def measure(settings: Settings, source: Path, place: Path, workers: int) -> None:
    """Issue once and keep seconds, processor seconds and credentials a second."""
    created = datetime(2026, 11, 28, 12, tzinfo=UTC)
    secret = "everybody knows it"  # noqa: S105 - of a key that signs nothing but the benchmark
    by = By("the benchmark", created, "to sign invented licences")
    kept = KeyStore(place / "keys").new("issuing-1", KeyPurpose.ISSUING, secret, by, controller=DID)
    material = StandardMaterial(settings)
    basis = Basis(
        catalog=settings.catalog,
        compiled=place / "compiled",
        did=DID,
        issuer=WrittenIssuer(name="Example Label Office (sample)", address="https://label.example/"),
        on=created.date(),
        key=StoredKey(place / "keys", kept.name, secret),
        archive=None,
        material=material,
    )
    statuses = Statuses(StatusBook(place / "status.sqlite"), "https://label.example/status")
    began = time.perf_counter()
    run = issue_many(source, basis, out=place / "out", created=created, statuses=statuses, workers=workers)
    seconds = time.perf_counter() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    note = f"{run.issued:,} issued, {len(run.rejected):,} rejected, {workers} workers, official schema "
    note += "at hand" if material().find(SCHEMA) is not None else "not at hand"
    goal = f"≤ {GOAL_SECONDS}" if run.issued == GOAL_LICENCES else None
    record("issuing licences, wall", seconds, unit="s", goal=goal, note=note)
    record("issuing licences, processor time", processor, unit="s", note=note)


if __name__ == "__main__":
    main()

"""What registers there are, and what is known of each: the data of `tenring register list`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tenring.exceptions import SnapshotError
from tenring.register.definition import RegisterDefinition, load_registers
from tenring.register.manifest import ListReport, sums
from tenring.register.snapshot import Snapshot

if TYPE_CHECKING:
    from tenring.settings import Settings


@dataclass(frozen=True)
class RegisterOverview:
    """One register: who runs it, what its mark is, and its last reading."""

    id: str
    names: dict[str, str]
    economy: str
    programme: str
    programme_type: str | None
    """I, II, III, energy, it, other (see catalog/programmes); None when the programme is not in the catalogue."""
    access: str
    """open: `tenring register fetch` gets it; account and none: see the register's README."""
    lists: int
    lists_read: int
    last_read: date | None
    licences: int
    listed: int
    """Licences that the last readings have; the others vanished since."""
    rejected: int
    problems: int
    warnings: tuple[str, ...]
    sample: bool | None
    """Whether the readings are of invented samples; None when it was never read."""


def overview(settings: Settings) -> list[RegisterOverview]:
    """All registers of the catalogue, with what the current snapshot knows of them."""
    try:
        snapshot: Snapshot | None = Snapshot.open(settings)
    except SnapshotError:
        snapshot = None
    licences = _licences_by_register(snapshot) if snapshot else {}
    types = _programme_types(settings.catalog)
    registers = load_registers(settings.catalog).values()
    return [_overview(register, snapshot, licences.get(register.id, 0), types) for register in registers]


def _overview(
    register: RegisterDefinition, snapshot: Snapshot | None, licences: int, types: dict[str, str]
) -> RegisterOverview:
    manifest = snapshot.manifest if snapshot else None
    reports: list[ListReport] = [r for r in (manifest.lists if manifest else ()) if r.register_id == register.id]
    counts = sums([file for report in reports for file in report.files])
    return RegisterOverview(
        id=register.id,
        names=register.names,
        economy=register.economy,
        programme=register.programme,
        programme_type=types.get(register.programme),
        access=register.source.access.kind,
        lists=len(register.lists),
        lists_read=len(reports),
        last_read=max((report.read_on for report in reports if report.read_on), default=None),
        licences=licences,
        listed=sum(report.published for report in reports),
        rejected=counts["rejected"],
        problems=counts["problems"],
        warnings=tuple(f"{report.list_id}: {warning}" for report in reports for warning in report.warnings),
        sample=manifest.sample if manifest and reports else None,
    )


def _licences_by_register(snapshot: Snapshot) -> dict[str, int]:
    with snapshot.connect() as db:
        return dict(db.execute("SELECT register, count(*) FROM licences GROUP BY register").fetchall())


def _programme_types(catalog: Path) -> dict[str, str]:
    """Programme -> its type, read without judging the rest of the file (`tenring catalogue` checks it)."""
    found = {}
    for path in (catalog / "programmes").glob("*.yml"):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(raw, dict) and "type" in raw:
            found[path.stem] = str(raw["type"])
    return found

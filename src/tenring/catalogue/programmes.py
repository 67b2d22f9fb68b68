"""Label and certification programmes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tenring.catalogue.files import CatalogueModel, Source, load_model, named_files, require_same_id

#: ISO 14024, ISO 14021, ISO 14025, energy label, label for information technology, other certification mark.
ProgrammeType = Literal["I", "II", "III", "energy", "it", "other"]
#: Who stands behind an entry of its register: an independent body, an authority, or the supplier alone.
Assurance = Literal["third_party", "regulator", "self_declared"]


class Programme(CatalogueModel):
    """A label or certification programme and its operator."""

    id: str
    names: dict[str, str]
    operator: dict[str, str]
    economy: str
    economies: tuple[str, ...] = ()
    type: ProgrammeType
    assurance: Assurance
    since: str | None = None
    website: str | None = None
    identifiers: dict[str, str | tuple[str, ...]] = {}
    networks: tuple[str, ...] = ()
    sources: tuple[Source, ...]
    note: str | None = None

    def home(self) -> frozenset[str]:
        """Economies in which the programme is at home."""
        return frozenset({self.economy, *self.economies})


def load_programmes(folder: Path) -> dict[str, Programme]:
    """All programmes of a folder by id.

    Raises:
        CatalogueError: a file breaks the format.
    """
    programmes = {}
    for name, path in named_files(folder):
        programme = load_model(path, Programme)
        require_same_id(programme.id, name, path)
        programmes[name] = programme
    return programmes

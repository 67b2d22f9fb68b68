"""Agreements between programmes; a live one that accepts certificates turns a foreign licence into `recognised`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from tenring.catalogue.files import CatalogueModel, Source, load_model, named_files, require_same_id


class Agreement(CatalogueModel):
    """A dated agreement between programmes. Empty `categories` means that the source does not name any."""

    id: str
    parties: tuple[str, ...] = Field(min_length=2)
    from_: date | str | None = Field(alias="from", default=None)
    until: date | str | None = None
    mode: Literal["accepts_certificates", "common_criteria", "proxy", "cooperation"]
    categories: tuple[str, ...] = ()
    state: Literal["live", "stale", "unknown"]
    sources: tuple[Source, ...]
    note: str | None = None

    def carries_certificates(self) -> bool:
        """Whether a licence of one party counts at the other."""
        return self.mode == "accepts_certificates" and self.state == "live"


def load_agreements(folder: Path) -> dict[str, Agreement]:
    """All agreements of a folder by id.

    Raises:
        CatalogueError: a file breaks the format.
    """
    agreements = {}
    for name, path in named_files(folder):
        agreement = load_model(path, Agreement)
        require_same_id(agreement.id, name, path)
        agreements[name] = agreement
    return agreements

"""What a snapshot says about itself: sources, checksums, counts, warnings. It is `manifest.json` beside the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tenring.exceptions import SnapshotError

FILE_NAME = "manifest.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class FileReport(_Frozen):
    """One file that was read. Its rows are published, merged or rejected; nothing else."""

    name: str
    sha256: str
    bytes: int
    rows: int
    published: int
    merged: int
    rejected: int
    problems: int
    """Cells that were left out of rows that are published."""
    read_on: date | None
    read_on_by: str
    address: str | None = None
    fetched_at: datetime | None = None
    correction: bool = False


class ListReport(_Frozen):
    """The last reading of one list. `carried`: it was made by an earlier build and is unchanged."""

    register_id: str
    list_id: str
    programme: str
    economy: str
    read_on: date | None
    read_on_by: str
    published: int
    files: tuple[FileReport, ...]
    warnings: tuple[str, ...] = ()
    carried: bool = False

    @property
    def merged(self) -> int:
        """Rows that repeat another entry."""
        return sum(file.merged for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows that could not be published."""
        return sum(file.rejected for file in self.files)

    @property
    def problems(self) -> int:
        """Cells that could not be read."""
        return sum(file.problems for file in self.files)


class AssertionReport(_Frozen):
    """One assertion about the whole snapshot, and whether it held."""

    name: str
    holds: bool
    detail: str = ""


class Manifest(_Frozen):
    """Everything needed to say where a figure comes from."""

    name: str
    created_at: datetime
    tool: str
    sample: bool
    on: date | None
    based_on: str | None
    """Name of the snapshot whose history this one continues."""
    lists: tuple[ListReport, ...]
    totals: dict[str, int]
    """Rows of each table."""
    assertions: tuple[AssertionReport, ...]
    unknown_files: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def list_report(self, register_id: str, list_id: str) -> ListReport | None:
        """What is known of a list, if it was ever read."""
        return next((r for r in self.lists if (r.register_id, r.list_id) == (register_id, list_id)), None)


def write(manifest: Manifest, folder: Path) -> None:
    """Write `manifest.json` into `folder`."""
    (folder / FILE_NAME).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a snapshot.

    Raises:
        SnapshotError: the folder has none, or it is damaged.
    """
    path = folder / FILE_NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        message = f"{path}: the snapshot has no readable manifest. Build it again with `tenring register build`"
        raise SnapshotError(message) from error


def sums(files: Sequence[FileReport]) -> dict[str, int]:
    """Counts over several files."""
    names = ("rows", "published", "merged", "rejected", "problems")
    return {name: sum(getattr(file, name) for file in files) for name in names}

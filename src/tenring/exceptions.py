"""Everything Tenring raises on purpose. A message says what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class TenringError(Exception):
    """Base of all errors that a user can act on. The command line prints it and ends with exit code 2."""


@dataclass(frozen=True)
class Place:
    """Where something is wrong: a file and, as far as known, sheet, row (1 = first line of the file) and column."""

    file: Path | str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [str(self.file)]
        if self.sheet:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


class UnusableInputError(TenringError):
    """A file or an argument cannot be used at all: nothing was read, nothing was written."""

    def __init__(self, what: str, *, where: Place | Path | str | None = None, do: str | None = None) -> None:
        self.what, self.where, self.do = what, where, do
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}. {do}" if do else message)


class UnknownColumnsError(UnusableInputError):
    """Nothing says what was bought: somebody has to say what the columns of a table hold. `columns` has their names."""

    def __init__(self, what: str, *, columns: Sequence[str], where: Place | Path | str | None = None, do: str) -> None:
        super().__init__(what, where=where, do=do)
        self.columns = tuple(columns)


class CatalogueError(UnusableInputError):
    """A file under catalog/ breaks its format or refers to something that does not exist."""


class RegisterError(UnusableInputError):
    """A register file cannot be read as its `register.yml` says."""


class SnapshotError(TenringError):
    """A snapshot cannot be built, found or opened. The one that was serving is untouched."""


class AssertionFailedError(SnapshotError):
    """A register broke a minimum assertion (for example, it shrank by half): nothing was published."""


class FetchError(TenringError):
    """A publisher's file could not be fetched; the cached one, if any, is untouched."""


class DecisionError(TenringError):
    """A person's decision about a match or category cannot be recorded or read; those recorded are untouched."""


class EngineError(TenringError):
    """Bulk work cannot go on: its engine is missing, cannot be reached, or ran out of memory or disk space."""


class ProofError(TenringError):
    """Base of what goes wrong with credentials and what stands behind them."""


class MalformedError(ProofError):
    """A document breaks its format, or could be read in two ways; nothing of it is used."""


class KeyMaterialError(ProofError):
    """A key cannot be read or used."""


class MaterialError(ProofError):
    """Something a verifier needs cannot be read or fetched."""


class IssueError(ProofError):
    """A credential cannot be issued; nothing was written."""

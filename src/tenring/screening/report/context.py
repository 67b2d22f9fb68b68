"""What a report has to know besides the screened lines, and the files it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class ProgrammeFacts:
    """A programme of the catalogue. `type`: I, II, III, energy, it or other; `mark`: read, secondary or unverified."""

    names: Mapping[str, str]
    type: str
    economy: str | None = None
    mark: str = "read"


@dataclass(frozen=True)
class RegisterFacts:
    """One register of the snapshot: whose it is, the day it was last read, how many licences it holds."""

    id: str
    programme: str
    read: date | None
    licences: int
    sample: bool = False


@dataclass(frozen=True)
class SnapshotFacts:
    """The snapshot that was asked. `sample`: it holds invented licences."""

    name: str
    created: date
    registers: tuple[RegisterFacts, ...] = ()
    sample: bool = False


@dataclass(frozen=True)
class MatcherFacts:
    """The published matcher, and the score below which text alone is never green."""

    version: str
    threshold: Decimal


@dataclass(frozen=True)
class LeftOut:
    """What the matcher did not compare because it would cost too much: so many pairs of so many different products."""

    what: str
    lines: int
    pairs: int


@dataclass(frozen=True)
class ReportContext:
    """Everything a report says that is not in the lines.

    `language`: en or zh; `on`: the reference date of the screening; `categories`: id → names by language;
    `programmes`: id → facts. An id without a name is shown as it is.
    """

    language: str
    economy: str
    title: str
    on: date
    snapshot: SnapshotFacts
    matcher: MatcherFacts
    tool_version: str
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    programmes: Mapping[str, ProgrammeFacts] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class ReportFiles:
    """Paths of what `write_report` wrote."""

    html: Path
    xlsx: Path
    summary: Path
    figures: Path

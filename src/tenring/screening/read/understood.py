"""What was understood of a file, and on what evidence: the content of `understood.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tenring.screening.read.names import Use

Totals = Mapping[str, Decimal]
"""Currency (ISO 4217; "" where none is known) → sum of amounts."""


@dataclass(frozen=True)
class Decision:
    """Something decided for a whole column, and why."""

    decided: str | None
    evidence: str


@dataclass(frozen=True)
class Counts:
    """Rows of a table. `read` = `header` + `lines` + `skipped` + `rejected`; `unread` counts single cells of lines."""

    read: int = 0
    header: int = 0
    lines: int = 0
    skipped: int = 0
    rejected: int = 0
    unread: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.read + other.read,
            self.header + other.header,
            self.lines + other.lines,
            self.skipped + other.skipped,
            self.rejected + other.rejected,
            self.unread + other.unread,
        )


@dataclass(frozen=True)
class Sums:
    """Sums of amounts by currency: of all rows as they stand in the file (`raw`), and where they went.

    `raw` = `lines` + `rejected` + `skipped`, exactly.
    """

    raw: Totals = field(default_factory=dict)
    lines: Totals = field(default_factory=dict)
    rejected: Totals = field(default_factory=dict)
    skipped: Totals = field(default_factory=dict)

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            added(self.raw, other.raw),
            added(self.lines, other.lines),
            added(self.rejected, other.rejected),
            added(self.skipped, other.skipped),
        )

    @property
    def reconciled(self) -> bool:
        """Whether nothing was lost or counted twice."""
        parts = added(added(self.lines, self.rejected), self.skipped)
        return _without_zero(parts) == _without_zero(self.raw)


def added(left: Totals, right: Totals) -> dict[str, Decimal]:
    """The sum of two totals, currency by currency."""
    return {
        currency: left.get(currency, Decimal(0)) + right.get(currency, Decimal(0))
        for currency in sorted({*left, *right})
    }


def _without_zero(totals: Totals) -> dict[str, Decimal]:
    return {currency: amount for currency, amount in totals.items() if amount}


@dataclass(frozen=True)
class SheetUnderstood:
    """What was understood of one table: its header, columns, decisions, counts and sums."""

    sheet: str | None
    header_rows: tuple[int, ...]
    language: str
    columns: tuple[Use, ...]
    decisions: Mapping[str, Decision]
    counts: Counts
    sums: Sums
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileUnderstood:
    """What was understood of one file."""

    file: str
    format: str
    sheets: tuple[SheetUnderstood, ...]
    encoding: Decision | None = None
    separator: str | None = None
    stages: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        """Rows of all its tables."""
        return sum((sheet.counts for sheet in self.sheets), Counts())

    @property
    def sums(self) -> Sums:
        """Sums of all its tables."""
        return sum((sheet.sums for sheet in self.sheets), Sums())


def unknown_columns(uses: Iterable[Use]) -> list[str]:
    """Headers that nothing was made of."""
    return [use.header for use in uses if use.field is None and use.header]


def stages_of(names: Iterable[str | None]) -> dict[str, int]:
    """How many lines take their amount from which stage."""
    return dict(Counter(str(name) for name in names if name))

"""The report on a screened purchase file: one page, one workbook, and every figure with the lines behind it."""

from __future__ import annotations

from tenring.screening.report.context import (
    MatcherFacts,
    ProgrammeFacts,
    RegisterFacts,
    ReportContext,
    ReportFiles,
    SnapshotFacts,
)
from tenring.screening.report.write import write_report

__all__ = [
    "MatcherFacts",
    "ProgrammeFacts",
    "RegisterFacts",
    "ReportContext",
    "ReportFiles",
    "SnapshotFacts",
    "write_report",
]

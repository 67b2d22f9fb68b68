"""What people decided about matches and categories: kept for ever, used again, exportable as labelled data."""

from __future__ import annotations

from tenring.screening.memory.decision import Decided, Decision, Kind, LicenceMeant, Source, Subject
from tenring.screening.memory.store import Decisions, Recorded

__all__ = ["Decided", "Decision", "Decisions", "Kind", "LicenceMeant", "Recorded", "Source", "Subject"]

"""Small decisions, and processes that write them."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tenring.screening.memory import Decided, Decision, Decisions, LicenceMeant, Source, Subject

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LICENCE = LicenceMeant("cn:1", "china-environmental-label", "CEC-1", "Qingyun", "QY-27", "Desktop")


def decision(decided: Decided = Decided.CONFIRMED, *, hours: int = 0, **fields: Any) -> Decision:
    """A decision about a Qingyun desktop computer and its licence, `hours` after noon."""
    given: dict[str, Any] = {
        "subject": Subject(text="Qingyun desktop computer QY-27"),
        "licence": None if "category" in fields else LICENCE,
        "who": "Li Wei",
        "why": "the label is on the invoice",
        "at": NOON + timedelta(hours=hours),
        "source": Source("tenring-out/march", "l1", "20260301T000000-1", 0.82),
    }
    return Decision(decided=decided, **(given | fields))


def record_many(path: Path, name: str) -> None:
    """Record twenty decisions of `name`, one after the other."""
    for hours in range(20):
        Decisions(path).record([decision(who=name, hours=hours)])


def die_while_writing(path: Path) -> None:
    """Leave as a power cut would: inside a transaction, with its journal on the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    for number in range(200):
        connection.execute(
            "INSERT INTO decision (kind, decided, subject_key, target_key, who, at, why, category) "
            "VALUES ('category', 'confirmed', ?, 'x', 'w', '2026-01-01T00:00:00+00:00', ?, 'x')",
            [str(number), "y" * 3000],
        )
    os._exit(9)

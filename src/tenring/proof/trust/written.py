"""Who writes something down, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Written:
    """Who writes a line, when and why."""

    who: str
    at: datetime
    why: str

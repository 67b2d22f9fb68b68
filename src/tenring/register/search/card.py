"""What the index keeps of a licence to show it, explain it and tell its status on any day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tenring.register.search.periods import Period


@dataclass(frozen=True)
class Card:
    """A licence with its models, GTINs and periods, as in the snapshot's tables."""

    licence_id: str
    number: str | None
    brand: str | None
    name: str | None
    holder: str | None
    category: str
    programme: str
    register: str
    economy: str | None
    valid_from: date | None
    valid_until: date | None
    models: tuple[str, ...]
    gtins: tuple[str, ...]
    periods: Sequence[Mapping[str, str | None]]
    """As stored, dates in ISO form: a hit shows one of them, so only that one is read."""

    @classmethod
    def read(cls, content: bytes) -> Card:
        """The card that `build` stored."""
        values: dict[str, Any] = json.loads(content.decode())
        return cls(
            values["licence_id"],
            values["number"],
            values["brand"],
            values["name"],
            values["holder"],
            values["category"],
            values["programme"],
            values["register"],
            values["economy"],
            _date(values["valid_from"]),
            _date(values["valid_until"]),
            tuple(values["models"]),
            tuple(values["gtins"]),
            values["periods"],
        )

    def period(self, day: date) -> Period | None:
        """The period that holds on a day; None when nothing is known of that day."""
        text = day.isoformat()
        for period in self.periods:
            start, end = period["from_date"], period["until_date"]
            if (start is None or start <= text) and (end is None or text < end):
                return Period(period["status"] or "", _date(start), _date(end), period["reason"])
        return None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

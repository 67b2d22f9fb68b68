"""What the index keeps of a licence to show it, explain it and tell its status on any day."""

from __future__ import annotations

import json
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
    periods: tuple[Period, ...]

    @classmethod
    def read(cls, content: bytes) -> Card:
        """The card that `build` stored."""
        values: dict[str, Any] = json.loads(content)
        values["valid_from"] = _date(values["valid_from"])
        values["valid_until"] = _date(values["valid_until"])
        values["models"] = tuple(values["models"])
        values["gtins"] = tuple(values["gtins"])
        values["periods"] = tuple(
            Period(period["status"], _date(period["from_date"]), _date(period["until_date"]), period["reason"])
            for period in values["periods"]
        )
        return cls(**values)

    def period(self, day: date) -> Period | None:
        """The period that holds on a day; None when nothing is known of that day."""
        return next((period for period in self.periods if period.holds(day)), None)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

"""Moments as credentials write them: RFC 3339 with a time zone (XML Schema `dateTimeStamp`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T

#: No moment of this form is longer.
_LONGEST: Final = len("2026-11-28T12:00:00.123456789+00:00")
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))", re.ASCII
)


def read_moment(value: object, name: str) -> datetime:
    """The moment (UTC) that the property `name` holds.

    Raises:
        MalformedError: it is no date and time with a time zone; a time without zone could be read in many ways.
    """
    found = _read(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    if found is not None:
        return found
    raise MalformedError(
        T("{name} is no date and time with a time zone: {value}", name=name, value=repr(str(value)[:40]))
    )


@lru_cache(maxsize=4096)
def _read(text: str) -> datetime | None:
    """The moment (UTC), None where it is none; kept, as the certificates of a feed begin and end on the same days."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, time, fraction, zone = found.groups()
    try:
        # Python holds microseconds; what is finer is cut off.
        exact = f"{day}T{time}{(fraction or '.0')[:7]}{'+00:00' if zone == 'Z' else zone}"
        return datetime.fromisoformat(exact).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment(at: datetime) -> str:
    """A moment as text, in UTC and whole seconds: `2026-11-28T19:00:00Z`."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().removesuffix("+00:00") + "Z"

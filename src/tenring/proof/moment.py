"""Moments as credentials write them: RFC 3339 with a time zone (XML Schema `dateTimeStamp`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T

_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))", re.ASCII
)


def read_moment(value: object, name: str) -> datetime:
    """The moment (UTC) that the property `name` holds.

    Raises:
        MalformedError: it is no date and time with a time zone; a time without zone could be read in many ways.
    """
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        day, time, fraction, zone = found.groups()
        try:
            # Python holds microseconds; what is finer is cut off.
            text = f"{day}T{time}{(fraction or '.0')[:7]}{'+00:00' if zone == 'Z' else zone}"
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise MalformedError(
        T("{name} is no date and time with a time zone: {value}", name=name, value=repr(str(value)[:40]))
    )


def moment(at: datetime) -> str:
    """A moment as text, in UTC and whole seconds: `2026-11-28T19:00:00Z`."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().removesuffix("+00:00") + "Z"

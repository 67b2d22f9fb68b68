"""Moments as credentials write them: XML Schema `dateTimeStamp`, such as `2026-11-28T09:00:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from tenring.exceptions import MalformedError
from tenring.language import T

_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII
)


def moment(text: object, path: str, *, offset: bool = True) -> datetime:
    """The moment (UTC) that `text` says; finer than a microsecond is cut off.

    Args:
        text: as it stands in the document.
        path: where, for the message.
        offset: refuse a moment without time zone. Without, it is UTC (VC Data Integrity, section 2.1).

    Raises:
        MalformedError: it is no such moment.
    """
    match = _STAMP.fullmatch(text) if isinstance(text, str) else None
    if match is None or (offset and not match[1]):
        raise MalformedError(T("{path} is no moment such as 2026-11-28T09:00:00Z: {value}", path=path, value=repr(text)))
    try:
        read = datetime.fromisoformat(match[0])
        return read.astimezone(UTC) if match[1] else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedError(
            T("{path} is no moment such as 2026-11-28T09:00:00Z: {value}", path=path, value=repr(text))
        ) from error


def stamp(at: datetime) -> str:
    """A moment as we write it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

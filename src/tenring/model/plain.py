"""Our own types as JSON holds them: the one way in which commands and the API write an answer."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path


def plain(value: object) -> object:
    """What JSON holds for our own types: decimals as text, so that no digit is lost.

    Raises:
        TypeError: a type that has no place in output.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    message = f"{type(value).__name__} cannot be written as JSON"
    raise TypeError(message)
